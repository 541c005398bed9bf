"""JSON:API documents as Commerce Layer sends them: one resource, and others that the webhook includes."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import StorefrontEvent
from common.domain.values import dataclass
from functions.ingest_event import reading
from functions.ingest_event.envelope import E, Envelope
from functions.ingest_event.reading import mapping, text_of

_CENTS = re.compile(r"-?[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, or merely its type and id where it is not included; `path` is where it stands."""

    type: str
    id: object
    attributes: dict[str, Any]
    relationships: dict[str, Any]
    path: str

    def field(self, name: str) -> str:
        """The path of one of its attributes."""
        return f"{self.path}.attributes.{name}"

    def read_id(self) -> str:
        """Its id. Raises Refused."""
        return reading.read_id(self.id, f"{self.path}.id")

    def currency(self) -> str:
        """Its currency. Raises Refused."""
        return reading.read_currency(self.attributes.get("currency_code"), self.field("currency_code"))

    def cents(self, name: str) -> int | None:
        """A stated amount in the currency's smallest unit, discounts being negative. Raises Refused."""
        value = self.attributes.get(name)
        if value is None:
            return None
        text = reading.amount_text(value)
        if not _CENTS.fullmatch(text):
            why = f"{self.field(name)} can't be taken; send a whole number of the smallest unit."
            raise Refused("amount_invalid", why, self.field(name))
        return int(text)

    def amount(self, name: str) -> Money | None:
        """A stated amount that can't be negative. Raises Refused."""
        cents = self.cents(name)
        if cents is None:
            return None
        if not 0 <= cents <= reading.MAX_TOTAL_MINOR:
            why = f"{self.field(name)} is negative or implausibly large; send an amount of at least 0."
            raise Refused("amount_invalid", why, self.field(name))
        return Money(cents, self.currency())


@dataclass(slots=True)
class Document:
    """One delivered webhook while it is read. `verb` is what the topic says has happened, empty without a topic."""

    envelope: Envelope
    type: str
    verb: str
    data: Resource
    included: dict[tuple[str, str], Resource]

    @property
    def notes(self) -> list[str]:
        """What was left out so far."""
        return self.envelope.notes

    def related(self, holder: Resource, name: str) -> list[Resource]:
        """The resources of a relationship, in its order; those that aren't included have no attributes."""
        path = f"{holder.path}.relationships.{name}.data"
        stated = mapping(holder.relationships.get(name)).get("data")
        several = isinstance(stated, list)
        found = []
        for index, each in enumerate(stated if isinstance(stated, list) else [stated]):
            if isinstance(each, dict) and each.get("id"):
                where = f"{path}[{index}]" if several else path
                key = (text_of(each, "type"), text_of(each, "id"))
                found.append(self.included.get(key) or Resource(key[0], each["id"], {}, {}, where))
        return found

    def only(self, holder: Resource, name: str) -> Resource | None:
        """The resource of a relationship to one."""
        return next(iter(self.related(holder, name)), None)

    def required(self, holder: Resource, name: str) -> Resource:
        """The resource of a relationship to one. Raises Refused if the webhook doesn't include it."""
        if (found := self.only(holder, name)) is not None:
            return found
        field = f"{holder.path}.relationships.{name}.data"
        why = f"{field} is missing; add {name} to the webhook's included resources (include_resources)."
        raise Refused("field_missing", why, field)

    def moment(self, *names: str) -> datetime:
        """The first stated one of the resource's moments; else when the message was published. Raises Refused."""
        for name in (*names, "updated_at", "created_at"):
            if value := self.data.attributes.get(name):
                return reading.read_moment(value, self.data.field(name), self.envelope.received_at)
        return self.envelope.published_at

    def event(
        self,
        kind: Callable[..., E],
        suffix: str = "",
        *,
        moments: tuple[str, ...] = (),
        **facts: Any,
    ) -> E:
        """An event of the class `kind`; a `suffix` tells several of one webhook apart."""
        id = self.envelope.content_id(f"{self.type}.{self.verb}" if self.verb else self.type) + suffix
        return self.envelope.event(kind, id=id, occurred_at=self.moment(*moments), **facts)


Reader = Callable[[Document], Iterator[StorefrontEvent]]
"""What a webhook about one type of resource tells; nothing, where it means nothing for us."""


def opened(envelope: Envelope, type: str, verb: str) -> Document:
    """The envelope's document. Raises Refused if it holds no resource, or one of another type than its topic."""
    stated = envelope.payload.get("data")
    if not isinstance(stated, dict):
        raise Refused("field_missing", "data is missing; send the webhook's JSON:API document.", "data")
    data = _resource(stated, "data")
    if data.type != (type := type or data.type) and type != "transactions":
        why = (
            f"data.type is not {type}, which the topic is about; send the topic that came with the document."
        )
        raise Refused("field_invalid", why, "data.type")
    included: dict[tuple[str, str], Resource] = {}
    stated = envelope.payload.get("included")
    for index, each in enumerate(stated if isinstance(stated, list) else []):
        if isinstance(each, dict):
            resource = _resource(each, f"included[{index}]")
            included.setdefault((resource.type, text_of(each, "id") or f"[{index}]"), resource)
    return Document(envelope, type, verb, data, included)


def _resource(stated: dict[str, Any], path: str) -> Resource:
    return Resource(
        type=text_of(stated, "type"),
        id=stated.get("id"),
        attributes=mapping(stated.get("attributes")),
        relationships=mapping(stated.get("relationships")),
        path=path,
    )
