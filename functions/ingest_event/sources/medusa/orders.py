"""Orders: what their topics and statuses mean."""

from collections.abc import Callable, Sequence

from common.domain.storefront import OrderCancelled, OrderPaid, OrderPaymentFailed, OrderPlaced
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.medusa.deliveries import Delivery
from functions.ingest_event.sources.medusa.facts import order_facts, stated_total, total_of
from functions.ingest_event.sources.medusa.money import Payload
from functions.ingest_event.sources.medusa.people import read_person
from functions.ingest_event.sources.medusa.returns import is_refunded, received_returns, refunded
from functions.ingest_event.understanding import Ignored, Said

OrderEvent = type[OrderPlaced] | type[OrderPaymentFailed] | type[OrderCancelled]

_BY_PAYMENT: dict[str, OrderEvent] = {
    "captured": OrderPaid,
    "partially_refunded": OrderPaid,
    "canceled": OrderPaymentFailed,
    "failed": OrderPaymentFailed,
}
"""Any other payment is awaited, authorised, captured in part, or needs an action of the customer: it is placed."""


def read_order(delivery: Delivery) -> Sequence[Said]:
    """The order as its statuses state it, and the returns of it that have been received."""
    order = delivery.object
    if is_draft(order):
        return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
    total = total_of(delivery, order, delivery.path)
    facts = order_facts(delivery, order, delivery.path, total)
    returns = received_returns(delivery, order, facts.id)
    state = state_of(order)
    if state is not OrderCancelled and is_refunded(delivery, order, total):
        return tuple(returns) or (refunded(delivery, order, facts),)
    placed = delivery.topic == "order.placed"
    moment = delivery.moment("created_at") if placed else delivery.moment("updated_at", "created_at")
    person = read_person(order, delivery.notes)
    return (delivery.event(state, moment, order=facts, person=person), *returns)


def as_told_by_topic(event: OrderEvent, *moments: str) -> Callable[[Delivery], Sequence[Said]]:
    """A reader for a topic that says by itself what happened; `moments` are the fields that say when."""

    def read(delivery: Delivery) -> Sequence[Said]:
        order, path = delivery.object, delivery.path
        # Its id is enough: what happened to an order that is known by then is not lost over a missing total.
        facts = order_facts(delivery, order, path, stated_total(delivery, order, path))
        person = read_person(order, delivery.notes)
        return (delivery.event(event, delivery.moment(*moments, "updated_at"), order=facts, person=person),)

    return read


def state_of(order: Payload) -> OrderEvent:
    """What the order's statuses come to."""
    if text_of(order, "status") == "canceled" or order.get("canceled_at"):
        return OrderCancelled
    return _BY_PAYMENT.get(_payment_status(order), OrderPlaced)


def is_draft(order: Payload) -> bool:
    """Whether it is the shop's own draft, which nobody has ordered yet."""
    return order.get("is_draft_order") is True or text_of(order, "status") == "draft"


def _payment_status(order: Payload) -> str:
    """The order's own, else what its payment collections come to: version 2 computes it for its API's answers only."""
    if stated := text_of(order, "payment_status"):
        return stated
    states = {text_of(mapping(one), "status") for one in listing(order.get("payment_collections"))} - {
        "canceled"
    }
    if states and states <= {"completed", "captured"}:
        return "captured"
    return "failed" if states == {"failed"} else ""
