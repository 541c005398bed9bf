"""What every clock promises: aware UTC, and never backwards."""

from datetime import UTC, datetime, timedelta

import pytest

from common.adapters.clock import SystemClock
from common.application.ports import Clock
from infra.local.clocks import VirtualClock

NOW = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)


@pytest.fixture(params=["system", "virtual"])
def clock(request: pytest.FixtureRequest) -> Clock:
    return SystemClock() if request.param == "system" else VirtualClock(NOW)


def test_moments_are_utc(clock: Clock) -> None:
    """Whatever zone the machine is in, the engine's moments are aware and in UTC (L21)."""
    assert clock.now().utcoffset() == timedelta(0)


def test_time_does_not_run_backwards(clock: Clock) -> None:
    """A later look shows the same moment or a later one."""
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)
