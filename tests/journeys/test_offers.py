"""A cheaper alternative instead of a lost order, from the failed verification to the order that comes of it."""

from typing import Any

import pytest

from common.domain.vocabulary import OfferStage, Stage
from tests.builders import ANNA, BEN, rules
from tests.phones import FOX_64, FOX_128, WANTED, a_phone, failed, with_catalogue
from tests.stories import Story


@pytest.fixture
def story() -> Story:
    return with_catalogue(Story(), FOX_128, FOX_64)


def test_a_failed_verification_becomes_an_order(story: Story) -> None:
    """Requested, priced within its limits, told, seen, accepted, ordered."""
    failed(story, "10:00")
    story.run_until("10:05")
    assert story.types() == ["offer.requested", "offer.ready", "stimulus.sent", "offer.delivered"]
    requested, ready = story.said("offer.requested")[0], story.said("offer.ready")[0]
    assert (requested["trigger"], requested["base_price"], requested["hard_limit"]) == (
        "verification_failed",
        "1200.00",
        "630.00",
    )
    assert ready["sku"] == "fox-64"
    assert 63_000 <= round(float(ready["price"]) * 100) <= 90_000
    delivered = story.said("offer.delivered")[0]
    assert delivered["channel"] == "email"
    story.tell("offer.viewed", "11:00", ANNA, offer_id=ready["offer_id"])
    story.tell("offer.accepted", "11:01", ANNA, order_id="o1")
    story.order("o2", "11:05", ANNA, total=ready["price"])
    assert story.types()[4:] == ["offer.viewed", "offer.accepted", "case.recovered"]
    story.run_until("+20d 00:00")
    assert story.types()[7:] == []


def accepted(story: Story, at: str = "11:00") -> None:
    failed(story, "10:00")
    story.run_until("10:05")
    story.tell("offer.accepted", at, ANNA, order_id="o1")


def offer_case(story: Story) -> Any:
    (case,) = [case for case in story.documents("cases") if case.offer]
    return case


def test_an_order_that_names_the_offer_takes_it_up_without_a_word_before(story: Story) -> None:
    """Whoever orders by the offer has accepted it."""
    failed(story, "10:00")
    story.run_until("10:05")
    offer = offer_case(story).offer
    story.tell(
        "order.placed",
        "12:00",
        ANNA,
        order={"id": "o2", "currency": "PLN", "total": "700.00", "offer_id": offer.id},
    )
    assert story.types()[-1] == "case.recovered"
    case = offer_case(story)
    assert (case.stage, case.offer.stage, case.offer.order_id) == (Stage.RECOVERED, OfferStage.ORDERED, "o2")


def test_an_order_without_an_accepted_offer_is_not_its_doing(story: Story) -> None:
    """The customer bought otherwise: the lost order is closed, not recovered (L12, L45)."""
    failed(story, "10:00")
    story.run_until("10:05")
    story.order("o2", "12:00", ANNA)
    assert story.types()[-1] == "case.ordered"
    story.run_until("+20d 00:00")
    assert story.types().count("stimulus.sent") == 1
    assert "case.recovered" not in story.types()


def test_an_order_before_the_message_cancels_the_offer() -> None:
    """Nobody is written to after a purchase (L1)."""
    story = with_catalogue(Story(rules(pricing={"approval_over": {"PLN": "1.00"}})), FOX_128, FOX_64)
    failed(story, "10:00")
    story.run_until("10:05")
    assert story.types() == ["offer.requested", "offer.ready"]
    story.order("o2", "10:06", ANNA)
    assert story.types()[2:] == ["case.ordered", "offer.cancelled"]
    assert story.said("offer.cancelled")[0]["reason"] == "already_ordered"
    story.run_until("+9d 00:00")
    assert story.sent() == []


def test_a_cancelled_order_opens_the_offer_again(story: Story) -> None:
    """Revenue is net; the price that was promised still holds for whoever accepted it."""
    accepted(story)
    story.order("o2", "11:05", ANNA)
    story.order("o2", "11:30", ANNA, type="cancelled")
    assert story.types()[-1] == "case.reversed"
    assert offer_case(story).offer.stage is OfferStage.ACCEPTED


def test_an_offer_expires_seven_days_after_its_delivery(story: Story) -> None:
    """And can't be accepted any more (L50)."""
    failed(story, "10:00")
    story.run_until("+8d 00:00")
    (expired,) = story.said("offer.expired")
    assert expired["at"] == story.said("offer.delivered")[0]["valid_until"]
    assert story.types()[-2:] == ["offer.expired", "case.lost"]
    story.tell("offer.accepted", "+8d 01:00", ANNA, order_id="o1")
    assert offer_case(story).offer.stage is OfferStage.EXPIRED


def test_an_acceptance_in_time_that_is_heard_of_late_counts(story: Story) -> None:
    """What counts is when the customer accepted, as the shop says."""
    failed(story, "10:00")
    story.run_until("+8d 00:00")
    story.tell("offer.accepted", "+2d 00:00", ANNA, order_id="o1", arrives="+8d 02:00")
    assert offer_case(story).offer.stage is OfferStage.ACCEPTED
    story.order("o2", "+2d 00:05", ANNA, arrives="+8d 03:00")
    assert story.types()[-1] == "case.recovered"


