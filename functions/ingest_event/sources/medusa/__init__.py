"""Medusa's event bus, versions 1 and 2, as subscribers and webhook plugins forward it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CustomerErased,
    CustomerUpdated,
    OrderCancelled,
    OrderPaid,
    OrderPaymentFailed,
    VoucherWithdrawn,
)
from functions.ingest_event import envelope, reading
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.medusa import money, orders, payments, returns
from functions.ingest_event.sources.medusa.carts import read_cart, read_deleted_cart
from functions.ingest_event.sources.medusa.deliveries import LISTS, Delivery, looks_like_medusa, opened
from functions.ingest_event.sources.medusa.people import read_customer
from functions.ingest_event.understanding import Ignored, Said

NAME = "medusa"
ALIASES = ("medusajs", "medusa_js", "medusa_commerce")


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is one that only Medusa's messages have."""
    return any(
        key.lower() == "medusa_version" or key[:9].lower() == "x-medusa-" for key in message.attributes
    )


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether the payload's object has an id of Medusa's making, such as order_01..., and fields that go with it."""
    return looks_like_medusa(dict(payload))


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`: Medusa's payloads don't name theirs."""
    return envelope.store_of(message)


def understand(message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
    """What the topic and the payload state."""
    if b'"offset"' in message.data:  # an answer that is one page of a list
        payload = reading.read_object(message.data)
        for name in LISTS:
            if isinstance(payload.get(name), list) and "id" not in payload:
                return _listed(message, received_at, name, payload[name])
    return _told(opened(NAME, message, received_at))


def _told(delivery: Delivery) -> Sequence[Said]:
    read = _TOPICS.get(delivery.topic)
    if read is None:
        return (Ignored(NAME, delivery.envelope.store, delivery.topic),)
    return read(delivery)


def _listed(message: PubSubMessage, received_at: datetime, name: str, entries: list[Any]) -> Sequence[Said]:
    """What each object of the API's answer tells; a broken one costs the others nothing."""
    said: list[Said] = []
    for index, entry in enumerate(reading.check_lines(entries, name)):
        alone = replace(message, data=to_json({LISTS[name]: entry}))
        try:
            said += _told(opened(NAME, alone, received_at))
        except Refused as refused:
            if refused.field:
                refused.field = refused.field.replace(f"{LISTS[name]}.", f"{name}[{index}].", 1)
            refused.at_stake = at_stake(mapping(entry))
            said.append(refused)
    return said or (Ignored(NAME, store_of(message), name),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the cart or order, where its unit can be told."""
    whole = dict(payload)
    data = mapping(whole.get("data")) or whole
    for part in (
        data,
        mapping(data.get("order")),
        mapping(data.get("cart")),
        mapping(data.get("payment_collection")),
    ):
        if part.get("total") is None and not part.get("items"):
            continue
        try:
            amounts = money.amounts_of("", "", part, [])
            currency = money.read_currency(part, "", (mapping(part.get("region")), ""))
            minor = amounts.read(part, "total", "", currency)
            if minor is not None:
                return Money(reading.check_total(minor, "total"), currency)
        except Refused:
            continue
    return None


def _customer(delivery: Delivery) -> Sequence[Said]:
    customer = delivery.object
    if not any(customer.get(name) for name in ("email", "phone", "first_name")):
        raise delivery.missing(f"{delivery.path}email", "the customer's email, phone and names")
    person = read_customer(customer, delivery.notes)
    return (delivery.event(CustomerUpdated, delivery.moment("updated_at", "created_at"), person=person),)


def _deleted_customer(delivery: Delivery) -> Sequence[Said]:
    """Whoever is deleted in the shop is to be forgotten here; the id is enough."""
    reading.read_id(delivery.object.get("id"), f"{delivery.path}id")
    person = read_customer(delivery.object, delivery.notes)
    return (delivery.event(CustomerErased, delivery.moment("deleted_at", "updated_at"), person=person),)


def _discount(delivery: Delivery) -> Sequence[Said]:
    """A code that is honoured no more."""
    part = delivery.object
    gone = delivery.topic.endswith(".deleted") or bool(part.get("deleted_at"))
    if not gone and part.get("is_disabled") is not True and text_of(part, "status") != "inactive":
        return (Ignored(NAME, delivery.envelope.store, delivery.topic),)
    if not part.get("code"):
        raise delivery.missing(f"{delivery.path}code", "the code")
    code = reading.read_id(part["code"], f"{delivery.path}code")
    return (delivery.event(VoucherWithdrawn, delivery.moment("deleted_at", "updated_at"), code=code),)


_captured = orders.as_told_by_topic(OrderPaid)
_TOPICS: dict[str, Callable[[Delivery], Sequence[Said]]] = {
    **dict.fromkeys(
        (
            "cart.created",
            "cart.updated",
            "cart.customer_updated",
            "cart.region_updated",
            "cart.customer_transferred",
        ),
        read_cart,
    ),
    "cart.deleted": read_deleted_cart,
    **dict.fromkeys(
        ("order.placed", "order.created", "order.updated", "order.completed", "order.archived"),
        orders.read_order,
    ),
    "order.payment_captured": _captured,
    "order.payment_capture_failed": orders.as_told_by_topic(OrderPaymentFailed),
    "order.canceled": orders.as_told_by_topic(OrderCancelled, "canceled_at"),
    **dict.fromkeys(
        ("order.items_returned", "order.return_received", "order.return_action_required"), returns.read_return
    ),
    "order.refund_created": returns.read_refund,
    "return.updated": returns.read_bare_return,
    **dict.fromkeys(
        ("swap.received", "swap.updated", "claim.updated", "claim.refund_processed"), returns.read_exchange
    ),
    "payment.captured": payments.payment_told(OrderPaid, "captured_at"),
    **dict.fromkeys(
        ("payment.capture_failed", "payment.failed"), payments.payment_told(OrderPaymentFailed, "updated_at")
    ),
    **dict.fromkeys(("payment.refunded", "payment.refund_created"), payments.read_refunded_payment),
    "payment.updated": payments.read_payment,
    **dict.fromkeys(
        (
            "payment_collection.created",
            "payment_collection.updated",
            "payment_collection.payment_authorized",
            "payment_collection.completed",
        ),
        payments.read_collection,
    ),
    **dict.fromkeys(("customer.created", "customer.updated"), _customer),
    "customer.deleted": _deleted_customer,
    **dict.fromkeys(
        ("discount.updated", "discount.deleted", "promotion.updated", "promotion.deleted"), _discount
    ),
}
"""What the engine acts on; every other topic is Medusa's own business."""
