"""Orders: what they close, what they recover, in whatever order the events arrive."""

import itertools

import pytest

from common.domain.vocabulary import Stage
from tests.builders import ANNA, BOOTS, GUEST_ANNA, SOCKS
from tests.stories import Story


def _reminded(at: str = "11:30") -> Story:
    """Anna left socks behind and got her first reminder."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until(at)
    return story


def test_an_order_stops_the_reminders() -> None:
    """No reminder for that customer and cart leaves after the order was recorded (L1)."""
    story = _reminded("10:45")
    story.order("o1", "10:50", ANNA, cart="k1")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []
    assert story.types() == ["case.abandoned", "case.ordered"]


def test_an_order_at_the_very_moment_of_the_step_stops_it() -> None:
    """Recorded in the second in which the step is due, the order still comes first (L1)."""
    story = _reminded("10:45")
    story.order("o1", "11:00", ANNA, cart="k1")
    story.run_until("11:00")
    assert story.provider.offered == []


@pytest.mark.parametrize("cart", ["k1", None])
def test_an_order_soon_after_a_message_is_recovered(cart: str | None) -> None:
    """Within `attribution_days` after a message, from the same cart or just the same customer (L45)."""
    story = _reminded()
    story.order("o1", "+5d 10:59", ANNA, cart=cart, total="95.00", discount="5.00")
    (recovered,) = story.said("case.recovered")
    assert (recovered["order_id"], recovered["subject"]) == ("o1", "o1")
    assert (recovered["revenue"], recovered["discount"], recovered["currency"]) == ("95.00", "5.00", "PLN")
    assert story.case("k1").stage is Stage.RECOVERED


def test_an_order_long_after_the_last_message_is_not_recovered() -> None:
    """After `attribution_days` an order without the code is the customer's own doing (L12)."""
    story = _reminded()
    story.customer(ANNA.saying(email=False, sms=False), "12:00")
    story.run_until("+5d 11:01")
    story.order("o1", "+5d 11:01", ANNA, cart="k1")
    assert story.said("case.recovered") == []


def test_an_order_made_before_the_message_but_heard_after_it_is_not_recovered() -> None:
    """Attribution counts from when things happened, not from when they arrived (L12, L13)."""
    story = _reminded()
    story.order("o1", "10:59", ANNA, cart="k1", arrives="11:40")
    assert story.types()[-1] == "case.ordered"


def test_an_order_made_by_the_shop_is_not_recovered() -> None:
    """Staff made it: the case is closed and nothing is counted, whatever later events leave out (L12)."""
    story = _reminded()
    story.order("o1", "11:31", ANNA, cart="k1", by="shop")
    story.order("o1", "11:32", ANNA, cart="k1", type="paid")
    story.run_until("+9d 00:00")
    assert story.types()[3:] == ["case.ordered", "voucher.expired"]


def test_placed_and_paid_count_once() -> None:
    """Two events about one order, in either order, are one order (L25)."""
    for types in itertools.permutations(["placed", "paid"]):
        story = _reminded()
        for type in types:
            story.order("o1", "11:31", ANNA, type=type, cart="k1", codes=[story.code()])
        assert story.types()[3:] == ["voucher.redeemed", "case.recovered"]
        assert story.counters()["recovered_minor_PLN"] == 10_000


def test_an_order_that_overtakes_its_cart_closes_it() -> None:
    """The cart's events find it bought: no case, no reminder (L13)."""
    story = Story()
    story.order("o1", "10:05", ANNA, cart="k1")
    story.cart("k1", "10:00", ANNA, arrives="10:06")
    story.cart("k1", "10:06", ANNA, lines=[SOCKS])
    story.run_until("+9d 00:00")
    assert story.provider.offered == []


def test_an_order_that_overtook_its_cart_can_still_fail() -> None:
    """Its payment fails: the cart, whose state came late, is a lost order after all (L13)."""
    story = Story()
    story.order("o1", "10:01", ANNA, cart="k1")
    story.cart("k1", "10:00", ANNA, arrives="10:02")
    story.order("o1", "10:05", ANNA, cart="k1", type="payment_failed")
    story.run_until("12:00")
    assert story.said("case.abandoned")[0]["at"] == "2026-03-02T10:35:00Z"
    assert len(story.sent()) == 1


def test_an_order_without_a_cart_closes_the_customers_open_case() -> None:
    """The customer is enough (L1), also when it is the guest with the same address (L11)."""
    for buyer in (ANNA, GUEST_ANNA):
        story = _reminded("10:45")
        story.order("o1", "10:50", buyer)
        story.run_until("+9d 00:00")
        assert story.types() == ["case.abandoned", "case.ordered"]


def test_an_order_through_another_cart_closes_a_cart_not_yet_abandoned() -> None:
    """A cart last touched before the order is no lost order and nothing is told about it (L1)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:01", ANNA, BOOTS)
    story.order("o1", "10:10", ANNA, cart="k2")
    story.run_until("+9d 00:00")
    assert story.types() == []
    assert (story.case("k1").stage, story.case("k1").order_id) == (Stage.ORDERED, "o1")


def test_a_cart_touched_after_the_order_is_a_new_intent() -> None:
    """Buying once doesn't silence what the customer leaves behind later."""
    story = Story()
    story.order("o1", "09:00", ANNA, cart="k1", lines=[SOCKS])
    story.cart("k2", "10:00", ANNA, BOOTS)
    story.run_until("11:00")
    assert story.sent() == [("first", "email", ANNA.email)]


def test_a_late_order_closes_nothing_that_came_after_it() -> None:
    """An order of nine o'clock says nothing about a cart that was touched at ten."""
    story = _reminded("10:45")
    story.order("o1", "09:00", ANNA, lines=[BOOTS], arrives="10:50")
    story.run_until("11:00")
    assert len(story.sent()) == 1
