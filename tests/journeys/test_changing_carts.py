"""Carts that nobody states whole: they add up from what was put in and taken out (Segment, GA4)."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.domain.vocabulary import Stage
from tests.builders import ANNA, BEN, BOOTS, SOCKS
from tests.stories import Story

ONE_SOCK = ("SOCKS", 1, "50.00")


def contents(story: Story, cart: str) -> dict[str, int]:
    """Pieces of each article in the cart's newest case."""
    return {line.sku: line.quantity for line in story.case(cart).lines}


def test_a_cart_adds_up_and_is_brought_back() -> None:
    """Put in, taken out, left behind: the message shows what is left, with its worth."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.put("k1", "10:01", ANNA, BOOTS)
    story.taken("k1", "10:02", ANNA, ONE_SOCK)
    story.run_until("+9d 00:00")
    assert contents(story, "k1") == {"SOCKS": 1, "BOOTS": 1}
    assert story.said("case.abandoned")[0]["total"] == "450.00"
    assert len(story.said("stimulus.sent")) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_changes_add_up_in_any_order_of_arrival(order: tuple[int, ...]) -> None:
    """What counts is when it happened: a removal may overtake what it removes, all may come twice (L13)."""
    told = [
        ("put", "10:00", SOCKS),
        ("taken", "10:01", SOCKS),
        ("put", "10:02", ONE_SOCK),
        ("put", "10:03", BOOTS),
    ]
    story = Story()
    messages = []
    for index in order:
        kind, at, line = told[index]
        messages.append(getattr(story, kind)("k1", at, ANNA, line, arrives="10:05"))
    for message in messages:
        story.redeliver(message)
    assert contents(story, "k1") == {"SOCKS": 1, "BOOTS": 1}
    assert story.case("k1").total_minor == 45_000


def test_a_whole_state_settles_what_came_before_it() -> None:
    """A cart page states the cart; older changes that arrive later are part of it already, newer ones go on top."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.put("k1", "10:10", ANNA, BOOTS)
    story.cart("k1", "10:05", ANNA, ("LAMP", 1, "80.00"), arrives="10:11")
    story.put("k1", "10:03", ANNA, SOCKS, arrives="10:12")
    assert contents(story, "k1") == {"LAMP": 1, "BOOTS": 1}
    story.emptied("k1", "10:20", ANNA)
    assert contents(story, "k1") == {}
    story.put("k1", "10:21", ANNA, BOOTS)
    assert contents(story, "k1") == {"BOOTS": 1}


def test_a_cart_that_is_taken_apart_stops_what_was_planned() -> None:
    """The last item taken out is an emptied cart (L9)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.run_until("10:40")
    story.taken("k1", "10:41", ANNA, SOCKS)
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.suppressed"]
    assert story.provider.offered == []


def test_many_changes_stay_bounded() -> None:
    """A busy cart becomes one state now and then; nothing of it is lost, and old changes don't come back."""
    story = Story()
    for minute in range(450):
        at = f"{10 + minute // 60}:{minute % 60:02}"
        story.put("k1", at, ANNA, ("SOCKS", 1, "50.00"))
    case = story.case("k1")
    assert contents(story, "k1") == {"SOCKS": 450}
    assert len(case.changes) <= 201
    story.put("k1", "10:00", ANNA, BOOTS, arrives="17:31")
    assert contents(story, "k1") == {"SOCKS": 450}


def test_of_two_currencies_the_last_one_put_in_counts() -> None:
    """A case never mixes currencies (L34)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS, currency="EUR")
    story.put("k1", "10:01", ANNA, BOOTS, currency="PLN")
    case = story.case("k1")
    assert (case.currency, contents(story, "k1"), case.total_minor) == ("PLN", {"BOOTS": 1}, 40_000)


def test_after_an_order_a_new_cart_begins() -> None:
    """The visitor's cart has the same id for ever: what they put in after the order is another lost order (L8)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.order("o1", "10:10", ANNA, cart="k1", lines=[SOCKS])
    story.put("k1", "10:11", ANNA, SOCKS)
    assert story.case("k1").stage is Stage.ORDERED
    story.put("k1", "10:20", ANNA, BOOTS)
    story.put("k1", "10:05", ANNA, ("LAMP", 1, "80.00"), arrives="10:21")
    episode = story.documents("cases")[-1]
    newest = next(case for case in story.documents("cases") if case.episode == 2)
    assert episode is not None
    assert {line.sku: line.quantity for line in newest.lines} == {"BOOTS": 1}
    story.run_until("+9d 00:00")
    assert [line["case_id"] for line in story.said("stimulus.sent")] == [newest.id] * 2


def test_a_change_that_arrives_after_the_order_that_it_preceded_opens_nothing() -> None:
    """The order overtook its cart; when the cart comes it is bought (L1, L13)."""
    story = Story()
    story.order("o1", "10:10", ANNA, cart="k1", lines=[SOCKS])
    story.put("k1", "10:00", ANNA, SOCKS, arrives="10:30")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []
    assert story.case("k1").stage is Stage.ORDERED


def test_another_person_in_the_same_browser_starts_afresh() -> None:
    """An abandoned cart isn't handed on to whoever uses the browser next (L6)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.run_until("10:40")
    story.put("k1", "10:45", BEN, BOOTS)
    story.run_until("+9d 00:00")
    bens = next(case for case in story.documents("cases") if case.customer_id == story.person(BEN).id)
    assert {line.sku for line in bens.lines} == {"BOOTS"}


def test_an_item_that_sells_out_is_not_offered() -> None:
    """Of two items the other one is shown; when none is left nothing is sent (L44)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.cart("k2", "10:00", BEN, SOCKS, BOOTS)
    for cart in ("k1", "k2"):
        story.tell("item.unavailable", "10:05", item={"sku": "SOCKS"}, cart_id=cart)
    story.tell("item.unavailable", "10:06", item={"sku": "SOCKS"}, cart_id="unknown")
    story.run_until("+9d 00:00")
    assert {line["reason"] for line in story.said("case.suppressed")} == {"out_of_stock"}
    told = [[line.sku for line in message.lines if line.available] for message in story.provider.delivered]
    assert told == [["BOOTS"]] * 2


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "taken", "cart"]),
        st.integers(0, 50),
        st.sampled_from([SOCKS, ONE_SOCK, BOOTS]),
    ),
    max_size=12,
    unique_by=lambda change: change[1],
)


@given(CHANGES, st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_any_order_of_arrival_comes_to_the_same_cart(changes: list[Any], random: Any) -> None:
    """Changes and whole states, shuffled and doubled: the same lines as told in time (L13)."""
    changes = [("put", 0, ("HAT", 1, "10.00")), *[(kind, at + 1, line) for kind, at, line in changes]]
    shuffled = [*changes, *random.sample(changes, len(changes) // 2)]
    random.shuffle(shuffled)
    assert _told(sorted(changes, key=lambda change: change[1])) == _told(shuffled)


def _told(changes: list[Any]) -> tuple[dict[str, int], int]:
    story = Story()
    for kind, minute, line in changes:
        at, event_id = f"10:{minute:02}", f"event-{minute}"
        getattr(story, kind)("k1", at, ANNA, line, arrives="11:00", event_id=event_id)
    story.run_to(story.clock.now() + timedelta(seconds=1))
    return contents(story, "k1"), story.case("k1").total_minor
