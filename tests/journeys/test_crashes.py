"""A crash at any call to the outside, before or after it, leads to the same end: nothing twice, nothing lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.domain.vocabulary import StepState
from tests.builders import ANNA, BEN, BOOTS, GUEST_ANNA, SOCKS, Shopper, when
from tests.crashing import Crashes
from tests.phones import FOX_64, FOX_128, failed, with_catalogue
from tests.providers.scripted import BUSY, REFUSED, ScriptedProvider
from tests.stories import Story

Telling = Callable[[Story], None]
BY_EMAIL = Shopper(email="anna@shop.test")


def unanswered(story: Story) -> None:
    """Two reminders, one of them refused by e-mail and sent as a text; the voucher lapses."""
    story.provider.always = lambda message: REFUSED if message.channel == "email" else None
    story.cart("k1", "10:00", ANNA)
    story.run_until("+20d 00:00")


def reminded(story: Story) -> None:
    """Two reminders that nobody answers."""
    story.cart("k1", "10:00", ANNA)
    story.run_until("+20d 00:00")


def redeemed(story: Story) -> None:
    """Recovered with the code, paid, cancelled; bought again; something came back."""
    story.cart("k1", "10:00", ANNA)
    story.run_until("13:00")
    code = story.code()
    story.order("o1", "13:00", ANNA, cart="k1", codes=[code], discount="5.00")
    story.order("o1", "13:05", ANNA, cart="k1", codes=[code], discount="5.00", type="paid")
    story.order("o1", "14:00", ANNA, cart="k1", type="cancelled")
    story.order("o2", "15:00", ANNA, codes=[code], lines=[SOCKS])
    story.returned("r1", "16:00", "o2", total="20.00")
    story.run_until("+20d 00:00")


def met_again(story: Story) -> None:
    """A guest and an account with a cart each turn out to be one; the newer cart is emptied and filled again."""
    story.cart("k1", "10:00", GUEST_ANNA)
    story.cart("k2", "10:01", Shopper(id=ANNA.id, phone=ANNA.phone), BOOTS)
    story.run_until("10:45")
    story.customer(ANNA, "10:50")
    story.emptied("k2", "16:00", ANNA)
    story.cart("k2", "17:00", ANNA, SOCKS)
    story.order("o1", "18:00", BEN, cart="k9", lines=[BOOTS])
    story.order("o1", "18:10", BEN, cart="k9", type="payment_failed")
    story.run_until("+20d 00:00")


def promised_twice(story: Story) -> None:
    """A guest and an account with a voucher each turn out to be one, who buys with the one that is kept."""
    story.cart("k1", "10:00", GUEST_ANNA)
    story.cart("k2", "11:05", Shopper(id=ANNA.id, phone=ANNA.phone, consent={"sms": True}), BOOTS)
    story.run_until("13:00")
    story.customer(ANNA, "13:10")
    story.run_until("16:00")
    story.order("o1", "16:00", ANNA, cart="k2", codes=[story.code()])
    story.run_until("+20d 00:00")


def refused(story: Story) -> None:
    """Passing and final refusals, a message that can't be read, an id used twice, and a customer who says no."""
    story.provider.always = lambda message: BUSY if message.claimed_at < when("13:00") else None
    story.tell("cart.updated", "09:00", cart={"id": "k0", "currency": "XXX", "lines": [1]})
    story.cart("k1", "10:00", BY_EMAIL, event_id="once")
    story.cart("k1", "10:01", BY_EMAIL, BOOTS, event_id="once")
    story.run_until("18:00")
    story.customer(BY_EMAIL.saying(email=False), "18:00")
    story.run_until("+20d 00:00")


def offered(story: Story) -> None:
    """An alternative, seen, accepted and ordered; another one that is declined, and one that falls through."""
    failed(story, "10:00")
    story.cart("k1", "10:01", BEN, ("fox-128", 1, "1200.00"))
    story.order("o5", "10:02", BEN, type="payment_failed", cart="k1", total="1200.00")
    failed(story, "10:03", "o7", approved_amount="100.00", currency="PLN")
    story.run_until("14:00")  # crashes cost time, and nobody declines what hasn't reached them
    story.tell("offer.viewed", "14:00", ANNA, order_id="o1")
    story.tell("offer.accepted", "14:01", ANNA, order_id="o1")
    story.tell("offer.declined", "14:02", BEN, order_id="o5")
    story.order("o2", "14:05", ANNA, total="829.00")
    story.run_until("+20d 00:00")


