"""How fast a queue may dispatch: the token bucket of `RateLimits`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from google.cloud.tasks_v2 import RateLimits

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Pace:
    """The bucket, kept as the time at which it will be full again: exact, with no float to drift."""

    _full_at: datetime = _LONG_AGO

    def free_at(self, rates: RateLimits) -> datetime:
        """When the next dispatch may go; the past means at once."""
        return self._full_at - _interval(rates) * (rates.max_burst_size - 1)

    def spend(self, rates: RateLimits, now: datetime) -> None:
        """Note a dispatch."""
        self._full_at = max(self._full_at, now) + _interval(rates)


def _interval(rates: RateLimits) -> timedelta:
    return timedelta(seconds=1 / rates.max_dispatches_per_second)
