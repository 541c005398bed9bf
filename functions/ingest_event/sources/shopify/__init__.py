"""Shopify's webhooks: native on Pub/Sub, through HTTP or EventBridge; and the Admin API's own resources."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import StorefrontEvent
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import reading, salvage
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.shopify import delivery, shapes
from functions.ingest_event.sources.shopify.facts import Fact, placed_within
from functions.ingest_event.sources.shopify.money import Payload
from functions.ingest_event.sources.shopify.topics import IRRELEVANT, TOPICS
from functions.ingest_event.understanding import Ignored, Said

NAME = "shopify"
ALIASES = ("shopify_plus",)

_CHANNELS = {
    "web": SalesChannel.WEB,
    "pos": SalesChannel.POS,
    "iphone": SalesChannel.APP,
    "android": SalesChannel.APP,
    **dict.fromkeys(("facebook", "instagram", "pinterest", "tiktok"), SalesChannel.SOCIAL),
    **dict.fromkeys(("amazon", "ebay", "walmart"), SalesChannel.MARKETPLACE),
}
"""By `source_name`; the numbers of apps say nothing about where the customer was."""
_KNOWN_TOPICS = IRRELEVANT.union(TOPICS)


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is Shopify's."""
    return any(map(delivery.is_header, message.attributes))


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether the payload has what only Shopify's have, such as a gid://shopify/ of its own."""
    return shapes.is_shopify_s(payload)


def store_of(message: PubSubMessage) -> str | None:
    """The shop's domain; else the attribute `store`."""
    return delivery.store_of(message)


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """All that the topic and the payload state, resource by resource."""
    topic = delivery.topic_of(message, _KNOWN_TOPICS)
    if topic and topic not in TOPICS:
        return (Ignored(NAME, store_of(message), topic),)
    whole = reading.read_object(message.data)
    message, payload, way = delivery.unwrapped(message, whole)
    topic = topic or delivery.topic_of(message, _KNOWN_TOPICS)
    resources = shapes.resources_of(payload)
    if len(resources) == 1:
        return tuple(_told(message, received_at, way, resources[0], topic))
    reading.check_lines(resources, way + resources[0].path.partition("[")[0] if resources else way)
    said: list[Said] = []
    for index, resource in enumerate(resources):
        try:
            said += _told(message, received_at, way, resource, topic, f":{index}")
        except Refused as refused:
            said.append(refused)
    return tuple(said) or (Ignored(NAME, store_of(message), topic or "empty"),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the checkout, order or transaction; for a cart the sum of its lines."""
    holder = mapping(mapping(payload.get("detail")).get("payload")) or dict(payload)
    resource = next((mapping(one.payload) for one in shapes.resources_of(holder)), {})
    lines = listing(resource.get("line_items"))
    total = mapping(mapping(resource.get("total_price_set")).get("presentment_money"))
    price = mapping(mapping(mapping(lines[0] if lines else None).get("price_set")).get("shop_money"))
    plain = resource.get("presentment_currency") or resource.get("currency")
    return (
        salvage.money_of(total.get("amount"), total.get("currency_code"))
        or salvage.money_of(resource.get("total_price"), plain)
        or salvage.money_of(resource.get("amount"), plain)
        or salvage.sum_of_lines(lines, "price", plain or price.get("currency_code"))
    )


def _told(
    message: PubSubMessage,
    received_at: datetime,
    way: str,
    resource: shapes.Resource,
    topic: str,
    number: str = "",
) -> Iterator[Said]:
    """What one resource tells. Raises Refused, its field named by its path in the whole payload."""
    path = way + resource.path
    if not isinstance(resource.payload, dict):
        name = path.rstrip(".")
        raise Refused("field_invalid", f"{name} is not an object; send the resource as Shopify does.", name)
    store = store_of(message) or _store_within(resource.payload)
    try:
        topic = topic or _topic_by_shape(resource)
        told = _opened(store, message, received_at, resource.payload)
        stated = list(_events(told, topic, number)) if topic in TOPICS else []
    except Refused as refused:
        raise placed_within(refused, path, store) from None
    for part in stated or (Ignored(NAME, store, topic),):
        yield placed_within(part, path, store) if isinstance(part, Refused) else part


def _store_within(payload: Payload) -> str | None:
    """The shop that a payload about the shop itself names."""
    return text_of(payload, "shop_domain", "myshopify_domain")[: reading.MAX_ID].lower() or None


def _topic_by_shape(resource: shapes.Resource) -> str:
    if not resource.topic:
        field = "attributes.X-Shopify-Topic"
        raise Refused("topic_missing", f"{field} is missing; set it to a topic such as orders/create.", field)
    return resource.topic


def _opened(store: str | None, message: PubSubMessage, received_at: datetime, payload: Payload) -> Envelope:
    if store is None:
        field = "attributes.X-Shopify-Shop-Domain"
        raise Refused("store_missing", f"{field} is missing; set it to the shop's domain.", field)
    return Envelope(NAME, store, message, received_at, payload)


def _events(told: Envelope, topic: str, number: str) -> Iterator[StorefrontEvent | Refused]:
    """The events of one resource."""
    # What a merchant does once may fire several topics with one event id, so the topic is part of ours.
    id = f"{topic}:{delivery.delivery_id(told.message, reading.fingerprint(to_json(told.payload)))}{number}"
    moment = delivery.moment_of(told, topic)
    for fact in TOPICS[topic](told):
        yield fact if isinstance(fact, Refused) else _event(told, fact, id, moment)


def _event(told: Envelope, fact: Fact, id: str, moment: datetime) -> StorefrontEvent:
    return told.event(
        fact.kind,
        id=f"{id}:{fact.part}" if fact.part else id,
        occurred_at=fact.occurred_at or moment,
        channel=_CHANNELS.get(text_of(told.payload, "source_name").lower()),
        user_agent=text_of(mapping(told.payload.get("client_details")), "user_agent") or None,
        **fact.facts,
    )
