"""Saleor's asynchronous webhooks, over HTTPS or published to Google Pub/Sub, with a subscription query or without."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import CustomerErased, CustomerUpdated, OrderCancelled, OrderPaid
from functions.ingest_event import reading, salvage
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.saleor import checkouts, deliveries, orders, shapes, vouchers
from functions.ingest_event.sources.saleor.deliveries import Delivery
from functions.ingest_event.sources.saleor.money import plain_currency, stated
from functions.ingest_event.sources.saleor.people import read_customer
from functions.ingest_event.understanding import Ignored, Said

NAME = "saleor"
ALIASES = ("saleor_cloud",)

_UNREAD = (
    *(
        "gift_card",
        "product",
        "draft_order",
        "sale",
        "promotion",
        "category",
        "collection",
        "menu",
        "page",
        "app_",
    ),
    *(
        "attribute",
        "channel",
        "warehouse",
        "staff",
        "translation",
        "thumbnail",
        "shipping",
        "permission",
        "address",
    ),
    *("invoice", "notify", "observability", "payment_", "shop_", "stored_payment", "export"),
)
"""How topics begin that mean nothing for us, whatever the data says."""


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is one of Saleor's headers, or of its messages to Pub/Sub."""
    own = ("saleor-", "x-saleor-", "saleordomain", "saleorapiurl")
    return any(key.lower().startswith(own) for key in message.attributes)


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether the payload's object has a global id of Saleor's making, and fields that go with it."""
    return shapes.looks_like_saleor(dict(payload))


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`, else Saleor's domain."""
    return deliveries.store_of(message)


def understand(message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
    """What each object of the message tells."""
    topic = deliveries.topic_of(message)
    if topic.startswith(_UNREAD):
        return (Ignored(NAME, store_of(message), topic),)
    told: list[Said] = []
    for delivery in deliveries.opened(NAME, message, received_at):
        if isinstance(delivery, Refused):
            told.append(delivery)
            continue
        try:
            told.extend(_understood(delivery))
        except Refused as refused:
            refused.at_stake = at_stake(delivery.envelope.payload)  # in a list, each has its own
            told.append(refused)
    return tuple(told)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The gross total of the checkout or order; of a checkout without one, the sum of its lines."""
    whole = dict(payload)
    event = mapping(whole.get("event")) or mapping(mapping(whole.get("data")).get("event")) or whole
    for part in (event, mapping(event.get("order")), mapping(event.get("checkout"))):
        plain = plain_currency(part, "")
        total = stated(part, "", ("total", "totalPrice", "total_gross_amount"), plain)
        money = salvage.money_of(total.amount, total.currency) if total else None
        money = money or salvage.sum_of_lines(listing(part.get("lines")), "base_price", plain.currency)
        if money:
            return money
    return None


def _understood(delivery: Delivery) -> Sequence[Said]:
    if delivery.tells_metadata_only and not delivery.topic.startswith("customer_"):
        return delivery.ignored()
    read = _TOPICS.get(delivery.topic)
    if read is None and delivery.topic.startswith("transaction_"):
        read = orders.read_transaction
    return read(delivery) if read else delivery.ignored()


def _customer(delivery: Delivery) -> Sequence[Said]:
    if not any(delivery.object.get(name) for name in ("id", "email")):
        raise delivery.missing(f"{delivery.path}id", "user { id email firstName lastName languageCode }")
    person = read_customer(delivery.object, delivery.notes)
    return (delivery.event(CustomerUpdated, delivery.moment("updatedAt", "updated_at"), person=person),)


def _deleted_customer(delivery: Delivery) -> Sequence[Said]:
    """Whoever is deleted in the shop is to be forgotten here; the id or the address is enough."""
    if not delivery.object.get("email"):
        reading.read_id(delivery.object.get("id"), f"{delivery.path}id")
    person = read_customer(delivery.object, delivery.notes)
    return (delivery.event(CustomerErased, delivery.moment(), person=person),)


_TOPICS: dict[str, Callable[[Delivery], Sequence[Said]]] = {
    **dict.fromkeys(
        ("checkout_created", "checkout_updated", "checkout_metadata_updated"), checkouts.read_checkout
    ),
    **dict.fromkeys(("checkout_fully_paid", "checkout_fully_authorized"), checkouts.read_paid_checkout),
    **dict.fromkeys(
        (
            *("order_created", "order_confirmed", "order_updated", "order_fulfilled"),
            *("order_metadata_updated", "order_bulk_created"),
        ),
        orders.read_order,
    ),
    "order_paid": orders.read_paid_order,
    "order_fully_paid": orders.as_told_by_topic(OrderPaid),
    **dict.fromkeys(("order_cancelled", "order_expired"), orders.as_told_by_topic(OrderCancelled)),
    **dict.fromkeys(("order_refunded", "order_fully_refunded"), orders.read_refund),
    **dict.fromkeys(
        (
            "fulfillment_created",
            "fulfillment_approved",
            "fulfillment_updated",
            "fulfillment_metadata_updated",
        ),
        orders.read_fulfillment,
    ),
    **dict.fromkeys(
        ("customer_created", "customer_updated", "customer_metadata_updated", "account_confirmed"), _customer
    ),
    **dict.fromkeys(("customer_deleted", "account_deleted"), _deleted_customer),
    **dict.fromkeys(("voucher_deleted", "voucher_codes_deleted"), vouchers.read_deleted),
    **dict.fromkeys(
        ("voucher_updated", "voucher_created", "voucher_metadata_updated"), vouchers.read_changed
    ),
}
"""What the engine acts on; every other topic is Saleor's own business."""
