"""A cheaper alternative instead of a lost order, from the failed verification to the order that comes of it."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.application.ports import Put, Ref
from common.application.shell import advance
from common.domain.triggers import OfferApproved
from common.domain.vocabulary import OfferStage, Stage
from tests.builders import ANNA, BEN, Shopper, rules, when
from tests.phones import FOX_64, FOX_128, WANTED, a_phone, failed, with_catalogue
from tests.providers.scripted import Crash
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
    assert story.types() == []


def test_an_item_that_sells_out_at_the_checkout(story: Story) -> None:
    """Something else is offered at once."""
    story.cart("k1", "10:00", ANNA, WANTED)
    story.tell("item.unavailable", "10:05", ANNA, cart_id="k1", item={"sku": "fox-128"})
    story.run_until("10:06")
    assert story.types() == ["offer.requested", "offer.ready", "stimulus.sent", "offer.delivered"]
    story.tell("offer.accepted", "10:20", ANNA, order_id="k1")
    story.order("o1", "10:25", ANNA, cart="k1")
    assert story.types()[4:] == ["offer.accepted", "case.recovered"]


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
    assert story.types() == ["offer.requested", "offer.cancelled"]
    assert story.said("offer.cancelled")[0]["reason"] == "consent_missing"


# Nothing is left half-finished.


class Failing:
    """A catalogue that never answers."""

    def products(self, store: str, skus: Any) -> Any:
        raise Unavailable("no answer")

    candidates = products


class Dying:
    """A pricing algorithm whose caller dies of it."""

    def ask(self, request: bytes, timeout_seconds: float) -> Any:
        raise Crash


@pytest.mark.parametrize(
    ("changes", "after"),
    [({"catalogue": Failing()}, timedelta(hours=6)), ({"pricing": Dying()}, timedelta(minutes=10))],
    ids=["catalogue", "algorithm"],
)
def test_the_sweep_cancels_what_stays_in_one_stage(changes: dict[str, Any], after: timedelta) -> None:
    """Whether the catalogue never answers, or whoever asked for the price died each time (L51)."""
    story = Story(wrapped=lambda engine: replace(engine, **changes))
    with_catalogue(story, FOX_128, FOX_64)
    story.sweep_regularly()
    failed(story, "10:00")
    story.run_until("+2d 00:00")
    (cancelled,) = story.said("offer.cancelled")
    assert cancelled["reason"] == "pricing_unavailable"
    late = datetime.fromisoformat(cancelled["at"]) - when("10:00")
    assert after <= late <= after + timedelta(hours=1)
    assert story.sent() == []
    assert offer_case(story).next_due_at is None


def test_the_item_is_shown_as_the_shop_shows_it(story: Story) -> None:
    """The order says nothing of its picture, so the catalogue does."""
    failed(story, "10:00")
    story.run_until("10:05")
    wanted = offer_case(story).offer.wanted
    assert (wanted.url, wanted.image_url) == (FOX_128.url, FOX_128.image_urls[0])


def test_the_question_and_the_answer_are_kept(story: Story) -> None:
    """As evidence, without anybody's name or address, and without why the check was failed."""
    failed(story, "10:00")
    story.run_until("10:05")
    (evidence,) = story.documents("offer_evidence")
    asked, answered = json.loads(evidence.request), json.loads(evidence.answer)
    assert asked["request_id"] == answered["request_id"] == offer_case(story).offer.id
    assert not any(word in evidence.request for word in ("anna", "Anna", "+48", "c-anna", "credit"))


def test_the_limits_that_were_frozen_hold_whatever_the_catalogue_says_later() -> None:
    """An acceptance is checked against them; a document that was tampered with sells nothing (L50)."""
    story = with_catalogue(Story(), FOX_128, FOX_64)
    failed(story, "10:00")
    story.run_until("10:05")
    case = offer_case(story)
    cheaper = replace(case.offer, proposal=replace(case.offer.proposal, unit_price_minor=100))
    ref = Ref("cases", case.id)
    store = story.machine.store
    store.save([Put(ref, replace(case, offer=cheaper), store.load([ref])[ref].version)])
    story.tell("offer.accepted", "11:00", ANNA, order_id="o1")
    assert offer_case(story).offer.stage is OfferStage.DELIVERED
    assert story.said("offer.accepted") == []


