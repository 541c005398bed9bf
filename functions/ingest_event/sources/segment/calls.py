"""One call: its type, its topic, its id and its moment, whether it came alone or in a batch."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from common.application.failures import Refused
from common.domain.values import dataclass
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.tracking import Facts, Stated, facts_in, instant
from functions.ingest_event.visitors import Visitor, visitor

TYPES = frozenset({"track", "page", "screen", "identify", "alias", "group", "delete", "merge"})
VISITOR = ("anonymous", "anonymousId")
"""The prefix of a cart that is known by its browser, and the field to ask for."""

_PER_DELIVERY = frozenset(
    {"sentAt", "receivedAt", "request_ip", "rudderId", "writeKey", "integrations", "_metadata", "version"}
)
"""What differs when one call is delivered twice, or is about the delivery alone."""
_SHARED = ("context", "sentAt", "receivedAt")
"""What a batch says once for all its calls."""
_WRAPPINGS = ("detail", "message", "event", "body")
"""Where event buses and destination frameworks put the call."""
_ANY_TIME = datetime(9999, 12, 31, tzinfo=UTC)
_WORST_CLOCK = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `facts` are its properties, `about` its own fields; `prefix` leads to them."""

    envelope: Envelope
    """Its payload is the call without what differs between two deliveries of it."""
    prefix: str
    kind: str
    topic: str
    id: str
    about: Facts
    facts: Facts
    visitor: Visitor

    @property
    def notes(self) -> list[str]:
        """What was left out so far."""
        return self.envelope.notes

    def own(self, name: str) -> dict[str, Any]:
        """An object of the call, such as its context; empty if it isn't there."""
        return mapping(self.envelope.payload.get(name))


def calls_in(opened: Envelope) -> Iterator[Call | Refused]:
    """The calls of a message; what is no call is a refusal in its place. Raises Refused if the batch is none."""
    batch = opened.payload.get("batch")
    if batch is None:
        wrapping = next((name for name in _WRAPPINGS if _is_wrapped(opened.payload, name)), None)
        inner = opened.payload[wrapping] if wrapping else opened.payload
        yield _call(opened, inner, f"{wrapping}." if wrapping else "")
        return
    if not isinstance(batch, list):
        raise Refused("field_invalid", "batch is not a list; send a list of calls.", "batch")
    shared = {name: opened.payload[name] for name in _SHARED if name in opened.payload}
    for index, content in enumerate(reading.check_lines(batch, "batch")):
        field = f"batch[{index}]"
        if isinstance(content, dict):
            yield _call(opened, {**shared, **content}, f"{field}.")
        else:
            yield Refused("field_invalid", f"{field} is not an object; send one call.", field)


def _is_wrapped(payload: dict[str, Any], name: str) -> bool:
    inner = payload.get(name)
    return isinstance(inner, dict) and "properties" not in payload and bool({"type", "event"} & inner.keys())


def _call(opened: Envelope, content: dict[str, Any], prefix: str) -> Call | Refused:
    notes: list[str] = []
    lasting = {name: value for name, value in content.items() if name not in _PER_DELIVERY}
    if content.get("originalTimestamp"):
        lasting.pop("timestamp", None)  # worked out anew from each delivery's clocks
    own = replace(opened, payload=lasting, notes=notes)
    about = facts_in(content, prefix)
    kind = text_of(content, "type", "action").lower() or _kind_of(content, opened)
    if kind not in TYPES:
        reason, problem = (
            ("topic_unknown", "is not a known type") if kind else ("topic_missing", "is missing")
        )
        why = f"{prefix}type {problem}; send track, page, screen, identify, alias or group."
        return Refused(reason, why, f"{prefix}type")
    named = text_of(content, "event") or envelope.topic_of(opened.message)
    topic = reading.clean_text(named, reading.MAX_ID) if kind == "track" else kind
    if not topic:
        field = f"{prefix}event"
        return Refused("topic_missing", f"{field} is missing; send the tracked event's name.", field)
    facts = facts_in(content.get("properties"), f"{prefix}properties.")
    user = about.first("userId", "user_id") or facts.first("userId", "user_id")
    return Call(
        envelope=own,
        prefix=prefix,
        kind=kind,
        topic=topic,
        id=_id_of(own, about, topic),
        about=about,
        facts=facts,
        visitor=visitor(_anonymous_id(content, about), user, notes),
    )


def _kind_of(content: dict[str, Any], opened: Envelope) -> str:
    """The type of a call that doesn't state it, by its shape; empty if even that doesn't tell."""
    if isinstance(content.get("event"), str):
        return "track"
    for name, kind in (("previousId", "alias"), ("groupId", "group"), ("traits", "identify")):
        if name in content:
            return kind
    topic = envelope.topic_of(opened.message)
    if topic and "properties" in content:
        return topic if topic in TYPES else "track"
    return ""


def _anonymous_id(content: dict[str, Any], about: Facts) -> Stated | None:
    context = f"{about.prefix}context.traits."
    traits = facts_in(mapping(content.get("context")).get("traits"), context)
    return about.first("anonymousId", "anonymous_id") or traits.first("anonymousId")


def _id_of(own: Envelope, about: Facts, topic: str) -> str:
    """The library's id, which a repeated delivery repeats; else one by content, if it says when it happened."""
    if stated := about.text("messageId", "message_id"):
        return stated
    if about.first("timestamp", "originalTimestamp"):
        return own.content_id(topic)
    # The same content at another time is another event: without a time, only the message tells them apart.
    return f"{own.content_id(topic)}:{own.message.id}"


def occurred_at(call: Call) -> datetime:
    """When it happened: the time that Segment worked out, else the device's own, set back if its clock is ahead."""
    received_at, published_at = call.envelope.received_at, call.envelope.published_at
    worked_out = call.about.first("timestamp")
    own = call.about.first("originalTimestamp", "original_timestamp")
    stated = worked_out or own or call.about.first("receivedAt")
    if stated is None:
        return published_at
    sent_at = call.about.first("sentAt")
    if sent_at is None or (worked_out and own):
        return instant(stated, received_at)
    ahead = _ahead(sent_at, published_at)
    if not ahead:
        return instant(stated, received_at)
    call.notes.append(f"{stated.field} was set back, as the sender's clock is ahead of ours.")
    return reading.read_moment((instant(stated, _ANY_TIME) - ahead).isoformat(), stated.field, received_at)


def _ahead(sent_at: Stated, arrived_at: datetime) -> timedelta | None:
    """How far the sender's clock is ahead, if it provably is: it can't have sent before it arrived here."""
    try:
        ahead = instant(sent_at, _ANY_TIME) - arrived_at
    except Refused:
        return None
    return ahead if timedelta(0) < ahead < _WORST_CLOCK else None
