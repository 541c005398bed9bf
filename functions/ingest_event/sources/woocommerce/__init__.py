"""WooCommerce's webhooks (X-WC-Webhook-* headers, data = the REST payload), and Store API carts sent like them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money, is_currency
from common.domain.storefront import (
    CartUpdated,
    CustomerErased,
    CustomerUpdated,
    OrderCancelled,
    OrderFacts,
    OrderPaymentFailed,
    Person,
)
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import envelope, reading, salvage
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.woocommerce import topics
from functions.ingest_event.sources.woocommerce.amounts import Payload, moment, shifted
from functions.ingest_event.sources.woocommerce.carts import cart_of
from functions.ingest_event.sources.woocommerce.coupons import read_coupon
from functions.ingest_event.sources.woocommerce.customers import (
    hints_of,
    id_in,
    meta_of,
    read_person,
    session_account,
    stated_cart_id,
)
from functions.ingest_event.sources.woocommerce.orders import read_deletion, read_order
from functions.ingest_event.sources.woocommerce.refunds import read_refund
from functions.ingest_event.understanding import Ignored, Said

NAME = "woocommerce"
ALIASES = ("woo", "wc", "wordpress")

_HINTS = ("cart_id", "cart_token", "cart_hash", "cart_url", "session_id", "anonymous_id", "customer_id")
"""What a shop's own code may also put beside the Store API's fields."""

_Reader = Callable[[Envelope, Payload, str, str], Said | Iterator[Said]]
"""Of the resource, the path to it, and the topic."""


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is WooCommerce's; its ping has nothing but the name of the program that sent it."""
    agent = message.attribute("User-Agent") or ""
    return any(key[:13].lower() == "x-wc-webhook-" for key in message.attributes) or (
        agent.startswith("WooCommerce/") and "Hookshot" in agent
    )


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is a resource of WooCommerce's REST API or a cart of its Store API."""
    return topics.is_woocommerce(topics.resource_of(dict(payload))[0])


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`, else the host of the site that sent the webhook."""
    if named := envelope.store_of(message):
        return named
    site = reading.clean_text(message.attribute("X-WC-Webhook-Source") or "", reading.MAX_URL)
    try:
        host = urlsplit(site if "//" in site else f"//{site}").hostname
    except ValueError:
        return None
    return host[: reading.MAX_ID] if host else None


def understand(message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
    """What the topic and the payload state."""
    store = store_of(message)
    if topics.is_ping(message.data):
        return (Ignored(NAME, store, "ping"),)
    stated = topics.stated_topic(message)
    if stated and stated not in _READERS and not stated.startswith("action."):
        return (Ignored(NAME, store, stated),)
    payload = reading.read_object(message.data)
    resource, at = topics.resource_of(payload)
    topic, read = _reader_of(stated, payload, resource)
    if read is None:
        return (Ignored(NAME, store, topic),)
    if store is None:
        why = "The attribute store is missing; set it to your store's id, or send X-WC-Webhook-Source."
        raise Refused("store_missing", why, "attributes.store")
    said = read(Envelope(NAME, store, message, received_at, payload), resource, at, topic)
    return tuple(said) if isinstance(said, Iterator) else (said,)


def _reader_of(stated: str, payload: Payload, resource: Payload) -> tuple[str, _Reader | None]:
    """The topic, and what reads it. Raises Refused where neither attributes nor payload tell the topic."""
    shape = topics.topic_by_shape(resource)
    topic = stated or topics.action_of(payload) or shape
    if not topic:
        field = "attributes.X-WC-Webhook-Topic"
        why = f"{field} is missing; set it to the webhook's topic such as order.updated."
        raise Refused("topic_missing", why, field)
    if shape == "ping":
        return shape, None
    if topic.startswith("action."):
        return topic, _READERS.get(shape) or _ACTIONS.get(topic)
    return topic, _READERS.get(topic)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the order or cart; for a refund its amount."""
    resource, _ = topics.resource_of(dict(payload))
    totals = mapping(resource.get("totals"))
    currency = totals.get("currency_code")
    if isinstance(currency, str) and is_currency(currency) and totals.get("total_price"):
        try:
            unit = totals.get("currency_minor_unit")
            return Money(shifted(totals["total_price"], unit, currency, "totals.total_price"), currency)
        except Refused:
            return None
    return salvage.money_of(resource.get("total") or resource.get("amount"), resource.get("currency"))


def _delivery(env: Envelope) -> str:
    """What tells two deliveries of the same content apart: a cart may be again as it was an hour ago.

    WooCommerce's own id is made of the webhook and the second, and it never sends a delivery twice.
    """
    stated = env.message.attribute("X-WC-Webhook-Delivery-ID") or ""
    return reading.clean_text(stated, reading.MAX_ID) or env.message.id


def _cart(env: Envelope, cart: Payload, at: str, topic: str) -> Said:
    """A cart as the Store API states it, with what the shop's own code adds about whose and which it is."""
    hints = _cart_hints(env, cart)
    cart_hash = id_in(hints, "cart_hash")
    cart_id = stated_cart_id(hints) or (f"hash:{cart_hash}"[: reading.MAX_ID] if cart_hash else None)
    if cart_id is None:
        field = f"{at}recoup.cart_id"
        raise Refused("field_missing", f"{field} is missing; send an id that the cart keeps.", field)
    account = hints.get("customer_id") or session_account(hints)
    addresses = (mapping(cart.get("billing_address")), mapping(cart.get("shipping_address")))
    person = read_person(account, addresses, {}, hints, env.notes)
    ours = "recoup" if "recoup" in cart else "extensions.recoup"
    told = cart_of(cart, at, cart_id, text_of(hints, "cart_url"), env.notes)
    return env.event(
        CartUpdated,
        id=f"{env.content_id(topic)}:{_delivery(env)}",
        occurred_at=moment(env, hints, f"{at}{ours}.", "occurred_at"),
        channel=SalesChannel.WEB,
        person=person,
        user_agent=text_of(hints, "user_agent") or None,
        cart=told,
    )


def _cart_hints(env: Envelope, cart: Payload) -> Payload:
    """Ours are in `recoup`, or in `extensions.recoup` of an extended Store API; its own headers are attributes."""
    beside = {name: cart[name] for name in _HINTS if cart.get(name)}
    headers = {
        name: env.message.attribute(header)
        for name, header in (("cart_token", "Cart-Token"), ("cart_hash", "Cart-Hash"))
    }
    extension = mapping(mapping(cart.get("extensions")).get("recoup"))
    return {**headers, **hints_of(cart), **beside, **extension, **mapping(cart.get("recoup"))}


def _customer(env: Envelope, customer: Payload, at: str, topic: str) -> Said:
    meta = meta_of(customer)
    own = {name: customer.get(name) for name in ("email", "first_name", "last_name", "phone")}
    addresses = (own, *(mapping(customer.get(name)) for name in ("billing", "billing_address", "shipping")))
    reading.read_id(customer.get("id") or None, f"{at}id")
    return env.event(
        CustomerUpdated,
        id=env.content_id(topic),
        occurred_at=moment(env, customer, at, "date_modified_gmt", "date_created_gmt", "created_at"),
        person=read_person(customer.get("id"), addresses, meta, hints_of(meta), env.notes),
    )


def _customer_deleted(env: Envelope, customer: Payload, at: str, topic: str) -> Said:
    """A deleted account takes what is kept about its owner with it."""
    account = reading.read_id(customer.get("id") or None, f"{at}id")
    return env.event(
        CustomerErased,
        id=f"{env.content_id(topic)}:{_delivery(env)}",
        occurred_at=env.published_at,
        person=Person(external_id=account),
    )


def _order_deleted(env: Envelope, order: Payload, at: str, topic: str) -> Said:
    return read_deletion(env, order, at, topic, _delivery(env))


def _coupon(env: Envelope, coupon: Payload, at: str, topic: str) -> Said:
    return read_coupon(env, coupon, at, topic, _delivery(env))


def _refund(env: Envelope, refund: Payload, at: str, topic: str) -> Said | Iterator[Said]:
    """A refund by itself, or the order that it belongs to, whichever the shop's own code sends."""
    if topics.topic_by_shape(refund) == "order.updated":
        return read_order(env, refund, at, topic)
    return read_refund(env, refund, at)


def _order_undone(kind: type[OrderCancelled | OrderPaymentFailed]) -> _Reader:
    """Of an action that passes the order's number only."""

    def read(env: Envelope, action: Payload, at: str, topic: str) -> Said:
        facts = OrderFacts(id=reading.read_id(action.get("arg"), f"{at}arg"), total=None)
        id = f"{env.content_id(topic)}:{_delivery(env)}"
        return env.event(kind, id=id, occurred_at=env.published_at, order=facts)

    return read


_ACTIONS: dict[str, _Reader] = {
    "action.woocommerce_order_status_cancelled": _order_undone(OrderCancelled),
    "action.woocommerce_order_status_failed": _order_undone(OrderPaymentFailed),
}
"""Of the actions that pass no more than a number, those whose name alone says enough."""


def _events(names: Iterable[str], reader: _Reader) -> dict[str, _Reader]:
    return dict.fromkeys(names, reader)


_READERS: dict[str, _Reader] = {
    **_events(("cart.created", "cart.updated", "cart.emptied"), _cart),
    **_events(("order.created", "order.updated", "order.restored"), read_order),
    "order.deleted": _order_deleted,
    **_events(("order.refunded", "refund.created", "order_refund.created"), _refund),
    **_events(("customer.created", "customer.updated"), _customer),
    "customer.deleted": _customer_deleted,
    **_events(("coupon.created", "coupon.updated", "coupon.deleted", "coupon.restored"), _coupon),
}
"""What the engine acts on; products, subscriptions and other plugins' topics are the shop's own business."""
