"""Operations pause sends: nobody is written to, nothing is lost, and nothing bursts when they begin again."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from common.adapters.firestore_store import FirestoreStore
from common.application.backlog import Backlog
from common.application.pausing import Done, pause_sends, resume_sends
from common.application.ports import Ref
from common.domain.intake_health import HEALTH, INTAKE
from common.domain.vocabulary import Stage, VoucherState
from functions.expire_vouchers.sweep import sweep
from tests.builders import ANNA, BEN, Shopper, rules, when
from tests.stories import Story

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
"""The first message is due an hour after the last touch: 30 minutes of silence, and 30 more."""


class PausableStory(Story):
    """A shop whose operations pause sends by the clock."""

    def pause(self, at: str) -> Done:
        self.run_until(at)
        return pause_sends(self.machine.engine.store, self.clock, None, "Olga", "wrong prices")

    def resume(self, at: str, over: timedelta | None = None) -> Done:
        self.run_until(at)
        return resume_sends(self.machine.engine.store, self.clock, None, "Olga", over)

    def crowd(self, customers: int, at: str) -> None:
        """So many people leave a cart, a second apart."""
        for number in range(customers):
            who = Shopper(id=f"c{number}", email=f"c{number}@shop.test")
            self.cart(f"k{number}", f"{at}:{number % 60:02}", who)

    def sent_at(self) -> list[datetime]:
        return sorted(datetime.fromisoformat(said["at"]) for said in self.said("stimulus.sent"))

    def skipped(self, cart: str) -> list[str]:
        return [said["reason"] for said in self.said("stimulus.skipped") if said["subject"] == cart]


@pytest.fixture
def story() -> PausableStory:
    """Anna's cart waits for its message, due at 11:00."""
    story = PausableStory()
    story.cart("k1", "10:00", ANNA)
    return story


def test_nobody_is_written_to_while_sends_are_paused(story: PausableStory) -> None:
    """From the moment on at which it is written down; it is said once, however long it lasts."""
    story.pause("10:59")
    story.run_until("+2d 00:00")
    assert story.sent() == []
    assert story.skipped("k1") == ["paused"]
    assert story.case("k1").stage is Stage.ABANDONED


def test_the_message_leaves_after_the_pause(story: PausableStory) -> None:
    """Once, and the next step follows as long after it as planned (L4)."""
    story.pause("10:59")
    story.resume("13:00")
    story.run_until("+3d 00:00")
    first, last = story.case("k1").steps
    assert when("13:00") <= first.at <= when("15:01") + MINUTE
    assert last.at - first.at == timedelta(minutes=1440 - 30)
    assert len(story.sent()) == 2


def test_an_order_during_the_pause_closes_its_case(story: PausableStory) -> None:
    """The engine hears of it as ever, and nothing leaves afterwards (L1)."""
    story.pause("10:59")
    story.order("o1", "11:30", ANNA, cart="k1")
    assert story.case("k1").stage is Stage.ORDERED
    story.resume("12:00")
    story.run_until("+9d 00:00")
    assert story.sent() == []


def test_an_order_that_a_message_brought_is_counted_during_the_pause(story: PausableStory) -> None:
    """To the cent, as if there were no pause (L45)."""
    story.run_until("11:01")
    (code,) = [said["code"] for said in story.said("voucher.issued")]
    story.pause("11:02")
    story.order("o1", "11:30", ANNA, cart="k1", total="95.00", discount="5.00", codes=[code])
    case = story.case("k1")
    assert case.stage is Stage.RECOVERED
    assert case.recovery is not None
    assert case.recovery.revenue.minor == 9500


def test_vouchers_expire_during_the_pause(story: PausableStory) -> None:
    """What was promised until a day ends on that day."""
    story.run_until("11:01")
    story.pause("11:02")
    story.run_until("+9d 00:00")
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert voucher.state is VoucherState.EXPIRED


def test_carts_are_abandoned_during_the_pause(story: PausableStory) -> None:
    """Whoever listens to recovery-events hears of it when it happens."""
    story.pause("10:10")
    story.cart("k2", "10:20", BEN)
    story.run_until("11:00")
    assert {said["subject"] for said in story.said("case.abandoned")} == {"k1", "k2"}