def test_a_declined_offer_is_followed_by_one_other_if_policy_says_so() -> None:
    """Of another product, once."""
    policy = rules(pricing={"replace_declined": True})
    story = with_catalogue(Story(policy), FOX_128, FOX_64, a_phone("fox-32", 80_000, 40_000))
    failed(story, "10:00")
    story.run_until("10:05")
    first = story.said("offer.ready")[0]
    story.tell("offer.declined", "10:30", ANNA, offer_id=first["offer_id"])
    story.run_until("14:00")
    second = story.said("offer.ready")[1]
    assert first["sku"] != second["sku"]
    assert story.said("offer.replaced")[0]["replaced_by"] == second["offer_id"]
    assert len(story.said("offer.delivered")) == 2
    story.tell("offer.declined", "15:00", ANNA, offer_id=second["offer_id"])
    story.run_until("+20d 00:00")
    assert len(story.said("offer.requested")) == 2
    assert story.types()[-1] == "case.lost"


def test_a_declined_offer_ends_the_case(story: Story) -> None:
    """By default nobody is asked twice."""
    failed(story, "10:00")
    story.run_until("10:05")
    story.tell("offer.declined", "10:30", ANNA, order_id="o1")
    assert story.types()[-2:] == ["offer.declined", "case.lost"]
    story.tell("offer.accepted", "10:40", ANNA, order_id="o1")
    assert story.types()[-1] == "case.lost"


def test_another_customers_word_is_not_theirs(story: Story) -> None:
    """Only the customer whose order was lost can take the offer."""
    failed(story, "10:00")
    story.run_until("10:05")
    story.tell("offer.accepted", "10:30", BEN, order_id="o1")
    assert offer_case(story).offer.stage is OfferStage.DELIVERED


def test_what_was_approved_is_an_upper_limit(story: Story) -> None:
    """A credit check that approved 640 lets nothing dearer through."""
    failed(story, "10:00", approved_amount="640.00", currency="PLN")
    story.run_until("10:05")
    assert float(story.said("offer.ready")[0]["price"]) <= 640


def test_nothing_is_offered_below_its_limits(story: Story) -> None:
    """No alternative within what was approved: cancelled before anybody heard of it."""
    failed(story, "10:00", approved_amount="500.00", currency="PLN")
    story.run_until("+9d 00:00")
    assert story.types() == ["offer.requested", "offer.cancelled"]
    assert story.said("offer.cancelled")[0]["reason"] == "no_alternative"
    assert story.sent() == []


def test_without_a_catalogue_nothing_is_requested() -> None:
    """A shop that never imported one hears nothing of offers."""
    story = Story()
    failed(story, "10:00")
    story.run_until("+9d 00:00")
    assert story.types() == []


@pytest.mark.parametrize("switch", ["verification_failed"])
def test_a_trigger_can_be_switched_off(switch: str) -> None:
    """By policy."""
    story = with_catalogue(Story(rules(pricing={"triggers": {switch: False}})), FOX_128, FOX_64)
    failed(story, "10:00")
    story.run_until("11:00")
    assert story.types() == []


def test_a_failed_payment_has_time_for_another_try(story: Story) -> None:
    """Half an hour; then the order counts as lost, and the cart's own reminder stays away (L11)."""
    story.cart("k1", "09:50", ANNA, WANTED)
    story.order("o1", "10:00", ANNA, type="payment_failed", cart="k1", total="1200.00")
    story.run_until("10:29")
    assert story.types() == ["case.abandoned"]
    story.run_until("+1d 12:00")
    assert story.said("offer.requested")[0]["trigger"] == "payment_failed"
    assert [step for step, *_ in story.sent()] == ["alternative_offer"]


def test_a_payment_that_succeeds_in_time_ends_it(story: Story) -> None:
    """Nothing is offered to whoever has paid."""
    story.order("o1", "10:00", ANNA, type="payment_failed", total="1200.00", lines=[WANTED])
    story.order("o1", "10:10", ANNA, type="paid", total="1200.00")
    story.run_until("+9d 00:00")
    assert story.sent() == []
    assert "offer.requested" not in story.types()


def test_an_item_that_sells_out_at_the_checkout(story: Story) -> None:
    """Something else is offered at once."""
    story.cart("k1", "10:00", ANNA, WANTED)
    story.tell("item.unavailable", "10:05", ANNA, cart_id="k1", item={"sku": "fox-128"})
    story.run_until("10:06")
    assert story.types() == ["offer.requested", "offer.ready", "stimulus.sent", "offer.delivered"]


def test_a_dear_cart_gets_an_alternative_instead_of_a_voucher() -> None:
    """One message, no voucher."""
    policy = rules(pricing={"triggers": {"abandoned_cart_over": {"PLN": "1000.00"}}})
    story = with_catalogue(Story(policy), FOX_128, FOX_64)
    story.cart("k1", "10:00", ANNA, WANTED)
    story.run_until("+2d 00:00")
    assert story.said("offer.requested")[0]["trigger"] == "abandoned_cart"
    assert [step for step, *_ in story.sent()] == ["alternative_offer"]
    assert story.said("voucher.issued") == []


def test_a_dear_cart_without_an_alternative_is_reminded_of_as_usual() -> None:
    """The offer fell through, so the voucher is worth it again."""
    policy = rules(pricing={"triggers": {"abandoned_cart_over": {"PLN": "1000.00"}}})
    story = with_catalogue(Story(policy), FOX_128)
    story.cart("k1", "10:00", ANNA, WANTED)
    story.run_until("+2d 00:00")
    assert story.said("offer.cancelled")[0]["reason"] == "no_alternative"
    assert [step for step, *_ in story.sent()] == ["first", "last_call"]
    assert len(story.said("voucher.issued")) == 1


def test_whoever_said_no_is_not_written_to(story: Story) -> None:
    """The offer is cancelled, with the reason (L38)."""
    failed(story, "10:00", customer=ANNA.saying(email=False, sms=False))
    story.run_until("+9d 00:00")
    assert story.sent() == []
    assert story.types()[-1] == "offer.cancelled"
