"""What every platform's message has in common: a store, a JSON payload, an id, a moment, and notes on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from pydantic_core import to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.storefront import StorefrontEvent
from functions.ingest_event import reading

E = TypeVar("E", bound=StorefrontEvent)


@dataclass(slots=True)
class Envelope:
    """One delivered payload while it is read. `notes` collects what was left out or read with care."""

    source: str
    store: str
    message: PubSubMessage
    received_at: datetime
    payload: dict[str, Any]
    notes: list[str] = field(default_factory=list)

    def moment(self, *names: str) -> datetime:
        """The first stated one of the payload's named fields; else when the message was published."""
        for name in names:
            if self.payload.get(name):
                return reading.read_moment(self.payload[name], name, self.received_at)
        return self.published_at

    @property
    def published_at(self) -> datetime:
        """When the message was published, never ahead of our clock."""
        return min(self.message.publish_time, self.received_at)

    def content_id(self, topic: str) -> str:
        """An id for platforms that give their deliveries none: the same content told again is the same event."""
        return f"{topic}:{reading.fingerprint(to_json(self.payload))}"

    def event(self, kind: Callable[..., E], *, id: str, occurred_at: datetime, **facts: Any) -> E:
        """An event of the class `kind`; `facts` is what it has beyond that which every event has."""
        return kind(
            id=id,
            store=self.store,
            source=self.source,
            occurred_at=occurred_at,
            digest=reading.fingerprint(to_json(self.payload)),
            notes=tuple(dict.fromkeys(self.notes)),
            **facts,
        )


def store_of(message: PubSubMessage) -> str | None:
    """The attribute `store`."""
    stated = message.attribute("store")
    return _cleaned(stated) if stated else None


@lru_cache(maxsize=1024)
def _cleaned(store: str) -> str | None:
    return reading.clean_text(store, reading.MAX_ID) or None


def opened(source: str, message: PubSubMessage, received_at: datetime) -> Envelope:
    """The message's envelope. Raises Refused without a store, or if the data is no JSON object."""
    store = store_of(message)
    if store is None:
        why = "The attribute store is missing; set it to your store's id."
        raise Refused("store_missing", why, "attributes.store")
    return Envelope(source, store, message, received_at, reading.read_object(message.data))


def topic_of(message: PubSubMessage, *headers: str) -> str:
    """The first of the platform's own headers that is stated, else the attribute `topic`; else empty. Lower case."""
    for name in (*headers, "topic"):
        if stated := (message.attribute(name) or "").strip():
            return reading.clean_text(stated, reading.MAX_ID).lower()
    return ""
