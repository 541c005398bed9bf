"""Refused messages that somebody opens again: replayed once the cause is gone, dropped, and kept for a while."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from common.application import dead_letters, intake
from common.application.dead_letters import NotFound
from common.application.edge import Understand, receive
from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.application.replaying import Replayed, Verdict, replay
from common.domain.refused import FailureState
from common.domain.vocabulary import Stage
from functions.ingest_event.describing import describe
from functions.ingest_event.understanding import Ignored, understand
from tests.builders import ANNA, BEN, SOCKS, when, wire, written
from tests.crashing import Crashes
from tests.providers.scripted import Crash
from tests.stories import Story

ATTRIBUTES = {"source": "recoup", "store": "socks"}


def cart(
    id: str, at: str, currency: str = "ZZZ", customer: Any = ANNA, price: str = "50.00"
) -> dict[str, Any]:
    """A cart event in a currency that doesn't exist."""
    lines = written(("SOCKS", 2, price))
    return {
        "id": f"e-{id}",
        "type": "cart.updated",
        "occurred_at": wire(when(at)),
        "customer": customer.as_json(),
        "cart": {"id": id, "currency": currency, "lines": lines},
    }


def refused_message(story: Story, event: dict[str, Any], at: str = "10:00") -> PubSubMessage:
    """The event as the engine refuses it."""
    message = PubSubMessage(f"m-{event['id']}", when(at), ATTRIBUTES, json.dumps(event).encode())
    story.deliver(message)
    return message


def mended(old: bytes = b"ZZZ", new: bytes = b"PLN") -> Understand:
    """An engine that knows better: it reads one thing where it could only read the other."""

    def read(message: PubSubMessage, now: datetime, policy: Any) -> Any:
        return understand(replace(message, data=message.data.replace(old, new)), now, policy)

    return read


def waiting(story: Story) -> list[str]:
    """The ids of everything that waits."""
    return sorted(one.id for one in dead_letters.failures(story.machine.engine))


def replayed(story: Story, by: Understand = understand) -> list[Replayed]:
    """What comes of replaying everything that waits, message by message."""
    open_ = list(dead_letters.failures(story.machine.engine))
    messages = dict.fromkeys(one.message_id for one in open_)
    return [
        one
        for message in messages
        for one in replay(
            story.machine.engine, [f.id for f in open_ if f.message_id == message], by, "the night shift"
        )
    ]


def verdicts(found: list[Replayed]) -> list[Verdict]:
    return [one.verdict for one in found]


def test_a_refused_cart_is_won_back_after_the_rule_is_mended() -> None:
    """Refused, the engine updated, replayed: the case is as if it had been understood at once, and is recovered."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    assert story.said("intake.refused")[0]["reason"] == "currency_unknown"
    story.run_until("10:10")
    (one,) = replayed(story, mended())
    assert (one.verdict, one.failure.state, one.failure.closed_by) == (
        Verdict.ACCEPTED,
        FailureState.ACCEPTED,
        "the night shift",
    )
    assert one.failure.replayed_at == when("10:10")
    assert waiting(story) == []
    assert story.case("k1").last_activity_at == when("10:00")
    story.run_until("11:10")
    assert len(story.sent()) == 1
    story.order("o1", "11:20", ANNA, cart="k1")
    assert story.case("k1").stage is Stage.RECOVERED
    assert story.counters()["intake_accepted_after_currency_unknown"] == 1


def test_replaying_twice_is_replaying_once() -> None:
    """What was accepted is left alone, whoever asks again; nothing is decided or counted a second time."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    (id,) = waiting(story)
    engine = story.machine.engine
    replay(engine, [id], mended(), "anna")
    before, said, counted = story.case("k1"), story.announced[:], story.counters()
    story.clock.advance(timedelta(minutes=5))
    (again,) = replay(engine, [id], mended(), "ben")
    assert (again.verdict, again.failure.closed_by) == (Verdict.DONE_BEFORE, "anna")
    assert story.case("k1") == before
    assert (story.announced, story.counters()) == (said, counted)


