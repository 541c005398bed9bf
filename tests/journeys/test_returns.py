"""Customers who returned something: the flag, its segment, and how it lapses."""

import pytest

from common.domain.documents import Customer
from tests.builders import ANNA, BOOTS, GUEST_ANNA, when
from tests.stories import Story


def _flag(customer: Customer) -> tuple[bool, object]:
    return customer.returned_customer, customer.returned_until


def test_a_return_sets_the_flag_and_the_moment_at_which_it_lapses() -> None:
    """At least one return within ninety days, kept on the customer's document."""
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    assert _flag(story.person(ANNA)) == (True, when("+90d 10:00"))


def test_the_flag_lapses_by_itself() -> None:
    """Decisions need no sweep: ninety days after the return the customer counts as having returned nothing."""
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    story.cart("k1", "+90d 09:29", ANNA)
    story.cart("k2", "+90d 09:40", GUEST_ANNA, BOOTS)
    story.run_until("+90d 10:10")
    assert [said["segment"] for said in story.said("case.abandoned")] == ["returned_once", "not_returned"]


def test_the_sweep_takes_the_flag_off_the_document() -> None:
    """Once its moment has passed, and not before."""
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    story.run_until("+90d 09:59")
    assert story.sweep()["flags"] == 0
    story.run_until("+90d 10:01")
    assert story.sweep()["flags"] == 1
    assert _flag(story.person(ANNA)) == (False, None)
    assert story.sweep()["flags"] == 0


def test_news_of_an_old_return_does_not_raise_the_flag_again() -> None:
    """A return that has left the window is history, also if its order is heard of only now."""
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    story.run_until("+91d 00:00")
    story.sweep()
    story.order("o1", "09:00", ANNA, arrives="+91d 00:01")
    story.returned("r0", "09:30", "o0", ANNA, arrives="+91d 00:02")
    assert _flag(story.person(ANNA)) == (False, None)
    assert len(story.person(ANNA).returns) == 2


@pytest.mark.parametrize("first", ["order", "return"])
def test_a_return_that_names_nobody_finds_its_customer_through_the_order(first: str) -> None:
    """Before or after the order it belongs to (L13)."""
    story = Story()
    if first == "return":
        story.returned("r1", "10:05", "o1")
    story.order("o1", "10:00", ANNA, arrives="10:06")
    if first == "order":
        story.returned("r1", "10:05", "o1", arrives="10:07")
    assert story.person(ANNA).returned_customer


def test_the_same_return_counts_once() -> None:
    """Two events about one return leave the customer in the segment of one (L13)."""
    story = Story()
    story.returned("r1", "09:00", "o1", ANNA)
    story.returned("r1", "09:10", "o1", ANNA)
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:30")
    assert story.said("case.abandoned")[0]["segment"] == "returned_once"


def test_returns_of_guest_and_account_add_up() -> None:
    """One person's returns, under whichever name they were made (L11)."""
    story = Story()
    story.returned("r1", "09:00", "o1", GUEST_ANNA)
    story.returned("r2", "09:10", "o2", ANNA)
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:30")
    assert story.said("case.abandoned")[0]["segment"] == "returned_repeatedly"


def test_a_refund_told_after_its_goods_is_counted_then() -> None:
    """First the parcel, then the money, under one id: one return, its total counted once (L45)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.order("o1", "11:20", ANNA, cart="k1")
    story.returned("r1", "11:30", order="o1")
    story.returned("r1", "11:40", order="o1", total="30.00")
    story.returned("r1", "11:50", order="o1", total="30.00")
    assert story.counters()["refunded_minor_PLN"] == 3_000
    assert [entry.id for entry in story.person(ANNA).returns] == ["r1"]
