"""Orders that come to nothing, or come twice: what they reopen, give back, and count for in the end."""

import itertools

import pytest

from common.domain.vocabulary import Stage
from tests.builders import ANNA, BEN, BOOTS, rules
from tests.stories import Story


def _reminded(at: str = "11:30") -> Story:
    """Anna left socks behind and got her first reminder."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until(at)
    return story


def test_an_order_that_fails_may_be_recovered() -> None:
    """Whoever could not pay is reminded; the order that then goes through is recovered."""
    story = _reminded("10:45")
    story.order("o1", "10:50", ANNA, cart="k1")
    story.order("o1", "10:51", ANNA, cart="k1", type="payment_failed")
    story.run_until("11:30")
    assert len(story.sent()) == 1
    story.order("o1", "11:40", ANNA, cart="k1", type="paid")
    assert story.types()[-1] == "case.recovered"


@pytest.mark.parametrize(("ordered", "step"), [("10:45", "first"), ("11:20", "last_call")])
def test_whoever_could_not_pay_is_given_time_to_try_again(ordered: str, step: str) -> None:
    """A step is long due when the payment fails: it waits for half an hour, as they may be trying again."""
    story = _reminded(ordered)
    story.order("o1", ordered, ANNA, cart="k1")
    story.order("o1", "+2d 10:00", ANNA, cart="k1", type="payment_failed")
    before = len(story.sent())
    story.run_until("+2d 10:29")
    assert len(story.sent()) == before
    story.run_until("+2d 10:30")
    assert story.sent()[before:] == [(step, "email", ANNA.email)]


def test_a_second_try_soon_after_the_first_one_failed_leaves_nothing_to_remind_of() -> None:
    """Three minutes later they have bought (L1)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1")
    story.order("o1", "+2d 10:00", ANNA, cart="k1", type="payment_failed")
    story.order("o2", "+2d 10:03", ANNA, cart="k1")
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1
    assert story.case("k1").order_id == "o2"


@pytest.mark.parametrize("arrives", ["11:32", "+2d 10:01"])
def test_a_cart_emptied_since_its_order_is_not_reminded_of_when_that_fails(arrives: str) -> None:
    """Its link would lead to an empty cart (L9), whichever news comes first (L13); filled again it goes on."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1")
    if arrives == "11:32":
        story.emptied("k1", "11:32", ANNA)
    story.order("o1", "+2d 10:00", ANNA, cart="k1", type="payment_failed")
    if arrives != "11:32":
        story.emptied("k1", "11:32", ANNA, arrives=arrives)
    story.run_until("+3d 00:00")
    assert len(story.sent()) == 1
    assert story.reasons()[-1] == ("case.suppressed", "cart_empty")
    story.cart("k1", "+3d 10:00", ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]


def test_an_order_without_a_cart_that_fails_reopens_what_it_closed() -> None:
    """The order remembers which case it closed (L26)."""
    story = _reminded("10:45")
    story.order("o1", "10:50", ANNA)
    story.order("o1", "10:51", ANNA, type="payment_failed")
    story.run_until("11:30")
    assert story.sent() == [("first", "email", ANNA.email)]


def test_a_cancelled_second_order_leaves_the_first_one_standing() -> None:
    """Ordered twice by mistake and cancelled once: the customer has still bought (L1)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.order("o1", "10:05", ANNA)
    story.order("o2", "10:06", ANNA)
    story.order("o2", "10:07", ANNA, type="cancelled")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []


def test_a_first_try_that_fails_late_does_not_reopen_what_the_second_one_bought() -> None:
    """The first order's payment is given up after the second went through: no reminder (L1)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.order("o1", "10:05", ANNA, cart="k1")
    story.order("o2", "10:07", ANNA, cart="k1")
    story.order("o1", "11:05", ANNA, cart="k1", type="payment_failed")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []


@pytest.mark.parametrize("type", ["payment_failed", "cancelled"])
def test_the_second_try_is_what_was_recovered(type: str) -> None:
    """Both tries followed the reminder; once the first comes to nothing the second one counts, code and all (L45)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1", total="90.00", codes=[story.code()])
    story.order("o2", "11:33", ANNA, cart="k1", total="95.00", codes=[story.code()])
    story.order("o1", "12:33", ANNA, cart="k1", total="90.00", type=type)
    assert story.types()[-4:] == ["case.reversed", "voucher.released", "voucher.redeemed", "case.recovered"]
    assert (story.case("k1").stage, story.case("k1").order_id) == (Stage.RECOVERED, "o2")
    assert story.counters()["recovered_minor_PLN"] == 9_500
    assert [entry.order_id for entry in story.person(ANNA).redemptions] == ["o2"]
    assert story.order_document("o2").case_id == story.case("k1").id


def test_an_order_turns_out_to_be_another_customers() -> None:
    """Known by Anna's code first, then by Ben's name: once it fails nobody has bought and nothing is recovered."""
    story = _reminded()
    story.redeemed(story.code(), "11:30", "o1")
    story.order("o1", "11:31", BEN, codes=[story.code()])
    story.returned("r1", "11:35", "o1", ANNA)
    assert story.person(ANNA).purchases == ()
    story.order("o1", "11:40", BEN, type="payment_failed")
    assert story.types()[-2:] == ["case.reversed", "voucher.released"]
    assert story.person(BEN).purchases == ()
    assert story.counters()["recovered_minor_PLN"] == 0


