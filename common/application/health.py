"""Whether the engine is well, as a doctor would ask: who was heard, what is refused, what waits too long.

`examine` looks, `findings` judges what was seen; the second is pure.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from common.application.dead_letters import failures
from common.application.engine import Engine
from common.application.metrics import heard_name
from common.application.pausing import pause_of
from common.domain.pause import Pause, is_paused
from common.domain.policy import RecoveryPolicy
from common.domain.refused import IntakeFailure
from common.domain.values import dataclass

DAYS = 28
"""How far the past reaches that today is compared with."""
SAMPLE = 300
"""Cases that are asked for the names of their stores; ids are hashes, so the first ones are any ones."""
LATE, VERY_LATE = timedelta(minutes=10), timedelta(minutes=30)
"""A timer so late got lost; one so late means that the sweep doesn't find it either (L18)."""
LATE_PAGE = 200
OLD, EXPIRES_SOON = timedelta(hours=24), timedelta(days=7)
"""Of refused messages that nobody has dealt with: their age, and the time until they are deleted."""
SILENT, LONG_SILENT = timedelta(hours=12), timedelta(hours=24)
"""The least silence that means anything, however much was heard before: shops have nights."""
USUAL_PAUSES, MANY_PAUSES = 3, 6
"""A source that speaks once a week may be silent for three weeks before anybody worries."""
FEW_REFUSED, FEW_MESSAGES = 5, 20


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict: what was looked at, how it is, and in a sentence why."""

    level: Level
    about: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptoms:
    """What was seen."""

    now: datetime
    days: Mapping[date, Mapping[str, int]]
    """The counters of DAYS days and today."""
    open: Sequence[IntakeFailure]
    stores: frozenset[str]
    """Those whose names are known."""
    late: int
    """Cases whose timer is LATE, as far as they were counted."""
    very_late: int
    recovery: RecoveryPolicy | None
    """None = its document can't be used."""
    policy_problems: Sequence[str]
    pause: Pause | None = None

    def latest(self, name: str) -> datetime | None:
        """The greatest moment kept under a name."""
        seconds = max((counted.get(name, 0) for counted in self.days.values()), default=0)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    @property
    def sources(self) -> list[str]:
        """Those that were heard in these days."""
        prefix = "intake_refused_by_"
        kinds = ("intake_understood_", "intake_ignored_", prefix)
        names = {name for counted in self.days.values() for name in counted}
        found = {name.removeprefix(kind) for name in names for kind in kinds if name.startswith(kind)}
        return sorted(name for name in found if not name.startswith("after_"))


def examine(engine: Engine, stores: Sequence[str] = ()) -> Symptoms:
    """Look at everything, without changing anything; `stores` are names to look for. Raises Unavailable."""
    now = engine.clock.now()
    days = [now.date() - timedelta(days=back) for back in range(DAYS + 1)]
    good, problems = engine.policies.review()
    waiting = list(failures(engine))
    cases = engine.store.browse("cases", SAMPLE).loaded.values()
    named = {*stores, *(one.document.store for one in cases), *(one.store for one in waiting if one.store)}
    return Symptoms(
        now=now,
        days={day: engine.store.counters(day) for day in days},
        open=waiting,
        stores=frozenset(named),
        late=len(engine.store.due("cases", "next_due_at", now - LATE, LATE_PAGE).ids),
        very_late=len(engine.store.due("cases", "next_due_at", now - VERY_LATE, LATE_PAGE).ids),
        recovery=good.get("recovery"),
        policy_problems=problems,
        pause=pause_of(engine.store),
    )


def findings(seen: Symptoms) -> list[Finding]:
    """A verdict on everything that was looked at."""
    return [
        *(finding for source in seen.sources for finding in _of_source(seen, source)),
        *(_of_store(seen, store) for store in sorted(seen.stores)),
        *([] if seen.sources else [Finding(Level.WARN, "sources", f"Nothing was heard for {DAYS} days.")]),
        _of_backlog(seen),
        _of_timers(seen),
        *_of_policy(seen),
    ]


def worst(found: Sequence[Finding]) -> Level:
    """The worst level of all."""
    levels = list(Level)
    return max((finding.level for finding in found), key=levels.index, default=Level.OK)


def _of_source(seen: Symptoms, source: str) -> list[Finding]:
    about = f"source {source}"
    messages = {day: sum(_counts(counted, source)) for day, counted in seen.days.items()}
    found = [_of_refusals(seen, source, about)]
    if (last := seen.latest(heard_name(source))) is not None:
        found.insert(0, _of_silence(seen.now, about, last, messages))
    return found


def _of_store(seen: Symptoms, store: str) -> Finding:
    about = f"store {store}"
    names = [heard_name(source, store) for source in seen.sources]
    last = max((at for name in names if (at := seen.latest(name))), default=None)
    if last is None:
        return Finding(Level.WARN, about, f"Not heard for {DAYS} days.")
    active = {day: int(any(name in counted for name in names)) for day, counted in seen.days.items()}
    return _of_silence(seen.now, about, last, active)


