"""A Saleor message opened: its topic, and the objects that it is about.

A webhook with a subscription sends what its GraphQL query selects; one without sends a list with one object in
snake_case. The topic stands in a header (HTTPS) or attribute (Google Pub/Sub), or in the event's __typename.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.storefront import StorefrontEvent
from common.domain.values import dataclass
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.saleor.money import Payload
from functions.ingest_event.understanding import Ignored

E = TypeVar("E", bound=StorefrontEvent)

PARTS = {
    "order": ("order",),
    "draft_order": ("order",),
    "checkout": ("checkout",),
    "customer": ("user", "customer"),
    "account": ("user", "customer"),
    "transaction": ("transaction",),
    "fulfillment": ("fulfillment",),
    "voucher": ("voucher",),
}
"""Under which name the object of a topic stands in a subscription's payload, by how the topic begins."""
KINDS = {
    "Order": "order",
    "Checkout": "checkout",
    "User": "customer",
    "TransactionItem": "transaction",
    "Fulfillment": "fulfillment",
    "Voucher": "voucher",
}
"""By the type that a global id or an older payload names."""
_WITH_ORDER = ("fulfillment", "transaction")
"""Beside these stands the order that they belong to."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_GLOBAL = re.compile(r"[A-Za-z]{2,40}:.{1,80}")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One object that a message is about. `around` is the event that it stands in, or the object itself."""

    envelope: Envelope
    topic: str
    object: Payload
    path: str
    around: Payload
    around_path: str

    @property
    def notes(self) -> list[str]:
        """What was left out or read with care."""
        return self.envelope.notes

    def moment(self, *names: str) -> datetime:
        """When the event was issued, else the first stated one of the object's named fields, else the publish time."""
        meta = mapping(self.object.get("meta"))
        stated = [(self.around, "issuedAt", self.around_path), (meta, "issued_at", f"{self.path}meta.")]
        for holder, name, path in (*stated, *((self.object, name, self.path) for name in names)):
            if holder.get(name):
                return reading.read_moment(holder[name], path + name, self.envelope.received_at)
        return self.envelope.published_at

    def event(self, kind: type[E], occurred_at: datetime, part: str = "", **facts: Any) -> E:
        """An event of that class; `part` tells the events of one object apart."""
        event_id = self.envelope.content_id(self.topic) + (f":{part}" if part else "")
        return self.envelope.event(kind, id=event_id, occurred_at=occurred_at, **facts)

    @property
    def tells_metadata_only(self) -> bool:
        """Whether it is a change of metadata as Saleor tells it without a subscription: an id and metadata."""
        told = {"type", "id", "token", "metadata", "private_metadata", "meta"}
        return (
            self.topic.endswith("_metadata_updated")
            and "metadata" in self.object
            and set(self.object) <= told
        )

    def ignored(self) -> Sequence[Ignored]:
        """What this is if it means nothing for us."""
        return (Ignored(self.envelope.source, self.envelope.store, self.topic),)

    def missing(self, field: str, selection: str) -> Refused:
        """The refusal of a payload that lacks the field."""
        why = f"{field} is missing; select {selection} in the webhook's subscription query."
        return Refused("field_missing", why, field)


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`, else the domain that Saleor names."""
    if store := envelope.store_of(message):
        return store
    stated = (message.attribute(name) for name in ("Saleor-Domain", "X-Saleor-Domain", "saleorDomain"))
    domain = next(filter(None, stated), None)
    if domain is None:
        url = message.attribute("Saleor-Api-Url") or message.attribute("saleorApiUrl") or ""
        try:
            domain = urlsplit(url.strip()).netloc
        except ValueError:
            return None
    return reading.clean_text(domain, reading.MAX_ID).lower() or None


def topic_of(message: PubSubMessage) -> str:
    """The topic that the message's attributes name, such as order_created; else empty."""
    return envelope.topic_of(message, "Saleor-Event", "X-Saleor-Event", "eventType")


def opened(source: str, message: PubSubMessage, received_at: datetime) -> list[Delivery | Refused]:
    """One delivery for each object of the message; a broken one is a Refused among them. Raises Refused."""
    store = store_of(message)
    if store is None:
        why = "The attribute store is missing, and no attribute names Saleor's domain; set store to your store's id."
        raise Refused("store_missing", why, "attributes.store")
    told = reading.read_json(message.data)
    if isinstance(told, dict):
        return [_delivery(Envelope(source, store, message, received_at, told), "", topic_of(message))]
    if not isinstance(told, list) or not told:
        raise Refused(
            "json_invalid", "The data is neither an object nor a list of objects; send what Saleor sends."
        )
    reading.check_lines(told, "data")
    deliveries: list[Delivery | Refused] = []
    for index, one in enumerate(told):
        if not isinstance(one, dict):
            why = f"[{index}] is no object; send the list as Saleor sends it."
            deliveries.append(Refused("json_invalid", why, f"[{index}]"))
            continue
        try:
            whole = Envelope(source, store, message, received_at, one)
            deliveries.append(_delivery(whole, f"[{index}].", topic_of(message)))
        except Refused as refused:
            deliveries.append(refused)
    return deliveries


def checkout_id(value: object, field: str) -> str:
    """A checkout's global id; the same checkout's token, a bare UUID, comes to the same."""
    text = reading.read_id(value, field)
    return b64encode(f"Checkout:{text.lower()}".encode()).decode() if UUID.fullmatch(text) else text


def _delivery(whole: Envelope, path: str, topic: str) -> Delivery:
    around, way = unwrapped(whole.payload, path)
    topic = _event_name(around) or topic
    if isinstance(whole.payload.get("notify_event"), str):
        topic = "notify_user"  # the texts of an e-mail that Saleor wants sent, with ids that mean nothing
    if not topic:
        topic = _derived(around)
        whole.notes.append(f"The topic was not stated; the payload was read as {topic}.")
    kind = next((kind for kind in PARTS if topic.startswith(f"{kind}_")), "")
    name = next((name for name in PARTS.get(kind, ()) if isinstance(around.get(name), dict)), "")
    if name and KINDS.get(type_of(around.get("id"))) != kind:
        return Delivery(whole, topic, around[name], f"{way}{name}.", around, way)
    return Delivery(whole, topic, around, way, around, way)


def unwrapped(payload: Payload, path: str) -> tuple[Payload, str]:
    """The event inside a whole GraphQL answer, and its path."""
    for name in ("payload", "data", "event"):
        if isinstance(payload.get(name), dict) and "id" not in payload:
            payload, path = payload[name], f"{path}{name}."
    return payload, path


def _event_name(around: Payload) -> str:
    """order_created of the __typename OrderCreated; objects' own type names say nothing."""
    name = text_of(around, "__typename")[: reading.MAX_ID]
    return (
        "" if name in KINDS or not any(isinstance(inner, dict) for inner in around.values()) else _snake(name)
    )


def _derived(around: Payload) -> str:
    """The topic by the type of the object, by its fields, or by the object that stands in it."""
    stated = text_of(around, "__typename", "type") or type_of(around.get("id"))
    if stated:
        return f"{KINDS.get(stated, _snake(stated)[:60])}_updated"
    if "lines" in around and "order" not in around:
        is_order = any(
            name in around for name in ("userEmail", "user_email", "number", "total", "total_gross_amount")
        )
        return "order_updated" if is_order else "checkout_updated"
    for kind in (*_WITH_ORDER, *PARTS):
        if any(isinstance(around.get(name), dict) for name in PARTS[kind]):
            return f"{kind}_updated"
    inside = next((name for name, inner in around.items() if isinstance(inner, dict)), "")
    if inside:
        return f"{_snake(inside)[:60]}_updated"
    why = "attributes.topic is missing, and the payload names no event; set it to one such as order_created."
    raise Refused("topic_missing", why, "attributes.topic")


def type_of(value: object) -> str:
    """The type that a global id names: base64 of Order:6b1f..."""
    if not isinstance(value, str) or not 8 <= len(value) <= reading.MAX_ID:
        return ""
    try:
        text = b64decode(value, validate=True).decode()
    except (Error, ValueError):
        return ""
    return text.partition(":")[0] if _GLOBAL.fullmatch(text) else ""


def _snake(name: str) -> str:
    return _WORD.sub("_", name).lower()
