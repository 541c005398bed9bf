"""Orders: what their topics and statuses mean."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from common.domain.money import Money
from common.domain.storefront import (
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
)
from functions.ingest_event import reading, salvage
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.saleor.checkouts import read_paid_checkout
from functions.ingest_event.sources.saleor.deliveries import Delivery
from functions.ingest_event.sources.saleor.facts import (
    fully_refunded,
    order_facts,
    paid,
    payment_failed,
    refunded_minor,
    stated_total,
    status_of,
    total_of,
)
from functions.ingest_event.sources.saleor.money import Payload
from functions.ingest_event.sources.saleor.people import read_person
from functions.ingest_event.understanding import Said

OrderEvent = type[OrderPlaced] | type[OrderPaymentFailed] | type[OrderCancelled]

_GONE = frozenset({"CANCELED", "CANCELLED", "EXPIRED"})
_UNSENT = frozenset({"UNFULFILLED", "UNCONFIRMED"})
_BACK = frozenset({"RETURNED", "PARTIALLY_RETURNED", "REFUNDED_AND_RETURNED"})
"""Of orders and of fulfillments."""
_MOMENTS = ("updatedAt", "updated_at")
_CREATION = ("order_created", "order_confirmed", "order_bulk_created")


def read_order(delivery: Delivery) -> Sequence[Said]:
    """The order as its statuses state it."""
    order, path = delivery.object, delivery.path
    if status_of(order, "status") == "DRAFT":
        return delivery.ignored()
    total = total_of(delivery, order, path)
    return _by_state(delivery, order, order_facts(delivery, order, path, total), total)


def read_paid_order(delivery: Delivery) -> Sequence[Said]:
    """A payment arrived: of the whole order, unless the order says that some is missing."""
    order, path = delivery.object, delivery.path
    total = stated_total(order, path)
    event = OrderPlaced if paid(order, total) is False else OrderPaid
    facts = order_facts(delivery, order, path, total)
    return (_told(delivery, event, order, facts),)


def as_told_by_topic(event: OrderEvent) -> Callable[[Delivery], Sequence[Said]]:
    """A reader for a topic that says by itself what happened; then the order's id is enough."""

    def read(delivery: Delivery) -> Sequence[Said]:
        order, path = delivery.object, delivery.path
        facts = order_facts(delivery, order, path, stated_total(order, path))
        return (_told(delivery, event, order, facts),)

    return read


def read_refund(delivery: Delivery) -> Sequence[Said]:
    """Money went back: all of it, or goods with it; money alone, in part, is no return."""
    order, path = delivery.object, delivery.path
    total = stated_total(order, path)
    facts = order_facts(delivery, order, path, total)
    if delivery.topic == "order_fully_refunded" or fully_refunded(order, total):
        return (_refunded(delivery, order, facts, total),)
    if goods_back(order):
        return (_returned(delivery, order, facts, total),)
    return delivery.ignored()


def read_fulfillment(delivery: Delivery) -> Sequence[Said]:
    """Saleor keeps goods that came back as fulfillments too, with a status of their own."""
    part, path = delivery.object, delivery.path
    order = mapping(part.get("order"))
    way = f"{path}order."
    if not order and isinstance(delivery.around.get("order"), dict):
        order, way = delivery.around["order"], f"{delivery.around_path}order."
    if status_of(part, "status") not in _BACK:
        return delivery.ignored()
    return (
        delivery.event(
            OrderReturned,
            delivery.moment("created"),
            return_id=reading.read_id(part.get("id"), f"{path}id"),
            order_id=reading.read_id(order.get("id"), f"{way}id"),
            total=_given_back(part, stated_total(order, way)),
            person=read_person(order, delivery.notes),
        ),
    )


