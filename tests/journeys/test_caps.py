"""Vouchers that are given back, capped or replaced: what a customer may have, and how often."""

from typing import Any

import pytest

from tests.builders import ANNA, BEN, BOOTS, rules, when
from tests.stories import Story


def _reminded(**recovery: Any) -> Story:
    story = Story(rules(**recovery))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    return story


@pytest.mark.parametrize(
    ("type", "reason"), [("cancelled", "order_cancelled"), ("payment_failed", "payment_failed")]
)
def test_an_order_that_comes_to_nothing_releases_the_voucher(type: str, reason: str) -> None:
    """Voucher and cap are given back, and the code can be used again (L26)."""
    story = _reminded()
    story.order("o1", "12:00", ANNA, cart="k1", codes=[story.code()])
    assert len(story.person(ANNA).redemptions) == 1
    story.order("o1", "12:30", ANNA, cart="k1", type=type)
    assert story.types()[-2:] == ["case.reversed", "voucher.released"]
    assert story.said("voucher.released")[0]["reason"] == reason
    assert story.person(ANNA).redemptions == ()
    assert story.person(ANNA).open_voucher is not None
    story.order("o2", "13:00", ANNA, codes=[story.code()])
    assert story.types()[-2:] == ["voucher.redeemed", "case.recovered"]


def test_a_released_voucher_still_expires() -> None:
    """Being released does not make it live longer."""
    story = _reminded()
    story.order("o1", "12:00", ANNA, codes=[story.code()])
    story.order("o1", "+8d 12:30", ANNA, type="cancelled")
    story.run_until("+8d 12:31")
    assert [said["code"] for said in story.said("voucher.expired")] == [story.code()]
    assert story.person(ANNA).open_voucher is None


def test_whoever_redeemed_lately_is_reminded_without_a_voucher() -> None:
    """Within `frequency_cap_days` of a redemption that stuck there is no incentive (`when_capped: remind`)."""
    story = _reminded()
    story.order("o1", "12:00", ANNA, codes=[story.code()])
    story.cart("k2", "+29d 10:00", ANNA, BOOTS)
    story.run_until("+29d 12:00")
    assert story.types()[-2:] == ["case.abandoned", "stimulus.sent"]
    story.cart("k3", "+31d 10:00", ANNA, ("LAMP", 1, "10.00"))
    story.run_until("+31d 12:00")
    assert story.types()[-3:] == ["case.abandoned", "voucher.issued", "stimulus.sent"]


def test_whoever_redeemed_lately_is_skipped_if_policy_says_so() -> None:
    """`when_capped: skip` leaves the case alone, with its reason."""
    story = _reminded(when_capped="skip")
    story.order("o1", "12:00", ANNA, codes=[story.code()])
    story.cart("k2", "+2d 10:00", ANNA, BOOTS)
    story.run_until("+9d 12:00")
    assert story.reasons() == [("case.suppressed", "cap_reached")]


def test_a_released_redemption_does_not_count_for_the_cap() -> None:
    """The order was cancelled, so the customer has had nothing yet (L26)."""
    story = _reminded(when_capped="skip")
    story.order("o1", "12:00", ANNA, codes=[story.code()])
    story.order("o1", "12:10", ANNA, type="cancelled")
    story.cart("k2", "+2d 10:00", ANNA, BOOTS)
    story.run_until("+2d 12:00")
    assert story.sent()[-1] == ("first", "email", ANNA.email)


def test_a_cap_reached_between_two_reminders_withholds_the_next_code() -> None:
    """The cap is looked at again at each send (L28)."""
    story = Story(rules(when_capped="skip", frequency_cap_days=30))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:30")
    story.cart("k2", "11:40", ANNA, BOOTS)
    story.run_until("12:15")
    story.order("o1", "12:20", BEN, codes=[story.code()])
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k1"]
    assert ("case.suppressed", "cap_reached") in story.reasons()


def test_a_customer_has_one_open_voucher() -> None:
    """A second lost cart repeats the promise that is open rather than adding one (L11, L30)."""
    story = _reminded()
    story.cart("k2", "12:00", ANNA, BOOTS)
    story.run_until("15:00")
    assert len(story.said("voucher.issued")) == 1
    assert [said["voucher_code"] for said in story.said("stimulus.sent")] == [story.code()] * 2
    assert story.provider.delivered[1].valid_until == when("+7d 11:00")


def test_a_promise_that_replaced_another_outlives_it() -> None:
    """A released code that expires takes only itself away, not the voucher that was issued meanwhile."""
    story = _reminded(frequency_cap_days=0)
    old = story.code()
    story.order("o1", "12:00", ANNA, codes=[old])
    story.cart("k2", "+2d 10:00", ANNA, BOOTS)
    story.run_until("+2d 12:00")
    assert story.code() != old
    story.order("o1", "+2d 12:30", ANNA, type="cancelled")
    story.run_until("+8d 00:00")
    assert [said["code"] for said in story.said("voucher.expired")] == [old]
    promise = story.person(ANNA).open_voucher
    assert promise is not None
    assert promise.code == story.code()


def test_a_code_that_nobody_has_seen_is_decided_again_at_the_send() -> None:
    """Late news of a redemption reaches the cap between abandonment and reminder: it promises nothing (L28)."""
    story = _reminded()
    old = story.code()
    story.cart("k2", "+8d 10:00", ANNA, BOOTS)
    story.run_until("+8d 10:44")
    assert story.case("k2").voucher is not None
    story.order("o1", "+7d 10:59", BEN, codes=[old], arrives="+8d 10:45")
    story.run_until("+8d 11:00")
    assert story.provider.delivered[-1].case_id == story.case("k2").id
    assert story.provider.delivered[-1].voucher_code is None
    assert story.case("k2").voucher is None


def test_the_promise_keeps_to_the_segment_that_was_announced() -> None:
    """A return between abandonment and reminder counts for the next lost cart."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.returned("r1", "10:45", "o0", ANNA)
    story.run_until("11:00")
    assert story.said("case.abandoned")[0]["segment"] == "not_returned"
    assert story.said("voucher.issued")[0]["incentive"]["percent"] == 5
