"""GA4's events as they arrive: several in one call, redelivery, clocks, and how each mistake is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CartItemsChanged,
)
from functions.ingest_event.sources import ga4
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    changed,
    event_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.ga4 import (
    BELL,
    CART,
    CLIENT,
    EXAMPLES,
    LOCK,
    PURCHASE,
    ROW_ITEM,
    SERVER,
    USER_DATA,
    call,
    example,
    former,
    row,
    sent,
    value,
)

BY_NAME = {one.name: one for one in EXAMPLES}


HAPPENED = datetime(2026, 5, 1, 11, 58, 0, 250_000, UTC)


def test_events_of_one_call_stand_alone() -> None:
    """In their order, each with its own id, also where two are alike; a broken one is refused by its path."""
    lock = ("add_to_cart", {"currency": "EUR", "items": [LOCK]})
    broken = ("view_cart", {"currency": "EUR", "items": [BELL, {**LOCK, "price": "dear"}]})
    first, refused, second = understand(sent(call(lock, broken, lock)), NOW)
    assert isinstance(first, CartItemsChanged)
    assert isinstance(second, CartItemsChanged)
    assert second.id == f"{first.id}:2"
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("amount_invalid", "events[1].params.items[1].price")
    assert refused.at_stake == Money(4_900, "EUR")
    assert told_by(sent(call())) == Ignored("ga4", "bikes", "no events")


def test_a_redelivery_has_the_same_ids() -> None:
    """By client, time, name and content; without a time, a later message of the same content is another event (L13)."""
    timed, timeless = call(("view_cart", CART)), call(("view_cart", CART), timestamp_micros=None)
    assert event_of(sent(timed, "m-1")).id == event_of(sent(timed, "m-2")).id
    assert event_of(sent(timeless, "m-1")).id == event_of(sent(timeless, "m-1")).id
    assert event_of(sent(timeless, "m-1")).id != event_of(sent(timeless, "m-2")).id
    assert event_of(sent(timed)).id != event_of(sent(changed(timed, client_id="other"))).id
    daily = changed(BY_NAME["row: cart"].payload, geo={"country": "Czechia", "city": "(not set)"})
    assert event_of(sent(daily)).id == example("row: cart").id
    assert example("purchase of a grand total").id == "purchase:ev-9"


@pytest.mark.parametrize(
    ("stated", "moment"),
    [
        (1777636680250000, HAPPENED),
        ("1777636680250000", HAPPENED),
        (1777636680250000.0, HAPPENED),
        (None, NOW),
    ],
)
def test_moments(stated: Any, moment: datetime) -> None:
    """Microseconds as a number or its digits; else when the message was published."""
    assert event_of(sent(call(("view_cart", CART), timestamp_micros=stated))).occurred_at == moment


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        ({"client_id": CLIENT}, "topic_missing", "event"),
        ({"client_id": CLIENT, "events": {}}, "field_invalid", "events"),
        ({"client_id": CLIENT, "events": [{}]}, "topic_missing", "events[0].name"),
        (call(("add_to_cart", {"currency": "EUR"})), "field_missing", "events[0].params.items"),
        (call(("add_to_cart", {"items": [LOCK]})), "currency_missing", "events[0].params.currency"),
        (
            call(("purchase", {"transaction_id": "B", "value": 5})),
            "currency_missing",
            "events[0].params.currency",
        ),
        (call(("view_cart", {**CART, "currency": "EURO"})), "currency_unknown", "events[0].params.currency"),
        (
            call(("view_cart", {"items": [{**LOCK, "currency": code} for code in ("EUR", "CHF")]})),
            "currency_mixed",
            "events[0].params.items",
        ),
        (call(("view_cart", {**CART, "items": [LOCK] * 10_001})), "too_many_lines", "events[0].params.items"),
        (call(("view_cart", {**CART, "items": 1})), "field_invalid", "events[0].params.items"),
        (call(("view_cart", {**CART, "items": [1]})), "field_invalid", "events[0].params.items[0]"),
        (
            call(("view_cart", {**CART, "items": [{"price": 1}]})),
            "field_missing",
            "events[0].params.items[0].item_id",
        ),
        (
            call(("view_cart", {**CART, "items": [{"item_id": "L"}]})),
            "field_missing",
            "events[0].params.items[0].price",
        ),
        (
            call(("view_cart", {**CART, "items": [{**LOCK, "quantity": "many"}]})),
            "quantity_invalid",
            "events[0].params.items[0].quantity",
        ),
        (call(("view_cart", {**CART, "value": -1})), "amount_invalid", "events[0].params.value"),
        (
            call(("purchase", {**PURCHASE, "transaction_id": {}})),
            "field_invalid",
            "events[0].params.transaction_id",
        ),
        (call(("refund", {"value": 5})), "field_missing", "events[0].params.transaction_id"),
        (call(("view_cart", CART), client_id=None, user_id=None), "field_missing", "client_id"),
        (call(("view_cart", CART), client_id=[], user_id=None), "field_invalid", "client_id"),
        (call(("view_cart", CART), timestamp_micros="noon"), "occurred_at_invalid", "timestamp_micros"),
        (
            call(("view_cart", CART), timestamp_micros=1893456000000000),
            "occurred_at_in_future",
            "timestamp_micros",
        ),
        (
            call(("purchase", {"value": 5}), client_id=None, user_id=None),
            "field_missing",
            "events[0].params.transaction_id",
        ),
        (
            row("view_cart", {"value": value(double_value=1.5)}, items=[ROW_ITEM]),
            "currency_missing",
            "event_params.currency",
        ),
        (
            row("view_cart", {"currency": value(string_value="EURO")}, items=[ROW_ITEM]),
            "currency_unknown",
            "event_params[0].value.string_value",
        ),
        (changed(row("view_cart", {}), event_name=None), "topic_missing", "event_name"),
        ({"event": "purchase", "ecommerce": {"value": 5}}, "field_missing", "ecommerce.transaction_id"),
        (
            former("purchase", actionField={"id": "B", "revenue": "dear"}),
            "amount_invalid",
            "ecommerce.purchase.actionField.revenue",
        ),
        (["event", "purchase", {"value": 5}], "field_missing", "[2].transaction_id"),
        ([5], "field_invalid", "[0]"),
        (["event"], "topic_missing", "[1]"),
    ],
)
def test_refusals(payload: Any, reason: str, field: str) -> None:
    """What can't be used is named by its path, in whatever shape it came."""
    refused = refusal_of(sent(payload))
    assert (refused.reason, refused.field) == (reason, field)
    assert (refused.source, refused.store) == ("ga4", "bikes")


