"""Sends stopped and begun again by operations. What is written down counts at once, whatever the queues do."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from common.application.failures import Conflict, Unavailable
from common.application.ports import Clock, Put, Ref, Store
from common.domain.intake_health import HEALTH, INTAKE, IntakeHealth
from common.domain.pause import Pause, is_paused, usual_spread
from common.domain.values import dataclass

ATTEMPTS = 5
"""Instances write the same document, at most once in 30 seconds each."""
_REF = Ref(HEALTH, INTAKE)


class TaskQueues(Protocol):
    """The queues whose tasks have messages sent. Every method raises Unavailable."""

    @property
    def names(self) -> Sequence[str]:
        """All of them."""

    def is_running(self, name: str) -> bool:
        """Whether the queue dispatches."""

    def pause(self, name: str) -> None:
        """Dispatch no more; new tasks are still taken. Harmless to repeat."""

    def resume(self, name: str) -> None:
        """Dispatch again. Harmless to repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it, or would come of it."""

    pause: Pause | None
    """As it stands now."""
    changed: bool
    """Whether it didn't stand like that before."""
    queues: tuple[str, ...] = ()
    """Those that were paused or set running."""
    left: tuple[str, ...] = ()
    """Those that are paused, but not by us."""
    problems: tuple[str, ...] = ()
    """What kept a queue as it was."""


def pause_sends(
    store: Store,
    clock: Clock,
    queues: TaskQueues | None,
    by: str,
    because: str | None,
    *,
    dry_run: bool = False,
) -> Done:
    """Have no message claimed any more; then pause the queues that run. Repeating is harmless. Raises Unavailable."""
    wanted = _those(queues, running=True)

    def begin(last: Pause | None, now: datetime) -> Pause | None:
        if last is not None and is_paused(last):
            return last
        return Pause(paused_at=_since(last, now), by=by, because=because, queues=wanted)

    pause, changed = _written(store, clock, begin, dry_run)
    chosen = tuple(dict.fromkeys((*(pause.queues if pause else ()), *wanted)))
    if changed or pause is None or set(chosen) == set(pause.queues):
        return _with_queues(queues, pause, changed, "pause", dry_run)
    # Somebody set a queue running meanwhile: pausing again has to bring it back afterwards too.
    pause, _ = _written(store, clock, lambda last, now: last and replace(last, queues=chosen), dry_run)
    return _with_queues(queues, pause, True, "pause", dry_run)


def resume_sends(
    store: Store,
    clock: Clock,
    queues: TaskQueues | None,
    by: str,
    over: timedelta | None,
    *,
    dry_run: bool = False,
) -> Done:
    """Let messages be claimed again, those that waited over a span; and have the queues run that ran before.

    Repeating is harmless: the span isn't begun anew. Raises Unavailable.
    """

    def end(last: Pause | None, now: datetime) -> Pause | None:
        if last is None or not is_paused(last):
            return last
        spread = usual_spread(last, now) if over is None else over
        return replace(last, resumed_at=now, resumed_by=by, spread_seconds=int(spread.total_seconds()))

    pause, changed = _written(store, clock, end, dry_run)
    done = _with_queues(queues, pause, changed, "resume", dry_run)
    ours = pause.queues if pause else ()
    return replace(done, left=tuple(name for name in _those(queues, running=False) if name not in ours))


def pause_of(store: Store) -> Pause | None:
    """The last pause, over or not. Raises Unavailable."""
    health: IntakeHealth | None = store.load([_REF])[_REF].document
    return health.pause if health else None


def _since(last: Pause | None, now: datetime) -> datetime:
    """The beginning of a pause that begins now: while an earlier one's messages are still leaving, that one's."""
    ends = last.spread_until if last else None
    return last.paused_at if last and ends and now < ends else now


def _written(
    store: Store, clock: Clock, change: Callable[[Pause | None, datetime], Pause | None], dry_run: bool
) -> tuple[Pause | None, bool]:
    for _ in range(ATTEMPTS):
        known = store.load([_REF])[_REF]
        health: IntakeHealth = known.document or IntakeHealth()
        pause = change(health.pause, clock.now())
        if pause == health.pause or dry_run:
            return pause, pause != health.pause
        try:
            store.save([Put(_REF, replace(health, pause=pause), known.version)])
        except Conflict:
            continue
        return pause, True
    raise Unavailable(f"{HEALTH}/{INTAKE} kept changing")


def _those(queues: TaskQueues | None, *, running: bool) -> tuple[str, ...]:
    """The queues that run, or don't. One that can't be asked counts as running: to pause it is tried all the same."""
    return tuple(name for name in (queues.names if queues else ()) if _runs(queues, name) is running)


def _runs(queues: TaskQueues | None, name: str) -> bool:
    try:
        return queues is None or queues.is_running(name)
    except Unavailable:
        return True


def _with_queues(
    queues: TaskQueues | None, pause: Pause | None, changed: bool, verb: str, dry_run: bool
) -> Done:
    done, problems = [], []
    for name in pause.queues if pause and queues else ():
        try:
            if queues is not None and not dry_run:
                (queues.pause if verb == "pause" else queues.resume)(name)
            done.append(name)
        except Unavailable as problem:
            problems.append(f"the queue {name} could not be {verb}d: {problem}")
    return Done(pause=pause, changed=changed, queues=tuple(done), problems=tuple(problems))
