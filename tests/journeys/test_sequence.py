"""The reminders: when each is due, through which channel, and why one is withheld."""

import pytest

from tests.builders import ANNA, BOOTS, SOCKS, Shopper, rules, when
from tests.stories import Story

NO_ADDRESS = Shopper(id="c-anna", name="Anna")
ONLY_PHONE = Shopper(id="c-anna", phone=ANNA.phone)


def test_two_reminders_after_half_an_hour_and_after_a_day() -> None:
    """Steps count from the abandonment, not from one another."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert [(said["at"], said["step"]) for said in story.said("stimulus.sent")] == [
        ("2026-03-02T11:00:00Z", "first"),
        ("2026-03-03T10:30:00Z", "last_call"),
    ]


def test_a_late_scheduler_never_fires_overdue_steps_together() -> None:
    """Two days of standstill: one reminder at once, the next after the gap that was planned between them (L4)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:40")
    story.clock.set(when("+2d 12:00"))
    story.run_until("+2d 12:00")
    assert [step for step, _, _ in story.sent()] == ["first"]
    story.run_until("+3d 11:29")
    assert len(story.sent()) == 1
    story.run_until("+3d 11:30")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]


def test_a_step_is_never_repeated() -> None:
    """However often tasks are delivered and sweeps run, each step of a case is sent once (L5)."""
    story = Story()
    story.sweep_regularly()
    story.cart("k1", "10:00", ANNA)
    for hour in range(11, 24):
        story.run_until(f"{hour}:00")
        story.visit("k1", f"{hour}:05", ANNA)
    story.run_until("+9d 00:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]


def test_the_first_permitted_and_reachable_channel_is_used() -> None:
    """`channels` is an order of preference: no consent for e-mail means SMS."""
    story = Story()
    story.cart("k1", "10:00", ANNA.saying(email=False))
    story.run_until("11:00")
    assert story.sent() == [("first", "sms", ANNA.phone)]


def test_one_text_message_per_case() -> None:
    """A second SMS for one abandonment is withheld, whatever the plan says."""
    story = Story()
    story.cart("k1", "10:00", ONLY_PHONE)
    story.run_until("+9d 00:00")
    assert story.sent() == [("first", "sms", ANNA.phone)]
    assert [said["reason"] for said in story.said("stimulus.skipped")] == ["sms_limit"]


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        (ANNA.saying(email=False, sms=False), "consent_missing"),
        (Shopper(email="anna@shop.test", consent={}), "consent_missing"),
        (NO_ADDRESS, "contact_missing"),
    ],
)
def test_nobody_is_contacted_without_consent_and_address(customer: Shopper, reason: str) -> None:
    """A missing consent is a no, a missing address a reason, and neither issues a code (L29, L35)."""
    story = Story()
    story.cart("k1", "10:00", customer)
    story.run_until("+9d 00:00")
    assert [said["reason"] for said in story.said("stimulus.skipped")] == [reason, reason]
    assert story.provider.offered == []
    assert story.said("voucher.issued") == []


def test_policy_may_take_silence_for_a_yes_but_never_a_no() -> None:
    """`consent_required.email: false` contacts whoever said nothing, and still nobody who said no (L38)."""
    story = Story(rules(consent_required={"email": False}))
    story.cart("k1", "10:00", Shopper(email="silent@shop.test", consent={}))
    story.cart("k2", "10:00", Shopper(email="no@shop.test", consent={"email": False}))
    story.run_until("+9d 00:00")
    assert {recipient for _, _, recipient in story.sent()} == {"silent@shop.test"}


def test_an_opt_out_stops_the_running_sequence() -> None:
    """After a no nothing more is sent, neither in this sequence nor for a later cart (L38, L15)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    story.customer(ANNA.saying(email=False, sms=False), "12:01")
    story.cart("k2", "13:00", Shopper(id=ANNA.id, consent={}), BOOTS)
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1


def test_a_late_yes_does_not_undo_a_newer_no() -> None:
    """Consent follows when it was said, not when it was heard, also when the no was a repeated one (L13, L38)."""
    story = Story()
    no = ANNA.saying(email=False, sms=False)
    story.customer(no, "09:00")
    story.customer(no, "10:02")
    story.customer(ANNA, "10:01", arrives="10:03")
    story.cart("k1", "10:04", Shopper(id=ANNA.id, consent={}))
    story.run_until("+9d 00:00")
    assert story.provider.offered == []


def test_two_messages_to_one_customer_keep_their_distance() -> None:
    """A reminder too soon after another one says so, with the moment of its next try, and leaves then."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.cart("k2", "11:20", ANNA, BOOTS)
    story.run_until("13:59")
    (skipped,) = story.said("stimulus.skipped")
    assert (skipped["reason"], skipped["retry_at"]) == ("minimum_gap", "2026-03-02T14:00:00Z")
    story.run_until("14:00")
    assert [(said["subject"], said["at"]) for said in story.said("stimulus.sent")] == [
        ("k1", "2026-03-02T11:00:00Z"),
        ("k2", "2026-03-02T14:00:00Z"),
    ]


def test_the_gap_is_per_customer() -> None:
    """Another customer's message keeps nobody waiting."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:10", Shopper(email="other@shop.test"))
    story.run_until("12:00")
    assert len(story.sent()) == 2


def test_without_steps_nothing_is_sent_and_the_case_ends() -> None:
    """An empty plan measures and contacts nobody."""
    story = Story(rules(sequence={"steps": []}))
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.lost"]


def test_the_cart_is_shown_as_it_is_now() -> None:
    """The message carries the cart's newest state, in its own currency (L34)."""
    story = Story()
    story.cart("k1", "10:00", ANNA, SOCKS)
    story.cart("k1", "10:05", ANNA, ("LAMP", 1, "1250"), currency="JPY")
    story.run_until("11:05")
    (message,) = story.provider.delivered
    assert (message.currency, message.total_minor) == ("JPY", 1250)
    assert [item.sku for item in message.lines] == ["LAMP"]
    (abandoned,) = story.said("case.abandoned")
    assert (abandoned["total"], abandoned["currency"]) == ("1250", "JPY")
