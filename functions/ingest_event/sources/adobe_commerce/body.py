"""The fields of an event, out of whatever Adobe I/O Events or the shop's own relay put around them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.values import dataclass
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope, topic_of
from functions.ingest_event.reading import listing, mapping, text_of

_ANNOUNCED = re.compile(r"(?:com\.adobe\.commerce\.)?(?:[^.]+\.)?((?:observer|plugin)\..+)")
_UTC_WITHOUT_OFFSET = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_CRON = timedelta(minutes=15)
"""How long a change may wait in the shop until its event is announced; the cron job runs every minute."""


@dataclass(frozen=True, slots=True)
class Body:
    """One entity's fields; `path` is where they stand in the payload, with a dot at its end."""

    topic: str
    """The event's code without vendor and instance: observer.sales_order_save_after. Empty if nothing states it."""
    fields: dict[str, Any]
    path: str
    id: str
    """The event's own, the same when it is delivered again; empty if there is none."""
    announced_at: object
    """When the shop handed the event over (RFC 3339), as stated."""

    def inner(self, *names: str) -> "Body":
        """The first of the named objects inside, else the same: observers wrap what plugins state plainly."""
        for name in names:
            if isinstance(self.fields.get(name), dict):
                return replace(self, fields=self.fields[name], path=f"{self.path}{name}.")
        return self

    def each(self, name: str) -> Iterator["Body"]:
        """The objects of a list inside."""
        for index, entry in enumerate(listing(self.fields.get(name))):
            if isinstance(entry, dict):
                yield replace(self, fields=entry, path=f"{self.path}{name}[{index}].")


def body_of(message: PubSubMessage, payload: dict[str, Any]) -> Body:
    """What is left when the wrapping is off: CloudEvent, journal entry, plain webhook or REST resource."""
    event, path = payload, ""
    if isinstance(payload.get("event"), dict):
        event, path = payload["event"], "event."
    stated = topic_of(message, "ce-type", "X-Adobe-Event-Code")
    topic = normalised(stated) or _stated_topic(event) or _stated_topic(payload)
    holder = event
    for name in ("data", "entity"):  # around what is posted to the REST API
        if isinstance(holder.get(name), dict):
            holder, path = holder[name], f"{path}{name}."
            break
    if "value" in holder and (topic or "_metadata" in holder):
        holder, path = _value_of(holder, path)
    id = message.attribute("ce-id") or text_of(event, "id") or message.attribute("X-Adobe-Event-Id")
    id = id or text_of(event, "event_id") or text_of(payload, "event_id")
    announced_at = message.attribute("ce-time") or event.get("time")
    return Body(topic, holder, path, reading.clean_text(id, reading.MAX_ID) if topic else "", announced_at)


def normalised(code: str) -> str:
    """A code as this module knows it: without vendor, instance and `magento.`; observer events may lack `observer.`."""
    match = _ANNOUNCED.fullmatch(code.strip().lower())
    if match is None:
        return code.strip().lower()
    return match[1].replace("plugin.magento.", "plugin.", 1)


def _stated_topic(holder: Mapping[str, Any]) -> str:
    for name in ("type", "event_code", "eventCode"):
        code = holder.get(name)
        if isinstance(code, str) and _ANNOUNCED.fullmatch(code.strip().lower()):
            return reading.clean_text(normalised(code), reading.MAX_ID)
    return ""


def _value_of(holder: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    value = holder["value"]
    if value == []:  # PHP's empty array: an event of which no field was subscribed
        value = {}
    if not isinstance(value, dict):
        field = f"{path}value"
        raise Refused("field_invalid", f"{field} is not an object; send the event's fields in it.", field)
    return value, f"{path}value."


def moment_of(envelope: Envelope, body: Body, *names: str) -> datetime:
    """When it happened: the first stated of the named fields, which are UTC without saying so.

    The shop may have loaded the entity long before the change and then states its old `updated_at`; so one that
    lies well before the announcement isn't the moment of this event.
    """
    announced_at = _announced_at(envelope, body)
    for name in names:
        if not body.fields.get(name):
            continue
        try:
            at = reading.read_moment(_with_offset(body.fields[name]), body.path + name, envelope.received_at)
        except Refused:
            if announced_at is None:
                raise
            envelope.notes.append(f"{body.path}{name} was left out: it is not a time.")
            continue
        if announced_at is None or announced_at - at <= _CRON:
            return at
    return announced_at or envelope.published_at


def _announced_at(envelope: Envelope, body: Body) -> datetime | None:
    if not body.announced_at:
        return None
    try:
        return reading.read_moment(body.announced_at, "time", envelope.received_at)
    except Refused:
        envelope.notes.append("The event's time was left out: it is not a time.")
        return None


def _with_offset(stated: object) -> object:
    if isinstance(stated, str) and _UTC_WITHOUT_OFFSET.fullmatch(stated):
        return f"{stated}Z"
    return stated


def flag(value: object) -> bool | None:
    """A flag as PHP writes it: true, 1, "1" or false, 0, "0"; None if it is none of them."""
    if value in (True, "1", "true"):
        return True
    return False if value in (False, "0", "false") else None


def number_of(value: object) -> str:
    """An id of the database, "" for a missing one, 0 (nobody) or anything that is no id."""
    try:
        text = reading.read_id(value, "id")
    except Refused:
        return ""
    return "" if text == "0" else text


def currency_of(fields: dict[str, Any], name: str, path: str) -> str:
    """The customer's currency; if it is not stated, the one on which all the stated ones agree. Raises Refused."""
    nested = mapping(fields.get("currency"))
    if fields.get(name) or nested.get(name):
        where = path if fields.get(name) else f"{path}currency."
        return reading.read_currency(fields.get(name) or nested[name], where + name)
    others = ("store_currency_code", "base_currency_code", "global_currency_code")
    stated = {
        code for holder in (fields, nested) for other in others if isinstance(code := holder.get(other), str)
    }
    return reading.read_currency(stated.pop() if len(stated) == 1 else None, path + name)
