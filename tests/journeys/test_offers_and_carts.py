"""One loss, one voice: an offer, the cart it came from, and the customer's other orders."""

import pytest

from tests.builders import ANNA, SOCKS, rules
from tests.phones import FOX_64, FOX_128, WANTED, a_phone, failed, with_catalogue
from tests.stories import Story

FOX_32 = a_phone("fox-32", 70_000, 40_000)
OVER = {"triggers": {"abandoned_cart_over": {"PLN": "1000.00"}}}


@pytest.fixture
def story() -> Story:
    return with_catalogue(Story(), FOX_128, FOX_64, FOX_32)


def messages(story: Story) -> list[str]:
    return [step for step, _, _ in story.sent()]


def accepted(story: Story) -> None:
    failed(story, "10:00")
    story.run_until("10:05")
    story.tell("offer.accepted", "11:00", ANNA, order_id="o1")


# An order need not say which cart it came from


@pytest.mark.parametrize("placed", [True, False])
def test_a_cart_whose_order_failed_its_check_is_silent_although_the_order_does_not_name_it(
    story: Story, *, placed: bool
) -> None:
    """No voucher for the very phone that the customer may not have (L11)."""
    story.cart("k1", "09:30", ANNA, WANTED)
    if placed:
        story.order("o1", "09:50", ANNA, lines=[WANTED], total="1200.00")
    failed(story, "09:55")
    story.run_until("+20d 00:00")
    assert messages(story) == ["alternative_offer"]
    assert story.types().count("case.lost") == 1


def test_a_cart_that_was_reminded_of_falls_silent_too(story: Story) -> None:
    """Heard of between two steps."""
    story.cart("k1", "08:00", ANNA, WANTED)
    story.run_until("09:55")
    assert messages(story) == ["first"]
    failed(story, "09:55")
    story.run_until("+20d 00:00")
    assert messages(story) == ["first", "alternative_offer"]


@pytest.mark.parametrize("final", [True, False])
def test_so_it_is_with_a_failed_payment(story: Story, *, final: bool) -> None:
    story.cart("k1", "09:30", ANNA, WANTED)
    story.order(
        "o1", "09:50", ANNA, type="payment_failed", lines=[WANTED], total="1200.00", final=final or None
    )
    story.run_until("+20d 00:00")
    assert messages(story) == ["alternative_offer"]


def test_a_cart_of_other_things_goes_its_own_way(story: Story) -> None:
    """Neither closed nor called ordered by an order that never stood."""
    story.cart("k1", "08:00", ANNA, SOCKS)
    story.run_until("09:05")
    failed(story, "09:10")
    story.run_until("+20d 00:00")
    assert messages(story) == ["first", "alternative_offer", "last_call"]
    assert "case.ordered" not in story.types()


def test_whoever_comes_back_to_the_cart_is_reminded_again(story: Story) -> None:
    """What was put into it after the check has not been lost by it."""
    story.cart("k1", "09:30", ANNA, WANTED)
    failed(story, "09:50")
    story.cart("k1", "10:30", ANNA, SOCKS)
    story.run_until("+20d 00:00")
    assert messages(story) == ["alternative_offer", "first", "last_call"]


# One live offer


def test_two_failed_payments_of_one_cart_are_one_loss(story: Story) -> None:
    """Each try is an order of its own; the customer hears once."""
    story.cart("k1", "09:00", ANNA, WANTED)
    for order, at in (("o1", "09:40"), ("o2", "09:45")):
        story.order(order, at, ANNA, type="payment_failed", cart="k1", lines=[WANTED], final=True)
    story.run_until("+2d 00:00")
    assert len(story.said("offer.requested")) == 1
    assert messages(story) == ["alternative_offer"]


def test_a_cart_has_one_live_offer_whatever_happens_to_it(story: Story) -> None:
    """An item of it sells out, and then the rest is left behind."""
    story = with_catalogue(Story(rules(pricing=OVER)), FOX_128, FOX_64, FOX_32)
    story.cart("k1", "09:00", ANNA, WANTED, ("fox-64", 1, "900.00"))
    story.tell("item.unavailable", "09:05", ANNA, item={"sku": "fox-64"}, cart_id="k1")
    story.run_until("+20d 00:00")
    assert len(story.said("offer.requested")) == 1
    assert messages(story) == ["alternative_offer"]
    assert story.types().count("case.lost") == 1


def test_an_order_of_a_cart_with_an_offer_gets_no_second_one(story: Story) -> None:
    """The first one is promised until it expires."""
    story = with_catalogue(Story(rules(pricing=OVER)), FOX_128, FOX_64)
    story.cart("k1", "09:00", ANNA, WANTED)
    story.run_until("09:40")
    assert messages(story) == ["alternative_offer"]
    story.order("o1", "10:00", ANNA, cart="k1", lines=[WANTED], total="1200.00")
    failed(story, "10:10")
    story.run_until("+20d 00:00")
    assert len(story.said("offer.requested")) == 1


def test_an_article_that_is_promised_is_not_offered_again_for_less(story: Story) -> None:
    """Two lost orders are two offers, of two articles."""
    accepted(story)
    failed(story, "12:00", order="o2")
    story.run_until("+2d 00:00")
    first, second = (line["sku"] for line in story.said("offer.ready"))
    assert first != second


# What is known of the order


