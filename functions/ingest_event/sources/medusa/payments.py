"""Payments and payment collections. Both count for the order they belong to, which has to be sent with them."""

from collections.abc import Callable, Sequence

from common.domain.money import Money
from common.domain.storefront import CartVisited, OrderFacts, OrderPaid, OrderPaymentFailed, OrderPlaced
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.medusa.deliveries import Delivery
from functions.ingest_event.sources.medusa.facts import order_facts, stated_total
from functions.ingest_event.sources.medusa.money import Payload, read_currency
from functions.ingest_event.sources.medusa.people import read_person
from functions.ingest_event.sources.medusa.returns import refunded
from functions.ingest_event.understanding import Ignored, Said

_COLLECTION_STATES: dict[str, type[OrderPlaced] | type[OrderPaymentFailed]] = {
    "completed": OrderPaid,
    "captured": OrderPaid,
    "failed": OrderPaymentFailed,
    **dict.fromkeys(("authorized", "partially_authorized", "partially_captured"), OrderPlaced),
}


def payment_told(
    event: type[OrderPaid] | type[OrderPaymentFailed], moment: str
) -> Callable[[Delivery], Sequence[Said]]:
    """A reader of a payment whose topic says what became of it."""

    def read(delivery: Delivery) -> Sequence[Said]:
        order, path = _order_of(delivery)
        person = read_person(order, delivery.notes)
        facts = _facts(delivery, order, path)
        return (delivery.event(event, delivery.moment(moment, "updated_at"), order=facts, person=person),)

    return read


def read_payment(delivery: Delivery) -> Sequence[Said]:
    """A payment by its own dates, where no topic says more."""
    if delivery.object.get("captured_at"):
        return payment_told(OrderPaid, "captured_at")(delivery)
    return _ignored(delivery)


def read_refunded_payment(delivery: Delivery) -> Sequence[Said]:
    """A refund of all that was paid; one in part gives back money, not goods."""
    part, path = delivery.object, delivery.path
    order, order_path = _order_of(delivery)
    currency = read_currency(part, path, (order, order_path))
    paid = delivery.amounts.read(part, "amount", path, currency) or 0
    given = delivery.amounts.read(part, "amount_refunded", path, currency)
    if given is None:
        refunds = enumerate(map(mapping, listing(part.get("refunds"))))
        sums = [
            delivery.amounts.read(one, "amount", f"{path}refunds[{index}].", currency)
            for index, one in refunds
        ]
        given = sum(minor for minor in sums if minor)
    if not 0 < paid <= given:
        return _ignored(delivery)
    return (refunded(delivery, order, _facts(delivery, order, order_path)),)


def read_collection(delivery: Delivery) -> Sequence[Said]:
    """A payment collection of an order; before there is one, its changes are a customer at the checkout."""
    part, path = delivery.object, delivery.path
    if text_of(part, "type") == "order_edit":
        return _ignored(delivery)
    moment = delivery.moment("updated_at", "created_at")
    cart_id = part.get("cart_id") or mapping(part.get("cart")).get("id")
    if cart_id and not part.get("order_id") and not mapping(part.get("order")):
        return (delivery.event(CartVisited, moment, cart_id=reading.read_id(cart_id, f"{path}cart_id")),)
    event = _COLLECTION_STATES.get(text_of(part, "status"))
    if event is None:
        return _ignored(delivery)
    order, order_path = _order_of(delivery)
    facts, person = _facts(delivery, order, order_path), read_person(order, delivery.notes)
    return (delivery.event(event, moment, order=facts, person=person),)


def _order_of(delivery: Delivery) -> tuple[Payload, str]:
    """The order that is sent with the payment, or what the payment itself knows of it. Raises Refused."""
    part, path = delivery.object, delivery.path
    collection = mapping(part.get("payment_collection"))
    for order, way in (
        (mapping(part.get("order")), f"{path}order."),
        (mapping(delivery.around.get("order")), f"{delivery.around_path}order."),
        (mapping(collection.get("order")), f"{path}payment_collection.order."),
    ):
        if order:
            return order, way
    if part.get("order_id"):
        return {"id": part["order_id"], "cart_id": part.get("cart_id")}, path
    raise delivery.missing(f"{path}order", "the order that is paid: its id, total and currency_code")


def _facts(delivery: Delivery, order: Payload, path: str) -> OrderFacts:
    """The order's facts; where it states no total, the amount of its payment counts."""
    part = delivery.object
    total = stated_total(delivery, order, path)
    if total is None and part.get("amount") is not None:
        currency = read_currency(part, delivery.path)
        amount = delivery.amounts.read(part, "amount", delivery.path, currency)
        total = (
            None if amount is None else Money(reading.check_total(amount, f"{delivery.path}amount"), currency)
        )
    return order_facts(delivery, order, path, total)


def _ignored(delivery: Delivery) -> Sequence[Said]:
    return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
