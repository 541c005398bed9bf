"""More comes in than can be taken: nothing is lost, nobody is written to on stale knowledge, and nothing bursts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.application.backlog import Backlog
from common.application.priorities import Priority
from common.domain.vocabulary import Stage
from tests.builders import ANNA, Shopper, rules, when, wire, written
from tests.campaign import Outcome, live_through
from tests.spikes import Limits
from tests.stories import Story

EVENTS = 900
LIMITS = Limits(messages=0.08, tasks=0.5, twice=0.05, failing=0.02)
"""A message takes 12 seconds; in the hour of the campaign one comes every 6."""
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def unlimited() -> Outcome:
    """The day as it would have been with time for everything."""
    return live_through(EVENTS, rules(), Limits(), backlog=Backlog())


@pytest.fixture(scope="module")
def limited() -> Outcome:
    """The day with limits, and a queue for each priority."""
    return live_through(EVENTS, rules(), LIMITS, backlog=Backlog())


@pytest.fixture(scope="module")
def one_queue() -> Outcome:
    """The day with limits, where no message says its priority: orders wait behind page views."""
    return live_through(EVENTS, rules(), LIMITS, backlog=Backlog(), labelled=False)


@pytest.fixture(params=["limited", "one_queue"])
def spike(request: pytest.FixtureRequest) -> Outcome:
    """Either of the days with limits."""
    found: Outcome = request.getfixturevalue(request.param)
    return found


def test_without_a_spike_nothing_is_held_or_shed(unlimited: Outcome) -> None:
    """What follows has nothing to do with an engine that keeps up."""
    assert (unlimited.shed, unlimited.held, unlimited.after_order) == (0, set(), [])
    assert unlimited.sent_at


def test_nothing_is_lost(spike: Outcome) -> None:
    """Every message is taken, every order is known, and every cart is as it was left (L13)."""
    assert spike.seen.lost == 0
    assert spike.missing_orders() == []
    assert spike.wrong_carts() == []


def test_orders_do_not_wait_behind_browsing(limited: Outcome, one_queue: Outcome) -> None:
    """Each priority waits longer than the one above it; in one queue orders would wait for an hour."""
    oldest = limited.seen.oldest
    assert oldest[Priority.ORDER] < 3 * MINUTE
    assert oldest[Priority.ORDER] < oldest[Priority.CART] < oldest[Priority.BROWSE]
    assert one_queue.seen.oldest[Priority.ORDER] > timedelta(hours=1)


def test_only_browsing_is_shed(limited: Outcome) -> None:
    """Some of it, and nothing else."""
    assert 0 < limited.shed < limited.seen.published[Priority.BROWSE]


def test_nobody_is_written_to_who_had_ordered(spike: Outcome) -> None:
    """Not even while their order waits (L1): reminders were held meanwhile."""
    assert spike.sent_at
    assert spike.held
    assert spike.after_order == []


def test_without_holding_somebody_would_have_been() -> None:
    """So the days above put the rule to the test."""
    heedless = live_through(EVENTS, rules(), LIMITS, backlog=None, labelled=False)
    assert heedless.after_order


def test_the_same_carts_are_abandoned_ordered_and_recovered(spike: Outcome, unlimited: Outcome) -> None:
    """The spike changes when something is known, not what comes of it."""
    assert spike.ends() == unlimited.ends()
    assert spike.abandoned == unlimited.abandoned


def test_what_was_held_does_not_leave_at_once(one_queue: Outcome) -> None:
    """The queue of timers could let 30 a minute go (L4)."""
    assert one_queue.most_in_a_minute <= 4


# One shop, step by step


@pytest.fixture
def story() -> Story:
    """A shop whose engine watches for a backlog; Anna left a cart at 10:00 and would be reminded at 11:00."""
    story = Story(wrapped=lambda engine: replace(engine, backlog=Backlog()))
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:40")
    return story


def take_late(story: Story, *carts: str, published: str) -> None:
    """Other people's carts are taken now, though they were published earlier."""
    for number, cart in enumerate(carts):
        event = {
            "id": f"late-{cart}",
            "type": "cart.updated",
            "occurred_at": wire(when(published)),
            "cart": {"id": cart, "currency": "PLN", "lines": written(("SOCKS", 1, "10.00"))},
            "customer": Shopper(id=cart).as_json(),
        }
        message = story.message(event, when(published))
        story.machine.receive(replace(message, id=f"late-{cart}-{number}"))


def test_an_order_in_the_backlog_keeps_its_reminder_away(story: Story) -> None:
    """The reminder waits while messages come late, and then the order is known (L1)."""
    story.run_until("10:58")
    take_late(story, "x1", "x2", "x3", published="10:30")
    story.run_until("11:05")
    assert story.sent() == []
    story.order("o1", "10:35", ANNA, cart="k1", arrives="11:06")
    story.run_until("+9d 00:00")
    assert story.sent() == []
    assert story.case("k1").stage is Stage.ORDERED


def test_a_held_reminder_leaves_when_the_intake_keeps_up_again(story: Story) -> None:
    """It says once that it waits, and leaves within the hour after the last late message."""
    for at in ("10:58", "11:03", "11:08", "11:13", "11:18", "11:23"):
        story.run_until(at)
        take_late(story, *(f"{at}-{number}" for number in range(3)), published="10:30")
    story.run_until("12:30")
    (skipped,) = [said for said in story.said("stimulus.skipped") if said["subject"] == "k1"]
    assert (skipped["reason"], skipped["step"]) == ("intake_behind", "first")
    assert when("11:10") <= story.case("k1").steps[0].at
    sent = [said for said in story.said("stimulus.sent") if said["subject"] == "k1"]
    assert len(sent) == 1
    assert wire(when("11:28")).replace("+00:00", "Z") < sent[0]["at"]


def test_the_planned_gap_follows_a_held_reminder(story: Story) -> None:
    """The last call comes as long after the first message as planned, however late that was (L4)."""
    story.run_until("10:58")
    take_late(story, "x1", "x2", "x3", published="10:30")
    story.run_until("+3d 00:00")
    first, last = [record.at for record in story.case("k1").steps]
    assert first > when("11:10")
    assert last - first == timedelta(minutes=1440 - 30)


def test_a_redelivered_message_holds_nothing(story: Story) -> None:
    """What was applied before tells nothing of a backlog, however late and however often it comes."""
    messages = [story.cart(f"k{number}", "10:41", ANNA) for number in range(2, 6)]
    story.run_until("10:58")
    for message in messages:
        story.machine.receive(message)
    story.run_until("11:12")
    assert story.said("stimulus.skipped") == []


def test_page_views_that_waited_are_shed(story: Story) -> None:
    """After a quarter of an hour; one that says who somebody is never is: it may be a no (L38)."""
    story.run_until("10:50")
    for number, (published, customer) in enumerate(
        [("10:34", None), ("10:36", None), ("10:34", ANNA.saying(email=False, sms=False))]
    ):
        event = {"id": f"v{number}", "type": "page.viewed", "occurred_at": wire(when(published))}
        who = {"customer": customer.as_json()} if customer else {}
        message = story.message({**event, "cart_id": "k1", **who}, when(published))
        story.machine.receive(replace(message, id=f"v{number}"))
    assert story.counters()["intake_passed_over_browse_shed"] == 1
    assert story.case("k1").last_activity_at == when("10:36")
    story.run_until("+9d 00:00")
    assert story.sent() == []
