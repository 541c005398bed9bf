"""The day's counters: what was heard and announced, and the money in it, in the commit that decided it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from common.application.ports import Counters
from common.domain import ids
from common.domain.effects import Announce
from common.domain.money import parse_minor
from common.domain.storefront import StorefrontEvent

SHARDS = 64
"""Documents a day's counters are spread over: every event counts, and Firestore takes about one write a second
per document for long.
"""
STORE_MARKS = 1024
"""How many marks a source's stores share, by hash. Whoever publishes names the store, and a field for each name
could fill a shard's document until no event can be saved any more.
"""

_SIGNS = {"case.recovered": 1, "case.reversed": -1}
"""Recovered money is net of what was cancelled or not paid (L45)."""


def counters(
    effects: Iterable[Any],
    counts: Mapping[str, int],
    now: datetime,
    shard_key: str,
    event: StorefrontEvent | None = None,
) -> Counters | None:
    """What to add to the day of `now`; None = nothing. Names have no dots, as Firestore's field paths do.

    `event` is what was understood, if the decision is about one.
    """
    announced = [effect for effect in effects if isinstance(effect, Announce)]
    if not announced and not counts and event is None:
        return None
    # Plain dicts: this is done for every event, and a Counter takes several times as long to make.
    amounts = dict(counts)
    for announcement in announced:
        for name, amount in _amounts(announcement).items():
            amounts[name] = amounts.get(name, 0) + amount
    latest: Mapping[str, int] = {}
    if event is not None:
        understood, *marks = _marks(event.source, event.store)
        amounts[understood] = amounts.get(understood, 0) + 1
        for reason in event.repairs:
            amounts[f"intake_repaired_{reason}"] = amounts.get(f"intake_repaired_{reason}", 0) + 1
        latest = dict.fromkeys(marks, int(now.timestamp()))
    return Counters(day=now.date(), shard=shard_of(shard_key), amounts=amounts, latest=latest)


@lru_cache(maxsize=4096)
def _marks(source: str, store: str) -> tuple[str, str, str]:
    """What counts an understood event, and what it was last heard by."""
    return f"intake_understood_{source}", heard_name(source), heard_name(source, store)


def shard_of(key: str) -> int:
    """The shard of a hexadecimal id."""
    return int(key[:8], 16) % SHARDS


def heard(source: str | None, store: str | None, now: datetime) -> dict[str, int]:
    """That a source was heard, and one of its stores, in seconds since 1970; nothing of an unknown source."""
    if source is None:
        return {}
    second = int(now.timestamp())
    marks = {heard_name(source): second}
    if store is not None:
        marks[heard_name(source, store)] = second
    return marks


@lru_cache(maxsize=4096)
def heard_name(source: str, store: str | None = None) -> str:
    """Under which name it is kept when a source, or one of its stores, was last heard."""
    if store is None:
        return f"heard_{source}"
    return f"heard_{source}_{int(ids.hash_id('heard', store)[:8], 16) % STORE_MARKS}"


def _amounts(announced: Announce) -> Counter[str]:
    name = announced.type.replace(".", "_")
    amounts = Counter({name: 1})
    detail = announced.fields.get("reason") or announced.fields.get("channel")
    if detail:
        amounts[f"{name}_{detail}"] += 1
    sign = _SIGNS.get(announced.type)
    if sign is not None:
        fields = announced.fields
        currency = str(fields["currency"])
        amounts[f"recovered_minor_{currency}"] += sign * parse_minor(str(fields["revenue"]), currency)
        amounts[f"discount_minor_{currency}"] += sign * parse_minor(str(fields["discount"]), currency)
    return amounts
