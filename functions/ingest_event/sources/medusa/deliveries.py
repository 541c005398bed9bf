"""A Medusa message opened: its topic, the object it is about, and where in the payload that stands.

Medusa publishes nothing by itself: subscribers and webhook plugins forward its event bus, each in a wrapping of
its own, such as {"event": ..., "data": ...} or {"name": ..., "data": ..., "metadata": ...}, or none at all.
"""

import re
from datetime import datetime
from typing import Any, TypeVar

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.storefront import StorefrontEvent
from common.domain.values import dataclass
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.medusa.money import Amounts, Payload, amounts_of

E = TypeVar("E", bound=StorefrontEvent)

_ID = re.compile(r"([a-z]+(?:_col)?)_[A-Za-z0-9._-]+")
_OWN_ID = re.compile(r"[a-z_]+_01[0-9A-HJKMNP-TV-Z]{24}")
"""A prefix and a ULID of this century."""
_KINDS = {
    "order": "order",
    "cart": "cart",
    "cus": "customer",
    "pay_col": "payment_collection",
    "paycol": "payment_collection",
    "pay": "payment",
    "swap": "swap",
    "claim": "claim",
    "ret": "return",
    "return": "return",
    "disc": "discount",
    "promo": "promotion",
}
"""By the prefix of an object's id."""
_PARTS = ("order", "cart", "payment_collection", "payment", "swap", "claim", "return", "customer", "discount")
"""Under these names an object stands in responses of the store's API."""
LISTS = {"orders": "order", "carts": "cart", "customers": "customer"}
"""Under these names several objects stand in responses, and the name of one."""
_TOPIC = re.compile(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_TOPIC_NAMES = ("event", "name", "eventName", "event_name", "eventType", "event_type", "type", "topic")
_WRAPPINGS = ("data", "payload", "body")
_TIMES = ("timestamp", "occurred_at", "occurredAt", "emitted_at")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message while it is read. `path` leads to `object`, and `around` is what stands next to or around it."""

    envelope: Envelope
    topic: str
    object: Payload
    path: str
    around: Payload
    around_path: str
    amounts: Amounts

    @property
    def kind(self) -> str:
        """The topic's first word, such as order."""
        return self.topic.partition(".")[0]

    @property
    def notes(self) -> list[str]:
        """What was left out or read with care."""
        return self.envelope.notes

    def moment(self, *names: str) -> datetime:
        """The wrapping's own time, else the first stated one of the object's named fields, else the publish time."""
        around = self.envelope.payload
        for name in _TIMES:
            if isinstance(around.get(name), str):
                return reading.read_moment(around[name], name, self.envelope.received_at)
        for name in names:
            if self.object.get(name):
                return reading.read_moment(self.object[name], self.path + name, self.envelope.received_at)
        return self.envelope.published_at

    def event(self, kind: type[E], occurred_at: datetime, part: str = "", **facts: Any) -> E:
        """An event of that class; `part` tells the events of one message apart."""
        stated = self.envelope.payload
        own = next(
            (stated[name] for name in ("eventId", "event_id") if isinstance(stated.get(name), str)), ""
        )
        own = reading.clean_text(own, reading.MAX_ID - 100)
        event_id = f"{self.topic}:{own}" if own else self.envelope.content_id(self.topic)
        return self.envelope.event(
            kind, id=event_id + (f":{part}" if part else ""), occurred_at=occurred_at, **facts
        )

    def missing(self, field: str, what: str) -> Refused:
        """The refusal of an object that lacks the field; one that holds only ids gets the advice that helps."""
        if self.holds_only_ids:
            why = (
                f"{field} is missing, as Medusa's event bus tells only ids: load the whole {self.kind} in your "
                f"subscriber and send it as data, with {what}."
            )
        else:
            why = f"{field} is missing; send {what}."
        return Refused("field_missing", why, field)

    @property
    def holds_only_ids(self) -> bool:
        """Whether it is what Medusa's event bus carries by itself."""
        return all(
            key == "id" or key.endswith("_id") or key in ("no_notification", "ids") for key in self.object
        )


def opened(source: str, message: PubSubMessage, received_at: datetime) -> Delivery:
    """The message's delivery; its topic is derived where none is stated. Raises Refused."""
    whole = envelope.opened(source, message, received_at)
    holder, path, topic = _unwrapped(whole.payload)
    topic = topic or envelope.topic_of(message, "X-Medusa-Event", "X-Medusa-Topic")
    if not topic:
        topic = _derived(holder)
        whole.notes.append(f"The topic was not stated; the payload was read as {topic}.")
    inner = holder.get(topic.partition(".")[0])
    if isinstance(inner, dict) and _kind(holder) != topic.partition(".")[0]:
        part, part_path = inner, f"{path}{topic.partition('.')[0]}."
    else:
        part, part_path = holder, path
    unit, version = message.attribute("amounts") or "", message.attribute("medusa_version") or ""
    amounts = amounts_of(unit, version, holder, whole.notes)
    return Delivery(whole, topic, part, part_path, holder, path, amounts)


def looks_like_medusa(payload: Payload) -> bool:
    """Whether the payload's object has an id of Medusa's and fields that go with it."""
    holder, _, topic = _unwrapped(payload)
    if topic and any(isinstance(value, str) and _OWN_ID.fullmatch(value) for value in holder.values()):
        return True
    lists = (listing(holder.get(name)) for name in LISTS)
    listed = (mapping(entries[0]) for entries in lists if entries)
    for part in (holder, *(mapping(holder.get(name)) for name in _PARTS), *listed):
        kind = _kind(part)
        told = {"order": "currency_code", "cart": "region_id", "customer": "has_account"}.get(kind)
        if told and told in part and _OWN_ID.fullmatch(str(part["id"])):
            return True
    return False


def _unwrapped(payload: Payload) -> tuple[Payload, str, str]:
    """The innermost holder, its path, and the topic that the wrappings state."""
    holder, path, topic = payload, "", ""
    for _ in range(3):
        names = (holder.get(name) for name in _TOPIC_NAMES)
        stated = next(
            (name.lower() for name in names if isinstance(name, str) and _TOPIC.fullmatch(name.lower())), ""
        )
        inner = next((name for name in _WRAPPINGS if isinstance(holder.get(name), dict)), "")
        if stated and (inner or any(isinstance(holder.get(name), dict) for name in _PARTS)):
            topic = topic or reading.clean_text(stated, reading.MAX_ID)
        if not inner or _kind(holder) or (not stated and "id" in holder):
            break  # a payment's own `data` is its provider's
        holder, path = holder[inner], f"{path}{inner}."
    return holder, path, topic


def _derived(holder: Payload) -> str:
    """The topic by the object's id, or by the name under which it stands."""
    inside = next((name for name in _PARTS if isinstance(holder.get(name), dict)), "")
    if kind := _kind(holder) or _kind_by_fields(holder) or inside or _prefix(holder):
        return f"{kind}.updated"
    why = "attributes.topic is missing, and the payload names no event; set it to one such as order.placed."
    raise Refused("topic_missing", why, "attributes.topic")


def _kind(part: Payload) -> str:
    return _KINDS.get(_prefix(part), "")


def _kind_by_fields(part: Payload) -> str:
    """For shops that give their objects ids of their own."""
    if "items" in part and any(
        name in part for name in ("display_id", "payment_status", "fulfillment_status")
    ):
        return "order"
    if "items" in part and ("region_id" in part or "region" in part):
        return "cart"
    return "customer" if "has_account" in part else ""


def _prefix(part: Payload) -> str:
    stated = part.get("id")
    match = _ID.fullmatch(stated) if isinstance(stated, str) else None
    return match[1] if match else ""