def test_two_accounts_that_turn_out_to_be_one_keep_their_offers(story: Story) -> None:
    """Ben's account and Anna's offer: the order of the merged customer takes it up."""
    failed(story, "10:00", customer=Shopper(email="anna@shop.test", consent={"email": True}))
    story.run_until("10:05")
    story.tell("offer.accepted", "10:30", None, order_id="o1")
    story.customer(Shopper(id="c-anna", email="anna@shop.test"), "10:31")
    story.order("o2", "10:35", Shopper(id="c-anna"))
    assert story.types()[-1] == "case.recovered"


def test_the_control_group_is_measured_and_never_offered_anything() -> None:
    """Its orders close its cases, so that both arms compare."""
    story = with_catalogue(Story(rules(holdout_percent=100)), FOX_128, FOX_64)
    failed(story, "10:00")
    story.order("o2", "12:00", ANNA)
    story.run_until("+20d 00:00")
    assert story.types() == ["case.held", "case.ordered"]
    assert story.sent() == []


def test_a_reminder_before_the_offer_expires() -> None:
    """If policy wants one, and only of an offer that nobody has answered."""
    policy = rules(pricing={"reminder_hours_before_expiry": 24})
    story = with_catalogue(Story(policy), FOX_128, FOX_64)
    failed(story, "10:00")
    failed(story, "10:01", "o2", customer=BEN)
    story.run_until("10:30")
    story.tell("offer.declined", "10:31", BEN, order_id="o2")
    story.run_until("+20d 00:00")
    steps = [(step, who) for step, _, who in story.sent()]
    assert steps == [
        ("alternative_offer", ANNA.email),
        ("alternative_offer", BEN.email),
        ("offer_reminder", ANNA.email),
    ]


def test_an_administrator_lets_a_dear_offer_out() -> None:
    """It waits, and leaves within the limits that were frozen; without a word it is cancelled after two days."""
    policy = rules(pricing={"approval_over": {"PLN": "100.00"}})
    for approved in (True, False):
        story = with_catalogue(Story(policy), FOX_128, FOX_64)
        failed(story, "10:00")
        story.run_until("12:00")
        assert story.sent() == []
        word = OfferApproved(id="w", offer_id=offer_case(story).offer.id, by="Ewa", approved=approved)
        if approved:
            advance(story.machine.engine, word)
        story.run_until("+3d 00:00")
        assert len(story.sent()) == approved
        assert story.types()[-1] == ("offer.delivered" if approved else "offer.cancelled")
    assert story.said("offer.cancelled")[0]["reason"] == "not_approved"


@pytest.mark.parametrize("named", [True, False])
def test_an_order_that_overtakes_the_acceptance_counts_all_the_same(story: Story, named: bool) -> None:
    """The two events come in the other order; the offer is taken up once (L13)."""
    failed(story, "10:00")
    story.run_until("10:05")
    more = {"offer_id": offer_case(story).offer.id} if named else {}
    order = {"id": "o2", "currency": "PLN", "total": "700.00", **more}
    story.tell("order.placed", "12:05", ANNA, order=order)
    story.tell("offer.accepted", "12:00", ANNA, order_id="o1", arrives="12:10")
    story.run_until("+20d 00:00")
    assert story.types().count("case.recovered") == 1
    case = offer_case(story)
    assert (case.stage, case.offer.stage, case.offer.order_id) == (Stage.RECOVERED, OfferStage.ORDERED, "o2")
    assert case.recovery.revenue.major == "700.00"


def test_an_order_that_was_paid_after_all_may_still_fail_its_verification(story: Story) -> None:
    """Nobody had heard of the first offer, which the payment made pointless; the order is lost anew."""
    story.order("o1", "10:00", ANNA, type="payment_failed", total="1200.00", lines=[WANTED])
    story.order("o1", "10:10", ANNA, type="paid", total="1200.00")
    failed(story, "11:00")
    story.run_until("11:05")
    assert story.types() == ["offer.requested", "offer.ready", "stimulus.sent", "offer.delivered"]
    assert story.said("offer.requested")[0]["trigger"] == "verification_failed"


def test_a_lost_order_is_offered_for_once(story: Story) -> None:
    """However often its loss is told, and in however many ways (L20)."""
    failed(story, "10:00")
    story.run_until("10:05")
    story.order("o1", "10:06", ANNA, type="payment_failed", total="1200.00", lines=[WANTED])
    failed(story, "10:07")
    story.run_until("12:00")
    assert len(story.said("offer.requested")) == 1
