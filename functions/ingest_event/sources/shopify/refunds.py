"""Refunds: goods that came back, alone or among the refunds of a whole order."""

from collections.abc import Iterator
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderFacts, OrderReturned
from functions.ingest_event import salvage
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.shopify.customers import own_id, resource_id
from functions.ingest_event.sources.shopify.delivery import stated_moment
from functions.ingest_event.sources.shopify.facts import Fact, placed_within
from functions.ingest_event.sources.shopify.money import Payload

_SENT = ("fulfilled", "partial", "restocked")
"""States of an order of which something left the shop."""


def refund_created(told: Envelope) -> Iterator[Fact]:
    """refunds/create."""
    if facts := _read_refund(told.payload, told.notes):
        yield Fact(OrderReturned, facts)


def refunds_within(told: Envelope, order: OrderFacts) -> Iterator[Fact | Refused]:
    """The returns that a whole order tells, each at its own moment; a broken one costs the others nothing."""
    refunds = listing(told.payload.get("refunds"))
    seen: set[str] = set()
    for index, refund in enumerate(refunds):
        path = f"refunds[{index}]."
        try:
            facts = _read_refund({**mapping(refund), "order_id": order.id}, told.notes)
        except Refused as refused:
            yield placed_within(refused, path)
            continue
        if facts and facts["return_id"] not in seen:
            seen.add(facts["return_id"])
            at = stated_moment(told, refund, path, "created_at", "processed_at")
            yield Fact(OrderReturned, facts, f"refund:{facts['return_id']}", at)
    if _is_whole_refund(told.payload, refunds):
        returned = {"return_id": f"{order.id}:refunded", "order_id": order.id, "total": order.total}
        yield Fact(OrderReturned, returned, "refunded")


def _is_whole_refund(payload: Payload, refunds: list[Any]) -> bool:
    """Whether all was paid back for goods that were sent, and nothing says which of them came back."""
    named = any(mapping(refund).get("refund_line_items") for refund in refunds)
    refunded = text_of(payload, "financial_status").lower() == "refunded"
    return refunded and not named and text_of(payload, "fulfillment_status").lower() in _SENT


def _read_refund(payload: Payload, notes: list[str]) -> dict[str, Any] | None:
    """None where money went back but no goods did: items that were never sent, shipping, goodwill."""
    items = [mapping(item) for item in listing(payload.get("refund_line_items"))]
    if all(item.get("restock_type") == "cancel" for item in items):
        return None
    return {
        "return_id": own_id(payload),
        "order_id": resource_id(payload.get("order_id"), "order_id"),
        "total": _refunded(payload, items, notes),
    }


def _refunded(payload: Payload, items: list[Payload], notes: list[str]) -> Money | None:
    """What was paid back; else what the returned goods were worth. None if neither can be read."""
    paid = [
        salvage.money_of(transaction.get("amount"), transaction.get("currency"))
        for transaction in map(mapping, listing(payload.get("transactions")))
        if transaction.get("kind") == "refund" and transaction.get("status") in ("success", "pending")
    ]
    prices = (mapping(mapping(item.get("subtotal_set")).get("presentment_money")) for item in items)
    worth = [salvage.money_of(price.get("amount"), price.get("currency_code")) for price in prices]
    for amounts in (paid, worth):
        readable = [money for money in amounts if money]
        if readable and len(readable) == len(amounts) and len({money.currency for money in readable}) == 1:
            return Money(sum(money.minor for money in readable), readable[0].currency)
    notes.append("The refund's total was left out: neither transactions nor refund_line_items state it.")
    return None
