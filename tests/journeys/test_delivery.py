"""What providers answer, and what becomes of the step, its claim and its voucher."""

from datetime import timedelta
from itertools import pairwise

from common.domain.answers import FIRST_BACK_OFF, MAX_ATTEMPTS
from common.domain.vocabulary import Stage, StepState, VoucherState
from tests.builders import ANNA, Shopper, rules
from tests.providers.scripted import (
    BROKEN_TEMPLATE,
    BUSY,
    REFUSED,
    TIMED_OUT,
    Crash,
    ScriptedProvider,
)
from tests.stories import Story

ONLY_EMAIL = Shopper(email="anna@shop.test")


def test_a_refused_email_falls_back_to_a_text_in_the_same_step() -> None:
    """The refusal is told, the step's next channel is tried at once, with the same code (L16)."""
    story = Story(provider=ScriptedProvider(REFUSED))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    assert story.types()[1:] == ["voucher.issued", "stimulus.failed", "stimulus.sent"]
    assert story.sent() == [("first", "sms", ANNA.phone)]
    assert story.said("stimulus.sent")[0]["voucher_code"] == story.code()
    assert [(moment.what, moment.actor, moment.reason) for moment in story.case("k1").timeline][-3:] == [
        ("first refused", "email", "provider_refused"),
        ("first claimed", "sms", None),
        ("first sent", "sms", None),
    ]


def test_a_finally_refused_message_takes_its_voucher_back() -> None:
    """Nothing is promised that nobody received: revoked, and offered anew under another code (L35)."""
    story = Story(provider=ScriptedProvider(REFUSED))
    story.cart("k1", "10:00", ONLY_EMAIL)
    story.run_until("12:00")
    (revoked,) = story.said("voucher.revoked")
    assert (revoked["code"], revoked["reason"]) == (story.code(), "provider_refused")
    story.run_until("+2d 00:00")
    first, second = (said["code"] for said in story.said("voucher.issued"))
    assert first == revoked["code"] != second
    assert [said["voucher_code"] for said in story.said("stimulus.sent")] == [second]


def test_a_revoked_code_is_worth_nothing() -> None:
    """An order that carries it redeems nothing and recovers nothing."""
    story = Story(provider=ScriptedProvider(REFUSED, REFUSED))
    story.cart("k1", "10:00", ONLY_EMAIL)
    story.run_until("+1d 12:00")
    codes = [said["code"] for said in story.said("voucher.revoked")]
    assert len(set(codes)) == 2
    story.order("o1", "+1d 12:01", ONLY_EMAIL, codes=codes)
    assert story.types()[-1] == "case.ordered"


def test_a_step_that_fails_for_good_neither_stalls_nor_loops() -> None:
    """It is told as failed, never as sent, and the next step still comes (L16)."""
    story = Story(provider=ScriptedProvider(REFUSED, REFUSED))
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert [said["channel"] for said in story.said("stimulus.failed")] == ["email", "sms"]
    assert [step for step, _, _ in story.sent()] == ["last_call"]
    assert len(story.provider.offered) == 3


def test_a_broken_template_blocks_the_step_on_every_channel() -> None:
    """A message that can't be rendered is not sent in any form; its reason says so (L48)."""
    story = Story(provider=ScriptedProvider(BROKEN_TEMPLATE))
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    assert ("stimulus.failed", "template_invalid") in story.reasons()
    assert len(story.provider.offered) == 1
    assert story.said("voucher.revoked")


def test_a_passing_failure_is_tried_again_with_growing_pauses() -> None:
    """Each retry waits twice as long as the one before and uses a claim of its own; nothing is told of it."""
    story = Story(provider=ScriptedProvider(BUSY, BUSY))
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    moments = [message.claimed_at for message in story.provider.offered]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses == [FIRST_BACK_OFF, 2 * FIRST_BACK_OFF]
    assert len({message.claim_id for message in story.provider.offered}) == 3
    assert story.types() == ["case.abandoned", "voucher.issued", "stimulus.sent"]


def test_retries_are_bounded() -> None:
    """After the fifth claim a failure that might pass counts as final, on that channel and the next (L16)."""
    story = Story(provider=ScriptedProvider(*[BUSY] * 20))
    story.cart("k1", "10:00", ANNA)
    story.run_until("+1d 10:00")
    first = [message for message in story.provider.offered if message.step == "first"]
    assert [message.channel for message in first] == ["email"] * MAX_ATTEMPTS + ["sms"]
    assert story.sent() == []