def read_transaction(delivery: Delivery) -> Sequence[Said]:
    """A payment's transaction, which counts for the order, or the checkout, that it belongs to."""
    part, around = delivery.object, delivery.around
    failed = _transaction_failed(part)
    if not failed and not delivery.topic.endswith("_updated"):
        return delivery.ignored()  # what an app is asked to do, not what became of it
    holder, way = (
        (part, delivery.path) if part.get("order") or part.get("checkout") else (around, delivery.around_path)
    )
    if order := mapping(holder.get("order")):
        way = f"{way}order."
        total = stated_total(order, way) if failed else total_of(delivery, order, way)
        facts = order_facts(delivery, order, way, total)
        if failed or total is None:
            return (_told(delivery, OrderPaymentFailed, order, facts),)
        return _by_state(delivery, order, facts, total)
    if checkout := mapping(holder.get("checkout")):
        return read_paid_checkout(replace(delivery, object=checkout, path=f"{way}checkout."))
    selection = "order { id total { gross { amount currency } } } checkout { id }"
    raise delivery.missing(f"{delivery.path}order", selection)


def goods_back(order: Payload) -> bool:
    """Whether some of the order's goods came back."""
    parts = (order, *map(mapping, listing(order.get("fulfillments"))))
    return any(status_of(part, "status") in _BACK for part in parts)


def _by_state(delivery: Delivery, order: Payload, facts: OrderFacts, total: Money) -> Sequence[Said]:
    if status_of(order, "status") in _GONE:
        return (_told(delivery, OrderCancelled, order, facts),)
    if fully_refunded(order, total):
        return (_refunded(delivery, order, facts, total),)
    if payment_failed(order):
        return (_told(delivery, OrderPaymentFailed, order, facts),)
    event = OrderPaid if paid(order, total) else OrderPlaced
    told = _told(delivery, event, order, facts)
    return (told, _returned(delivery, order, facts, total, "returned")) if goods_back(order) else (told,)


def _told(delivery: Delivery, event: OrderEvent, order: Payload, facts: OrderFacts) -> Said:
    created = delivery.topic in _CREATION
    moment = delivery.moment(*(("created", *_MOMENTS) if created else (*_MOMENTS, "created")))
    return delivery.event(event, moment, order=facts, person=read_person(order, delivery.notes))


def _refunded(delivery: Delivery, order: Payload, facts: OrderFacts, total: Money | None) -> Said:
    """A wholly refunded order: its goods count as returned, unless they were never sent."""
    if status_of(order, "status") in _UNSENT | _GONE:
        return _told(delivery, OrderCancelled, order, facts)
    return _returned(delivery, order, facts, total)


def _returned(
    delivery: Delivery, order: Payload, facts: OrderFacts, total: Money | None, part: str = ""
) -> OrderReturned:
    """The return, named after the last fulfillment that came back, so that every message about it is one return."""
    back = [
        one for one in map(mapping, listing(order.get("fulfillments"))) if status_of(one, "status") in _BACK
    ]
    return_id = text_of(back[-1], "id") if back else ""
    return delivery.event(
        OrderReturned,
        delivery.moment(*_MOMENTS),
        part,
        return_id=return_id[: reading.MAX_ID] or f"return-of-{facts.id}"[: reading.MAX_ID],
        order_id=facts.id,
        total=_sum_of_return(order, back, total),
        person=read_person(order, delivery.notes),
    )


def _sum_of_return(order: Payload, back: list[Payload], total: Money | None) -> Money | None:
    if back and (given := _given_back(back[-1], total)):
        return given
    if total is None or fully_refunded(order, total):
        return total
    minor = refunded_minor(order, total)
    return None if minor is None else Money(minor, total.currency)


def _given_back(fulfillment: Payload, total: Money | None) -> Money | None:
    nested = mapping(fulfillment.get("totalRefundedAmount"))
    if nested:
        return salvage.money_of(
            nested.get("amount"), nested.get("currency") or (total.currency if total else None)
        )
    return salvage.money_of(fulfillment.get("total_refund_amount"), total.currency) if total else None


def _transaction_failed(part: Payload) -> bool:
    """Whether a charge or authorisation failed, and none succeeded."""
    types = [status_of(mapping(event), "type") for event in listing(part.get("events"))]
    return any(type_ in ("CHARGE_FAILURE", "AUTHORIZATION_FAILURE") for type_ in types) and not any(
        type_ in ("CHARGE_SUCCESS", "AUTHORIZATION_SUCCESS") for type_ in types
    )
