"""The scheduler died, timers got lost: the sweep finds everything, a gap of any length loses no cart."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.application.engine import Engine
from common.application.ports import Task
from functions.expire_vouchers import sweep
from tests.builders import ANNA, BEN, BOOTS, Shopper
from tests.stories import Story


class Forgetful:
    """A timer that forgets whatever it is told while `forgets`."""

    def __init__(self, engine: Engine) -> None:
        self._timer = engine.timer
        self.forgets = True
        self.told: list[Task] = []

    def schedule(self, task: Task) -> None:
        self.told.append(task)
        if not self.forgets:
            self._timer.schedule(task)


def forgetful() -> tuple[Story, Forgetful]:
    """A story whose timers all get lost."""
    timers: list[Forgetful] = []

    def wrapped(engine: Engine) -> Engine:
        timers.append(Forgetful(engine))
        return replace(engine, timer=timers[0])

    return Story(wrapped=wrapped), timers[0]


def test_the_sweep_finds_a_cart_whose_timer_got_lost() -> None:
    """Ten minutes after the moment has passed, not sooner, and then everything goes its way (L18)."""
    story, timer = forgetful()
    story.cart("k1", "10:00", ANNA)
    timer.forgets = False
    story.run_until("10:40")
    assert story.sweep()["cases"] == 0
    story.run_until("10:41")
    assert story.sweep()["cases"] == 1
    assert story.types() == ["case.abandoned"]
    story.run_until("+9d 00:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]


def test_sweeps_alone_are_enough() -> None:
    """Every timer of the cart gets lost but the sweep's own: each step is sent once, the voucher expires (L18)."""
    story, timer = forgetful()
    story.cart("k1", "10:00", ANNA)
    for _ in range(9 * 24 * 4):
        story.run_to(story.clock.now() + timedelta(minutes=15))
        timer.forgets = False
        story.sweep()
        timer.forgets = True
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]
    assert story.types()[-2:] == ["voucher.expired", "case.lost"]


def test_after_days_of_standstill_nothing_is_lost_and_nothing_bursts() -> None:
    """Three days without any timer: every cart is told, one message each, then the planned gap (L4, L18)."""
    story, timer = forgetful()
    for number in range(30):
        story.cart(f"k{number}", "10:00", Shopper(email=f"s{number}@shop.test"))
    story.run_until("+3d 10:00")
    timer.forgets = False
    story.sweep()
    assert story.types().count("case.abandoned") == 30
    assert len(story.sent()) == 30
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 60


def test_a_repeated_sweep_sets_no_second_timer() -> None:
    """Within ten minutes the same case has the same timer; nothing happens twice (L5)."""
    story, timer = forgetful()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    story.sweep()
    story.sweep()
    assert len({task.name for task in timer.told[-2:]}) == 1


def test_the_sweep_goes_on_where_its_time_ran_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of any number of cases: what doesn't fit into the budget is left to a task with a cursor (L18)."""
    monkeypatch.setattr(sweep, "PAGE", 4)
    story, timer = forgetful()
    for number in range(10):
        story.cart(f"k{number}", "10:00", Shopper(email=f"s{number}@shop.test"))
    story.run_until("11:00")
    timer.forgets = False
    assert sweep.sweep(story.machine.engine, budget_seconds=-1.0) == 4
    (going_on,) = [task.body for task in timer.told if "job" in task.body]
    assert going_on["job"] == "sweep"
    assert going_on["cursor"]
    story.run_until("11:00")
    assert story.types().count("case.abandoned") == 10


def test_a_case_that_nothing_waits_for_is_not_found() -> None:
    """Ordered, lost and suppressed cases have no due moment."""
    story, _ = forgetful()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:00", BEN, BOOTS)
    story.order("o1", "10:10", ANNA, cart="k1")
    story.emptied("k2", "10:11", BEN)
    story.run_until("+9d 00:00")
    assert story.sweep()["cases"] == 0
