"""Sends are paused by operations: nobody is written to, while everything else goes on; and how they begin again."""

from datetime import datetime, timedelta

from common.domain import ids
from common.domain.values import dataclass

LOOK_AGAIN = timedelta(minutes=30)
"""The least time until a message that waits is looked at again; the most is twice that."""
LEAST_SPREAD, MOST_SPREAD = 2 * LOOK_AGAIN, timedelta(hours=12)
"""What fell due during a pause leaves over as long as the pause took, within these bounds: so it at most doubles the
usual rate, except after more than half a day (L4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """The last pause; it is over once it has a `resumed_at`. No policy document is changed by it."""

    paused_at: datetime
    """Where messages of an earlier pause were still leaving, and wait again, the beginning of that one."""
    by: str
    because: str | None = None
    queues: tuple[str, ...] = ()
    """Those that ran before, and are to run afterwards."""
    resumed_at: datetime | None = None
    resumed_by: str | None = None
    spread_seconds: int = 0
    """Over how long, from `resumed_at` on, that leaves which waited."""

    @property
    def spread_until(self) -> datetime | None:
        """When all that waited has left; None = it still waits."""
        return self.resumed_at and self.resumed_at + timedelta(seconds=self.spread_seconds)


def is_paused(pause: Pause | None) -> bool:
    """Whether nobody may be written to now."""
    return pause is not None and pause.resumed_at is None


def message_waits_until(pause: Pause | None, case_id: str, now: datetime, *, waited: bool) -> datetime | None:
    """When a message that is due may leave, or is looked at again; None = now. `waited`: it was held before."""
    if pause is None:
        return None
    if pause.resumed_at is None:
        return now + LOOK_AGAIN + _place(case_id, LOOK_AGAIN)
    leaves_at = pause.resumed_at + _place(case_id, timedelta(seconds=pause.spread_seconds))
    return leaves_at if waited and now < leaves_at else None


def usual_spread(pause: Pause, now: datetime) -> timedelta:
    """Over how long that should leave which waits at `now`."""
    return min(max(now - pause.paused_at, LEAST_SPREAD), MOST_SPREAD)


def _place(case_id: str, spread: timedelta) -> timedelta:
    """Each case has a place of its own within the spread."""
    return timedelta(seconds=int(spread.total_seconds()) * ids.bucket("paused", case_id) // 10_000)
