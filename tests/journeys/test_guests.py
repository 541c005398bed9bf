"""Guests, browsers and accounts: one person when an event ties them, two again when they never were one."""

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.application.shell import advance
from common.domain import ids
from common.domain.documents import Customer
from common.domain.triggers import CustomersSeparated
from common.domain.vocabulary import Channel, Stage
from tests.builders import ANNA, BEN, BOOTS, SOCKS, STORE, Shopper, rules
from tests.stories import Story

BROWSER = Shopper(anonymous_id="browser-1", consent={})
ANNA_HERE = replace(ANNA, anonymous_id="browser-1")
BEN_HERE = replace(BEN, anonymous_id="browser-1")


def separate(story: Story, kind: str, value: str) -> str:
    """An administrator's word."""
    request = CustomersSeparated(id=f"separate {kind} {value}", store=STORE, kind=kind, value=value)
    return advance(story.machine.engine, request).outcome


def known_by(story: Story, kind: str, value: str) -> Customer | None:
    """The document of one identifier."""
    found: Customer | None = story.document("customers", ids.customer_id(STORE, kind, value))
    return found


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("twice", [False, True])
def test_a_browser_becomes_an_account_whatever_comes_first(order: tuple[int, ...], twice: bool) -> None:
    """A guest's cart, a login and an identify in any order, doubled or not: Anna is reminded of her cart, once."""
    story = Story()
    tell: list[Any] = [
        lambda: story.put("k1", "10:00", BROWSER, SOCKS, arrives="10:06"),
        lambda: story.customer(ANNA_HERE, "10:02", arrives="10:06"),
        lambda: story.put("k1", "10:04", ANNA_HERE, BOOTS, arrives="10:06"),
    ]
    messages = [tell[index]() for index in order]
    for message in messages if twice else []:
        story.redeliver(message)
    story.run_until("+9d 00:00")
    assert {line.sku: line.quantity for line in story.case("k1").lines} == {"SOCKS": 2, "BOOTS": 1}
    assert [recipient for _, _, recipient in story.sent()] == [ANNA.email, ANNA.email]


def test_a_login_alone_ties_the_guests_cart() -> None:
    """The identify call names no cart; the browser leads from one to the other."""
    story = Story()
    story.put("k1", "10:00", BROWSER, SOCKS)
    story.customer(ANNA_HERE, "10:05")
    story.run_until("+9d 00:00")
    assert [recipient for _, _, recipient in story.sent()] == [ANNA.email, ANNA.email]


def test_a_visitor_of_whom_nothing_is_known_leaves_no_document() -> None:
    """A million visitors are a million carts at most, and nobody without a name is stored as a person."""
    story = Story()
    story.put("k1", "10:00", BROWSER, SOCKS)
    story.visit("k1", "10:01", BROWSER)
    assert story.documents("customers") == []
    story.run_until("+9d 00:00")
    assert [line["reason"] for line in story.said("case.suppressed")] == ["contact_missing"]


def test_a_visitors_history_goes_with_the_visitor() -> None:
    """What was bought and sent back before anybody said who they are counts once they do."""
    story = Story()
    story.order("o1", "10:00", BROWSER)
    story.returned("r1", "10:10", order="o1", customer=BROWSER)
    story.customer(ANNA_HERE, "10:20")
    anna = story.person(ANNA)
    assert [entry.order_id for entry in anna.purchases] == ["o1"]
    assert [entry.id for entry in anna.returns] == ["r1"]


def test_two_people_in_one_browser_stay_two() -> None:
    """Anna, then Ben at the same machine: neither gets the other's reminder, and the browser alone is nobody (L6)."""
    story = Story()
    story.cart("k1", "10:00", ANNA_HERE)
    story.cart("k2", "10:10", BEN_HERE, BOOTS)
    story.put("k3", "10:20", BROWSER, SOCKS)
    story.run_until("+9d 00:00")
    assert story.person(ANNA).id != story.person(BEN).id
    told = {(message.recipient, message.lines[0].sku) for message in story.provider.delivered}
    assert told == {(ANNA.email, "SOCKS"), (BEN.email, "BOOTS")}
    assert known_by(story, "anonymous", "browser-1") == Customer(
        id=ids.customer_id(STORE, "anonymous", "browser-1"),
        store=STORE,
        shared_by=(story.person(ANNA).id, story.person(BEN).id),
    )