def test_what_waited_does_not_leave_at_once() -> None:
    """A pause of two hours is made up for in two hours (L4); nobody is forgotten."""
    story = PausableStory()
    story.pause("09:00")
    story.crowd(120, "10:00")
    story.resume("12:00")
    story.run_until("12:00:01")
    assert len(story.sent()) <= 2
    story.run_until("15:31")
    sent = story.sent_at()
    assert len(sent) == 120
    in_ten_minutes = Counter(at.replace(minute=at.minute // 10 * 10, second=0) for at in sent)
    assert max(in_ten_minutes.values()) <= 15, "120 in 180 minutes are 7 in ten"


def test_what_falls_due_after_the_pause_does_not_wait() -> None:
    """Only what was held is spread."""
    story = PausableStory()
    story.pause("09:00")
    story.cart("k1", "10:55", ANNA)
    story.resume("11:30")
    story.run_until("11:55:01")
    assert len(story.sent()) == 1


def test_what_fell_due_in_a_paused_queue_is_spread_too() -> None:
    """Its tasks come all at once when the queue runs again, before any look has held them."""
    story = PausableStory()
    story.crowd(60, "10:00")
    story.run_until("10:45")
    story.pause("10:50")
    tasks = story.machine.timer
    withheld = list(iter(lambda: tasks.pop_due(when("11:10")), None))
    assert len(withheld) == 60
    story.resume("11:10", over=HOUR)
    for task in withheld:
        story.machine.call(task)
    assert len(story.sent()) <= 3
    story.run_until("12:11")
    assert len(story.sent()) == 60


def test_the_sweep_fills_no_paused_queue() -> None:
    """Overdue steps are not lost timers: each sweep would set another one, for days."""
    story = PausableStory()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    story.pause("10:50")
    in_queue = 0
    tasks = story.machine.timer
    for tick in range(1, 6 * 24):
        moment = when("10:50") + tick * 10 * MINUTE
        while (task := tasks.pop_due(moment, inclusive=True)) is not None:
            if task.role == "send_stimulus":
                in_queue += 1  # taken by nobody, as the queue is paused
            else:
                story.clock.set(task.at)
                story.machine.call(task)
        story.clock.set(moment)
        sweep(story.machine.engine)
    assert in_queue == 1
    assert story.sent() == []
    story.sweep_regularly()
    story.resume("+1d 10:50")
    story.run_until("+2d 10:50")
    assert len(story.sent()) == 1


def test_a_pause_during_the_spread_holds_the_rest() -> None:
    """And they are spread over as long as both pauses took."""
    story = PausableStory()
    story.pause("09:00")
    story.crowd(60, "10:00")
    story.resume("13:00")
    story.run_until("14:30")
    left = len(story.sent())
    assert 0 < left < 60
    second = story.pause("14:30")
    assert second.pause is not None
    assert second.pause.paused_at == when("09:00")
    story.run_until("20:00")
    assert len(story.sent()) == left
    story.resume("20:00")
    story.run_until("+1d 08:00")
    assert len({said["subject"] for said in story.said("stimulus.sent")}) == 60


def test_a_backlog_noted_during_the_pause_does_not_end_it(story: PausableStory) -> None:
    """Both stand in one document, and each leaves the other alone."""
    story.pause("10:30")
    store, message = story.machine.engine.store, story.visit("k1", "10:31")
    watch = Backlog()
    for number in range(3):
        late = replace(message, id=f"late-{number}", publish_time=when("10:20"))
        watch.heed(store, late, when("10:32"))
    ref = Ref(HEALTH, INTAKE)
    health = store.load([ref])[ref].document
    assert (health.late_at, health.pause.because) == (when("10:32"), "wrong prices")
    story.run_until("13:00")
    assert story.sent() == []


def test_doing_it_twice_is_the_same_as_once(story: PausableStory) -> None:
    """The first one's moment and reason stay; the span is not begun anew."""
    assert story.resume("10:10") == Done(pause=None, changed=False)
    first = story.pause("10:30")
    assert replace(story.pause("10:40"), changed=True) == first
    over = story.resume("11:30")
    assert replace(story.resume("11:40"), changed=True) == over


def test_no_policy_document_is_changed(story: PausableStory) -> None:
    """So there is nothing to restore: an engine that was switched off stays off."""
    story.rules.policy = rules(enabled=False)
    story.pause("10:30")
    story.resume("10:40")
    story.run_until("+1d 00:00")
    assert not story.rules.policy.recovery.enabled
    assert story.sent() == []


def test_on_firestore(firestore_project: str) -> None:
    """The whole of it with the documents where they are in the cloud."""
    store = FirestoreStore(firestore_project)
    story = PausableStory(wrapped=lambda engine: replace(engine, store=store))
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:00", BEN)
    story.pause("10:59")
    story.order("o1", "11:30", ANNA, cart="k1")
    story.resume("13:00")
    story.run_until("13:00")
    assert story.said("stimulus.sent") == []
    story.run_until("15:31")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k2"]