TELLINGS = [unanswered, redeemed, met_again, promised_twice, refused, offered]


def told(telling: Telling, crashes: Crashes, *, exact: bool = True) -> Story:
    """The story as it went with these crashes."""
    story = Story(provider=ScriptedProvider(exact=exact), wrapped=crashes.wrap)
    with_catalogue(story, FOX_128, FOX_64)
    telling(story)
    story.sweep()
    return story


def the_end(story: Story) -> dict[str, Any]:
    """All that must not depend on crashes: everything but moments, and what derives from them."""
    return {
        "cases": {case.id: _case(case) for case in story.documents("cases")},
        "orders": {
            order.id: (order.state, order.case_id, order.redeemed_code, order.refunded)
            for order in story.documents("orders")
        },
        "customers": {
            customer.id: (
                customer.merged_into,
                [(entry.code, entry.order_id) for entry in customer.redemptions],
                [entry.order_id for entry in customer.purchases],
                customer.open_voucher and customer.open_voucher.code,
                customer.open_case_id,
                customer.consent,
                customer.returns,
            )
            for customer in story.documents("customers")
        },
        "failures": [(failure.id, failure.reason) for failure in story.documents("intake_failures")],
        "said": Counter(_said(line) for line in story.lines()),
        "delivered": Counter(
            (message.case_id, message.step, message.channel, message.recipient, message.voucher_code)
            for message in story.provider.delivered
        ),
        "counters": story.counters(),
    }


def _case(case: Any) -> tuple[Any, ...]:
    voucher = case.voucher and (case.voucher.code, case.voucher.state, case.voucher.incentive)
    steps = {record.step: (record.state, record.channel, record.reason) for record in case.steps}
    recovery = case.recovery and (case.recovery.order_id, case.recovery.revenue, case.recovery.discount)
    watched = (case.next_due_at is None, case.superseded_by, case.stopped)
    offer = case.offer and (case.offer.id, case.offer.stage, case.offer.reason, case.offer.proposal)
    return case.stage, case.reason, voucher, steps, recovery, case.order_id, case.customer_id, watched, offer


def _said(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(
        (name, str(value)) for name, value in line.items() if name not in ("at", "valid_until", "retry_at")
    )


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("telling", TELLINGS)
def test_a_crash_at_any_call_changes_nothing_in_the_end(telling: Telling, after: bool) -> None:
    """One crash, at each call in turn: same documents, same messages, same announcements, same counters."""
    undisturbed = Crashes()
    expected = the_end(told(telling, undisturbed))
    for call, name in enumerate(undisturbed.calls):
        ended = the_end(told(telling, Crashes([call], after=after)))
        assert ended == expected, f"crashed {'after' if after else 'before'} call {call}, {name}"


@given(st.sampled_from(TELLINGS), st.sets(st.integers(0, 120), min_size=2, max_size=8), st.booleans())
@settings(max_examples=40, deadline=None)
def test_several_crashes_change_nothing_either(telling: Telling, calls: set[int], after: bool) -> None:
    """Whoever crashes again while repairing a crash still ends in the same place."""
    assert the_end(told(telling, Crashes(calls, after=after))) == the_end(told(telling, Crashes()))


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_without_certainty_a_message_is_sent_at_most_once(after: bool) -> None:
    """A provider that can't be asked: whatever crashes, no step twice, and every claim gets an outcome (L14)."""
    undisturbed = Crashes()
    told(reminded, undisturbed, exact=False)
    unknown = 0
    for call in range(len(undisturbed.calls)):
        story = told(reminded, Crashes([call], after=after), exact=False)
        deliveries = Counter((message.step, message.channel) for message in story.provider.delivered)
        assert max(deliveries.values(), default=1) == 1
        assert StepState.CLAIMED not in {record.state for record in story.case("k1").steps}
        unknown += [line["reason"] for line in story.said("stimulus.failed")].count("provider_unknown")
    assert unknown > 0


def test_every_announcement_has_an_id_of_its_own() -> None:
    """Two different announcements never share an id, or consumers would drop one."""
    for telling in TELLINGS:
        story = told(telling, Crashes())
        lines: dict[str, Any] = {}
        for announced in story.announced:
            assert lines.setdefault(announced.id, announced) == announced