def _of_silence(now: datetime, about: str, last: datetime, messages: Mapping[date, int]) -> Finding:
    """Silence is judged by how often there was something to hear."""
    heard_on = [day for day, number in messages.items() if number]
    span = (last.date() - min(heard_on, default=last.date())).days + 1
    pause = timedelta(days=span) / max(sum(messages.values()), 1)
    silent = now - last
    sentence = f"Last heard {_length(silent)} ago."
    if silent > max(LONG_SILENT, MANY_PAUSES * pause):
        return Finding(Level.FAIL, about, f"{sentence} It usually speaks every {_length(pause)}.")
    if silent > max(SILENT, USUAL_PAUSES * pause):
        return Finding(Level.WARN, about, f"{sentence} It usually speaks every {_length(pause)}.")
    return Finding(Level.OK, about, sentence)


def _of_refusals(seen: Symptoms, source: str, about: str) -> Finding:
    """Today and yesterday (UTC) against the days before them."""
    recent = {seen.now.date(), seen.now.date() - timedelta(days=1)}
    refused, all_ = _share(seen, source, lambda day: day in recent)
    before, all_before = _share(seen, source, lambda day: day not in recent)
    rate, usual = refused / max(all_, 1), before / max(all_before, 1)
    sentence = f"{refused:,} of {all_:,} messages refused since yesterday ({rate:.1%})"
    sentence += (
        f"; {usual:.1%} in the {DAYS - 1} days before." if all_before else "; nothing to compare with."
    )
    if all_ >= FEW_MESSAGES and rate >= 0.5 and rate >= 2 * usual:
        return Finding(Level.FAIL, about, sentence)
    if refused >= FEW_REFUSED and rate >= 0.01 and rate >= 2 * usual:
        return Finding(Level.WARN, about, sentence)
    return Finding(Level.OK, about, sentence)


def _share(seen: Symptoms, source: str, wanted: Callable[[date], bool]) -> tuple[int, int]:
    counted = [_counts(amounts, source) for day, amounts in seen.days.items() if wanted(day)]
    return sum(refused for *_, refused in counted), sum(sum(amounts) for amounts in counted)


def _counts(counted: Mapping[str, int], source: str) -> tuple[int, int, int]:
    """Understood, ignored, refused."""
    return (
        counted.get(f"intake_understood_{source}", 0),
        counted.get(f"intake_ignored_{source}", 0),
        counted.get(f"intake_refused_by_{source}", 0),
    )


def _of_backlog(seen: Symptoms) -> Finding:
    about = "refused messages"
    if not seen.open:
        return Finding(Level.OK, about, "None waits.")
    oldest = min(seen.open, key=lambda failure: failure.received_at)
    expiring = [one for one in seen.open if one.expire_at and one.expire_at - seen.now < EXPIRES_SOON]
    age = seen.now - oldest.received_at
    sentence = f"{_number(len(seen.open), 'waits', 'wait')}, the oldest for {_length(age)} ({oldest.id})."
    if expiring:
        soon = f" {_number(len(expiring), 'is', 'are')} deleted within {EXPIRES_SOON.days} days."
        return Finding(Level.FAIL, about, sentence + soon)
    return Finding(Level.WARN if age > OLD else Level.OK, about, sentence)


def _of_timers(seen: Symptoms) -> Finding:
    about = "timers"
    more = "or more " if seen.late >= LATE_PAGE else ""
    sentence = f"{_number(seen.late, f'{more}is', f'{more}are')} over {_length(LATE)} late"
    if seen.very_late:
        why = (
            f"{_number(seen.very_late, 'of them', 'of them')} over {_length(VERY_LATE)}: does the sweep run?"
        )
        return Finding(Level.FAIL, about, f"{sentence}, {why}")
    if seen.late:
        return Finding(Level.WARN, about, f"{sentence}; the next sweep sets them again.")
    return Finding(Level.OK, about, "None is late.")


def _of_policy(seen: Symptoms) -> list[Finding]:
    found = [Finding(Level.FAIL, "policy", f"{problem}.") for problem in seen.policy_problems]
    if not found:
        found = [Finding(Level.OK, "policy", "Every document can be used.")]
    if seen.recovery is None:
        return found
    since = seen.recovery.activated_at
    if seen.pause is not None and is_paused(seen.pause):
        long = _length(seen.now - seen.pause.paused_at)
        found.append(
            Finding(Level.WARN, "sends", f"Paused for {long}: no message leaves until `recoup resume`.")
        )
    if not seen.recovery.enabled:
        found.append(Finding(Level.WARN, "recovery", "It is switched off: no message leaves."))
    elif since is not None and since > seen.now:
        found.append(Finding(Level.WARN, "recovery", f"It begins in {_length(since - seen.now)}."))
    else:
        found.append(Finding(Level.OK, "recovery", "It is switched on."))
    return found


def _number(number: int, one: str, several: str) -> str:
    return f"{number:,} {one if number == 1 else several}"


def _length(span: timedelta) -> str:
    """Such as 12 min, 3 h or 5 days, rounded down."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