def test_a_failure_that_names_no_items_remembers_what_was_ordered(story: Story) -> None:
    story.order("o1", "09:50", ANNA, lines=[SOCKS, WANTED], total="1300.00")
    story.order("o1", "10:00", ANNA, type="payment_failed", final=True)
    story.run_until("10:05")
    assert story.said("offer.requested")[0]["base_price"] == "1200.00"


def test_why_an_order_was_cancelled_may_be_heard_afterwards(story: Story) -> None:
    """Shops cancel by themselves what doesn't pass a check; the two events come in any order (L13)."""
    story.order("o1", "09:50", ANNA, lines=[WANTED], total="1200.00")
    story.order("o1", "09:59", ANNA, type="cancelled")
    failed(story, "10:00")
    story.run_until("10:05")
    assert story.types()[0] == "offer.requested"


def test_whoever_cancels_instead_of_paying_wants_nothing_more(story: Story) -> None:
    """A failed payment isn't lost yet for half an hour."""
    story.order("o1", "10:00", ANNA, type="payment_failed", lines=[WANTED])
    story.order("o1", "10:10", ANNA, type="cancelled")
    story.run_until("+2d 00:00")
    assert story.types() == []


def test_the_same_item_bought_last_week_is_no_reason_to_be_silent(story: Story) -> None:
    """Whoever orders it once more wants it once more."""
    story.order("o0", "+-1d 10:00", ANNA, lines=[WANTED], arrives="09:00")
    failed(story, "10:00")
    story.run_until("10:05")
    assert messages(story) == ["alternative_offer"]


# What an acceptance becomes


def test_an_order_counts_for_as_long_as_the_price_was_promised(story: Story) -> None:
    accepted(story)
    story.order("o2", "+6d 12:00", ANNA, lines=[(story.said("offer.ready")[0]["sku"], 1, "700.00")])
    assert story.types()[-1] == "case.recovered"


def test_an_order_of_something_else_leaves_the_accepted_offer_alone(story: Story) -> None:
    """Revenue is counted for what was accepted (L45)."""
    accepted(story)
    story.order("o2", "11:10", ANNA, lines=[SOCKS], total="5.00")
    assert "case.recovered" not in story.types()
    sku = story.said("offer.ready")[0]["sku"]
    story.order("o3", "11:20", ANNA, lines=[(sku, 1, "700.00")], total="700.00")
    assert [(line["order_id"], line["revenue"]) for line in story.said("case.recovered")] == [
        ("o3", "700.00")
    ]


@pytest.mark.parametrize("more", [{"id": "o1"}, {"id": "o2", "offer_id": "of-some-other-shop-1"}])
def test_the_order_may_be_the_lost_one_or_name_an_offer_of_its_own(
    story: Story, more: dict[str, str]
) -> None:
    """A shop that changes the lost order instead of making another one; or counts offers in its own way."""
    accepted(story)
    story.tell("order.placed", "11:10", ANNA, order={"currency": "PLN", "total": "700.00", **more})
    assert story.types()[-1] == "case.recovered"


def test_the_loss_of_a_cart_and_of_its_offer_is_told_once() -> None:
    """Not before the offer is over, and not for both (L45)."""
    story = with_catalogue(Story(rules(pricing=OVER)), FOX_128, FOX_64)
    story.cart("k1", "09:00", ANNA, WANTED)
    story.run_until("+20d 00:00")
    assert story.types()[-2:] == ["offer.expired", "case.lost"]
    assert story.types().count("case.lost") == 1


def test_an_order_that_ends_a_cart_and_its_offer_is_told_once() -> None:
    story = with_catalogue(Story(rules(pricing=OVER)), FOX_128, FOX_64)
    story.cart("k1", "09:00", ANNA, WANTED)
    story.run_until("09:40")
    story.order("o1", "10:00", ANNA, cart="k1", lines=[WANTED], total="1200.00")
    assert story.types().count("case.ordered") == 1
    assert "case.recovered" not in story.types()


def test_a_second_offer_that_can_t_be_made_leaves_the_order_lost() -> None:
    """The first one was declined, so there is an end to be told."""
    story = with_catalogue(Story(rules(pricing={"replace_declined": True})), FOX_128, FOX_64)
    failed(story, "10:00")
    story.run_until("10:05")
    story.tell("offer.declined", "11:00", ANNA, order_id="o1")
    story.run_until("11:05")
    assert story.types()[-2:] == ["offer.cancelled", "case.lost"]


# A voucher that was used for an order nobody told of


def test_a_case_whose_voucher_was_redeemed_waits_for_its_order(story: Story) -> None:
    """It is not told as ordered without a message before, and not as lost (L45)."""
    story.cart("k1", "10:00", ANNA, SOCKS)
    story.run_until("11:05")
    story.tell("voucher.redeemed", "11:20", ANNA, voucher={"code": story.code(), "order_id": "o1"})
    story.run_until("+2d 00:00")
    assert not {"case.ordered", "case.lost"} & set(story.types())
    story.order("o1", "11:19", ANNA, arrives="+2d 01:00")
    assert story.types()[-1] == "case.recovered"


def test_an_order_that_is_never_told_of_is_at_last_taken_as_ordered(story: Story) -> None:
    story.cart("k1", "10:00", ANNA, SOCKS)
    story.run_until("11:05")
    story.tell("voucher.redeemed", "11:20", ANNA, voucher={"code": story.code(), "order_id": "o1"})
    story.run_until("+20d 00:00")
    assert story.said("case.ordered")[0]["order_id"] == "o1"
    assert "case.lost" not in story.types()
