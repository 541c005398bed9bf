"""Who is who: one person, however they identify themselves, has one sequence and one voucher."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from common.domain.vocabulary import Channel, Stage, VoucherState
from tests.builders import ANNA, BEN, BOOTS, GUEST_ANNA, Shopper
from tests.providers.scripted import REFUSED
from tests.stories import Story

BY_PHONE = Shopper(phone=ANNA.phone, name="Anna")


@pytest.mark.parametrize("order", list(itertools.permutations([GUEST_ANNA, ANNA, BY_PHONE])))
def test_guest_and_account_are_one_customer_in_any_order(order: tuple[Shopper, ...]) -> None:
    """Guest by e-mail, guest by phone and account: one document, one open case, one sequence, one voucher (L11)."""
    story = Story()
    carts = [("k1", "10:00"), ("k2", "10:01"), ("k3", "10:02")]
    for (cart, at), customer in zip(carts, order, strict=True):
        story.cart(cart, at, customer)
    assert story.person(ANNA) == story.person(GUEST_ANNA) == story.person(BY_PHONE)
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k3", "k3"]
    assert len(story.said("voucher.issued")) == 1


def test_two_people_who_turn_out_to_be_one_keep_one_sequence() -> None:
    """Both are abandoned already when the account is tied to the e-mail: the newer cart goes on alone (L11)."""
    story = Story()
    story.cart("k1", "10:00", GUEST_ANNA)
    story.cart("k2", "10:05", Shopper(id=ANNA.id, phone=ANNA.phone), BOOTS)
    story.run_until("10:40")
    story.customer(ANNA, "10:45")
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k2", "k2"]
    assert story.case("k1").superseded_by == story.case("k2").id


def test_the_cart_that_was_touched_last_leads_whichever_is_heard_of_last() -> None:
    """The older cart waited in a backlog until the newer one was abandoned: it sends nothing (L11, L13)."""
    story = Story()
    story.cart("k2", "10:10", ANNA)
    story.run_until("10:45")
    story.cart("k1", "10:00", ANNA, arrives="10:46")
    story.run_until("10:47")
    assert story.case("k1").superseded_by == story.case("k2").id
    assert story.person(ANNA).open_case_id == story.case("k2").id
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k2", "k2"]
    assert len(story.said("voucher.issued")) == 1


def test_an_order_by_the_account_closes_the_case_of_the_guest() -> None:
    """The guest's case follows its customer through the merge (L1, L11)."""
    story = Story()
    story.cart("k1", "10:00", BY_PHONE)
    story.run_until("10:45")
    story.customer(Shopper(id=ANNA.id, email=ANNA.email), "10:46")
    story.customer(ANNA, "10:47")
    story.order("o1", "10:50", Shopper(email=ANNA.email))
    assert story.types()[-1] == "case.ordered"
    story.run_until("+9d 00:00")
    assert story.provider.offered == []


