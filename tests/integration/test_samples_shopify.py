"""Shopify's payloads of many public projects, run through the engine's front door."""

import json
from pathlib import Path
from typing import Any

import pytest

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain import storefront
from functions.ingest_event.understanding import understand
from tests.samples.outcomes import told_by
from tests.samples.shopify import AT, SHOP, samples


def named(root: Path, name: str) -> Any:
    """The first thing that the sample of that name tells."""
    return next(told_by(sample)[0] for sample in samples(root) if sample.name == name)


def test_no_delivered_webhook_loses_a_detail(shared_data: Path) -> None:
    """Nothing of a delivery in Shopify's own shape had to be left out, and its shop is known."""
    delivered = [sample for sample in samples(shared_data) if sample.name.startswith("hookdeck/")]
    for sample in delivered:
        for part in told_by(sample):
            assert not isinstance(part, Refused), sample.name
            assert part.store == "shop.myshopify.com", sample.name
            assert getattr(part, "notes", ()) == (), sample.name


def test_delivered_money_is_exact(shared_data: Path) -> None:
    """Totals of the delivered samples are those that stand in them (L34)."""
    cart, checkout = (
        named(shared_data, "hookdeck/carts.create"),
        named(shared_data, "hookdeck/checkouts.create"),
    )
    order = named(shared_data, "hookdeck/orders.create")
    assert (cart.cart.total_minor, cart.cart.currency) == (5_997, "USD")
    assert checkout.cart.total_minor == 42_188
    assert [line.name for line in checkout.cart.lines] == ["IPod Nano - 8GB - Pink"] * 2
    assert (order.order.total.major, order.order.discount_minor) == ("388.00", 2_000)
    assert cart.cart.id == named(shared_data, "hookdeck/checkouts.update").cart.id


def test_a_masked_payload_is_refused_by_the_masked_field(shared_data: Path) -> None:
    """Who sends "example string" for a currency is told where it stands."""
    refused = [
        part for sample in samples(shared_data) for part in told_by(sample) if isinstance(part, Refused)
    ]
    masked = [refusal for refusal in refused if refusal.reason == "currency_unknown"]
    assert len(masked) > 10
    assert all((refusal.field or "").endswith(("currency", "currency_code")) for refusal in masked)


def test_topics_say_no_more_than_the_payloads_themselves(shared_data: Path) -> None:
    """Without its headers a delivery is the same kind of thing, as far as its shape can tell."""
    checked = 0
    for sample in samples(shared_data):
        topic = sample.message.attribute("X-Shopify-Topic") or ""
        if topic not in (
            "carts/update",
            "checkouts/update",
            "orders/updated",
            "refunds/create",
            "customers/update",
        ):
            continue
        bare = PubSubMessage("m", AT, {"source": "shopify", "store": SHOP}, sample.message.data)
        again = understand(bare, AT)
        if not any(isinstance(part, Refused) for part in again):
            assert [type(part) for part in again] == [type(part) for part in told_by(sample)], sample.name
            checked += 1
    assert checked > 5


@pytest.mark.parametrize("topic", ["orders/create", "checkouts/update", "carts/update"])
def test_a_sample_under_a_wrong_topic_is_refused_not_misread(shared_data: Path, topic: str) -> None:
    """A refund's payload under an order's topic is refused, never half understood."""
    delivery = json.loads((shared_data / "shopify/hookdeck/2024-10/refunds.create.json").read_text())
    attributes = {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": SHOP}
    (said,) = understand(PubSubMessage("m", AT, attributes, json.dumps(delivery["body"]).encode()), AT)
    assert isinstance(said, Refused)
    assert said.reason == "field_missing"


def test_every_kind_of_event_has_a_sample(shared_data: Path) -> None:
    """The samples show carts, orders, money back, customers and a shop that leaves."""
    kinds = {type(part) for sample in samples(shared_data) for part in told_by(sample)}
    assert kinds >= {
        storefront.CartUpdated,
        storefront.OrderPlaced,
        storefront.OrderPaid,
        storefront.OrderCancelled,
        storefront.OrderReturned,
        storefront.CustomerUpdated,
        storefront.CustomerErased,
        storefront.StoreLeft,
        storefront.VoucherWithdrawn,
    }
