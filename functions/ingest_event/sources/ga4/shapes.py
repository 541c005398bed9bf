"""The shapes in which GA4's events travel, each turned into the same hit with the paths that its facts came from."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.domain.values import dataclass
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.ga4.dollars import ROW_AMOUNTS, in_dollars
from functions.ingest_event.tracking import Facts, Stated, assumed_currency, facts_in, instant
from functions.ingest_event.visitors import Visitor, visitor

PARAMETERS = ("params", "eventModel")
"""Where an event has its parameters: the latter is what gtag makes of them in the dataLayer."""
SEVERAL = "pushes"
"""What an array of events, or a gtag command, is kept as."""

_FORMER = {
    "purchase": "purchase",
    "refund": "refund",
    "add": "add_to_cart",
    "remove": "remove_from_cart",
    "checkout": "begin_checkout",
    "checkout_option": "add_payment_info",
    "detail": "view_item",
    "click": "select_item",
    "impressions": "view_item_list",
}
"""Actions of Universal Analytics' enhanced e-commerce, which many a dataLayer still holds."""
_ACTION_FIELDS = {
    "id": "transaction_id",
    "revenue": "total",
    "coupon": "coupon",
    "tax": "tax",
    "shipping": "shipping",
}
_ROW_VALUES = ("string_value", "int_value", "double_value", "float_value")
_ROW = ("event_name", "event_timestamp", "user_pseudo_id", "user_id", "event_params", "items", "ecommerce")
"""What an exported row says of the event; the rest may differ between the daily and the streamed export."""
_MOMENTS = ("timestamp_micros", "event_timestamp")
_CLIENTS = ("client_id", "app_instance_id", "user_pseudo_id", "clientId", "appInstanceId")
_COOKIE = "GA1."


@dataclass(frozen=True, slots=True)
class Hit:
    """One event. `facts` are its parameters, `about` what is said of the client, in the event or around it."""

    envelope: Envelope
    """Its payload is this event alone, with what the call says of the client."""
    name: str
    facts: Facts
    about: Facts
    visitor: Visitor

    @property
    def notes(self) -> list[str]:
        """What was left out so far."""
        return self.envelope.notes

    @property
    def id(self) -> str:
        """The shop's own event id, else one by client, time, name and content; GA4 has none."""
        if stated := self.facts.text("event_id"):
            return f"{self.name}:{stated}"
        if self.about.first(*_MOMENTS):
            return self.envelope.content_id(self.name)
        # The same content at another time is another event: without a time, only the message tells them apart.
        return f"{self.envelope.content_id(self.name)}:{self.envelope.message.id}"

    def occurred_at(self) -> datetime:
        """The event's own time, else the call's, else when the message was published. Raises Refused."""
        stated = self.about.first(*_MOMENTS)
        return instant(stated, self.envelope.received_at) if stated else self.envelope.published_at


def hits_in(opened: Envelope) -> Iterator[Hit | Refused]:
    """The events of a message; what is no event is a refusal in its place. Raises Refused if the whole is none."""
    pushes = opened.payload.get(SEVERAL)
    if not isinstance(pushes, list):
        yield from _in_object(opened, opened.payload, "")
    elif pushes and isinstance(pushes[0], str):
        yield from _in_command(opened, dict(enumerate(pushes)), [f"[{index}]" for index in range(3)])
    else:
        for index, push in enumerate(reading.check_lines(pushes, SEVERAL)):
            if isinstance(push, dict):
                yield from _in_object(opened, push, f"[{index}].")
            else:
                yield Refused("field_invalid", f"[{index}] is not an object; send one event.", f"[{index}]")


def _in_object(opened: Envelope, payload: dict[str, Any], prefix: str) -> Iterator[Hit | Refused]:
    if "events" in payload:
        yield from _in_call(opened, payload, prefix)
    elif "0" in payload:
        command = {index: payload.get(str(index)) for index in range(3)}
        yield from _in_command(opened, command, [f"{prefix}{index}" for index in range(3)])
    elif "event_params" in payload:
        yield _row(opened, payload, prefix)
    else:
        yield _push(opened, payload, prefix)


def _in_call(opened: Envelope, payload: dict[str, Any], prefix: str) -> Iterator[Hit | Refused]:
    """The Measurement Protocol: one client, several events."""
    events = payload["events"]
    if not isinstance(events, list):
        raise Refused(
            "field_invalid", f"{prefix}events is not a list; send a list of events.", f"{prefix}events"
        )
    shared = {name: value for name, value in payload.items() if name != "events"}
    for index, event in enumerate(reading.check_lines(events, f"{prefix}events")):
        field = f"{prefix}events[{index}]"
        name = text_of(mapping(event), "name")
        if not name:
            yield Refused(
                "topic_missing", f"{field}.name is missing; send the event's name.", f"{field}.name"
            )
            continue
        about = {**facts_in(shared, prefix).stated, **facts_in(event, f"{field}.").stated}
        facts = facts_in(event.get("params"), f"{field}.params.")
        yield _hit(opened, {**shared, "event": event}, name, facts, Facts(prefix, about))