def test_a_shared_phone_does_not_make_one_person_of_two_accounts() -> None:
    """Two accounts with one phone number are two customers, each with their own consent and cap."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:00", Shopper(id="c-husband", email="husband@shop.test", phone=ANNA.phone))
    story.run_until("11:00")
    assert {recipient for _, _, recipient in story.sent()} == {ANNA.email, "husband@shop.test"}


def test_stores_never_share_a_customer() -> None:
    """The same address at another store is another document (L6)."""
    story = Story()
    story.customer(ANNA, "10:00")
    known = story.person(ANNA)
    assert known.store == "socks"
    assert story.document("customers", known.id) == known


def test_the_newer_of_two_carts_goes_on() -> None:
    """One open case per customer: the older cart's sequence stops, its voucher's promise is repeated (L11, L20)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.cart("k2", "11:20", ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert [(said["subject"], said["step"]) for said in story.said("stimulus.sent")] == [
        ("k1", "first"),
        ("k2", "first"),
        ("k2", "last_call"),
    ]


def test_whoever_comes_back_to_the_older_cart_is_reminded_of_that_one() -> None:
    """The sequence goes on where it stood for the cart touched last; the other one stops (L11, L20)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.cart("k2", "11:20", ANNA, BOOTS)
    story.run_until("15:00")
    story.visit("k1", "15:10", ANNA)
    story.run_until("+9d 00:00")
    assert [(said["subject"], said["step"]) for said in story.said("stimulus.sent")] == [
        ("k1", "first"),
        ("k2", "first"),
        ("k1", "last_call"),
    ]
    assert story.person(ANNA).open_case_id is None


def test_a_payment_that_fails_does_not_start_a_second_sequence() -> None:
    """The case that is open again yields to the one that runs meanwhile (L11)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.order("o1", "11:20", ANNA, cart="k1")
    story.cart("k2", "11:30", ANNA, BOOTS)
    story.run_until("12:10")
    story.order("o1", "12:20", ANNA, cart="k1", type="payment_failed")
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k1", "k2", "k2"]


def test_a_case_reopened_by_a_failed_payment_yields_to_a_newer_cart() -> None:
    """It is the customer's open case again, so the cart that is abandoned next supersedes it (L11)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.order("o1", "11:20", ANNA, cart="k1")
    assert story.person(ANNA).open_case_id is None
    story.order("o1", "11:25", ANNA, cart="k1", type="payment_failed")
    assert story.person(ANNA).open_case_id == story.case("k1").id
    story.cart("k2", "11:30", ANNA, BOOTS)
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k1", "k2", "k2"]


def test_an_order_without_a_cart_is_attributed_to_the_last_message_that_left() -> None:
    """A refused message of a newer cart doesn't hide the one that arrived (L45)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.provider.then([REFUSED, REFUSED])
    story.cart("k2", "11:20", ANNA, BOOTS)
    story.run_until("15:00")
    story.order("o1", "15:10", ANNA)
    (recovered,) = story.said("case.recovered")
    assert recovered["case_id"] == story.case("k1").id


def test_contact_details_follow_the_newest_statement() -> None:
    """An older statement that arrives late fills gaps and replaces nothing (L13)."""
    story = Story()
    story.customer(Shopper(id="c-1", email="new@shop.test", name="New"), "10:10")
    story.customer(Shopper(id="c-1", email="old@shop.test", phone=BEN.phone), "10:00", arrives="10:11")
    person = story.person(Shopper(id="c-1"))
    assert (person.email, person.name, person.phone) == ("new@shop.test", "New", BEN.phone)


Deed = Callable[[Story, str], None]


@pytest.mark.parametrize(
    "deed",
    [
        lambda story, at: story.visit("k1", at, BEN),
        lambda story, at: story.tell("checkout.started", at, BEN, cart_id="k1"),
        lambda story, at: story.cart("k1", "09:59", BEN, arrives=at),
    ],
    ids=["visit", "checkout", "older state"],
)
def test_another_person_never_gets_an_abandoned_carts_reminder(deed: Deed) -> None:
    """Whoever follows a shared link, or had the cart before, does not inherit the case (L6)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    deed(story, "11:20")
    story.run_until("+9d 00:00")
    assert {recipient for _, _, recipient in story.sent()} == {ANNA.email}


def test_a_cart_that_changed_hands_is_a_new_lost_order() -> None:
    """The second person gets a case of their own with their own items; the first one's sends nothing more (L6)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.cart("k1", "11:20", BEN, BOOTS)
    story.run_until("12:20")
    assert [recipient for _, _, recipient in story.sent()] == [ANNA.email, BEN.email]
    assert [item.sku for item in story.provider.delivered[-1].lines] == ["BOOTS"]
    codes = [said["code"] for said in story.said("voucher.issued")]
    assert len(set(codes)) == 2
    assert story.case("k1", episode=2).stage is Stage.STIMULATED
    story.run_until("+9d 00:00")
    assert [recipient for _, _, recipient in story.sent()].count(str(ANNA.email)) == 1


def test_a_cart_that_was_never_abandoned_just_changes_its_customer() -> None:
    """Somebody logged in as another person: the cart is theirs."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k1", "10:05", BEN)
    story.run_until("11:30")
    assert [recipient for _, _, recipient in story.sent()] == [BEN.email]


GIVEN_UP: dict[str, Any] = {
    "email": ({"email": "x@shop.test"}, {"email": "y@shop.test"}),
    "phone": ({"phone": "+48601234567"}, {"phone": "+48602234567"}),
}


@pytest.mark.parametrize("kind", GIVEN_UP)
@pytest.mark.parametrize("id", ["a2", None], ids=["account", "guest"])
@pytest.mark.parametrize("first_as_guest", [False, True])
def test_an_address_that_was_given_up_ties_nobody(kind: str, id: str | None, first_as_guest: bool) -> None:
    """A recycled address is its new owner's: neither gets the other's message or voucher, whatever is told twice (L6,
    L13). That the former owner was known by it alone at first makes no difference.
    """
    former, current = GIVEN_UP[kind]
    story = Story()
    messages = [story.customer(Shopper(**former), "9:00")] if first_as_guest else []
    messages += [
        story.customer(Shopper(id="a1", **former), "9:01"),
        story.customer(Shopper(id="a1", **current), "9:02"),
        story.cart("k2", "10:00", Shopper(id=id, **former), BOOTS),
    ]
    story.cart("k1", "10:05", Shopper(id="a1"))
    for message in messages:
        story.redeliver(message)
    story.cart("k3", "10:06", Shopper(**former))
    story.run_until("11:10")
    told = {(said["subject"], said["recipient"]) for said in story.said("stimulus.sent")}
    assert told == {("k3", former[kind]), ("k1", current[kind])}
    assert story.case("k2").superseded_by == story.case("k3").id
    codes = {said["voucher_code"] for said in story.said("stimulus.sent")}
    assert len(codes) == 2


def test_an_address_is_taken_up_again_by_whoever_gave_it_up() -> None:
    """The account says so itself; whoever had it in between is one inbox with them (L11)."""
    story = Story()
    for number, address in enumerate(("x@shop.test", "y@shop.test", "x@shop.test")):
        story.customer(Shopper(id="a1", email=address), f"9:0{number}")
    story.cart("k1", "10:00", Shopper(email="x@shop.test"))
    assert story.case("k1").customer_id == story.person(Shopper(id="a1")).id


def test_a_no_by_an_address_that_was_given_up_is_heeded() -> None:
    """A household shares a phone: the no that one of them says by e-mail alone holds once both are one again (L38)."""
    story = Story()
    one = Shopper(email="one@shop.test", phone=ANNA.phone)
    story.customer(one, "9:00")
    story.customer(Shopper(email="two@shop.test", phone=ANNA.phone), "9:01")
    story.customer(replace(one, phone=None).saying(email=False), "9:02")
    story.cart("k1", "10:00", replace(one, consent={}))
    assert not story.person(Shopper(phone=ANNA.phone)).consent[Channel.EMAIL].given
    story.run_until("+9d 00:00")
    assert "email" not in [channel for _, channel, _ in story.sent()]


def test_a_consent_said_again_outlives_an_older_no_that_arrives_late() -> None:
    """Yes, no, yes: the last word counts, whichever arrives last (L13, L38)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.customer(ANNA, "10:08")
    story.customer(ANNA.saying(email=False), "10:05", arrives="10:09")
    story.run_until("11:00")
    assert story.sent() == [("first", "email", ANNA.email)]


def _with_two_vouchers() -> tuple[Story, str, str]:
    """Anna has a code as a guest and, a little later, another one by her account's phone."""
    story = Story()
    story.cart("k1", "10:00", GUEST_ANNA)
    story.cart("k2", "10:05", Shopper(id=ANNA.id, phone=ANNA.phone, consent={"sms": True}), BOOTS)
    story.run_until("11:30")
    one, other = (str(said["code"]) for said in story.said("voucher.issued"))
    return story, one, other


@pytest.mark.parametrize("twice", [False, True])
def test_of_two_vouchers_of_one_person_one_is_kept(twice: bool) -> None:
    """The other one is taken back, told once, and its cart's sequence stops (L11)."""
    story, one, other = _with_two_vouchers()
    message = story.customer(ANNA, "11:40")
    if twice:
        story.redeliver(message)
    story.run_until("+9d 00:00")
    assert [(said["code"], said["reason"]) for said in story.said("voucher.revoked")] == [(one, "withdrawn")]
    assert [said["code"] for said in story.said("voucher.expired")] == [other]
    assert story.case("k1").superseded_by == story.case("k2").id
    assert [said["subject"] for said in story.said("stimulus.sent")] == ["k1", "k2", "k2"]


def test_a_voucher_that_was_taken_back_redeems_nothing() -> None:
    """One voucher, one redemption (L24)."""
    story, one, other = _with_two_vouchers()
    story.customer(ANNA, "11:40")
    story.order("o1", "11:50", ANNA, codes=[one])
    story.order("o2", "11:55", ANNA, codes=[other])
    assert [said["code"] for said in story.said("voucher.redeemed")] == [other]


def test_an_order_that_ties_two_people_redeems_the_voucher_it_carries() -> None:
    """It was promised, and nobody had heard that there are two (L24)."""
    story, one, _ = _with_two_vouchers()
    story.order("o1", "11:50", ANNA, codes=[one])
    assert [said["code"] for said in story.said("voucher.redeemed")] == [one]
    story.run_until("+9d 00:00")
    assert story.said("voucher.revoked") == []


def test_a_cart_that_ties_two_people_keeps_what_the_merge_made_of_it() -> None:
    """The event that ties them is about the very cart whose voucher is taken back (L11)."""
    story, one, _ = _with_two_vouchers()
    story.cart("k1", "11:40", ANNA)
    story.run_until("11:41")
    voucher = story.case("k1").voucher
    assert voucher is not None
    assert (voucher.code, voucher.state) == (one, VoucherState.REVOKED)


def test_a_number_without_a_country_is_read_in_the_customer_s_own() -> None:
    """The country may have been told long before."""
    story = Story()
    story.cart("k1", "10:00", Shopper(id="c-1", country="PL", consent={"sms": True}))
    story.customer(Shopper(id="c-1", phone="601 234 567"), "10:05")
    story.run_until("12:00")
    assert [recipient for _, _, recipient in story.sent()] == ["+48601234567"]
