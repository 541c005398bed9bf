"""When a cart counts as lost, and which carts are left alone."""

import pytest

from tests.builders import ANNA, BOOTS, GUEST_ANNA, SOCKS, Shopper, line, rules, when
from tests.stories import Story


def test_a_quiet_cart_is_abandoned_after_half_an_hour() -> None:
    """Thirty minutes after its last activity, and not a second before, a cart with lines counts as lost."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:29:59")
    assert story.types() == []
    story.run_until("10:30")
    (abandoned,) = story.said("case.abandoned")
    assert abandoned["at"] == "2026-03-02T10:30:00Z"
    assert (abandoned["total"], abandoned["currency"], abandoned["subject"]) == ("100.00", "PLN", "k1")


def test_activity_puts_the_abandonment_off_with_one_timer() -> None:
    """Forty edits and a page view make one pending timer and one abandonment (L3, L20)."""
    story = Story()
    for minute in range(40):
        story.cart("k1", f"10:{minute:02}:{20 if minute else 0}", ANNA, ("SOCKS", minute + 1, "10.00"))
        assert story.machine.timer.pending() == 1
    story.visit("k1", "11:00")
    story.run_until("11:29")
    assert story.types() == []
    story.run_until("12:00")
    assert story.types().count("case.abandoned") == 1
    assert story.sent() == [("first", "email", ANNA.email)]


def test_going_quiet_five_times_is_one_sequence() -> None:
    """Activity and idling in turn, five times over, announce one lost order and send each step once (L3)."""
    story = Story()
    for hour in range(5):
        story.visit("k1", f"{10 + hour}:01", ANNA)
        story.cart("k1", f"{10 + hour}:02", ANNA)
        story.run_until(f"{10 + hour}:45")
    story.run_until("+9d 00:00")
    assert story.types().count("case.abandoned") == 1
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]


@pytest.mark.parametrize("lines", [[], [line("SOCKS", 0)]])
def test_an_empty_cart_opens_no_case(lines: list[object]) -> None:
    """Bots and empty carts leave nothing behind (L42)."""
    story = Story()
    for number in range(5):
        story.tell("cart.updated", "10:00", cart={"id": f"k{number}", "lines": lines, "currency": "PLN"})
    story.run_until("+9d 00:00")
    assert story.types() == []
    assert story.machine.timer.pending() == 0


def test_a_page_view_alone_opens_no_case() -> None:
    """Looking around is activity of a known cart, never a cart."""
    story = Story()
    story.visit("k1", "10:00", ANNA)
    story.run_until("+1d 00:00")
    assert story.types() == []


def test_a_cart_of_nobody_is_told_but_not_contacted() -> None:
    """Without any identity the case is suppressed with its reason, never an error (L29)."""
    story = Story()
    story.cart("k1", "10:00")
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.suppressed"]
    assert story.reasons() == [("case.suppressed", "contact_missing")]


def test_a_cart_whose_owner_turns_up_later_is_recovered_after_all() -> None:
    """A checkout that names the customer turns an anonymous lost cart into one that can be recovered."""
    story = Story()
    story.cart("k1", "10:00")
    story.run_until("10:40")
    story.tell("checkout.started", "10:50", GUEST_ANNA, cart_id="k1")
    story.run_until("12:00")
    assert story.sent() == [("first", "email", GUEST_ANNA.email)]
    assert story.types().count("case.abandoned") == 1


def test_carts_from_before_the_switch_on_are_left_alone() -> None:
    """A cart last touched before `activated_at` gets nothing; one touched after it does (L17)."""
    story = Story(rules(activated_at="2026-03-02T10:05:00Z"))
    story.cart("old", "10:04", ANNA)
    story.cart("new", "10:05", Shopper(email="new@shop.test"))
    story.run_until("+9d 00:00")
    assert ("case.suppressed", "not_activated") in story.reasons()
    assert {recipient for _, _, recipient in story.sent()} == {"new@shop.test"}


@pytest.mark.parametrize(("arrives", "messages"), [("+7d 10:00", 1), ("+7d 10:00:01", 0)])
def test_a_cart_that_is_too_old_is_left_alone(arrives: str, messages: int) -> None:
    """After a gap of any length a cart older than `max_cart_age_days` is told, and not contacted (L17)."""
    story = Story()
    story.cart("k1", "10:00", ANNA, arrives=arrives)
    story.run_until(arrives)
    assert len(story.sent()) == messages
    assert [line["reason"] for line in story.said("case.suppressed")] == ["cart_too_old"] * (1 - messages)


@pytest.mark.parametrize(("total", "messages"), [("49.99", 0), ("50.00", 1)])
def test_a_cart_below_the_minimum_is_left_alone(total: str, messages: int) -> None:
    """`min_cart_total` holds for its own currency, to the cent."""
    story = Story(rules(min_cart_total={"PLN": "50.00"}))
    story.cart("k1", "10:00", ANNA, ("SOCKS", 1, total))
    story.cart("k2", "10:00", GUEST_ANNA, ("SOCKS", 1, "1.00"), currency="EUR")
    story.run_until("10:30")
    reasons = [line["reason"] for line in story.said("case.suppressed") if line["subject"] == "k1"]
    assert reasons == ["cart_too_small"] * (1 - messages)
    assert not [line for line in story.said("case.suppressed") if line["subject"] == "k2"]


def test_a_sold_out_cart_is_left_alone() -> None:
    """Nothing is sent when every item is unavailable (L44)."""
    story = Story()
    story.cart("k1", "10:00", ANNA, line("SOCKS", available=False), line("BOOTS", available=False))
    story.run_until("+9d 00:00")
    assert story.reasons() == [("case.suppressed", "out_of_stock")]


def test_an_item_that_sold_out_drops_out_of_the_message() -> None:
    """What can't be bought any more is not shown, the rest is (L44)."""
    story = Story()
    story.cart("k1", "10:00", ANNA, SOCKS, line("BOOTS", available=False))
    story.run_until("11:00")
    (message,) = story.provider.delivered
    assert [item.sku for item in message.lines if item.available] == ["SOCKS"]


def test_everything_sold_out_after_the_abandonment_withholds_the_message() -> None:
    """Stock is looked at again at the send (L44)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:40")
    case = story.case("k1")
    story.cart("k1", "10:00", ANNA, line("SOCKS", available=False), arrives="10:41")
    assert story.case("k1").stage is case.stage
    story.run_until("+9d 00:00")
    assert [(said["step"], said["reason"]) for said in story.said("stimulus.skipped")] == [
        ("first", "out_of_stock"),
        ("last_call", "out_of_stock"),
    ]
    assert story.provider.offered == []


def test_the_switch_stops_what_is_planned() -> None:
    """`enabled: false` at the moment of the send withholds it, whatever was decided before."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    story.rules.policy = rules(enabled=False)
    story.cart("k2", "10:50", GUEST_ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert story.provider.offered == []
    assert set(story.reasons()) == {
        ("stimulus.skipped", "recovery_disabled"),
        ("case.suppressed", "recovery_disabled"),
    }


def test_a_case_without_a_result_ends_as_lost() -> None:
    """When attribution is over and the voucher has lapsed nothing is pending any more."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+30d 00:00")
    assert story.types()[-2:] == ["voucher.expired", "case.lost"]
    assert story.machine.timer.pending() == 0
    assert story.case("k1").next_due_at is None
    assert story.person(ANNA).open_case_id is None
    assert story.said("case.lost")[0]["at"] == when("+7d 11:00").isoformat().replace("+00:00", "Z")
