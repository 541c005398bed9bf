"""The clock that may be told to skip ahead."""

from datetime import UTC, datetime, timedelta

from infra.dev.clock import SkippingClock
from infra.local.clocks import VirtualClock
from infra.local.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_goes_with_the_machines_clock() -> None:
    """Without a skip it is the machine's time; after one it goes on at the same pace."""
    machine = VirtualClock(NOON)
    clock = SkippingClock(Database(":memory:"), machine)
    assert clock.now() == NOON
    clock.skip_to(NOON + timedelta(hours=2))
    machine.advance(timedelta(minutes=1))
    assert clock.now() == NOON + timedelta(hours=2, minutes=1)
    assert clock.ahead == timedelta(hours=2)


def test_it_never_goes_back() -> None:
    """A moment that has passed changes nothing."""
    clock = SkippingClock(Database(":memory:"), VirtualClock(NOON))
    clock.skip_to(NOON + timedelta(hours=2))
    clock.skip_to(NOON + timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=2)


def test_how_far_it_is_ahead_is_kept_in_the_file() -> None:
    """The next process goes on where this one was."""
    database = Database(":memory:")
    SkippingClock(database, VirtualClock(NOON)).skip_to(NOON + timedelta(days=3))
    assert SkippingClock(database, VirtualClock(NOON)).ahead == timedelta(days=3)
