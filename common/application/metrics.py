"""The day's counters: what was announced, and the money in it, as increments in the commit that decided it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from common.application.ports import Counters
from common.domain.effects import Announce
from common.domain.money import parse_minor

SHARDS = 10
"""Documents a day's counters are spread over: Firestore takes about one write a second per document."""

_SIGNS = {"case.recovered": 1, "case.reversed": -1}
"""Recovered money is net of what was cancelled or not paid (L45)."""


def counters(
    effects: Iterable[Any], counts: Mapping[str, int], now: datetime, shard_key: str
) -> Counters | None:
    """What to add to the day of `now`; None = nothing. Names have no dots, as Firestore's field paths do."""
    announced = [effect for effect in effects if isinstance(effect, Announce)]
    if not announced and not counts:
        return None
    amounts: Counter[str] = Counter(counts)
    for announcement in announced:
        amounts.update(_amounts(announcement))
    return Counters(day=now.date(), shard=int(shard_key[:8], 16) % SHARDS, amounts=amounts)


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
