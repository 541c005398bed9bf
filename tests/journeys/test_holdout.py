"""The control group: who is in it, and that it is measured and never contacted."""

from typing import Any

from common.domain import ids
from tests.builders import ANNA, SOCKS, STORE, Shopper, rules
from tests.stories import Story

SHOPPERS = [Shopper(email=f"shopper-{number}@shop.test") for number in range(60)]


def _held(percent: float, **recovery: Any) -> set[str]:
    """Whose case is held when `percent` of the customers are."""
    story = Story(rules(holdout_percent=percent, **recovery))
    for number, shopper in enumerate(SHOPPERS):
        story.cart(f"k{number}", "10:00", shopper)
    story.run_until("11:00")
    held = {str(said["subject"]) for said in story.said("case.held")}
    assert len(story.sent()) == len(SHOPPERS) - len(held)
    return held


def test_the_share_is_sticky_and_monotone() -> None:
    """The same customers are held every time, and a larger share only adds to them."""
    ten, fifty = _held(10), _held(50)
    assert ten == _held(10)
    assert ten < fifty
    assert 15 < len(fifty) < 45
    assert ten <= _held(17.5) <= _held(30.25) <= fifty
    assert (len(_held(0)), len(_held(100))) == (0, len(SHOPPERS))


def test_another_experiment_deals_anew() -> None:
    """The name of the experiment is part of the hash."""
    assert _held(50) != _held(50, experiment="autumn")


def test_a_held_case_is_announced_with_its_reason_and_never_contacted() -> None:
    """Whatever the customer does, the control group gets no message and no voucher."""
    story = Story(rules(holdout_percent=100))
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    story.cart("k1", "13:00", ANNA, ("LAMP", 1, "10.00"))
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.held", "case.lost"]
    assert story.reasons() == [("case.held", "holdout")]
    assert story.provider.offered == []


def test_an_order_of_the_control_group_is_measured() -> None:
    """With or without the cart's id, as in the other arm, so that both compare."""
    for cart in ("k1", None):
        story = Story(rules(holdout_percent=100))
        story.cart("k1", "10:00", ANNA)
        story.run_until("12:00")
        story.order("o1", "12:30", ANNA, cart=cart, lines=[SOCKS])
        assert story.types()[-1] == "case.ordered"


def test_whoever_is_drawn_into_the_control_group_gets_no_first_message() -> None:
    """The share grew between abandonment and first step."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:45")
    story.rules.policy = rules(holdout_percent=100)
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.held", "case.lost"]


def test_a_sequence_that_has_begun_is_not_cut_off() -> None:
    """Who was contacted already stays in the arm they were in."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    story.rules.policy = rules(holdout_percent=100)
    story.run_until("+2d 00:00")
    assert len(story.sent()) == 2


def test_buckets_are_even() -> None:
    """Ten thousand customers spread over the hundred percents without a gap."""
    buckets = [ids.bucket("recovery", ids.customer_id(STORE, "id", str(n))) // 100 for n in range(10_000)]
    counts = [buckets.count(percent) for percent in range(100)]
    assert min(counts) > 50
    assert max(counts) < 160
