"""What a delivery says about itself: topic, shop, id and moment, in attributes or in an envelope around the payload."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping
from functions.ingest_event.sources.shopify.money import Payload

_TOPIC = re.compile(r"[a-z0-9_]{1,60}/[a-z0-9_]{1,60}")
_PREFIXES = ("X-Shopify-", "Shopify-")
"""The second is how Shopify's newer Events spell their headers."""
_AROUND = (("detail.", "metadata", "payload"), ("", "metadata", "payload"), ("", "headers", "body"))
"""How Amazon EventBridge and relays of HTTP requests put headers and payload side by side."""


def header(message: PubSubMessage, name: str) -> str:
    """One of Shopify's own headers, such as Topic; empty if it is not stated."""
    stated = (message.attribute(prefix + name) or "" for prefix in _PREFIXES)
    return next(filter(None, (text.strip() for text in stated)), "")


def is_header(name: str) -> bool:
    """Whether an attribute of that name is Shopify's own."""
    return name.lower().startswith(tuple(prefix.lower() for prefix in _PREFIXES))


def store_of(message: PubSubMessage) -> str | None:
    """The shop's domain; else the attribute `store`."""
    domain = reading.clean_text(header(message, "Shop-Domain"), reading.MAX_ID).lower()
    return domain or envelope.store_of(message)


def topic_of(message: PubSubMessage, known: frozenset[str]) -> str:
    """The stated topic as Shopify's headers spell it (orders/create), or empty. Raises Refused for what is no topic.

    GraphQL's enum ORDERS_CREATE and file names such as orders.create are the same topic.
    """
    own = header(message, "Topic")
    stated = (own or message.attribute("topic") or "").strip().lower().replace(".", "/")
    if not stated:
        return ""
    if "/" not in stated:
        enum = stated.replace("-", "_")
        spelled = {topic.replace("/", "_"): topic for topic in known}.get(enum)
        stated = spelled or "/".join(enum.rsplit("_", 1))
    if not _TOPIC.fullmatch(stated):
        field = "attributes.X-Shopify-Topic" if own else "attributes.topic"
        raise Refused("topic_unknown", f"{field} is not a topic; send one such as orders/create.", field)
    return stated


def unwrapped(message: PubSubMessage, payload: Payload) -> tuple[PubSubMessage, Payload, str]:
    """The message with the headers of the envelope that a relay put around the payload, the payload, and its path."""
    for path, headers_name, body_name in _AROUND:
        holder = mapping(payload.get("detail")) if path else payload
        headers, body = holder.get(headers_name), holder.get(body_name)
        if isinstance(headers, dict) and any(map(is_header, headers)):
            if isinstance(body, str):
                body = reading.read_object(body.encode("utf-8", "replace"))
            if isinstance(body, dict):
                return _with(message, headers), body, f"{path}{body_name}."
    return message, payload, ""


def _with(message: PubSubMessage, headers: dict[str, Any]) -> PubSubMessage:
    """The message's own attributes go first."""
    stated = {name: text for name, text in headers.items() if is_header(name) and isinstance(text, str)}
    missing = {name: text for name, text in stated.items() if not message.attribute(name)}
    return replace(message, attributes={**message.attributes, **missing})


def delivery_id(message: PubSubMessage, content: str) -> str:
    """The id that stays the same when Shopify delivers again; else the content's fingerprint."""
    stated = header(message, "Event-Id") or header(message, "Webhook-Id")
    return reading.clean_text(stated, reading.MAX_ID) or content


def delivered_at(told: Envelope) -> datetime:
    """When Shopify triggered the delivery; else when it was published. Raises Refused."""
    if triggered_at := header(told.message, "Triggered-At"):
        return reading.read_moment(triggered_at, "attributes.X-Shopify-Triggered-At", told.received_at)
    return told.published_at


def moment_of(told: Envelope, topic: str) -> datetime:
    """When it happened. The date of creation counts for what has just been created only. Raises Refused."""
    if header(told.message, "Triggered-At"):
        return delivered_at(told)
    created = ("created_at", "processed_at") if topic.endswith("/create") else ()
    return told.moment("updated_at", *created)


def stated_moment(told: Envelope, holder: Payload, path: str, *names: str) -> datetime | None:
    """The first of the named moments that can be read; one that can't is noted, as the delivery's own will do."""
    for name in names:
        if holder.get(name):
            try:
                return reading.read_moment(holder[name], path + name, told.received_at)
            except Refused:
                told.notes.append(f"{path}{name} was left out: it is not a time that can be taken.")
    return None
