"""Vouchers: what is offered to whom, when a code comes into the world, and that it is honoured once."""

from typing import Any

import pytest

from common.domain.vocabulary import VoucherState
from tests.builders import ANNA, BEN, rules, when
from tests.stories import Story


def _reminded(**recovery: Any) -> Story:
    story = Story(rules(**recovery))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    return story


def _state(story: Story, cart: str = "k1") -> VoucherState | None:
    voucher = story.case(cart).voucher
    return voucher.state if voucher else None


def test_a_code_comes_into_the_world_with_its_first_message() -> None:
    """Reserved at the abandonment, issued in the commit that claims the message, the same in both reminders (L35)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    assert _state(story) is VoucherState.RESERVED
    assert "voucher.issued" not in story.types()
    story.run_until("+1d 11:00")
    assert story.types() == ["case.abandoned", "voucher.issued", "stimulus.sent", "stimulus.sent"]
    assert {said["voucher_code"] for said in story.said("stimulus.sent")} == {story.code()}
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert voucher.issued_at == when("11:00")


def test_a_code_is_unguessable_and_easy_to_read() -> None:
    """Twelve characters without look-alikes, the same whenever the same case is decided (L32)."""
    code = _reminded().code()
    assert code == _reminded().code()
    assert len(code.replace("-", "")) == 12
    assert not set("01OILSZB") & set(code)


@pytest.mark.parametrize(
    ("returns", "segment", "percent"),
    [
        (0, "not_returned", 5),
        (1, "returned_once", 10),
        (2, "returned_repeatedly", 15),
        (3, "returned_repeatedly", 15),
    ],
)
def test_the_return_history_decides_the_voucher(returns: int, segment: str, percent: int) -> None:
    """5, 10 or 15 per cent by the returns within the window."""
    story = Story()
    for number in range(returns):
        story.returned(f"r{number}", "09:00", f"old-{number}", ANNA)
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    assert story.said("case.abandoned")[0]["segment"] == segment
    assert story.said("voucher.issued")[0]["incentive"] == {"kind": "percent", "percent": percent}


def test_a_policy_without_incentive_reminds_without_a_code() -> None:
    """Kind `none` promises nothing and issues nothing."""
    story = Story(rules(incentives={"tiers": {"not_returned": {"kind": "none"}}}))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    assert story.types() == ["case.abandoned", "stimulus.sent"]
    assert "voucher_code" not in story.said("stimulus.sent")[0]


def test_a_promise_is_never_worth_more_than_ceiling_or_cart() -> None:
    """A percentage above the ceiling becomes the ceiling; a fixed amount is at most the cart itself (L30)."""
    capped = Story(rules(incentives={"ceiling": {"PLN": "3.00"}}))
    capped.cart("k1", "10:00", ANNA)
    capped.run_until("11:00")
    assert capped.said("voucher.issued")[0]["incentive"] == {
        "kind": "fixed",
        "amount": "3.00",
        "currency": "PLN",
    }
    fixed = Story(
        rules(incentives={"tiers": {"not_returned": {"kind": "fixed", "amounts": {"PLN": "20.00"}}}})
    )
    fixed.cart("k1", "10:00", ANNA, ("SOCKS", 1, "12.00"))
    fixed.run_until("11:00")
    assert fixed.said("voucher.issued")[0]["incentive"]["amount"] == "12.00"


def test_free_shipping_is_promised_as_such() -> None:
    """It has no amount that could be taken off goods (L31)."""
    story = Story(rules(incentives={"tiers": {"not_returned": {"kind": "free_shipping"}}}))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:00")
    assert story.said("voucher.issued")[0]["incentive"] == {"kind": "free_shipping"}


def test_a_fixed_amount_is_not_promised_in_another_currency() -> None:
    """The cart changed its currency after the code was issued: the reminder does not mention it (L34)."""
    story = Story(
        rules(incentives={"tiers": {"not_returned": {"kind": "fixed", "amounts": {"PLN": "20.00"}}}})
    )
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.cart("k1", "11:20", ANNA, currency="EUR")
    story.run_until("+2d 00:00")
    first, last = story.provider.delivered
    assert first.voucher_code == story.code()
    assert (last.voucher_code, last.incentive, last.currency) == (None, None, "EUR")


def test_the_order_that_carries_the_code_recovers_its_case() -> None:
    """Without cart or customer the code is enough; case, dashes and spaces in it don't matter."""
    story = _reminded()
    story.order("o1", "+6d 10:00", codes=[story.code().lower().replace("-", " ")])
    assert story.types()[-2:] == ["voucher.redeemed", "case.recovered"]
    assert story.person(ANNA).open_voucher is None


@pytest.mark.parametrize(
    ("order", "redeemed"), [("12:00", "12:01"), ("12:01", "12:00"), ("12:00", None), (None, "12:00")]
)
def test_a_redemption_is_told_once_whoever_reports_it(order: str | None, redeemed: str | None) -> None:
    """`voucher.redeemed` before, after or without the order that names the code: redeemed once (L13, L25)."""
    story = _reminded()
    for at in sorted({order, redeemed} - {None}, key=str):
        if at == order:
            story.order("o1", str(at), ANNA, codes=[story.code()])
        if at == redeemed:
            story.redeemed(story.code(), str(at), "o1")
    assert story.types().count("voucher.redeemed") == 1
    assert story.types().count("case.recovered") == (1 if order else 0)
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1
    assert "voucher.expired" not in story.types()


def test_a_redemption_is_enough_for_the_order_that_follows_it() -> None:
    """The order itself names neither code, cart nor customer, and comes after attribution: it is recovered."""
    story = _reminded()
    story.redeemed(story.code(), "+6d 10:00", "o1")
    story.order("o1", "+6d 10:00")
    assert [said["order_id"] for said in story.said("case.recovered")] == ["o1"]


def test_two_orders_with_one_code_redeem_it_once() -> None:
    """The second order finds it used (L24)."""
    story = _reminded()
    story.order("o1", "12:00", ANNA, codes=[story.code()])
    story.order("o2", "12:01", BEN, codes=[story.code()])
    assert [said["order_id"] for said in story.said("voucher.redeemed")] == ["o1"]
    assert [said["order_id"] for said in story.said("case.recovered")] == ["o1"]


def test_a_code_that_nobody_knows_is_ignored() -> None:
    """The shop's own promotions are none of ours."""
    story = Story()
    story.order("o1", "12:00", ANNA, codes=["SUMMER"])
    story.redeemed("WINTER", "12:01", "o2")
    assert story.types() == []


def test_a_voucher_expires_after_seven_days() -> None:
    """At its expiry it is told once and is no longer open; an order at that very moment is too late (L22, L23)."""
    story = _reminded()
    story.run_until("+7d 11:00")
    assert story.types().count("voucher.expired") == 1
    assert story.said("voucher.expired")[0]["at"] == "2026-03-09T11:00:00Z"
    story.order("o1", "+7d 11:00", codes=[story.code()])
    assert story.said("voucher.redeemed") == []


def test_an_order_made_before_the_expiry_is_honoured_however_late_it_is_heard() -> None:
    """Late news of an order in time redeems an expired voucher (L13, L23)."""
    story = _reminded()
    story.order("o1", "+7d 10:59", ANNA, codes=[story.code()], arrives="+7d 15:00")
    assert story.types()[-4:] == ["voucher.expired", "case.lost", "voucher.redeemed", "case.recovered"]
