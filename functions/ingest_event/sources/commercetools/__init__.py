"""commercetools' Subscriptions, as they arrive on Pub/Sub in either format, API Extensions, and bare resources."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money, is_currency
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.salvage import salvage
from functions.ingest_event.sources.commercetools.messages import MESSAGES
from functions.ingest_event.sources.commercetools.part import Part
from functions.ingest_event.sources.commercetools.resources import (
    BARE,
    CHANGES,
    EXTENSIONS,
    bare,
    is_a_resource,
)
from functions.ingest_event.understanding import Ignored, Said

NAME = "commercetools"
ALIASES = ("ctp",)

_CLOUD_EVENT = "com.commercetools."
_MOST_PARTS = 500
"""Of one page of the API's answers, which is the most that it gives."""


def recognises(message: PubSubMessage) -> bool:
    """Whether a CloudEvent's type is commercetools'."""
    return (message.attribute("ce-type") or "").startswith(_CLOUD_EVENT)


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is a notification, what an API Extension is called with, or a resource as the API answers."""
    payload, _ = _unwrapped(payload)
    resource = mapping(payload.get("resource"))
    if payload.get("notificationType") == "Event" and str(payload.get("type")).startswith("Checkout"):
        return True
    if not isinstance(resource.get("typeId"), str):
        page = payload.get("results")
        return is_a_resource(mapping(page[0]) if isinstance(page, list) and page else payload)
    notified = "notificationType" in payload and "projectKey" in payload
    numbered = "sequenceNumber" in payload and "resourceVersion" in payload
    return notified or numbered or ("action" in payload and isinstance(resource.get("obj"), dict))


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`, else the project's key, as the CloudEvent or the notification names it."""
    if stated := envelope.store_of(message):
        return stated
    project = ""
    if recognises(message):
        project = (message.attribute("ce-source") or "").strip("/").partition("/")[0]
    if not project:
        payload = salvage(message.data)
        holders = (payload, mapping(payload.get("data")), mapping(payload.get("detail")))
        project = next(filter(None, (text_of(holder, "projectKey") for holder in holders)), "")
    return reading.clean_text(project, reading.MAX_ID) or None


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """What the notification tells, or all those of a page of the API's answers."""
    store = store_of(message)
    if store is None:
        why = "The attribute store is missing, and so is projectKey; set store to your project's key."
        raise Refused("store_missing", why, "attributes.store")
    payload = reading.read_object(message.data)
    page = payload.get("results")
    if not isinstance(page, list):
        payload, path = _unwrapped(payload)
        return tuple(_told(_part(message, store, received_at, payload, path)))
    if len(page) > _MOST_PARTS:
        why = f"results has {len(page):,} entries; send at most {_MOST_PARTS} at once."
        raise Refused("field_invalid", why, "results")
    said: list[Said] = []
    for index, each in enumerate(page):
        try:
            said.extend(_told(_part(message, store, received_at, mapping(each), f"results[{index}].")))
        except Refused as refused:
            refused.at_stake = at_stake(mapping(each))
            said.append(refused)
    return tuple(said) or (Ignored(NAME, store, "results"),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the order or cart, wherever it stands."""
    payload, _ = _unwrapped(payload)
    inside = mapping(mapping(payload.get("resource")).get("obj"))
    for holder in (mapping(payload.get("order")), mapping(payload.get("cart")), inside, payload):
        for money in (mapping(holder.get("taxedPrice")).get("totalGross"), holder.get("totalPrice")):
            cents, currency = mapping(money).get("centAmount"), mapping(money).get("currencyCode")
            known = isinstance(currency, str) and is_currency(currency)
            if known and type(cents) is int and 0 < cents <= reading.MAX_TOTAL_MINOR:
                return Money(cents, str(currency))
    return None


def _unwrapped(payload: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The notification, out of what Amazon EventBridge puts around it, and its path."""
    detail = payload.get("detail")
    if isinstance(detail, dict) and "resource" not in payload:
        return detail, "detail."
    return dict(payload), ""


def _part(
    message: PubSubMessage, store: str, received_at: datetime, payload: dict[str, Any], path: str
) -> Part:
    return Part(Envelope(NAME, store, message, received_at, payload), path, _topic(message, payload))


def _topic(message: PubSubMessage, payload: dict[str, Any]) -> str:
    """The message's or event's type; for the rest what happened, and to which kind of resource."""
    kind = text_of(mapping(payload.get("resource")), "typeId")
    if (notified := text_of(payload, "notificationType")).startswith("Resource"):
        return f"{notified}.{kind}"[: reading.MAX_ID]
    if not notified and kind and (action := text_of(payload, "action")):
        return f"{action}.{kind}"[: reading.MAX_ID]
    if not notified and not kind and (resource := bare(payload)):
        return resource
    cut = mapping(payload.get("payloadNotIncluded"))
    wrapped = message.attribute("ce-type") or ""
    last = wrapped.rpartition(".")[2] if wrapped.startswith(_CLOUD_EVENT) else ""
    stated = text_of(payload, "type") or text_of(cut, "payloadType") or last
    return (stated or reading.clean_text(message.attribute("topic") or "", reading.MAX_ID))[: reading.MAX_ID]


def _told(part: Part) -> Iterator[Said]:
    """The events, or that there are none. Raises Refused."""
    if not part.topic:
        field = f"{part.path}type"
        why = f"{field} is missing; send the notification as commercetools does, such as type OrderCreated."
        raise Refused("topic_missing", why, field)
    events: list[Said] = []
    if part.topic in BARE:
        part.occurred_in = ("lastModifiedAt", "createdAt")
        events.extend(BARE[part.topic](part, part.payload, part.path))
    elif read := CHANGES.get(part.topic):
        part.occurred_in = ("modifiedAt",)
        events.extend(read(part))
    elif read := EXTENSIONS.get(part.topic):
        part.occurred_in = ()  # called before the change is saved, so the resource still has its former moment
        events.extend(read(part))
    elif read := MESSAGES.get(part.topic):
        events.extend(read(part))
    yield from events or (Ignored(NAME, part.envelope.store, part.topic),)
