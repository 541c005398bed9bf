"""Google Analytics 4: Measurement Protocol calls, dataLayer and gtag pushes, server-side events, BigQuery's rows."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import CustomerUpdated, StorefrontEvent
from functions.ingest_event import envelope, tracking
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.ga4 import commerce, people, shapes
from functions.ingest_event.sources.ga4.shapes import Hit
from functions.ingest_event.understanding import Ignored, Said
from functions.ingest_event.visitors import plain

NAME = "ga4"
ALIASES = ("google_analytics", "google_analytics_4", "firebase")

_SIGNED_IN = frozenset({"login", "signup"})
_CLIENTS = ("client_id", "app_instance_id", "user_pseudo_id")


def recognises(_: PubSubMessage) -> bool:
    """Never: Google's collectors set no header of their own."""
    return False


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is one of Google's shapes: events of a client, an exported row, or an e-commerce push."""
    events = payload.get("events")
    if isinstance(events, list):
        named = all(isinstance(mapping(event).get("name"), str) for event in events)
        return named and any(name in payload for name in _CLIENTS)
    if isinstance(payload.get("event_name"), str):
        return "event_params" in payload or any(name in payload for name in _CLIENTS)
    if payload.get("0") == "event" or any(field.startswith("gtm.") for field in payload):
        return True
    name = payload.get("event")
    known = isinstance(name, str) and plain(name) in commerce.EVENTS
    if known and any(client in payload for client in _CLIENTS):
        return True
    if any(isinstance(payload.get(field), dict) for field in shapes.PARAMETERS):
        return known
    pushed = payload.get("ecommerce")
    return isinstance(pushed, dict) and (known or shapes.former_action(pushed) is not None)


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """What each event tells, in their order; a broken one is a refusal among the others."""
    opened = tracking.opened(NAME, message, received_at, shapes.SEVERAL)
    told = [_understood(hit) for hit in shapes.hits_in(opened)]
    return tuple(_apart(told)) or (Ignored(NAME, opened.store, "no events"),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The value of the first event that has one, else the worth of its items."""
    for holder in _holders(payload):
        facts = tracking.facts_in(holder, "")
        items = listing(holder.get("items") or holder.get("products"))
        totals = ("total", "value", "revenue", "purchase_revenue")
        if money := tracking.money_at_stake(facts, items, commerce.SPELLING.price, *totals):
            return money
    return None


def _holders(payload: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for event in listing(payload.get("events")):
        yield mapping(mapping(event).get("params"))
    yield mapping(payload.get("params"))
    pushed = mapping(payload.get("ecommerce"))
    if action := shapes.former_action(pushed):
        inner = mapping(pushed[action])
        yield {**pushed, **mapping(inner.get("actionField")), "products": inner.get("products")}
    exported = {
        name: stated.value for name, stated in shapes.exported(payload.get("event_params"), "").items()
    }
    yield {**payload, **pushed, **exported}


def _understood(hit: Hit | Refused) -> Said:
    if isinstance(hit, Refused):
        return hit
    try:
        return _told(hit)
    except Refused as refused:
        named = {name: stated.value for name, stated in hit.facts.stated.items()}
        refused.at_stake = at_stake(named)
        return refused


def _told(hit: Hit) -> Said:
    name, person = plain(hit.name), people.person_of(hit)
    if name in _SIGNED_IN and person and (person.external_id or person.email or person.phone):
        event: Any = CustomerUpdated
        facts: dict[str, Any] = {}
    elif read := commerce.EVENTS.get(name):
        event, facts = read(hit)
    else:
        return Ignored(NAME, hit.envelope.store, hit.name)
    told: StorefrontEvent = hit.envelope.event(
        event,
        id=hit.id,
        occurred_at=hit.occurred_at(),
        channel=people.channel_of(hit),
        user_agent=people.user_agent_of(hit),
        person=person,
        **facts,
    )
    return told


def _apart(told: list[Said]) -> Iterator[Said]:
    """The same, where events of equal content have different ids: the second is another event, not an echo."""
    seen: dict[str, int] = {}
    for part in told:
        if isinstance(part, StorefrontEvent):
            seen[part.id] = times = seen.get(part.id, 0) + 1
            yield replace(part, id=f"{part.id}:{times}") if times > 1 else part
        else:
            yield part
