"""A backlog is noticed, written down sparingly, and never costs a message."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.application.backlog import FEWEST, LATE, NOTE_EVERY, WINDOW, Backlog
from common.application.failures import Conflict, Unavailable
from common.application.ports import Counters, Loaded, PubSubMessage, Put, Ref
from common.domain.intake_health import (
    CARTS_SPREAD,
    HEALTH,
    INTAKE,
    JUDGED,
    MESSAGES_SPREAD,
    SETTLED,
    STALE,
    IntakeHealth,
    carts_wait_until,
    is_behind,
    messages_wait_until,
)
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.sqlite_store import SqliteStore
from tests.builders import DAY

SECOND = timedelta(seconds=1)


class Shop:
    """Messages are taken one after another, each having waited for a while."""

    def __init__(self) -> None:
        self.store = SqliteStore(Database(":memory:"))
        self.clock = VirtualClock(DAY)
        self.backlog = Backlog()

    def takes(self, *ids: str, waited: timedelta = LATE + SECOND, **attributes: str) -> None:
        for id in ids:
            message = PubSubMessage(id, self.clock.now() - waited, attributes)
            self.backlog.heed(self.store, message, self.clock.now())

    def is_behind(self) -> bool:
        return is_behind(self.noted().document, self.clock.now())

    def noted(self) -> Loaded:
        ref = Ref(HEALTH, INTAKE)
        return self.store.load([ref])[ref]


def test_late_messages_are_noted() -> None:
    """Three different ones within a minute are a backlog; five minutes after the last note it is over."""
    shop = Shop()
    shop.takes("a", "b", waited=timedelta(hours=1))
    assert not shop.is_behind()
    shop.takes("c", waited=timedelta(hours=1))
    assert shop.is_behind()
    assert shop.noted().document.lag_seconds == 3600
    shop.clock.advance(STALE - SECOND)
    assert shop.is_behind()
    shop.clock.advance(SECOND)
    assert not shop.is_behind()


def test_punctual_messages_are_not() -> None:
    """Two minutes are not late."""
    shop = Shop()
    shop.takes(*"abcdef", waited=LATE)
    assert not shop.is_behind()


def test_one_message_that_comes_for_days_is_no_backlog() -> None:
    """Only different messages count."""
    shop = Shop()
    for _ in range(10):
        shop.takes("a", "a", "b", waited=timedelta(days=3))
        shop.clock.advance(10 * SECOND)
    assert not shop.is_behind()


def test_late_messages_now_and_then_are_no_backlog() -> None:
    """They count for a minute only."""
    shop = Shop()
    for id in "abcdef":
        shop.takes(id)
        shop.clock.advance(WINDOW / (FEWEST - 1) + SECOND)
    assert not shop.is_behind()


def test_browsing_may_wait() -> None:
    """It is the first to be shed, and says nothing about orders."""
    shop = Shop()
    shop.takes(*"abcdef", priority="browse")
    assert not shop.is_behind()
    shop.takes(*"abcdef", priority="cart")
    assert shop.is_behind()


def test_it_is_written_down_every_half_minute() -> None:
    """However many late messages there are, and on however many instances."""
    shop = Shop()
    other = Shop()
    other.store, other.clock = shop.store, shop.clock
    versions = []
    for number in range(120):
        shop.takes(f"a{number}")
        other.takes(f"b{number}")
        versions.append(shop.noted().version)
        shop.clock.advance(SECOND)
    assert len(set(versions) - {None}) == 120 * SECOND / NOTE_EVERY


@pytest.mark.parametrize("failure", [Conflict("another instance"), Unavailable("no answer")])
def test_a_note_that_fails_fails_nothing(failure: Exception) -> None:
    """The message was taken; the next late one will try again."""

    class Failing(SqliteStore):
        def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
            raise failure

    shop = Shop()
    working, shop.store = shop.store, Failing(Database(":memory:"))
    shop.takes(*"abc")
    shop.store = working
    shop.clock.advance(NOTE_EVERY)
    shop.takes(*"def")
    assert shop.is_behind()


def behind_at(at: datetime) -> IntakeHealth:
    return IntakeHealth(late_at=at, lag_seconds=300)


@pytest.mark.parametrize(
    ("wait", "pause", "spread"),
    [(carts_wait_until, JUDGED, CARTS_SPREAD), (messages_wait_until, SETTLED, MESSAGES_SPREAD)],
)
def test_what_is_held_together_leaves_spread_out(wait: Any, pause: timedelta, spread: timedelta) -> None:
    """A thousand cases look again over the whole of the spread, always at their own place (L4)."""
    looks = [wait(behind_at(DAY), f"case-{number}", DAY) for number in range(1000)]
    assert min(looks) >= DAY + pause
    assert max(looks) < DAY + pause + spread
    minutes = Counter(at.replace(second=0) for at in looks)
    assert len(minutes) == spread / timedelta(minutes=1)
    assert max(minutes.values()) < 2000 / len(minutes)
    later = DAY + 2 * SECOND
    assert wait(behind_at(later), "case-1", later) - wait(behind_at(DAY), "case-1", DAY) == 2 * SECOND


def test_carts_are_judged_before_messages_leave() -> None:
    """However late the last message was, all that it may tell of a newer cart is known when a reminder leaves (L11)."""
    late = behind_at(DAY)
    judged = max(until for n in range(100) if (until := carts_wait_until(late, str(n), DAY + STALE - SECOND)))
    assert judged < DAY + SETTLED
    assert messages_wait_until(late, "case-1", DAY + SETTLED - SECOND) is not None
    assert messages_wait_until(late, "case-1", DAY + SETTLED) is None
    assert carts_wait_until(late, "case-1", DAY + STALE) is None
    assert carts_wait_until(None, "case-1", DAY) is messages_wait_until(None, "case-1", DAY) is None
