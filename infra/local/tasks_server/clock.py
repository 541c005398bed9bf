"""A clock that tests can move forward."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovableClock:
    """The time of `source` (epoch seconds), plus whatever it was moved by.

    Times are aware UTC, whole microseconds as on the wire, so "due now" is never missed by a rounding.
    """

    def __init__(self, source: Callable[[], float]) -> None:
        self._source = source
        self._moved = timedelta()

    def now(self) -> datetime:
        """The current time, aware UTC."""
        return datetime.fromtimestamp(self._source(), UTC) + self._moved

    def advance(self, by: timedelta) -> None:
        """Move forward; callers hold the lock of the book and wake the dispatcher afterwards."""
        if by < timedelta():
            raise ValueError(f"time only moves forward, not by {by}")
        self._moved += by