def test_an_order_placed_after_its_payment_failed_counts() -> None:
    """The newer statement wins, whichever kind it is (L1, L13)."""
    story = _reminded("10:45")
    story.order("o1", "10:46", ANNA, cart="k1", type="payment_failed")
    story.order("o1", "10:50", ANNA, cart="k1")
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.ordered"]


@pytest.mark.parametrize("arrival", list(itertools.permutations(["placed", "cancelled"])))
def test_whoever_cancelled_is_left_alone(arrival: tuple[str, ...]) -> None:
    """A cancelled order is no lost cart, also if its cancellation arrives before the order itself (L13)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    at = {"placed": "10:05", "cancelled": "10:10"}
    for type in arrival:
        story.order("o1", at[type], ANNA, cart="k1", type=type, arrives="10:11")
    story.run_until("+9d 00:00")
    assert story.types() == []
    assert story.case("k1").stage is Stage.ORDERED


def test_a_cancelled_order_that_overtook_everything_leaves_its_cart_closed() -> None:
    """Cancelled, then placed, then the cart itself: still no lost order (L13)."""
    story = Story()
    story.order("o1", "10:10", ANNA, cart="k1", type="cancelled")
    story.order("o1", "10:05", ANNA, cart="k1", arrives="10:11")
    story.cart("k1", "10:00", ANNA, arrives="10:12")
    story.run_until("+9d 00:00")
    assert story.types() == []


def test_an_order_known_to_be_cancelled_recovers_nothing() -> None:
    """Its placing is heard of after its cancellation: no revenue, no redemption, and the same end (L13, L45)."""
    story = _reminded()
    story.order("o1", "11:35", ANNA, cart="k1", type="cancelled", codes=[story.code()])
    story.order("o1", "11:31", ANNA, cart="k1", codes=[story.code()], arrives="11:36")
    assert story.types()[3:] == []
    story.run_until("+9d 00:00")
    assert story.types()[3:] == ["voucher.expired", "case.lost"]
    assert len(story.sent()) == 1


def test_a_cancelled_recovery_is_reversed_and_sends_nothing_more() -> None:
    """Revenue is net of the cancellation, and the sequence does not go on (L15, L45)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1", total="95.00", discount="5.00")
    story.order("o1", "12:00", ANNA, cart="k1", type="cancelled")
    story.run_until("+9d 00:00")
    (reversed_,) = story.said("case.reversed")
    assert (reversed_["revenue"], reversed_["reason"]) == ("95.00", "order_cancelled")
    assert len(story.sent()) == 1
    assert story.counters()["recovered_minor_PLN"] == story.counters()["discount_minor_PLN"] == 0


def test_a_failed_payment_reverses_and_a_later_payment_recovers_again() -> None:
    """Payment failed, then paid: counted once in the end; an older failure changes nothing (L25, L45)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1")
    story.order("o1", "11:32", ANNA, cart="k1", type="payment_failed")
    story.order("o1", "11:34", ANNA, cart="k1", type="paid")
    story.order("o1", "11:33", ANNA, cart="k1", type="payment_failed", arrives="11:35")
    assert story.types()[3:] == ["case.recovered", "case.reversed", "case.recovered"]
    assert story.counters()["recovered_minor_PLN"] == 10_000


def test_a_failure_that_comes_late_changes_nothing() -> None:
    """The payment failed before it went through; hearing of it afterwards is no news (L13)."""
    story = _reminded()
    story.order("o1", "11:33", ANNA, cart="k1", type="paid")
    story.order("o1", "11:32", ANNA, cart="k1", type="payment_failed", arrives="11:34")
    assert story.types()[3:] == ["case.recovered"]


def test_a_second_order_is_not_recovered_again() -> None:
    """One lost cart brings back one order; the next one is the customer's own (L45)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1")
    story.order("o2", "11:40", ANNA, lines=[BOOTS])
    assert story.types().count("case.recovered") == 1


def test_an_order_is_counted_for_one_case_only() -> None:
    """Recovered by its cart's reminder; a code of another case that is reported later adds no revenue (L45)."""
    story = _reminded()
    story.cart("k2", "11:35", ANNA, BOOTS)
    story.run_until("15:00")
    story.order("o1", "15:10", ANNA, cart="k2", total="380.00")
    story.redeemed(story.code(), "15:11", "o1", ANNA)
    assert story.types()[-3:] == ["case.recovered", "voucher.redeemed", "case.ordered"]
    assert story.counters()["recovered_minor_PLN"] == 38_000


def test_refunds_are_counted_against_what_was_recovered() -> None:
    """What was given back is counted beside the revenue, once per return, and only while the order counts (L45)."""
    story = _reminded()
    story.returned("r0", "11:30", "o1", total="10.00", arrives="11:30:30")
    story.order("o1", "11:31", ANNA, cart="k1")
    story.returned("r1", "12:00", "o1", ANNA, total="30.00")
    story.returned("r1", "12:01", "o1", ANNA, total="30.00")
    assert story.counters()["refunded_minor_PLN"] == 4_000
    story.order("o1", "13:00", ANNA, cart="k1", type="cancelled")
    counters = story.counters()
    assert (counters["recovered_minor_PLN"], counters["refunded_minor_PLN"]) == (0, 0)


def test_a_returned_order_that_nobody_was_reminded_of_is_no_refund_of_ours() -> None:
    """Only refunds of recovered orders are counted."""
    story = Story(rules())
    story.cart("k1", "10:00", ANNA)
    story.order("o1", "10:05", ANNA, cart="k1")
    story.returned("r1", "12:00", "o1", ANNA, total="30.00")
    assert "refunded_minor_PLN" not in story.counters()