def test_other_events_are_ignored() -> None:
    """What isn't about a cart, an order or a customer is counted, not stored."""
    for name in ("add_to_wishlist", "view_promotion", "select_promotion", "search", "session_start"):
        assert told_by(sent(call((name, {})))) == Ignored("ga4", "bikes", name)
    assert told_by(sent({"event": "gtm.js", "gtm.start": 1})) == Ignored("ga4", "bikes", "gtm.js")
    assert told_by(sent({"ecommerce": None})) == Ignored("ga4", "bikes", "ecommerce")
    assert told_by(sent(["config", "G-TEST123"])) == Ignored("ga4", "bikes", "gtag config")


def test_what_is_not_needed_may_be_broken() -> None:
    """Broken discounts and lists leave a purchase a purchase, with notes."""
    params = {**PURCHASE, "items": "bell", "discount": {}, "shipping": "free"}
    event = event_of(sent(call(("purchase", params))))
    assert (event.order.total, event.order.skus, len(event.notes)) == (Money(11_000, "EUR"), (), 3)


def test_an_event_is_recognised_by_its_shape() -> None:
    """Without the attribute source; other tools' payloads are not."""
    for name in ("added", "row: cart", "dataLayer", "former add", "gtag by name", "server container"):
        assert ga4.resembles(BY_NAME[name].payload), name
    for payload in (
        {"events": [{"name": "purchase"}]},
        {"events": [1], "client_id": CLIENT},
        {"event_name": "purchase"},
        {"event": ["purchase"], "params": {}},
        {"event": "Order Completed", "properties": {}},
        {"ecommerce": None},
    ):
        assert not ga4.resembles(payload), payload
    assert not ga4.recognises(PubSubMessage("m", NOW, {}, b""))


def test_at_stake() -> None:
    """The value of the first event that has one, in each shape."""
    for payload in (call(("view_cart", CART)), SERVER, {"params": CART}, {"ecommerce": CART}):
        assert ga4.at_stake(payload) == Money(11_000, "EUR")
    assert ga4.at_stake(BY_NAME["former purchase"].payload) == Money(5_830, "EUR")
    assert ga4.at_stake(former("add")) == Money(4_900, "EUR")
    assert ga4.at_stake(BY_NAME["row: purchase"].payload) == Money(4_900, "EUR")
    assert ga4.at_stake({"events": 5, "user": USER_DATA}) is None
