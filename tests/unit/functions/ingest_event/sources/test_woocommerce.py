"""WooCommerce's deliveries: topics, stores, customers and coupons, and what is refused or ignored."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    encode,
    event_of,
    outcome_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example
from tests.unit.functions.ingest_event.sources.examples.woocommerce import (
    EXAMPLES,
    LEGACY_ORDER,
    REFUND,
    REFUNDED_TWICE,
    cart,
    coupon,
    customer,
    headers,
    order,
)
from tests.unit.functions.ingest_event.sources.woocommerce_deliveries import delivered


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_and_repeatable(example: Example) -> None:
    """Each one tells events only, with ids that stay the same and differ among themselves."""
    message = PubSubMessage("m-1", NOW, example.attributes, encode(example.payload))
    told = understand(message, NOW)
    assert all(isinstance(event, storefront.StorefrontEvent) for event in told), told
    ids = [event.id for event in told if isinstance(event, storefront.StorefrontEvent)]
    assert len(set(ids)) == len(ids) > 0
    assert understand(message, NOW) == told


def test_a_customer_is_updated_whole() -> None:
    """Own address before billing and shipping address; consent from what the shop added."""
    event = event_of(delivered("customer.updated", customer()))
    assert type(event) is storefront.CustomerUpdated
    assert event.person == storefront.Person(
        external_id="41",
        email="jana@example.net",
        phone="+420601123456",
        name="Jana Horáková",
        locale="cs",
        country="CZ",
        consent={Channel.EMAIL: False, Channel.SMS: True},
    )
    assert event.occurred_at == datetime(2026, 5, 1, 10, 15, tzinfo=UTC)


def test_a_deleted_account_takes_its_data_with_it() -> None:
    """Nothing is kept about somebody whose account is gone."""
    event = event_of(delivered("customer.deleted", {"id": 41}))
    assert type(event) is storefront.CustomerErased
    assert event.person == storefront.Person(external_id="41")


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("coupon.deleted", {"id": 61, "code": "a2c4-e6g8-hjkm"}),
        ("coupon.updated", coupon(status="trash")),
        ("coupon.updated", coupon(status="draft")),
        ("coupon.updated", coupon(status="private")),
        ("coupon.restored", coupon(status="draft")),
        ("coupon.updated", coupon(date_expires_gmt="2026-05-01T12:00:05")),
    ],
)
def test_a_coupon_that_is_honoured_no_more_is_withdrawn(topic: str, payload: dict[str, Any]) -> None:
    """Deleted, out of print or past its end: it must not be promised (L22)."""
    event = event_of(delivered(topic, payload))
    assert type(event) is storefront.VoucherWithdrawn
    assert event.code == "a2c4-e6g8-hjkm"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("coupon.created", coupon(status="draft")),
        ("coupon.updated", coupon()),
        ("coupon.updated", coupon(date_expires_gmt="2026-05-01T12:00:06")),
        ("coupon.updated", coupon(date_expires_gmt="whenever")),
        ("coupon.updated", coupon(usage_count=1)),
        ("coupon.restored", coupon()),
        ("coupon.deleted", {"id": 61}),
    ],
)
def test_any_other_coupon_says_nothing(topic: str, payload: dict[str, Any]) -> None:
    """One that was used up is redeemed, not withdrawn; a deletion without the code can't be told."""
    assert told_by(delivered(topic, payload)) == Ignored("woocommerce", "tea-house", topic)


@pytest.mark.parametrize(
    "topic",
    [
        "product.created",
        "product.updated",
        "product.deleted",
        "subscription.updated",
        "order_note.created",
        "ping",
    ],
)
def test_other_topics_are_ignored_unread(topic: str) -> None:
    """A product that sold out has no cart; other plugins' topics are the shop's own."""
    assert told_by(delivered(topic, b"\xff")) == Ignored("woocommerce", "tea-house", topic)