def test_a_replayed_message_that_was_decided_before_changes_nothing() -> None:
    """The event came again in the meantime and was taken then: its replay says so and does no harm."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    event = cart("k1", "10:00", "PLN")
    message = PubSubMessage("again", when("10:05"), ATTRIBUTES, json.dumps(event).encode())
    story.deliver(message)
    before = story.case("k1")
    assert verdicts(replayed(story, mended())) == [Verdict.ACCEPTED]
    assert story.case("k1") == before


def test_an_older_cart_does_not_overwrite_a_newer_one() -> None:
    """A replay keeps the message's own time: what the cart became meanwhile stays."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    story.cart("k1", "10:20", ANNA, ("BOOTS", 1, "400.00"))
    replayed(story, mended())
    assert [item.sku for item in story.case("k1").lines] == ["BOOTS"]


def test_a_time_in_the_future_can_be_replayed_once_it_has_come() -> None:
    """Nothing about the engine need change for that."""
    story = Story()
    refused_message(story, cart("k1", "12:00", "PLN"))
    assert verdicts(replayed(story)) == [Verdict.STILL_REFUSED]
    story.run_until("12:01")
    assert verdicts(replayed(story)) == [Verdict.ACCEPTED]
    assert story.case("k1").last_activity_at == when("12:00")


def test_what_is_still_refused_waits_on() -> None:
    """For the same reason: one failure, which knows that it was replayed."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    before = waiting(story)
    assert verdicts(replayed(story)) == [Verdict.STILL_REFUSED]
    assert waiting(story) == before
    assert story.failure(before[0]).replayed_at == story.clock.now()
    assert story.counters()["intake_refused"] == 1


def test_another_reason_is_another_failure_in_place_of_the_first() -> None:
    """The first mistake hid a second one: one failure waits, told with its own reason, and leads on from the first."""
    story = Story()
    refused_message(story, cart("k1", "10:00", price="-5"))
    first = waiting(story)[0]
    reason = story.failure(first).reason
    (one,) = replayed(
        story, mended(b"ZZZ", b"PLN") if reason == "currency_unknown" else mended(b'"-5"', b'"5"')
    )
    (second,) = waiting(story)
    assert (one.verdict, one.failure.state, one.failure.replaced_by) == (
        Verdict.REFUSED_ANEW,
        FailureState.REPLACED,
        second,
    )
    assert one.failure.outcome == story.failure(second).reason != reason
    assert [line["reason"] for line in story.said("intake.refused")] == [reason, one.failure.outcome]
    both = lambda message, now, policy: mended(b'"-5"', b'"5"')(  # noqa: E731
        replace(message, data=message.data.replace(b"ZZZ", b"PLN")), now, policy
    )
    assert verdicts(replayed(story, both)) == [Verdict.ACCEPTED]


def test_what_turns_out_to_be_irrelevant_is_ignored() -> None:
    """It is dealt with, and doesn't count as wrongly refused."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    (one,) = replayed(story, lambda *_: [Ignored("recoup", "socks", "carts/seen")])
    assert (one.verdict, waiting(story)) == (Verdict.IGNORED, [])
    assert "intake_accepted_after_currency_unknown" not in story.counters()


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after the call"])
def test_a_replay_that_dies_anywhere_is_finished_by_the_next(after: bool) -> None:
    """Whatever call it died at, the next replay comes to the same case, timers, counters and announcements."""

    def tell(crashes: Crashes | None) -> tuple[Story, int]:
        story = Story()
        refused_message(story, cart("k1", "10:00", price="-5"))
        refused_message(story, cart("k2", "10:00", customer=BEN))
        engine = crashes.wrap(story.machine.engine) if crashes else story.machine.engine
        ids = waiting(story)
        for _ in range(3):
            for id in ids:
                try:
                    replay(engine, [id], mended(), "anna")
                except Crash:
                    break
        story.run_until("+1d 12:00")
        return story, len(crashes.calls) if crashes else 0

    calm, _ = tell(None)
    _, calls = tell(Crashes())
    assert calls > 10
    for call in range(calls):
        story, _ = tell(Crashes([call], after=after))
        assert waiting(story) == waiting(calm)
        assert story.case("k2") == calm.case("k2")
        assert story.sent() == calm.sent()
        assert story.counters() == calm.counters()
        assert sorted(story.unique()) == sorted(calm.unique())


TWO_BROKEN = [
    Refused("amount_invalid", "It can't be read.", "[1].cart.total", "recoup", "socks"),
    Refused("currency_unknown", "Unknown.", "[2].cart.currency", "recoup", "socks"),
]


def several(story: Story, *broken: Refused) -> Callable[..., Any]:
    """A message that tells of a cart, and of things that can't be understood."""

    def read(message: PubSubMessage, now: datetime, policy: Any) -> Any:
        event = json.dumps(cart("k1", "10:00", "PLN")).encode()
        return [*understand(PubSubMessage("x", now, ATTRIBUTES, event), now, policy), *broken]

    return read


