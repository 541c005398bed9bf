"""The virtual clock."""

from datetime import UTC, datetime, timedelta

from infra.local.clocks import VirtualClock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_it_stands_still_until_it_is_moved() -> None:
    """Time passes only by being told to."""
    clock = VirtualClock(NOON)
    assert clock.now() == NOON
    clock.advance(timedelta(days=7))
    assert clock.now() == NOON + timedelta(days=7)
    clock.set(NOON + timedelta(days=8))
    assert clock.now() == NOON + timedelta(days=8)


def test_it_never_goes_backwards() -> None:
    """A moment that has passed leaves the clock where it is."""
    clock = VirtualClock(NOON)
    clock.set(NOON - timedelta(seconds=1))
    clock.advance(-timedelta(hours=1))
    assert clock.now() == NOON