@pytest.mark.parametrize("payload", [b"webhook_id=123", b" webhook_id=123\n", {"webhook_id": 123}])
def test_the_ping_of_a_new_webhook_is_ignored(payload: object) -> None:
    """It comes as a form, without any of the headers, from a program that says who it is."""
    agent = "WooCommerce/9.8.1 Hookshot (WordPress/6.8)"
    plain = PubSubMessage("m-1", NOW, {"User-Agent": agent}, encode(payload))
    assert told_by(plain) == Ignored("woocommerce", None, "ping")
    assert told_by(delivered("order.updated", payload)).topic == "ping"


@pytest.mark.parametrize(
    "payload",
    [
        {"action": "woocommerce_add_to_cart", "arg": "9f61408e3afb633e50cdf1b20de6f466"},
        {"action": "woocommerce_add_to_cart", "arg": {"some": "thing"}},
        {"action": "woocommerce_add_to_cart", "arg": None},
    ],
)
def test_an_action_that_passes_no_resource_is_ignored(payload: dict[str, Any]) -> None:
    """The key of a cart's item says neither whose cart it is nor what it costs."""
    topic = "action.woocommerce_add_to_cart"
    assert told_by(delivered(topic, payload)) == Ignored("woocommerce", "tea-house", topic)
    assert told_by(delivered("", payload, store="tea-house")).topic == topic


def test_an_action_that_carries_a_resource_is_read_as_it() -> None:
    """Passed as the argument, or put in the payload's place by the shop's own code."""
    topic = "action.woocommerce_add_to_cart"
    assert event_of(delivered(topic, {"action": "x", "arg": cart()})).cart.id == "wc-7f3a"
    assert event_of(delivered(topic, cart())).cart.id == "wc-7f3a"
    refused = refusal_of(delivered(topic, {"action": "x", "arg": order(total="?")}))
    assert refused.field == "arg.total"


@pytest.mark.parametrize(
    ("status", "kind"), [("cancelled", storefront.OrderCancelled), ("failed", storefront.OrderPaymentFailed)]
)
def test_an_action_whose_name_says_enough_is_understood(status: str, kind: type) -> None:
    """An order's number and what became of it."""
    name = f"woocommerce_order_status_{status}"
    event = event_of(delivered(f"action.{name}", {"action": name, "arg": 4711}))
    assert (type(event), event.order) == (kind, storefront.OrderFacts(id="4711", total=None))


@pytest.mark.parametrize(
    ("payload", "outcome"),
    [
        (order(), "understood"),
        (order(refunds=REFUNDED_TWICE), "understood,understood,understood"),
        (cart(), "understood"),
        (customer(), "understood"),
        (coupon(), "ignored"),
        (coupon(status="trash"), "understood"),
        (REFUND, "understood"),
        (LEGACY_ORDER, "understood"),
        ({"id": 1, "topic": "order.updated", "hooks": [], "delivery_url": "https://x.example"}, "ignored"),
        ({"id": 1, "regular_price": "1", "catalog_visibility": "visible"}, "ignored"),
        ({"id": 4711}, "topic_missing"),
    ],
)
def test_the_topic_is_told_by_the_payloads_shape_without_headers(payload: object, outcome: str) -> None:
    """A relay that lost the headers loses only what can't be told from the payload."""
    assert outcome_of(delivered("", payload, store="tea-house")) == outcome


def test_resource_and_event_make_a_topic() -> None:
    """Where a relay lost the header that has both."""
    attributes = {"X-WC-Webhook-Topic": "", "X-WC-Webhook-Resource": "order", "X-WC-Webhook-Event": "deleted"}
    assert type(event_of(delivered("order.deleted", {"id": 1}, **attributes))) is storefront.OrderCancelled


@pytest.mark.parametrize(
    ("attributes", "store"),
    [
        ({}, "tea-house"),
        ({"store": ""}, "tea-house.example"),
        ({"store": "", "X-WC-Webhook-Source": "HTTPS://Tea.Example:8443/"}, "tea.example"),
        ({"store": "", "X-WC-Webhook-Source": "tea.example"}, "tea.example"),
    ],
)
def test_the_store_is_the_attribute_or_the_sites_host(attributes: dict[str, str], store: str) -> None:
    """Named by whoever set up the webhook, else by the webhook itself."""
    assert event_of(delivered("order.updated", order(), **attributes)).store == store