def test_each_broken_part_of_a_message_learns_its_own_fate() -> None:
    """One part is taken now, one is refused as before; the part that was taken at first is only repeated."""
    story = Story()
    story.run_until("10:00")
    message = PubSubMessage("batch", when("10:00"), ATTRIBUTES, b"[]")
    receive(story.machine.engine, message, several(story, *TWO_BROKEN))
    before = story.case("k1")
    found = {one.failure.reason: one.verdict for one in replayed(story, several(story, TWO_BROKEN[1]))}
    assert found == {
        "amount_invalid": Verdict.ACCEPTED,
        "currency_unknown": Verdict.STILL_REFUSED,
    }
    assert [story.failure(id).reason for id in waiting(story)] == ["currency_unknown"]
    assert story.case("k1") == before


def test_a_new_reason_takes_the_place_of_the_part_with_its_field() -> None:
    """And of no other: the other part was taken."""
    story = Story()
    story.run_until("10:00")
    message = PubSubMessage("batch", when("10:00"), ATTRIBUTES, b"[]")
    receive(story.machine.engine, message, several(story, *TWO_BROKEN))
    now_wrong = Refused("currency_mixed", "Two.", "[2].cart.currency", "recoup", "socks")
    found = {one.failure.reason: one.verdict for one in replayed(story, several(story, now_wrong))}
    assert found == {
        "amount_invalid": Verdict.ACCEPTED,
        "currency_unknown": Verdict.REFUSED_ANEW,
    }


def test_a_message_refused_as_a_whole_accepts_no_part() -> None:
    """If nothing of it is taken any more, nothing of it was accepted, however many parts had failed before."""
    story = Story()
    story.run_until("10:00")
    message = PubSubMessage("batch", when("10:00"), ATTRIBUTES, b"[]")
    receive(story.machine.engine, message, several(story, *TWO_BROKEN))
    whole = Refused("json_invalid", "It is no JSON.", None, "recoup", "socks")
    assert verdicts(replayed(story, lambda *_: [whole])) == [Verdict.REFUSED_ANEW] * 2
    assert [story.failure(id).reason for id in waiting(story)] == ["json_invalid"]


def test_a_part_that_is_refused_only_now_is_kept_too() -> None:
    """A stricter engine loses nothing: what it refuses of a replayed message is stored like anything refused."""
    story = Story()
    story.run_until("10:00")
    message = PubSubMessage("batch", when("10:00"), ATTRIBUTES, b"[]")
    receive(story.machine.engine, message, several(story, TWO_BROKEN[0]))
    assert verdicts(replayed(story, several(story, *TWO_BROKEN))) == [Verdict.STILL_REFUSED]
    assert len(waiting(story)) == 2