def _in_command(opened: Envelope, command: dict[int, Any], paths: list[str]) -> Iterator[Hit | Refused]:
    """A gtag command: "event", its name, its parameters. Other commands configure the tag."""
    kind, name = command.get(0), command.get(1)
    if kind != "event":
        name = f"gtag {reading.clean_text(kind, 40)}" if isinstance(kind, str) else None
    if not isinstance(name, str) or not name.strip():
        yield Refused("topic_missing", f"{paths[1]} is missing; send the event's name.", paths[1])
        return
    facts = facts_in(command.get(2), f"{paths[2]}.")
    content = {"event": name, "params": command.get(2)}
    yield _hit(opened, content, reading.clean_text(name, reading.MAX_ID), facts, facts)


def _row(opened: Envelope, payload: dict[str, Any], prefix: str) -> Hit | Refused:
    """A row of the BigQuery export."""
    name = text_of(payload, "event_name")
    if not name:
        return Refused(
            "topic_missing", f"{prefix}event_name is missing; send the event's name.", f"{prefix}event_name"
        )
    about = facts_in(payload, prefix)
    stated = exported(payload.get("event_params"), f"{prefix}event_params")
    for fact_name, fact in facts_in(payload.get("ecommerce"), f"{prefix}ecommerce.").stated.items():
        stated.setdefault(ROW_AMOUNTS.get(fact_name, fact_name), fact)
    if "items" in about.stated:
        stated["items"] = about.stated["items"]
    content = {key: payload[key] for key in _ROW if key in payload}
    hit = _hit(opened, content, name, Facts(f"{prefix}event_params.", stated), about)
    if assumed_currency(opened.message) is None and (dollars := in_dollars(stated, about)):
        hit.notes.append("The row states no currency, so what Google converted to US dollars was used.")
        return replace(hit, facts=Facts(hit.facts.prefix, dollars))
    return hit


def exported(entries: object, field: str) -> dict[str, Stated]:
    """Parameters or user properties by key, as BigQuery lists them; of a plain object, its fields."""
    if isinstance(entries, dict):
        return dict(facts_in(entries, f"{field}.").stated)
    found: dict[str, Stated] = {}
    for index, entry in enumerate(map(mapping, listing(entries))):
        value = mapping(entry.get("value"))
        kind = next((kind for kind in _ROW_VALUES if value.get(kind) is not None), None)
        if kind and isinstance(entry.get("key"), str):
            found[entry["key"]] = Stated(value[kind], f"{field}[{index}].value.{kind}")
    return found


def _push(opened: Envelope, payload: dict[str, Any], prefix: str) -> Hit | Refused:
    """A dataLayer push, a gtag call as an object, or a server container's event data."""
    about = facts_in(payload, prefix)
    pushed = mapping(payload.get("ecommerce"))
    name = text_of(payload, "event", "event_name", "name") or envelope.topic_of(opened.message)
    if action := former_action(pushed):
        facts = _former_facts(pushed, action, f"{prefix}ecommerce.")
        return _hit(opened, payload, _FORMER[action], facts, about)
    if not name and "ecommerce" in payload:
        name = "ecommerce"  # a push that only clears or sets what a later one tells
    if not name:
        return Refused("topic_missing", f"{prefix}event is missing; send the event's name.", f"{prefix}event")
    if inside := next((field for field in PARAMETERS if isinstance(payload.get(field), dict)), None):
        facts = facts_in(payload[inside], f"{prefix}{inside}.")
        return _hit(opened, payload, name, facts, Facts(prefix, {**facts.stated, **about.stated}))
    if pushed:
        return _hit(opened, payload, name, facts_in(pushed, f"{prefix}ecommerce."), about)
    return _hit(opened, payload, name, about, about)


def former_action(pushed: dict[str, Any]) -> str | None:
    """The enhanced e-commerce action that a push holds, if it is of that older kind."""
    return next((action for action in _FORMER if isinstance(pushed.get(action), dict | list)), None)


def _former_facts(pushed: dict[str, Any], action: str, prefix: str) -> Facts:
    inner = mapping(pushed[action])
    stated = dict(facts_in({"currencyCode": pushed.get("currencyCode")}, prefix).stated)
    fields = facts_in(inner.get("actionField"), f"{prefix}{action}.actionField.").stated
    stated |= {ours: fields[theirs] for theirs, ours in _ACTION_FIELDS.items() if theirs in fields}
    if "products" in inner:
        stated["items"] = Stated(inner["products"], f"{prefix}{action}.products")
    return Facts(prefix, stated)


def _hit(opened: Envelope, content: dict[str, Any], name: str, facts: Facts, about: Facts) -> Hit:
    notes: list[str] = []
    everywhere = Facts(about.prefix, {**facts.stated, **about.stated})
    client = everywhere.first(*_CLIENTS)
    if client and isinstance(client.value, str) and client.value.startswith(_COOKIE):
        client = client._replace(value=client.value.split(".", 2)[-1])
    whose = visitor(client, everywhere.first("user_id", "userId"), notes)
    own = replace(opened, payload=content, notes=notes)
    return Hit(own, reading.clean_text(name, reading.MAX_ID), facts, everywhere, whose)
