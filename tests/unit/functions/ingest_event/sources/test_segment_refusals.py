"""Segment's calls as they arrive: types, batches, redelivery, clocks, and how each mistake is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CartVisited,
    CustomerUpdated,
)
from functions.ingest_event.sources import segment
from functions.ingest_event.understanding import Ignored
from tests.unit.functions.ingest_event.events import (
    NOW,
    changed,
    encode,
    event_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.segment import (
    ALIAS,
    BATCH,
    EXAMPLES,
    KETTLE,
    ORDER,
    PAGE,
    TEA,
    example,
    rudder,
    sent,
    track,
)

BY_NAME = {one.name: one for one in EXAMPLES}


def test_a_redelivery_has_the_same_ids_and_content() -> None:
    """Segment sends again with other clocks and the same messageId; both come out alike (L13)."""
    again = changed(
        BY_NAME["order completed"].payload,
        sentAt="2026-05-01T12:00:00Z",
        receivedAt=None,
        timestamp="2026-05-01T11:58:01Z",
    )
    first, second = example("order completed"), event_of(sent(again, "m-2"))
    assert (first.id, first.digest) == (second.id, second.digest)
    nameless = {"messageId": None, "originalTimestamp": None}
    same = [event_of(sent(track("Order Completed", ORDER, **nameless), f"m-{n}")).id for n in (1, 2)]
    assert same[0] == same[1]
    timeless = {**nameless, "timestamp": None, "sentAt": None, "receivedAt": None}
    other = [event_of(sent(track("Product Added", dict(KETTLE), **timeless), f"m-{n}")).id for n in (1, 2)]
    assert other[0] != other[1]


@pytest.mark.parametrize(
    ("times", "moment"),
    [
        ({"timestamp": "1777636680"}, datetime(2026, 5, 1, 11, 58, tzinfo=UTC)),
        ({"timestamp": 1777636680250}, datetime(2026, 5, 1, 11, 58, 0, 250_000, UTC)),
        ({"timestamp": "2026-05-01T13:58:00+02:00"}, datetime(2026, 5, 1, 11, 58, tzinfo=UTC)),
        ({}, NOW),
        # The sender's clock is an hour ahead: two minutes lie between the event and its sending.
        (
            {"timestamp": "2026-05-01T12:58:05Z", "sentAt": "2026-05-01T13:00:05Z"},
            datetime(2026, 5, 1, 11, 58, 5, tzinfo=UTC),
        ),
    ],
)
def test_moments(times: dict[str, Any], moment: datetime) -> None:
    """RFC 3339 or seconds since 1970; a clock that is ahead is set back by how much it must be."""
    clocks = dict.fromkeys(("originalTimestamp", "sentAt", "receivedAt", "timestamp"))
    assert event_of(sent(track("Order Completed", ORDER, **{**clocks, **times}))).occurred_at == moment


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        ({"event": "Order Completed", "type": "buy"}, "topic_unknown", "type"),
        ({"properties": {}}, "topic_missing", "type"),
        ({"type": "track", "properties": {}}, "topic_missing", "event"),
        ({"batch": {}}, "field_invalid", "batch"),
        (track("Product Added", {"currency": "EUR", "price": 1}), "field_missing", "properties.sku"),
        (track("Product Added", {"currency": "EUR", "sku": "S"}), "field_missing", "properties.price"),
        (track("Product Added", {**KETTLE, "currency": "EURO"}), "currency_unknown", "properties.currency"),
        (track("Product Added", {**KETTLE, "price": "8,95"}), "amount_invalid", "properties.price"),
        (track("Product Added", {**KETTLE, "price": -1}), "amount_invalid", "properties.price"),
        (track("Product Added", {**KETTLE, "quantity": 1.5}), "quantity_invalid", "properties.quantity"),
        (track("Product Removed", {**KETTLE, "quantity": -1}), "quantity_invalid", "properties.quantity"),
        (track("Cart Viewed", {"products": "kettle"}), "field_invalid", "properties.products"),
        (track("Cart Viewed", {"products": [1]}), "field_invalid", "properties.products[0]"),
        (track("Cart Viewed", {"products": [{"sku": ["S"]}]}), "field_invalid", "properties.products[0].sku"),
        (track("Cart Viewed", {"products": [{"id": "S"}]}), "field_missing", "properties.products[0].price"),
        (
            track("Cart Viewed", {"products": [{**KETTLE, "currency": code} for code in ("EUR", "CHF")]}),
            "currency_mixed",
            "properties.products",
        ),
        (track("Cart Viewed", {"products": [TEA] * 10_001}), "too_many_lines", "properties.products"),
        (track("Cart Viewed", {"total": "much", "products": [TEA]}), "amount_invalid", "properties.total"),
        (track("Cart Viewed", {"cart_id": {}, "products": [TEA]}), "field_invalid", "properties.cart_id"),
        (track("Cart Viewed", {}, anonymousId=None, userId=None), "field_missing", "anonymousId"),
        (track("Cart Viewed", {}, anonymousId=[], userId=None), "field_invalid", "anonymousId"),
        (track("Order Completed", {**ORDER, "order_id": []}), "field_invalid", "properties.order_id"),
        (track("Order Completed", {**ORDER, "total": {}}), "amount_invalid", "properties.total"),
        (track("Order Completed", {**ORDER, "currency": 978}), "currency_unknown", "properties.currency"),
        (track("Order Cancelled", {"total": 5}), "field_missing", "properties.order_id"),
        (track("Order Refunded", {"total": 5}), "field_missing", "properties.order_id"),
        (track("Order Refunded", {"order_id": "T", "total": "x"}), "amount_invalid", "properties.total"),
        (track("Order Completed", ORDER, timestamp="yesterday"), "occurred_at_invalid", "timestamp"),
        (
            track("Order Completed", ORDER, timestamp="2026-06-01T12:00:00Z"),
            "occurred_at_in_future",
            "timestamp",
        ),
        (
            track("Order Completed", ORDER, timestamp="1970-01-01T12:00:00Z"),
            "occurred_at_too_old",
            "timestamp",
        ),
        ({"type": "identify", "traits": {"name": "Mila"}}, "field_missing", "userId"),
        ({**ALIAS, "previousId": None}, "field_missing", "previousId"),
        ({**ALIAS, "userId": None}, "field_missing", "userId"),
        (b"{", "json_invalid", None),
    ],
)
def test_refusals(payload: Any, reason: str, field: str | None) -> None:
    """What can't be used is named by its path."""
    refused = refusal_of(sent(payload))
    assert (refused.reason, refused.field) == (reason, field)
    assert (refused.source, refused.store) == ("segment", "teas")