def test_a_rehearsal_changes_nothing() -> None:
    """It says what would come of it."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    (id,) = waiting(story)
    engine, before = story.machine.engine, story.documents("intake_failures")
    for by, expected in ((understand, Verdict.STILL_REFUSED), (mended(), Verdict.ACCEPTED)):
        (one,) = replay(engine, [id], by, "anna", rehearse=True)
        assert one.verdict is expected
    assert story.documents("intake_failures") == before
    assert story.documents("cases") == []


def test_what_is_dropped_no_longer_waits_and_can_still_be_replayed() -> None:
    """It is kept with who dropped it and why; dropping it again changes nothing."""
    story = Story()
    refused_message(story, cart("k1", "10:00"))
    (id,) = waiting(story)
    engine = story.machine.engine
    assert dead_letters.drop(engine, id, "anna", "a test")
    assert not dead_letters.drop(engine, id, "ben", "another reason")
    dropped = story.failure(id)
    assert (dropped.state, dropped.closed_by, dropped.outcome) == (FailureState.DROPPED, "anna", "a test")
    assert waiting(story) == []
    assert story.counters()["intake_dropped_currency_unknown"] == 1
    (one,) = replay(engine, [id], mended(), "ben")
    assert (one.verdict, story.case("k1").stage) == (Verdict.ACCEPTED, Stage.OPEN)


def test_a_large_message_is_replayed_whole() -> None:
    """However many documents it was kept in."""
    story = Story()
    event = cart("k1", "10:00") | {"note": Random(1).randbytes(1_500_000).hex()}
    refused_message(story, event)
    assert len(story.documents("intake_parts")) == 3
    assert verdicts(replayed(story, mended())) == [Verdict.ACCEPTED]


def test_a_message_that_is_gone_is_not_replayed() -> None:
    """Neither one that never was, nor one of which a part was deleted."""
    story = Story()
    with pytest.raises(NotFound, match="no refused message"):
        replay(story.machine.engine, ["0" * 32], understand, "anna")
    incomplete = replace(_kept(story), parts=2)
    with pytest.raises(NotFound, match="no longer whole"):
        dead_letters.message_of(story.machine.engine, incomplete)


def _kept(story: Story) -> Any:
    refused_message(story, cart("k1", "10:00"))
    return story.documents("intake_failures")[0]


def test_an_id_may_be_cut_short() -> None:
    """To as much as names one message; anything else is said to be none."""
    story = Story()
    for number in range(40):
        refused_message(story, cart(f"k{number}", "10:00"))
    engine, ids = story.machine.engine, waiting(story)
    for id in ids:
        assert dead_letters.find(engine, id).id == dead_letters.find(engine, id[:8]).id == id
    with pytest.raises(NotFound, match="several"):
        dead_letters.find(engine, next(c for c in "0123456789abcdef" if sum(i[0] == c for i in ids) > 1))
    for nothing in ("", "nothing", "../x", "f" * 33, "a" * 32):
        with pytest.raises(NotFound):
            dead_letters.find(engine, nothing)


def test_what_was_kept_long_enough_is_deleted() -> None:
    """With all of its parts, after the days that policy says; never before."""
    story = Story()
    intake.refuse(
        story.machine.engine,
        PubSubMessage("m", when("10:00"), ATTRIBUTES, bytes(range(256)) * 4_000),
        Refused("json_invalid", "It is no JSON."),
    )
    (failure,) = story.documents("intake_failures")
    assert failure.expire_at == story.clock.now() + timedelta(days=90)
    story.clock.advance(timedelta(days=90, seconds=-1))
    story.machine.purge_expired()
    assert story.documents("intake_failures") == [failure]
    story.clock.advance(timedelta(seconds=1))
    story.machine.purge_expired()
    assert story.documents("intake_failures") == story.documents("intake_parts") == []


GIVEN_UP = {
    "CloudPubSubDeadLetterSourceDeliveryCount": "5",
    "CloudPubSubDeadLetterSourceSubscription": "ingest-event",
    "CloudPubSubDeadLetterSourceSubscriptionProject": "shop",
    "CloudPubSubDeadLetterSourceTopicPublishTime": "2026-03-02T09:59:00.123+00:00",
}


def test_a_message_that_could_not_be_delivered_is_kept_and_replayed() -> None:
    """As it was published at first, with the money in it; what Pub/Sub wrote on it is kept beside."""
    story = Story()
    story.run_until("10:00")
    data = json.dumps(cart("k1", "09:58", "PLN")).encode()
    message = PubSubMessage("dead-1", when("10:00"), ATTRIBUTES | GIVEN_UP, data)
    for _ in range(2):
        intake.keep_dead_letter(story.machine.engine, message, describe)
    (failure,) = story.documents("intake_failures")
    assert (failure.reason, failure.source, failure.store) == ("delivery_failed", "recoup", "socks")
    assert failure.at_stake is not None
    assert failure.at_stake.major == "100.00"
    assert (failure.message_id, failure.attributes) == ("dead-1", ATTRIBUTES)
    assert failure.publish_time == when("09:59") + timedelta(milliseconds=123)
    assert failure.delivery["DeliveryCount"] == "5"
    assert story.counters()["intake_refused_delivery_failed"] == 1
    assert verdicts(replayed(story)) == [Verdict.ACCEPTED]
    assert [item.sku for item in story.case("k1").lines] == [SOCKS[0]]


@pytest.mark.parametrize("notes", [{}, {"CloudPubSubDeadLetterSourceTopicPublishTime": "yesterday"}])
def test_a_dead_letter_without_pubsubs_notes_is_kept_as_it_is(notes: dict[str, str]) -> None:
    """And one that nobody can describe still waits."""
    story = Story()
    story.run_until("10:00")
    failure = intake.keep_dead_letter(
        story.machine.engine, PubSubMessage("dead-1", when("10:00"), notes, b"?"), describe
    )
    assert failure.publish_time == when("10:00")
    assert (failure.source, failure.at_stake) == (None, None)