def test_the_voucher_lives_seven_days_from_the_hand_over() -> None:
    """A delayed hand-over moves the expiry; message, case and customer agree on it to the second (L22)."""
    story = Story(provider=ScriptedProvider(BUSY))
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    (message,) = story.provider.delivered
    voucher, promise = story.case("k1").voucher, story.person(ANNA).open_voucher
    assert voucher is not None
    assert promise is not None
    assert message.valid_until == message.claimed_at + timedelta(days=7)
    assert voucher.valid_until == promise.valid_until == message.valid_until
    assert story.said("stimulus.sent")[0]["valid_until"] == "2026-03-09T11:05:00Z"


def test_an_unknown_outcome_is_never_sent_again() -> None:
    """A time-out may have reached the customer: reported unknown, never as sent, its code honoured (L14, L16)."""
    story = Story(provider=ScriptedProvider(TIMED_OUT))
    story.sweep_regularly()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+1d 10:00")
    assert len(story.provider.offered) == 1
    assert story.reasons() == [("stimulus.failed", "provider_unknown")]
    story.order("o1", "+1d 10:01", ANNA, codes=[story.code()])
    assert story.types()[-2:] == ["voucher.redeemed", "case.recovered"]


def test_an_unknown_message_alone_recovers_nothing() -> None:
    """Only a message that certainly left can have brought an order back (L12, L45)."""
    story = Story(provider=ScriptedProvider(TIMED_OUT))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    story.order("o1", "11:31", ANNA, cart="k1")
    assert story.types()[-1] == "case.ordered"


def test_an_unknown_message_keeps_the_next_one_away() -> None:
    """It may have arrived, so the minimum gap and the planned gap count from it (L4)."""
    story = Story(provider=ScriptedProvider(TIMED_OUT))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    assert story.person(ANNA).last_message_at is not None
    story.run_until("+1d 10:29")
    assert len(story.provider.offered) == 1


class CrashingProvider(ScriptedProvider):
    """Dies once, before or after it handed the first message over."""

    def __init__(self, *, after: bool, exact: bool) -> None:
        super().__init__(exact=exact)
        self._after, self._crashed = after, False

    def send(self, message):  # type: ignore[no-untyped-def]
        if self._crashed:
            return super().send(message)
        self._crashed = True
        if self._after:
            super().send(message)
        raise Crash


def test_a_claim_without_an_outcome_is_looked_up_after_its_lease() -> None:
    """Crashed after the hand-over: the provider is asked ten minutes later, and nothing is sent twice (L2, L14)."""
    story = Story(provider=CrashingProvider(after=True, exact=True))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:09")
    assert story.sent() == []
    story.run_until("11:11")
    assert story.sent() == [("first", "email", ANNA.email)]
    assert len(story.provider.delivered) == 1


def test_a_claim_that_never_left_is_sent_after_all() -> None:
    """Crashed before the hand-over, and the provider is certain: the message leaves once (L2)."""
    story = Story(provider=CrashingProvider(after=False, exact=True))
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    assert len(story.provider.delivered) == 1
    assert story.types() == ["case.abandoned", "voucher.issued", "stimulus.sent"]


def test_a_claim_that_nobody_can_look_up_stays_unknown() -> None:
    """At most once: without certainty it is reported unknown and not sent again (L14)."""
    for after in (True, False):
        story = Story(provider=CrashingProvider(after=after, exact=False))
        story.cart("k1", "10:00", ANNA)
        story.run_until("+1d 10:00")
        assert len(story.provider.delivered) == int(after)
        assert story.reasons() == [("stimulus.failed", "provider_unknown")]


def test_a_claim_is_settled_although_the_customer_bought_meanwhile() -> None:
    """What left is told, also when the case was closed before the crashed send could be looked up (L14)."""
    story = Story(provider=CrashingProvider(after=True, exact=True))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:01")
    story.order("o1", "11:02", ANNA, cart="k1")
    story.run_until("12:00")
    assert story.sent() == [("first", "email", ANNA.email)]
    assert story.case("k1").stage is Stage.ORDERED
    assert [record.state for record in story.case("k1").steps] == [StepState.SENT]


def test_a_claim_is_settled_although_the_step_was_taken_out_of_the_plan() -> None:
    """A policy edit can't leave a claimed message without an outcome."""
    story = Story(provider=CrashingProvider(after=True, exact=True))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:01")
    story.rules.policy = rules(sequence={"steps": []})
    story.run_until("12:00")
    assert [record.state for record in story.case("k1").steps] == [StepState.SENT]


def test_a_refusal_gives_the_gap_back() -> None:
    """What reached nobody keeps no other message away."""
    story = Story(provider=ScriptedProvider(REFUSED))
    story.cart("k1", "10:00", ONLY_EMAIL)
    story.run_until("11:10")
    assert story.person(ONLY_EMAIL).last_message_at is None
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert voucher.state is VoucherState.RESERVED
