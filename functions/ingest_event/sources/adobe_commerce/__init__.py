"""Adobe Commerce (Magento 2): Adobe I/O Events as CloudEvents, REST resources, and the storefront's data layer."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from functions.ingest_event import envelope, reading, salvage
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.adobe_commerce import shapes, storefront
from functions.ingest_event.sources.adobe_commerce.body import Body, body_of, normalised
from functions.ingest_event.sources.adobe_commerce.topics import TOPICS
from functions.ingest_event.understanding import Ignored, Said

NAME = "adobe_commerce"
ALIASES = ("magento", "magento2", "adobe")

_VENDOR = "com.adobe.commerce."
_HAPPENED = ("_after", "_success", "_failure")
"""How observers are named that are called once something has happened."""


def recognises(message: PubSubMessage) -> bool:
    """Whether an attribute holds the code of a Commerce event."""
    return any(
        (message.attribute(name) or "").lower().startswith(_VENDOR)
        for name in ("ce-type", "X-Adobe-Event-Code")
    )


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether the payload names the vendor, or has what only Magento's orders have."""
    return shapes.is_commerce(payload)


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
    """What the event's entity states."""
    opened = envelope.opened(NAME, message, received_at)
    if topic := storefront.topic_in(opened.payload):
        told: Sequence[Said] = storefront.read_event(opened, topic) if topic in storefront.TOPICS else ()
        return tuple(told) or (Ignored(NAME, opened.store, topic),)
    if webhook := text_of(opened.payload, "eventName"):
        return _told_by_webhook(opened, webhook[: reading.MAX_ID])
    if shapes.is_page(opened.payload):
        return _told_by_page(opened)
    return _told(opened, body_of(message, opened.payload))


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The order's or cart's total, wherever the wrapping has it."""
    event = mapping(payload.get("event")) or payload
    data = mapping(event.get("data")) or event
    value = mapping(data.get("value")) or data
    for fields in (value, mapping(value.get("order")), mapping(value.get("quote"))):
        currency = fields.get("order_currency_code") or fields.get("quote_currency_code")
        for amount, code in (
            ("grand_total", currency),
            ("base_grand_total", fields.get("base_currency_code")),
        ):
            if found := salvage.money_of(fields.get(amount), code):
                return found
    return None


def _told(opened: Envelope, body: Body) -> Sequence[Said]:
    read = TOPICS.get(body.topic) or TOPICS.get(f"observer.{body.topic}")
    if not body.topic:
        body = replace(body, topic=shapes.topic_of(body))
        read = TOPICS.get(body.topic)
    told = read(opened, body, _id_of(opened, body)) if read else ()
    return tuple(told) or (Ignored(NAME, opened.store, body.topic),)


def _told_by_webhook(opened: Envelope, name: str) -> Sequence[Said]:
    """A synchronous webhook asks before something happens; only one about what just happened tells anything."""
    topic = normalised(name)
    topic = topic if topic.startswith("observer.") else f"observer.{topic}"
    happened = topic.endswith(_HAPPENED) and topic in TOPICS
    data = mapping(opened.payload.get("data"))
    return (
        _told(opened, Body(topic, data, "data.", "", None))
        if happened and data
        else (Ignored(NAME, opened.store, name),)
    )


def _told_by_page(opened: Envelope) -> Sequence[Said]:
    """What the REST API answers to a search; a broken entry costs the others nothing."""
    said: list[Said] = []
    for index, entry in enumerate(reading.check_lines(opened.payload["items"], "items")):
        part = replace(opened, payload=mapping(entry), notes=[])
        try:
            said += _told(part, Body("", part.payload, f"items[{index}].", "", None))
        except Refused as refused:
            refused.at_stake = at_stake(part.payload)
            said.append(refused)
    return tuple(said) or (Ignored(NAME, opened.store, "items"),)


def _id_of(opened: Envelope, body: Body) -> str:
    return f"{body.topic}:{body.id}" if body.id else opened.content_id(body.topic)
