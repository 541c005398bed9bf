"""A platform's own words are enough for an alternative: its order says what was wanted, its payment that it's lost."""

import json
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from tests.builders import STORE, when, wire
from tests.phones import FOX_64, FOX_128, with_catalogue
from tests.stories import Story

BUYER = {
    "id": 7003,
    "email": "anna@shop.test",
    "first_name": "Anna",
    "email_marketing_consent": {"state": "subscribed", "opt_in_level": "single_opt_in"},
}
CASE = {"id": 1, "sku": "case-7", "title": "Case", "quantity": 3, "price": "49.00"}
PHONE = {"id": 2, "sku": "fox-128", "variant_id": 811, "title": "Fox", "quantity": 1, "price": "1200.00"}


@pytest.fixture
def story() -> Story:
    return with_catalogue(Story(), FOX_128, FOX_64)


def shopify(story: Story, topic: str, at: str, **payload: Any) -> None:
    """One of Shopify's webhooks, as it is delivered at that moment."""
    moment = when(at)
    attributes = {
        "source": "shopify",
        "store": STORE,
        "X-Shopify-Topic": topic,
        "X-Shopify-Webhook-Id": f"{topic} {at}",
        "X-Shopify-Triggered-At": wire(moment),
    }
    story.deliver(PubSubMessage(f"{topic} {at}", moment, attributes, json.dumps(payload).encode()))


def created(story: Story, at: str, **more: Any) -> None:
    """An order that no cart is known of, and whose payment isn't there yet."""
    order = {
        "id": 5501,
        "currency": "PLN",
        "total_price": "1347.00",
        "financial_status": "pending",
        "line_items": [CASE, PHONE],
        "customer": BUYER,
        **more,
    }
    shopify(story, "orders/create", at, **order)


def charged(story: Story, at: str, status: str) -> None:
    """A charge, which names the order by its id and knows nothing of what is in it."""
    sale = {"id": 90, "order_id": 5501, "kind": "sale", "amount": "1347.00", "currency": "PLN"}
    shopify(story, "order_transactions/create", at, status=status, **sale)


def test_an_order_of_shopify_s_whose_payment_fails_for_good(story: Story) -> None:
    """The failed charge says no more than the order's id; what was wanted, the order itself said when it was made."""
    created(story, "10:00")
    charged(story, "10:01", "failure")
    story.run_until("10:30")
    assert story.types() == []
    story.run_until("+1d 12:00")
    requested, ready = story.said("offer.requested")[0], story.said("offer.ready")[0]
    assert (requested["trigger"], requested["base_price"]) == ("payment_failed", "1200.00")
    assert ready["sku"] == "fox-64"
    (case,) = [case for case in story.documents("cases") if case.offer]
    assert (case.offer.wanted.sku, case.offer.wanted.unit_price_minor) == ("fox-128", 120_000)
    assert [step for step, *_ in story.sent()] == ["alternative_offer"]


def test_an_order_of_shopify_s_that_is_paid_after_all(story: Story) -> None:
    """The second try was in time, so nothing is offered."""
    created(story, "10:00")
    charged(story, "10:01", "failure")
    shopify(story, "orders/paid", "10:20", id=5501, currency="PLN", total_price="1347.00", customer=BUYER)
    story.run_until("+9d 00:00")
    assert story.types() == []
    assert story.sent() == []


def test_an_order_of_shopify_s_without_readable_prices_is_lost_quietly(story: Story) -> None:
    """Nobody knows what was wanted, so nothing is offered; the order is one all the same."""
    lines = [{**line, "price": "n/a"} for line in (CASE, PHONE)]
    created(story, "10:00", line_items=lines)
    charged(story, "10:01", "failure")
    story.run_until("+9d 00:00")
    assert story.types() == []
