"""How far a change of stored documents has come."""

from datetime import datetime

from common.domain.values import dataclass

MIGRATIONS = "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """`migrations/{id}`: saved in the commit of each page, so that a run goes on where another one stopped."""

    id: str
    started_at: datetime
    cursor: str | None = None
    """The last document that was looked at; None = none yet."""
    read: int = 0
    changed: int = 0
    done_at: datetime | None = None
