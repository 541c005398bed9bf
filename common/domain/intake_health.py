"""Whether the intake keeps up. While it doesn't, the order that makes a reminder wrong may still wait (L1)."""

from datetime import UTC, datetime, timedelta

from common.domain import ids
from common.domain.pause import Pause
from common.domain.values import dataclass

HEALTH, INTAKE = "health", "intake"
"""Where it is written down."""
STALE = timedelta(minutes=5)
"""How long a late message makes what is known doubtful. Several notes fit in, so that a lost one doesn't matter."""
JUDGED = timedelta(minutes=10)
"""How long after the last late message carts are judged that seemed quiet meanwhile."""
SETTLED = timedelta(minutes=20)
"""How long after it reminders leave: when all carts are judged, or somebody's older cart would be written about."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
CARTS_SPREAD, MESSAGES_SPREAD = timedelta(minutes=5), timedelta(minutes=40)
"""Over which those are spread that were held together, rather than in one burst (L4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeHealth:
    """`health/intake`: when messages were last taken late, and whether sends are paused: what keeps a due message back.

    One document, so that a step costs one read for both. Nobody writes it while the intake keeps up.
    """

    id: str = INTAKE
    late_at: datetime = NEVER
    lag_seconds: int = 0
    """How long the message that told had waited."""
    pause: Pause | None = None
    schema_version: int = 1


def is_behind(health: IntakeHealth | None, now: datetime) -> bool:
    """Whether messages were taken late just now."""
    return health is not None and now - health.late_at < STALE


def carts_wait_until(health: IntakeHealth | None, case_id: str, now: datetime) -> datetime | None:
    """When a cart may be judged of which something may not be known yet; None = now."""
    if health is None or not is_behind(health, now):
        return None
    return health.late_at + JUDGED + _place(case_id, CARTS_SPREAD)


def messages_wait_until(health: IntakeHealth | None, case_id: str, now: datetime) -> datetime | None:
    """When a message about a cart may leave; None = now."""
    if health is None or now - health.late_at >= SETTLED:
        return None
    return health.late_at + SETTLED + _place(case_id, MESSAGES_SPREAD)


def _place(case_id: str, spread: timedelta) -> timedelta:
    """Each case has a place of its own within the spread."""
    return timedelta(seconds=int(spread.total_seconds()) * ids.bucket("held", case_id) // 10_000)