@pytest.mark.parametrize("source", ["", "https://[", "///"])
def test_a_message_of_no_store_is_refused(source: str) -> None:
    """Whose order it is can't be guessed."""
    attributes = {"store": "", "X-WC-Webhook-Source": source}
    refused = refusal_of(delivered("order.updated", order(), **attributes))
    assert (refused.reason, refused.field, refused.at_stake) == (
        "store_missing",
        "attributes.store",
        Money(4_488, "EUR"),
    )


def test_woocommerce_is_recognised_by_its_headers_or_its_payload() -> None:
    """Its own attributes are enough; a payload without any is guessed with a note."""
    named = {name: value for name, value in headers("order.updated").items() if name != "source"}
    assert event_of(PubSubMessage("m-1", NOW, named, encode(order()))).source == "woocommerce"
    for payload in (order(), cart(), customer()):
        event = event_of(PubSubMessage("m-1", NOW, {"store": "tea-house"}, encode(payload)))
        assert event.source == "woocommerce"
        assert "source=woocommerce" in event.notes[0]
    alias = {**headers("order.updated"), "source": "WordPress"}
    assert event_of(PubSubMessage("m-1", NOW, alias, encode(order()))).source == "woocommerce"


@pytest.mark.parametrize(
    ("message", "reason", "field"),
    [
        (delivered("orders", order()), "topic_unknown", "attributes.X-WC-Webhook-Topic"),
        (delivered("../../etc/passwd", order()), "topic_unknown", "attributes.X-WC-Webhook-Topic"),
        (delivered("order.updated", b"{"), "json_invalid", None),
        (delivered("order.updated", [7]), "json_invalid", None),
        (delivered("order.deleted", {}), "field_missing", "id"),
        (delivered("customer.updated", customer(id=0)), "field_missing", "id"),
        (delivered("customer.deleted", {"id": []}), "field_missing", "id"),
        (delivered("coupon.updated", coupon(status="trash", code="")), "field_missing", "code"),
        (delivered("refund.created", {**REFUND, "id": None}), "field_missing", "id"),
    ],
)
def test_a_broken_message_is_refused_by_its_field(
    message: PubSubMessage, reason: str, field: str | None
) -> None:
    """Whatever else it is about."""
    refused = refusal_of(message)
    assert (refused.reason, refused.field) == (reason, field)


def test_the_money_at_stake_is_known_however_broken_the_rest_is() -> None:
    """The worst failures come first in the list of what was refused."""
    assert refusal_of(delivered("order.updated", order(id=None))).at_stake == Money(4_488, "EUR")
    assert refusal_of(delivered("cart.updated", cart(recoup={}))).at_stake == Money(2_994, "EUR")
    assert refusal_of(delivered("refund.created", {**REFUND, "id": None})).at_stake == Money(1_747, "EUR")


NONSENSE: tuple[Any, ...] = (None, True, -1, 1.5, 10**30, "", "x", "\x00", [], [[]], [None], {}, {"": {}})


def broken(value: Any) -> Iterator[Any]:
    """The value with one thing in it replaced by nonsense, doubled or dropped, at every place in turn."""
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(places):
        for other in (*NONSENSE, [inner, inner], {"value": inner}, *broken(inner)):
            copy = dict(value) if isinstance(value, dict) else list(value)
            copy[key] = other
            yield copy
        if isinstance(value, dict):
            yield {name: kept for name, kept in value.items() if name != key}


@pytest.mark.parametrize(
    "example",
    [
        one
        for one in EXAMPLES
        if one.name in ("cart", "order checkout-draft", "order refunded twice", "refund")
    ],
    ids=lambda example: example.name,
)
def test_one_broken_value_anywhere_is_an_event_or_a_refusal(example: Example) -> None:
    """Never a mistake of ours, and what is refused names a field that is there or missing."""
    for payload in broken(example.payload):
        message = PubSubMessage("m-1", NOW, example.attributes, json.dumps(payload).encode())
        assert outcome_of(message), payload
