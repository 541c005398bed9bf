"""What came back: returns, refunds, and the returns that belong to swaps and claims."""

from collections.abc import Sequence

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderCancelled, OrderFacts, OrderReturned
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.medusa.deliveries import Delivery
from functions.ingest_event.sources.medusa.facts import order_facts, total_of
from functions.ingest_event.sources.medusa.money import Payload, read_currency
from functions.ingest_event.sources.medusa.people import read_person
from functions.ingest_event.understanding import Ignored, Said

_RETURN_PARTS = ("return", "return_request", "return_order")
_RECEIVED = frozenset({"received", "requires_action", "partially_received"})
"""Statuses of a return whose goods are back; requires_action: other quantities than announced."""
_UNSENT = frozenset({"not_fulfilled", "canceled"})
_GOODS_BACK = frozenset({"return", "claim"})
"""Reasons of a refund that go with goods."""


def read_return(delivery: Delivery) -> Sequence[Said]:
    """Goods came back. Ids are enough; the sum is told where the return or the order is sent whole."""
    around, way = delivery.around, delivery.around_path
    told, told_path = _return_of(delivery)
    order, order_path = (delivery.object, delivery.path) if told is not delivery.object else ({}, way)
    return_id = _first_id((around, f"{way}return_id"), (told, f"{told_path}id"))
    order_id = _first_id(
        (around, f"{way}order_id"), (told, f"{told_path}order_id"), (order, f"{order_path}id")
    )
    return (
        delivery.event(
            OrderReturned,
            delivery.moment("updated_at"),
            return_id=return_id,
            order_id=order_id,
            total=_refund_amount(delivery, told, order),
            person=read_person(order, delivery.notes),
        ),
    )


def read_bare_return(delivery: Delivery) -> Sequence[Said]:
    """A return that no topic speaks of: it counts once its goods are back."""
    if text_of(delivery.object, "status") not in _RECEIVED:
        return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
    return read_return(delivery)


def _return_of(delivery: Delivery) -> tuple[Payload, str]:
    """The return that a message is about, as far as it is sent: beside the order, by itself, or within the order."""
    around, way = delivery.around, delivery.around_path
    for name in _RETURN_PARTS:
        if isinstance(around.get(name), dict):
            return around[name], f"{way}{name}."
    if text_of(around, "id").startswith(("ret_", "return_")):
        return around, way
    wanted = around.get("return_id")
    for index, one in reversed(list(enumerate(map(mapping, listing(delivery.object.get("returns")))))):
        if one.get("id") == wanted if wanted else text_of(one, "status") in _RECEIVED:
            return one, f"{delivery.path}returns[{index}]."
    return {}, way


def _first_id(*places: tuple[Payload, str]) -> str:
    """The id in the first of the places that states one; each is an object and the path of the id in it."""
    for holder, field in places:
        if value := holder.get(field.rpartition(".")[2]):
            return reading.read_id(value, field)
    return reading.read_id(None, places[0][1])


def received_returns(delivery: Delivery, order: Payload, order_id: str) -> list[OrderReturned]:
    """One event for each return of a whole order whose goods are back."""
    told = []
    for one in map(mapping, listing(order.get("returns"))):
        if text_of(one, "status") in _RECEIVED and text_of(one, "id"):
            moment = delivery.moment("updated_at")
            return_id = reading.read_id(one["id"], f"{delivery.path}returns[].id")
            total = _refund_amount(delivery, one, order)
            facts = {"return_id": return_id, "order_id": order_id, "total": total}
            told.append(delivery.event(OrderReturned, moment, return_id, **facts))
    return told


def read_refund(delivery: Delivery) -> Sequence[Said]:
    """A refund of the whole order, or one that goes with goods; money alone, in part, is no return."""
    order, path = delivery.object, delivery.path
    total = total_of(delivery, order, path)
    facts = order_facts(delivery, order, path, total)
    refund = mapping(delivery.around.get("refund")) or _last(order, "refunds")
    refund_id = delivery.around.get("refund_id") or refund.get("id")
    person = read_person(order, delivery.notes)
    if is_refunded(delivery, order, total):
        return (refunded(delivery, order, facts),)
    if text_of(refund, "reason") not in _GOODS_BACK:
        return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
    return (
        delivery.event(
            OrderReturned,
            delivery.moment("updated_at"),
            return_id=reading.read_id(refund_id, f"{delivery.around_path}refund_id"),
            order_id=facts.id,
            total=_optional(delivery, refund, "amount", total.currency),
            person=person,
        ),
    )


def is_refunded(delivery: Delivery, order: Payload, total: Money) -> bool:
    """Whether all of the order's money went back."""
    if text_of(order, "payment_status") == "refunded":
        return True
    summary = mapping(order.get("summary"))
    given_back = _optional(delivery, order, "refunded_total", total.currency)
    paid = total if given_back else _optional(delivery, summary, "paid_total", total.currency)
    given_back = given_back or _optional(delivery, summary, "refunded_total", total.currency)
    return paid is not None and given_back is not None and 0 < paid.minor <= given_back.minor


def _is_unsent(order: Payload) -> bool:
    status = text_of(order, "fulfillment_status")
    return status in _UNSENT if status else order.get("fulfillments") == []


def refunded(delivery: Delivery, order: Payload, facts: OrderFacts) -> Said:
    """A wholly refunded order: its goods count as returned, unless they were never sent.

    It is named after the return that it is the money of, if there is one, so that both count once.
    """
    person, moment = read_person(order, delivery.notes), delivery.moment("updated_at")
    if _is_unsent(order):
        return delivery.event(OrderCancelled, moment, order=facts, person=person)
    back = [one for one in map(mapping, listing(order.get("returns"))) if text_of(one, "status") in _RECEIVED]
    named = text_of(back[-1], "id") if back else text_of(_last(order, "refunds"), "id")
    return delivery.event(
        OrderReturned,
        moment,
        return_id=(named or f"refund-of-{facts.id}")[: reading.MAX_ID],
        order_id=facts.id,
        total=facts.total,
        person=person,
    )


def read_exchange(delivery: Delivery) -> Sequence[Said]:
    """A swap or claim: a return once its goods are back. A swap gives other goods, not money, for them."""
    part, path = delivery.object, delivery.path
    back = mapping(part.get("return_order"))
    if text_of(back, "status") not in _RECEIVED:
        return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
    return (
        delivery.event(
            OrderReturned,
            delivery.moment("updated_at"),
            return_id=reading.read_id(back.get("id"), f"{path}return_order.id"),
            order_id=reading.read_id(part.get("order_id"), f"{path}order_id"),
            total=None
            if delivery.kind == "swap"
            else _refund_amount(delivery, back, mapping(part.get("order"))),
        ),
    )


def _refund_amount(delivery: Delivery, told: Payload, order: Payload) -> Money | None:
    """What the return gave back, if it says so in a known currency."""
    try:
        currency = read_currency(order, "", (mapping(order.get("region")), ""), (told, ""))
    except Refused:
        return None
    return _optional(delivery, told, "refund_amount", currency)


def _optional(delivery: Delivery, holder: Payload, name: str, currency: str) -> Money | None:
    try:
        minor = delivery.amounts.read(holder, name, "", currency)
    except Refused:
        delivery.notes.append(f"{name} was left out: it is not an amount, or its unit is not known.")
        return None
    return None if minor is None else Money(minor, currency)


def _last(holder: Payload, name: str) -> Payload:
    return mapping((listing(holder.get(name)) or [None])[-1])
