"""Which refused messages to look at first: money at stake, how recent, how many alike.

Money of different currencies is never added up. Each amount is compared with the median of its own currency among
the failures at hand, so that it says "three times the usual" in yen as in euro.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median_low

from common.domain.refused import FailureState, IntakeFailure
from common.domain.values import dataclass

HALF_LIFE = timedelta(days=2)
"""After so long a failure weighs half: a lost cart is worth ever less, and a week later nothing."""
TYPICAL = 1.0
"""The weight of a failure whose money nobody could read: as if it were the usual amount."""
HIGHEST = 100.0
"""The most that one amount counts, in medians: a misplaced decimal point must not hide everything else."""

_INDEX = re.compile(r"\[[0-9]+\]|(?<=\.)[0-9]+(?=\.|$)")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What alike failures have in common; one cause, most likely."""

    source: str | None
    reason: str
    field: str | None
    """With its indexes left open: line_items[].price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Alike failures."""

    likeness: Likeness
    failures: tuple[IntakeFailure, ...]
    """The weightiest first."""
    weight: float
    """The sum over its failures of money (in medians) times recency: 1 is one usual amount, refused just now."""
    at_stake: Mapping[str, int]
    """Minor units by currency, of those failures whose money is known."""

    @property
    def newest_at(self) -> datetime:
        """When the last of them was refused."""
        return max(failure.received_at for failure in self.failures)

    @property
    def oldest_at(self) -> datetime:
        """When the first of them was refused."""
        return min(failure.received_at for failure in self.failures)


def likeness(failure: IntakeFailure) -> Likeness:
    """What the failure has in common with others."""
    return Likeness(failure.source, failure.reason, general_field(failure.field))


def general_field(field: str | None) -> str | None:
    """The field's path without its indexes: line_items[3].price and line_items[7].price are the same mistake."""
    return None if field is None else _INDEX.sub("[]", field).replace(".[]", "[]")


def usual_amounts(failures: Iterable[IntakeFailure]) -> dict[str, int]:
    """The median amount of each currency in minor units, of the amounts above zero."""
    amounts: dict[str, list[int]] = defaultdict(list)
    for failure in failures:
        if failure.at_stake is not None and failure.at_stake.minor > 0:
            amounts[failure.at_stake.currency].append(failure.at_stake.minor)
    return {currency: median_low(known) for currency, known in amounts.items()}


def weight(failure: IntakeFailure, usual: Mapping[str, int], now: datetime) -> float:
    """Money in medians of its currency, halved every HALF_LIFE."""
    stake = failure.at_stake
    if stake is None or stake.currency not in usual:
        money = TYPICAL
    else:
        money = min(max(stake.minor, 0) / usual[stake.currency], HIGHEST)
    age = max(now - failure.received_at, timedelta())
    return float(money * 0.5 ** (age / HALF_LIFE))


def rank(failures: Sequence[IntakeFailure], now: datetime) -> list[Group]:
    """All failures in groups of alike ones, the weightiest group first; repeatable."""
    usual = usual_amounts(failures)
    weights = {failure.id: weight(failure, usual, now) for failure in failures}
    alike: dict[Likeness, list[IntakeFailure]] = defaultdict(list)
    for failure in failures:
        alike[likeness(failure)].append(failure)
    groups = [_group(common, found, weights) for common, found in alike.items()]
    return sorted(groups, key=lambda group: (-group.weight, _name(group.likeness)))


def _group(common: Likeness, found: list[IntakeFailure], weights: Mapping[str, float]) -> Group:
    money: Counter[str] = Counter()
    for failure in found:
        if failure.at_stake is not None:
            money[failure.at_stake.currency] += failure.at_stake.minor
    return Group(
        likeness=common,
        failures=tuple(sorted(found, key=lambda failure: (-weights[failure.id], failure.id))),
        weight=sum(weights[failure.id] for failure in found),
        at_stake=dict(sorted(money.items())),
    )


def _name(common: Likeness) -> tuple[str, str, str]:
    return common.source or "", common.reason, common.field or ""


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """How often one reason refused, and how often wrongly, as far as replays have shown."""

    reason: str
    refused: int
    replayed: int
    accepted: int
    """Refused, and taken by a later replay: what the rule rejected although it could be used."""
    ignored: int
    replaced: int
    dropped: int
    open: int


def by_rule(failures: Iterable[IntakeFailure]) -> list[RuleRecord]:
    """One record per reason, the one with most acceptances after a refusal first."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for failure in failures:
        counted[failure.reason].update(["refused", failure.state.value])
        counted[failure.reason]["replayed"] += failure.replayed_at is not None
    records = [_record(reason, counts) for reason, counts in counted.items()]
    return sorted(records, key=lambda record: (-record.accepted, -record.refused, record.reason))


def _record(reason: str, counts: Counter[str]) -> RuleRecord:
    states = {state.value: counts[state.value] for state in FailureState}
    return RuleRecord(reason=reason, refused=counts["refused"], replayed=counts["replayed"], **states)
