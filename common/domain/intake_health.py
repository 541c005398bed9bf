"""Whether the intake keeps up. While it doesn't, the order that makes a reminder wrong may still wait (L1)."""

from datetime import datetime, timedelta

from common.domain import ids
from common.domain.values import dataclass

HEALTH, INTAKE = "health", "intake"
"""Where it is written down."""
STALE = timedelta(minutes=5)
"""How long a late message makes what is known doubtful. Several notes fit in, so that a lost one doesn't matter."""
PAUSE = timedelta(minutes=10)
"""How long a held message waits before it looks again: longer than STALE, so that one look is mostly enough."""
SPREAD = timedelta(minutes=10)
"""Over which the messages that were held together leave, rather than in one burst (L4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeHealth:
    """`health/intake`: when messages were last taken late. Nobody writes it while the intake keeps up."""

    id: str = INTAKE
    late_at: datetime
    lag_seconds: int
    """How long the message that told had waited."""
    schema_version: int = 1


def is_behind(health: IntakeHealth | None, now: datetime) -> bool:
    """Whether messages were taken late just now."""
    return health is not None and now - health.late_at < STALE


def look_again_at(case_id: str, now: datetime) -> datetime:
    """When a message that is held looks again; each case has a place of its own within SPREAD."""
    return (
        now + PAUSE + timedelta(seconds=int(SPREAD.total_seconds()) * ids.bucket("held", case_id) // 10_000)
    )
