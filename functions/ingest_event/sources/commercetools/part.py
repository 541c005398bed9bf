"""One notification or resource of a delivery, while it is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import StorefrontEvent
from functions.ingest_event import reading
from functions.ingest_event.envelope import E, Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.commercetools.money import Payload


@dataclass(slots=True)
class Part:
    """A notification with the place where it stands in the delivery: empty, or `results[0].`."""

    envelope: Envelope
    path: str
    topic: str
    """The type of a message or event; of a change or resource, what happened to which kind of thing."""
    occurred_in: tuple[str, ...] = ("createdAt", "lastModifiedAt")
    """The fields that say when; without any it happened when the message was published."""

    @property
    def payload(self) -> Payload:
        """The notification itself."""
        return self.envelope.payload

    @property
    def notes(self) -> list[str]:
        """What was left out so far."""
        return self.envelope.notes

    @property
    def resource(self) -> Payload:
        """The reference to what the notification is about."""
        return mapping(self.payload.get("resource"))

    def resource_id(self) -> str:
        """The id of what the notification is about. Raises Refused."""
        return reading.read_id(self.resource.get("id"), f"{self.path}resource.id")

    def whole(self, name: str) -> tuple[Payload, str] | None:
        """The resource itself with its path, where the message has it, or somebody enriched or expanded it."""
        if isinstance(stated := self.payload.get(name), dict):
            return stated, f"{self.path}{name}."
        if isinstance(stated := self.resource.get("obj"), dict):
            return stated, f"{self.path}resource.obj."
        return None

    def required(self, name: str) -> tuple[Payload, str]:
        """The resource that such a message has by its nature. Raises Refused where the platform left it out."""
        if (found := self.whole(name)) is not None:
            return found
        field = f"{self.path}{name}"
        cut = " (commercetools sent payloadNotIncluded)" if self.payload.get("payloadNotIncluded") else ""
        why = f"{field} is missing{cut}; fetch the {name} from the API and publish the message again with it."
        raise Refused("field_missing", why, field)

    def moment(self) -> datetime:
        """When it happened. Raises Refused."""
        for name in self.occurred_in:
            if self.payload.get(name):
                return reading.read_moment(
                    self.payload[name], f"{self.path}{name}", self.envelope.received_at
                )
        return self.envelope.published_at

    def event(self, kind: Callable[..., E], suffix: str = "", **facts: Any) -> E:
        """An event of the class `kind`; a `suffix` tells several of one notification apart."""
        return self.envelope.event(kind, id=self._id() + suffix, occurred_at=self.moment(), **facts)

    def _id(self) -> str:
        """The message's own id; of a change, the resource's version; of a bare resource, its content."""
        stated, resource = text_of(self.payload, "id"), text_of(self.resource, "id")
        version = self.payload.get("version")
        if self.payload.get("sequenceNumber") is not None or self.payload.get("notificationType") == "Event":
            if stated:
                return f"{self.topic}:{stated}"[: reading.MAX_ID]
        elif "notificationType" in self.payload and resource and isinstance(version, int):
            return f"{self.topic}:{resource}:{version}"[: reading.MAX_ID]
        return self.envelope.content_id(self.topic)


Reader = Callable[[Part], Iterator[StorefrontEvent]]
"""What one kind of notification tells; nothing, where it means nothing for us."""
