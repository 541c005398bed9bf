"""Payloads of many public projects, platform by platform, run through the engine's front door."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.intake_rules import IntakePolicy
from common.domain.money import Money
from functions.ingest_event.understanding import understand
from tests.samples.outcomes import outcome, platforms, samples_of, told_by
from tests.unit.functions.ingest_event.breaking import UNLIKELY, broken

LEAST = {"shopify": 100, "segment": 50, "ga4": 50, "woocommerce": 50}
"""Samples that there must be at least, so that a moved folder doesn't go unnoticed."""


def named(folder: Path, platform: str, name: str) -> Any:
    """The first thing that the sample of that name tells."""
    return next(told_by(sample)[0] for sample in samples_of(platform, folder) if sample.name == name)


@pytest.mark.parametrize("platform", platforms())
def test_every_sample_comes_out_as_expected(shared_data: Path, platform: str) -> None:
    """Understood, ignored, or refused for what its author left out."""
    every = list(samples_of(platform, shared_data))
    assert len(every) >= LEAST.get(platform, 4)
    came_out = {sample.name: outcome(told_by(sample)) for sample in every}
    assert came_out == {sample.name: sample.expected for sample in every}


@pytest.mark.parametrize("platform", platforms())
def test_a_broken_sample_is_understood_ignored_or_refused(shared_data: Path, platform: str) -> None:
    """Whatever is dropped, retyped, nested or doubled in it: an outcome with a reason, never a mistake of ours."""
    originals = [
        (sample.message, payload)
        for sample in samples_of(platform, shared_data)
        if (payload := readable(sample.message.data)) is not None
    ]

    @UNLIKELY
    @given(broken(originals), st.sampled_from([IntakePolicy(), IntakePolicy(strictness="lenient")]))
    def holds(case: tuple[PubSubMessage, Any], policy: IntakePolicy) -> None:
        message, payload = case
        message = replace(message, data=json.dumps(payload).encode())
        for said in understand(message, message.publish_time, policy):
            if isinstance(said, Refused) and said.reason == "not_understood":
                raise AssertionError("a source failed") from said.__cause__

    holds()


def readable(data: bytes) -> Any:
    """The JSON of a sample; None if that is what is broken about it."""
    try:
        return json.loads(data)
    except ValueError:
        return None


def test_money_of_segments_samples_is_exact(shared_data: Path) -> None:
    """Totals, codes and carts are those that stand in them (L34)."""
    order = named(shared_data, "segment", "rudder-sdk-js/order_completed[1]").order
    assert (order.id, order.total) == ("50314b8e9bcf000000000000", Money(2_750, "USD"))
    assert (order.discount_minor, order.voucher_codes) == (250, ("hasbros",))
    cart = named(shared_data, "segment", "rudder-sdk-js/cart_viewed[0]").cart
    assert (cart.id, cart.total_minor) == ("12345", 2_100)
    assert [line.unit_price_minor for line in cart.lines] == [1_499, 399]


def test_a_checkout_and_its_order_name_the_same_cart(shared_data: Path) -> None:
    """Without a cart's id the order's own ties them."""
    started = named(shared_data, "segment", "rudder-sdk-js/checkout_started[0]")
    ordered = named(shared_data, "segment", "rudder-sdk-js/order_updated[0]")
    assert started.cart.id == ordered.order.cart_id == "order:1234"


def test_money_of_ga4s_samples_is_exact(shared_data: Path) -> None:
    """A purchase with its codes, and a cart."""
    order = named(shared_data, "ga4", "segment-google-analytics-4/purchase[0]").order
    assert (order.id, order.total) == ("5678dd9087-78", Money(2_448, "EUR"))
    assert (order.cart_id, order.voucher_codes) == ("client:anon-2134", ("SUMMER_FEST", "MOUNTAIN"))
    cart = named(shared_data, "ga4", "rudder-sdk-js/view_cart[0]").cart
    assert (cart.id, cart.total_minor) == ("12345", 2_100)


def test_money_of_commercetools_orders_is_exact(shared_data: Path) -> None:
    """A page of the API's own orders has the totals that stand in it."""
    page = next(one for one in samples_of("commercetools", shared_data) if one.name == "ctGet2Orders")
    orders = [getattr(said, "order", None) for said in told_by(page)]
    assert [order.total for order in orders if order] == [Money(50_875, "EUR"), Money(42_375, "EUR")]