def test_a_browser_of_two_who_are_one_leads_to_that_one() -> None:
    """Two addresses used in one browser look like two people, until an event names both."""
    story = Story()
    by_mail, by_phone = Shopper(email=ANNA.email), Shopper(phone=ANNA.phone)
    story.customer(replace(by_mail, anonymous_id="browser-1"), "10:00")
    story.customer(replace(by_phone, anonymous_id="browser-1"), "10:01")
    story.put("k1", "10:02", BROWSER, SOCKS)
    assert story.case("k1").customer_id is None
    story.customer(replace(by_mail, phone=ANNA.phone, anonymous_id="browser-1"), "10:03")
    story.put("k1", "10:04", BROWSER, BOOTS)
    assert story.case("k1").customer_id == story.person(by_mail).id


IDENTIFIERS: dict[str, Any] = {
    "id": ANNA.id,
    "email": ANNA.email,
    "phone": ANNA.phone,
    "anonymous_id": "browser-1",
}
_SAYINGS = st.lists(
    st.sets(st.sampled_from(sorted(IDENTIFIERS)), min_size=1, max_size=3), min_size=1, max_size=6
)


@given(_SAYINGS, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_one_person_is_one_whatever_comes_first(sayings: list[set[str]], random: Any) -> None:
    """Orders and returns under any names, shuffled and doubled: once all names are tied, one history with each once."""
    orders = [(f"o{number}", names) for number, names in enumerate(sayings)]
    told = [*orders, *random.sample(orders, len(orders) // 2)]
    random.shuffle(told)
    story = Story()
    for id, names in told:
        someone = Shopper(**{name: IDENTIFIERS[name] for name in names})
        story.order(id, "10:00", someone, arrives="10:05", event_id=f"order {id}")
        story.returned(
            f"r-{id}", "10:01", order=id, customer=someone, arrives="10:05", event_id=f"return {id}"
        )
    everything = Shopper(**IDENTIFIERS)
    story.customer(everything, "10:06")
    story.customer(everything, "10:07")
    anna = story.person(ANNA)
    named = {id for id, names in orders if names != {"anonymous_id"}}
    assert {entry.order_id for entry in anna.purchases} >= named
    assert len(anna.purchases) == len({entry.order_id for entry in anna.purchases})
    assert {entry.id for entry in anna.returns} >= {f"r-{id}" for id in named}
    assert len(anna.returns) == len({entry.id for entry in anna.returns})
    assert known_by(story, "anonymous", "browser-1") is not None
    for kind, value in (("id", ANNA.id), ("email", ANNA.email), ("phone", ANNA.phone)):
        shopper = Shopper(**{kind: value})
        assert story.person(shopper).id == anna.id


def test_browsers_of_two_shops_are_strangers() -> None:
    """The same anonymous id elsewhere is another document."""
    assert ids.customer_id("a", "anonymous", "x") != ids.customer_id("b", "anonymous", "x")


def merged_by_a_typo(story: Story) -> None:
    """Ben mistypes his address at the checkout, and it is Anna's: the two are taken for one."""
    story.returned("r-anna", "10:00", order="o-anna", customer=ANNA)
    story.customer(ANNA.saying(email=False), "10:01")
    story.customer(BEN, "10:02")
    story.returned("r-ben", "10:03", order="o-ben", customer=BEN)
    story.customer(replace(BEN, email=ANNA.email), "10:04")
    assert story.person(ANNA).id == story.person(BEN).id


def test_a_typo_is_taken_back() -> None:
    """Histories, addresses and identities are as they were; a no holds for both (L38)."""
    story = Story()
    merged_by_a_typo(story)
    assert separate(story, "id", ANNA.id or "") == "separated"
    anna, ben = story.person(Shopper(id=ANNA.id)), story.person(Shopper(id=BEN.id))
    assert anna.id != ben.id
    assert [entry.id for entry in anna.returns] == ["r-anna"]
    assert [entry.id for entry in ben.returns] == ["r-ben"]
    assert not anna.consent[Channel.EMAIL].given
    assert anna.returned_customer
    assert ben.returned_customer


def test_separated_people_stay_apart() -> None:
    """The same typo again doesn't join them, and doesn't bring the address back."""
    story = Story()
    merged_by_a_typo(story)
    separate(story, "id", ANNA.id or "")
    story.customer(replace(BEN, email=ANNA.email), "11:00")
    story.cart("k2", "11:10", replace(BEN, email=ANNA.email), BOOTS)
    anna, ben = story.person(Shopper(id=ANNA.id)), story.person(Shopper(id=BEN.id))
    assert anna.id != ben.id
    story.run_until("+9d 00:00")
    assert ANNA.email not in {recipient for _, _, recipient in story.sent()}


def test_a_shared_phone_is_taken_apart() -> None:
    """Two guests who gave one number: each has their own cart and their own reminder again."""
    story = Story()
    guest_a = Shopper(email="a@shop.test", phone=ANNA.phone)
    guest_b = Shopper(email="b@shop.test", phone=ANNA.phone)
    story.cart("k1", "10:00", guest_a)
    story.run_until("10:40")
    story.cart("k2", "10:45", guest_b, BOOTS)
    assert story.person(guest_a).id == story.person(guest_b).id
    assert separate(story, "email", "b@shop.test") in ("separated", "stands_alone")
    story.cart("k2", "10:50", guest_b, BOOTS)
    story.run_until("+9d 00:00")
    assert "b@shop.test" in {recipient for _, _, recipient in story.sent()}


@pytest.mark.parametrize(
    ("kind", "value", "outcome"), [("email", "x@shop.test", "nobody_known"), ("id", "c-anna", "stands_alone")]
)
def test_what_can_not_be_separated_is_said(kind: str, value: str, outcome: str) -> None:
    """An identifier that nobody has, or that was never merged into another's."""
    story = Story()
    story.customer(ANNA, "10:00")
    before = story.documents("customers")
    assert separate(story, kind, value) == outcome
    assert story.documents("customers") == before


def test_separating_twice_changes_nothing_more() -> None:
    """The second time there is nothing to take apart."""
    story = Story()
    merged_by_a_typo(story)
    separate(story, "id", ANNA.id or "")
    before = story.documents("customers")
    assert separate(story, "id", ANNA.id or "") == "stands_alone"
    assert story.documents("customers") == before


def verification(story: Story, at: str, reason: str = "identity", order: str = "o1", **more: Any) -> None:
    """The customer did not pass."""
    story.tell(
        "verification.failed",
        at,
        ANNA,
        verification={"id": f"v-{at}", "order_id": order, "reason": reason},
        order={"id": order, "cart_id": "k1", "currency": "PLN", "total": "100.00"},
        **more,
    )


@pytest.mark.parametrize("placed", [True, False])
def test_whoever_failed_a_verification_is_not_reminded_of_the_cart(placed: bool) -> None:
    """The order came to nothing, but its cart was not left behind; what to offer instead is another matter."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    if placed:
        story.order("o1", "10:05", ANNA, cart="k1")
    verification(story, "10:10")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []
    assert story.case("k1").stage is Stage.ORDERED


def test_a_recovered_order_that_fails_its_verification_is_reversed() -> None:
    """Its revenue doesn't count, its code is free again, and the sequence goes no further (L26, L45)."""
    story = Story(rules(incentives={}))
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    code = story.said("voucher.issued")[0]["code"]
    story.order("o1", "11:20", ANNA, cart="k1", codes=[code])
    verification(story, "11:30")
    assert story.said("case.reversed")[0]["reason"] == "verification_failed"
    assert story.said("voucher.released")[0]["code"] == code
    story.run_until("+9d 00:00")
    assert len(story.said("stimulus.sent")) == 1


def test_a_verification_passed_at_the_second_try_counts_again() -> None:
    """The order that is placed again after the failure stands."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    verification(story, "11:20")
    story.order("o1", "11:30", ANNA, cart="k1", type="paid")
    assert story.types()[-1] in ("case.recovered", "case.ordered")
