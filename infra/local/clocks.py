"""A clock that goes as fast as it is told to, and never backwards."""

from datetime import datetime, timedelta


class VirtualClock:
    """Stands still at `start` (aware UTC) until it is moved."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Where the clock stands."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Move on to `moment`; an earlier one leaves the clock where it is."""
        self._now = max(self._now, moment)

    def advance(self, by: timedelta) -> None:
        """Move on by a span, which is not negative."""
        self.set(self._now + by)
