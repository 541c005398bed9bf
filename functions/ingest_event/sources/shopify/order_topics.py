"""What each topic of an order tells. orders/updated carries the order whole, so it alone is enough."""

from collections.abc import Callable, Iterator
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import (
    OrderCancelled,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    StorefrontEvent,
)
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import text_of
from functions.ingest_event.sources.shopify.customers import read_person
from functions.ingest_event.sources.shopify.delivery import stated_moment
from functions.ingest_event.sources.shopify.facts import Fact
from functions.ingest_event.sources.shopify.money import Payload
from functions.ingest_event.sources.shopify.orders import read_order
from functions.ingest_event.sources.shopify.refunds import refunds_within

_UNPAID = ("", "pending", "authorized", "partially_paid", "voided")
_PAID = ("paid", "partially_refunded", "refunded")
_TICKED = ("buyer_accepts_marketing", "buyer_accepts_sms_marketing")


def created(told: Envelope) -> Iterator[Fact]:
    """orders/create; most are paid already."""
    paid = _status(told.payload) in _PAID
    yield Fact(OrderPaid if paid else OrderPlaced, _order_and_buyer(told))


def means(kind: type[StorefrontEvent]) -> Callable[[Envelope], Iterator[Fact]]:
    """The reader of a topic that means one thing, whatever else stands in the order."""

    def read(told: Envelope) -> Iterator[Fact]:
        yield Fact(kind, _order_and_buyer(told))

    return read


def updated(told: Envelope) -> Iterator[Fact | Refused]:
    """orders/updated: that it was placed, when it was; and what became of its payment, of itself and of its goods."""
    payload, status = told.payload, _status(told.payload)
    order = read_order(payload, told.notes)
    placed_at = stated_moment(told, payload, "", "processed_at", "created_at")
    yield Fact(OrderPlaced, {"order": order, "person": read_person(payload, told.notes)}, "placed", placed_at)
    # The boxes were ticked when it was placed: a later update must not say again what was taken back since (L38).
    buyer = read_person({**payload, **dict.fromkeys(_TICKED)}, told.notes)
    facts = {"order": order, "person": buyer}
    if status in _PAID:
        yield Fact(OrderPaid, facts, "paid")
    elif status == "expired":  # the authorization, before it was captured
        yield Fact(OrderPaymentFailed, facts, "payment_failed")
    elif status not in _UNPAID:
        told.notes.append("financial_status was left out: it is not one that is known.")
    if payload.get("cancelled_at") or status == "voided":
        cancelled_at = stated_moment(told, payload, "", "cancelled_at")
        yield Fact(OrderCancelled, facts, "cancelled", cancelled_at)
    yield from refunds_within(told, order)


def edited(told: Envelope) -> Iterator[Fact | Refused]:
    """orders/edited: Shopify sends ids of changed lines only, which tell nothing; a relay may send the order."""
    if "order_edit" not in told.payload:
        yield from updated(told)


def deleted(told: Envelope) -> Iterator[Fact]:
    """orders/delete: Shopify sends the id only, which says no more than orders/cancelled did before."""
    if told.payload.keys() - {"id", "admin_graphql_api_id"}:
        yield Fact(OrderCancelled, _order_and_buyer(told))


def _order_and_buyer(told: Envelope) -> dict[str, Any]:
    return {"order": read_order(told.payload, told.notes), "person": read_person(told.payload, told.notes)}


def _status(payload: Payload) -> str:
    return text_of(payload, "financial_status").lower()
