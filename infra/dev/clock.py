"""The machine's own time, which may be told to skip ahead; how far is kept in the file."""

from datetime import datetime, timedelta

from common.adapters.clock import SystemClock
from common.application.ports import Clock
from infra.local.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS dev_clock (id INTEGER PRIMARY KEY CHECK (id = 1), ahead REAL NOT NULL)"
_READ = "SELECT ahead FROM dev_clock"
_KEEP = "INSERT INTO dev_clock VALUES (1, ?) ON CONFLICT DO UPDATE SET ahead = excluded.ahead"


class SkippingClock:
    """Goes as fast as the machine's clock, `ahead` of it. It can't be put back: what happened has happened."""

    def __init__(self, database: Database, base: Clock | None = None) -> None:
        self._database = database
        self._base = base or SystemClock()
        with database.change():
            database.execute(_SCHEMA)
            row = database.execute(_READ).fetchone()
        self.ahead = timedelta(seconds=row[0] if row else 0)

    def now(self) -> datetime:
        """Aware UTC."""
        return self._base.now() + self.ahead

    def skip_to(self, moment: datetime) -> None:
        """Make it `moment` now; one that has passed changes nothing."""
        with self._database.change():
            self.ahead = max(self.ahead, moment - self._base.now())
            self._database.execute(_KEEP, (self.ahead.total_seconds(),))