def test_what_is_not_needed_may_be_broken() -> None:
    """Broken contacts, discounts, links and product lists leave an order an order, with notes."""
    properties = {**ORDER, "discount": "none", "products": "kettle", "phone": "call me"}
    call = changed(track("Order Completed", properties), context__traits={"email": "nobody"}, userId={})
    event = event_of(sent(call))
    assert (event.order.total, event.order.discount_minor, event.order.skus) == (Money(10_740, "EUR"), 0, ())
    assert event.person.anonymous_id == "b4d7e2f0-anon"
    assert len(event.notes) == 5


def test_other_events_are_ignored() -> None:
    """What isn't about a cart, an order or a customer is counted, not stored."""
    for name in ("Product Added to Wishlist", "Cart Shared", "Products Searched", "Promotion Viewed"):
        assert told_by(sent(track(name, {}))) == Ignored("segment", "teas", name)
    assert told_by(sent({"type": "group", "userId": "u", "groupId": "g"})) == Ignored(
        "segment", "teas", "group"
    )


def test_a_call_is_recognised_by_its_shape_or_sender() -> None:
    """Without the attribute source; calls of other tools of a like shape are not."""
    assert segment.resembles(PAGE)
    assert segment.resembles(BATCH)
    assert segment.resembles({"event": "Cart Viewed", "properties": {}})
    assert not segment.resembles({"event": "Cart Viewed", "properties": {"distinct_id": "d"}})
    assert not segment.resembles({"type": "order", "userId": "u"})
    assert not segment.resembles({"type": ["track"], "userId": "u"})
    assert segment.recognises(PubSubMessage("m", NOW, {"User-Agent": "Segment.io/1.0"}, b""))
    assert not segment.recognises(PubSubMessage("m", NOW, {}, b""))


def test_the_topic_may_be_an_attribute() -> None:
    """Where the call doesn't state its event."""
    call = {"anonymousId": "a", "properties": {"cart_id": "c"}}
    assert isinstance(event_of(sent(call, topic="Cart Viewed")), CartVisited)


def test_a_store_is_needed() -> None:
    """Which store it is can't be guessed."""
    refused = refusal_of(PubSubMessage("m", NOW, {"source": "segment"}, encode(PAGE)))
    assert refused.reason == "store_missing"


def test_at_stake() -> None:
    """The first call with money tells what a refusal is about."""
    assert segment.at_stake({"properties": ORDER}) == Money(10_740, "EUR")
    assert segment.at_stake(
        {"batch": [PAGE, {"properties": {"currency": "EUR", "products": [TEA]}}]}
    ) == Money(650, "EUR")
    assert segment.at_stake({"batch": 5}) is None


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ({"event": "Cart Viewed", "properties": {"cart_id": "c"}}, CartVisited),
        ({"traits": {"email": "mila@example.com"}}, CustomerUpdated),
        ({"previousId": "a", "userId": "u"}, CustomerUpdated),
    ],
)
def test_a_type_that_is_left_out_is_seen_from_the_shape(payload: dict[str, Any], kind: type[Any]) -> None:
    """An event, traits or a former id tell what kind of call it is."""
    assert isinstance(event_of(sent(payload)), kind)


def test_a_broken_clock_of_the_sender_is_no_reason_to_refuse() -> None:
    """Only the event's own time must be readable."""
    call = rudder("Order Completed", {"order_id": 7}, sentAt="now")
    assert event_of(sent(call)).occurred_at == datetime(2026, 5, 1, 11, 55, tzinfo=UTC)
