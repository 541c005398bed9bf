"""Shopify's webhooks as it delivers them to Pub/Sub: X-Shopify-* attributes, data = the REST payload."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CustomerUpdated,
    OrderCancelled,
    OrderPaid,
    OrderPlaced,
    StorefrontEvent,
)
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import reading, salvage
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.shopify.carts import read_cart, read_checkout
from functions.ingest_event.sources.shopify.customers import read_customer
from functions.ingest_event.sources.shopify.money import Payload
from functions.ingest_event.sources.shopify.orders import read_order, read_refund
from functions.ingest_event.understanding import Ignored

NAME = "shopify"
ALIASES = ()

_TOPIC = re.compile(r"[a-z0-9_]{1,60}/[a-z0-9_]{1,60}")
_CHANNELS = {
    "web": SalesChannel.WEB,
    "pos": SalesChannel.POS,
    "iphone": SalesChannel.APP,
    "android": SalesChannel.APP,
    **dict.fromkeys(("facebook", "instagram", "pinterest", "tiktok"), SalesChannel.SOCIAL),
    **dict.fromkeys(("amazon", "ebay", "walmart"), SalesChannel.MARKETPLACE),
}
"""By `source_name`; the numbers of apps say nothing about where the customer was."""


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is Shopify's."""
    return any(key[:10].lower() == "x-shopify-" for key in message.attributes)


def resembles(payload: Mapping[str, Any]) -> bool:
    """Never: without its headers a payload names neither its topic nor its shop."""
    return False


def store_of(message: PubSubMessage) -> str | None:
    """The shop's domain."""
    domain = message.attribute("X-Shopify-Shop-Domain") or ""
    return reading.clean_text(domain, reading.MAX_ID).lower() or None


def understand(message: PubSubMessage, received_at: datetime) -> tuple[StorefrontEvent | Ignored]:
    """The event that the topic and the payload state."""
    topic = _topic(message)
    store = store_of(message)
    read = _TOPICS.get(topic)
    if read is None:
        return (Ignored(NAME, store, topic),)
    if store is None:
        field = "attributes.X-Shopify-Shop-Domain"
        raise Refused("store_missing", f"{field} is missing; set it to the shop's domain.", field)
    payload = reading.read_object(message.data)
    notes: list[str] = []
    stated = read(payload, notes)
    if stated is None:
        return (Ignored(NAME, store, topic),)
    event, facts = stated
    told = event(
        # What a merchant does once may fire several topics with one event id, so the topic is part of ours.
        id=f"{topic}:{_delivery_id(message)}",
        store=store,
        source=NAME,
        occurred_at=_occurred_at(message, payload, received_at),
        digest=reading.fingerprint(to_json(payload)),
        channel=_CHANNELS.get(text_of(payload, "source_name").lower()),
        notes=tuple(dict.fromkeys(notes)),
        **facts,
    )
    return (told,)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the checkout or order; for a cart the sum of its lines."""
    lines = listing(payload.get("line_items"))
    total = mapping(mapping(payload.get("total_price_set")).get("presentment_money"))
    price = mapping(mapping(mapping(lines[0] if lines else None).get("price_set")).get("shop_money"))
    plain = payload.get("presentment_currency") or payload.get("currency")
    return (
        salvage.money_of(total.get("amount"), total.get("currency_code"))
        or salvage.money_of(payload.get("total_price"), plain)
        or salvage.sum_of_lines(lines, "price", plain or price.get("currency_code"))
    )


def _topic(message: PubSubMessage) -> str:
    field = "attributes.X-Shopify-Topic"
    topic = (message.attribute("X-Shopify-Topic") or "").strip().lower()
    if not topic:
        raise Refused("topic_missing", f"{field} is missing; set it to a topic such as orders/create.", field)
    if not _TOPIC.fullmatch(topic):
        raise Refused("topic_unknown", f"{field} is not a topic; send one such as orders/create.", field)
    return topic


def _delivery_id(message: PubSubMessage) -> str:
    stated = message.attribute("X-Shopify-Event-Id") or message.attribute("X-Shopify-Webhook-Id")
    return reading.clean_text(stated or "", reading.MAX_ID) or message.id


def _occurred_at(message: PubSubMessage, payload: Payload, received_at: datetime) -> datetime:
    if triggered_at := message.attribute("X-Shopify-Triggered-At"):
        return reading.read_moment(triggered_at.strip(), "attributes.X-Shopify-Triggered-At", received_at)
    for name in ("updated_at", "created_at", "processed_at"):
        if payload.get(name):
            return reading.read_moment(payload[name], name, received_at)
    return min(message.publish_time, received_at)


_Stated = tuple[Callable[..., StorefrontEvent], dict[str, Any]]
_Reader = Callable[[Payload, list[str]], _Stated | None]


def _order(event: type[StorefrontEvent]) -> _Reader:
    return lambda payload, notes: (event, read_order(payload, notes))


def _customer(payload: Payload, notes: list[str]) -> _Stated:
    if not any(payload.get(name) for name in ("id", "email", "phone")):
        raise Refused("field_missing", "id is missing; send the customer's id, e-mail or phone.", "id")
    return CustomerUpdated, {"person": read_customer(payload, notes)}


_TOPICS: dict[str, _Reader] = {
    "carts/create": read_cart,
    "carts/update": read_cart,
    "checkouts/create": read_checkout,
    "checkouts/update": read_checkout,
    "orders/create": _order(OrderPlaced),
    "orders/paid": _order(OrderPaid),
    "orders/cancelled": _order(OrderCancelled),
    "refunds/create": read_refund,
    "customers/update": _customer,
}
"""What the engine acts on; every other topic is Shopify's own business."""
