"""Segment's and RudderStack's calls: one, or a batch, as their libraries and webhook destinations send them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    CartVisited,
    CustomerErased,
    CustomerUpdated,
    Person,
    StorefrontEvent,
)
from functions.ingest_event import envelope, tracking
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.segment import calls, commerce, orders, people
from functions.ingest_event.sources.segment.calls import Call
from functions.ingest_event.sources.segment.commerce import Told
from functions.ingest_event.understanding import Ignored, Said
from functions.ingest_event.visitors import cart_id, plain

NAME = "segment"
ALIASES = ("rudderstack", "rudder")

_TRACKED = commerce.EVENTS | orders.EVENTS
_EVENT_BUS = "aws.partner/segment.com"
_ELSEWHERE = frozenset({"distinct_id", "token", "api_key"})
"""Fields of other analytics tools, whose calls look much the same."""


def recognises(message: PubSubMessage) -> bool:
    """Whether the user agent is that of Segment's or RudderStack's servers."""
    agent = (message.attribute("user-agent") or "").strip().lower()
    return agent.startswith(("segment", "rudder"))


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is a call with its type and sender, a tracked e-commerce event, or a batch of such."""
    if str(payload.get("source")).startswith(_EVENT_BUS):
        return True
    batch = payload.get("batch")
    call = mapping(batch[0]) if isinstance(batch, list) and batch else payload
    if any(name in call or name in mapping(call.get("properties")) for name in _ELSEWHERE):
        return False
    kind = call.get("type")
    if isinstance(kind, str) and kind in calls.TYPES:
        named = any(name in call for name in ("messageId", "anonymousId", "userId", "previousId"))
        if named or kind != "track":
            return named
    event = call.get("event")
    return isinstance(event, str) and plain(event) in _TRACKED and isinstance(call.get("properties"), dict)


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """What each call tells, in their order; a broken one is a refusal among the others."""
    opened = tracking.opened(NAME, message, received_at, "batch")
    told = tuple(_understood(call) for call in calls.calls_in(opened))
    return told or (Ignored(NAME, opened.store, "no calls"),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the first call that has one, else the worth of its products."""
    batch = payload.get("batch")
    for call in batch if isinstance(batch, list) else [payload]:
        facts = tracking.facts_in(mapping(call).get("properties"), "")
        products = listing(mapping(mapping(call).get("properties")).get("products"))
        if money := tracking.money_at_stake(
            facts, products, commerce.SPELLING.price, *orders.TOTALS, "revenue"
        ):
            return money
    return None


def _understood(call: Call | Refused) -> Said:
    if isinstance(call, Refused):
        return call
    try:
        told = _told(call)
        return Ignored(NAME, call.envelope.store, call.topic) if told is None else _event(call, told)
    except Refused as refused:
        refused.at_stake = at_stake(call.envelope.payload)
        return refused


def _told(call: Call) -> Told | None:
    """The event's class and facts; None for what means nothing to us."""
    match call.kind:
        case "track":
            read = _TRACKED.get(plain(call.topic))
            return read(call) if read else None
        case "page" | "screen":
            return CartVisited, {"cart_id": cart_id(call.facts, call.visitor, *calls.VISITOR)}
        case "identify":
            return CustomerUpdated, {}
        case "alias":
            return CustomerUpdated, {"person": people.alias(call)}
        case "delete":
            return CustomerErased, {}
        case _:
            return None


def _event(call: Call, told: Told) -> StorefrontEvent:
    event, facts = told
    person = people.person_of(call)
    if event in (CustomerUpdated, CustomerErased):
        person = facts.pop("person", person)
        _check_named(call, person)
    return call.envelope.event(
        event,
        id=call.id,
        occurred_at=calls.occurred_at(call),
        channel=people.channel_of(call),
        user_agent=people.user_agent_of(call),
        person=person,
        **facts,
    )


def _check_named(call: Call, person: Person | None) -> None:
    if people.is_named(person):
        return
    field = f"{call.prefix}userId"
    raise call.visitor.broken or Refused(
        "field_missing",
        f"{field} is missing; send it, or anonymousId, so that it is known who is meant.",
        field,
    )
