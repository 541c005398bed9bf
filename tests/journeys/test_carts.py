"""What happens to a cart: emptied, refilled, bought, left again."""

import itertools

import pytest

from common.domain.vocabulary import Stage
from tests.builders import ANNA, BEN, BOOTS, SOCKS, Shopper, line
from tests.stories import Story

LAMP = ("LAMP", 1, "80.00")


def _recovered() -> Story:
    """Anna's socks were bought after a reminder."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.order("o1", "11:30", ANNA, cart="k1", lines=[SOCKS])
    return story


def test_an_emptied_cart_cancels_what_is_pending() -> None:
    """Nothing more is sent, and the reason is told (L9, L15)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.emptied("k1", "11:20", ANNA)
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1
    assert story.reasons() == [("case.suppressed", "cart_empty")]


@pytest.mark.parametrize(
    "who", [Shopper(id="c-anna", consent={}), BEN, None], ids=["login", "other", "nobody"]
)
def test_a_cart_is_empty_whoever_emptied_it(who: Shopper | None) -> None:
    """Left behind as a guest, emptied after a login that no address ties to them: nothing is sent (L9)."""
    story = Story()
    story.cart("k1", "10:00", Shopper(email="guest@shop.test"))
    story.run_until("10:40")
    story.emptied("k1", "10:45", who)
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.suppressed"]
    story.cart("k1", "+9d 10:00", Shopper(email="guest@shop.test"))
    assert story.case("k1").stage is Stage.OPEN


def test_what_another_person_takes_out_is_out() -> None:
    """Of a cart that is told by its changes as well; what they put in is theirs (L6, L9)."""
    story = Story()
    story.put("k1", "10:00", ANNA, SOCKS)
    story.run_until("10:40")
    story.taken("k1", "10:45", BEN, SOCKS)
    story.run_until("+9d 00:00")
    assert story.types() == ["case.abandoned", "case.suppressed"]


def test_a_visit_counts_whoever_is_there() -> None:
    """The guest has logged in meanwhile: somebody is at the cart, so nobody is reminded of it yet; it stays whose it is
    (L3, L6).
    """
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("10:40")
    story.visit("k1", "10:45", BEN)
    story.run_until("11:44")
    assert story.sent() == []
    story.run_until("11:45")
    assert story.sent() == [("first", "email", ANNA.email)]


@pytest.mark.parametrize("abandoned", [False, True])
@pytest.mark.parametrize("told", ["cart", "put"])
def test_whoever_fills_the_cart_has_it_though_a_visit_is_heard_of_first(told: str, abandoned: bool) -> None:
    """Ben's items are Ben's, in any order of arrival (L6, L13)."""
    story = Story()
    getattr(story, told)("k1", "10:00", ANNA, SOCKS)
    at = "10:40" if abandoned else "10:10"
    story.run_until(at)
    story.visit("k1", f"{at}:20", BEN)
    getattr(story, told)("k1", f"{at}:10", BEN, BOOTS, arrives=f"{at}:30")
    story.run_until("+9d 00:00")
    delivered = {(message.recipient, message.lines[-1].sku) for message in story.provider.delivered}
    assert delivered == {(BEN.email, "BOOTS")}


def test_nobody_takes_a_cart_over_by_looking_at_it() -> None:
    """Not even before it is left behind; a cart of nobody's gets its first visitor (L6)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.visit("k1", "10:05", BEN)
    story.cart("k2", "10:00", None, BOOTS)
    story.visit("k2", "10:05", BEN)
    story.run_until("11:05")
    assert {(said["subject"], said["recipient"]) for said in story.said("stimulus.sent")} == {
        ("k1", ANNA.email),
        ("k2", BEN.email),
    }


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
def test_an_emptied_cart_stays_empty_in_any_order_of_arrival(arrival: tuple[int, ...]) -> None:
    """The news of its emptying may overtake the cart itself (L9, L13), and tells nobody anything (L42)."""
    story = Story()
    tell = [
        lambda: story.cart("k1", "10:00", ANNA, arrives="10:11"),
        lambda: story.cart("k1", "10:05", ANNA, BOOTS, arrives="10:11"),
        lambda: story.emptied("k1", "10:10", ANNA, arrives="10:11"),
    ]
    for message in [tell[index]() for index in arrival]:
        story.redeliver(message)
    story.run_until("+9d 00:00")
    assert story.types() == []
    assert story.case("k1").next_due_at is None


@pytest.mark.parametrize("arrival", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("type", ["page.viewed", "checkout.started"])
def test_a_visit_may_overtake_its_cart(type: str, arrival: tuple[int, ...]) -> None:
    """Whose the cart is, and when somebody was last there, is known all the same (L3, L13)."""
    story = Story()
    tell = [
        lambda: story.cart("k1", "10:00", arrives="10:11"),
        lambda: story.cart("k1", "10:05", None, BOOTS, arrives="10:11"),
        lambda: story.tell(type, "10:10", ANNA, cart_id="k1", arrives="10:11"),
    ]
    for message in [tell[index]() for index in arrival]:
        story.redeliver(message)
    story.run_until("11:09")
    assert story.types() == ["case.abandoned"]
    story.run_until("11:10")
    assert story.sent() == [("first", "email", ANNA.email)]
    assert story.said("case.abandoned")[0]["total"] == "400.00"


def test_whoever_only_looks_around_leaves_no_case() -> None:
    """A cart that is named after its visitor is made up: most of them never put anything in (L42)."""
    story = Story()
    browser = Shopper(anonymous_id="b-1", consent={})
    story.visit("ga4:b-1", "10:00", browser)
    story.visit("user:c-anna", "10:01", ANNA)
    assert story.documents("cases") == []
    story.visit("gid://shop/Cart/1", "10:02", browser)
    assert len(story.documents("cases")) == 1


def test_a_cart_emptied_before_it_was_lost_says_nothing() -> None:
    """No abandonment, no case to tell about (L9, L42)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.emptied("k1", "10:10", ANNA)
    story.run_until("+9d 00:00")
    assert story.types() == []


def test_a_refilled_cart_goes_on_where_it_stood() -> None:
    """Filled again it is the same lost order: announced once, no step twice (L5, L9, L20)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("11:10")
    story.emptied("k1", "11:20", ANNA)
    story.cart("k1", "12:00", ANNA, LAMP)
    story.run_until("+9d 00:00")
    assert story.types().count("case.abandoned") == 1
    assert [step for step, _, _ in story.sent()] == ["first", "last_call"]
    assert [item.sku for item in story.provider.delivered[-1].lines] == ["LAMP"]


def test_an_emptying_that_arrives_late_withholds_the_message() -> None:
    """The newest state has no lines although a page view came later: there is nothing to remind of (L9, L13)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.visit("k1", "10:10", ANNA)
    story.run_until("10:45")
    story.emptied("k1", "10:05", ANNA, arrives="10:46")
    story.run_until("+9d 00:00")
    assert story.provider.offered == []
    assert ("stimulus.skipped", "cart_empty") in story.reasons()


@pytest.mark.parametrize("lines", [[SOCKS], [("SOCKS", 1, "50.00")]])
def test_the_same_items_after_the_order_open_no_case(lines: list[object]) -> None:
    """An echo of the bought cart, whole or in part, is not a fresh intent (L8)."""
    story = _recovered()
    story.cart("k1", "11:31", ANNA, *lines)
    story.run_until("+9d 00:00")
    assert story.types().count("case.abandoned") == 1
    assert len(story.sent()) == 1


@pytest.mark.parametrize(("at", "abandoned"), [("+5d 11:30", 1), ("+5d 11:31", 2)])
def test_long_after_the_order_the_same_items_are_wanted_again(at: str, abandoned: int) -> None:
    """Within `attribution_days` they are its echo, as in another cart; later they are a new lost order (L8)."""
    story = _recovered()
    story.cart("k1", at, ANNA, SOCKS)
    story.run_until("+20d 00:00")
    assert story.types().count("case.abandoned") == abandoned


def test_the_same_items_in_another_cart_soon_after_the_order_are_no_lost_order() -> None:
    """Also under another cart id they have just been bought (L8)."""
    story = _recovered()
    story.cart("k2", "11:31", ANNA, SOCKS)
    story.run_until("+9d 00:00")
    assert [said["subject"] for said in story.said("case.abandoned")] == ["k1"]


def test_what_was_bought_is_remembered_although_a_later_event_leaves_it_out() -> None:
    """The payment names no lines; the order did (L8)."""
    story = Story()
    story.order("o1", "10:00", ANNA, lines=[SOCKS])
    story.order("o1", "10:01", ANNA, type="paid")
    story.order("o2", "09:00", ANNA, lines=[BOOTS], arrives="10:02")
    story.cart("k2", "10:10", ANNA, SOCKS)
    story.run_until("+9d 00:00")
    assert story.types() == []


def test_other_items_after_the_order_are_a_new_lost_order() -> None:
    """The same cart id begins a new episode, with its own case, announcement and reminders."""
    story = _recovered()
    story.cart("k1", "+1d 10:00", ANNA, LAMP)
    story.run_until("+1d 12:00")
    assert story.case("k1").stage is Stage.RECOVERED
    assert story.case("k1", episode=2).stage is Stage.STIMULATED
    assert story.types().count("case.abandoned") == 2
    assert [item.sku for item in story.provider.delivered[-1].lines] == ["LAMP"]


def test_a_cart_emptied_after_the_order_may_be_filled_anew() -> None:
    """Then even the same items are wanted again, once the purchase is no longer a recent one (L8)."""
    story = _recovered()
    story.emptied("k1", "11:31", ANNA)
    story.cart("k1", "+6d 10:00", ANNA, SOCKS)
    story.run_until("+6d 11:00")
    assert story.types().count("case.abandoned") == 2


def test_a_late_state_of_a_cart_emptied_after_its_order_opens_no_case() -> None:
    """Checked out, cleared, and only then the news of an edit in between: there is nothing in that cart (L9, L13)."""
    story = Story()
    story.order("o1", "10:00", ANNA, cart="k1", lines=[SOCKS])
    story.emptied("k1", "10:05", ANNA)
    story.cart("k1", "10:04", ANNA, LAMP, arrives="10:10")
    story.run_until("+9d 00:00")
    assert story.types() == []


def test_a_lost_case_left_again_is_a_new_episode() -> None:
    """Weeks later the same cart is a lost order of its own; a third time too."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k1", "+20d 10:00", ANNA, BOOTS)
    story.cart("k1", "+40d 10:00", ANNA, LAMP)
    story.run_until("+60d 00:00")
    assert [story.case("k1", episode=n).stage for n in (1, 2, 3)] == [Stage.LOST] * 3
    assert story.types().count("case.abandoned") == 3
    assert len(story.sent()) == 6


def test_a_late_order_of_an_earlier_episode_does_not_touch_the_new_one() -> None:
    """What was ordered before the cart was filled again belongs to the case of that time (L13, L45)."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+8d 00:00")
    story.cart("k1", "+8d 10:00", ANNA, LAMP)
    story.order("o1", "12:00", ANNA, cart="k1", arrives="+8d 10:05")
    assert story.case("k1").stage is Stage.RECOVERED
    assert story.case("k1", episode=2).stage is Stage.OPEN
    story.run_until("+8d 11:00")
    assert story.provider.delivered[-1].lines[0].sku == "LAMP"


def test_an_event_of_an_earlier_episode_told_again_changes_nothing() -> None:
    """A redelivery after the new episode began is recognised as old (L13)."""
    story = Story()
    told = story.tell(
        "cart.updated",
        "10:00",
        ANNA,
        cart={
            "id": "k1",
            "currency": "PLN",
            "lines": [{"sku": "SOCKS", "name": "Socks", "quantity": 1, "unit_price": "50.00"}],
        },
    )
    story.cart("k1", "+20d 10:00", ANNA, BOOTS)
    before = story.case("k1", episode=2)
    story.deliver(told)
    after = story.case("k1", episode=2)
    assert (after.lines, after.last_activity_at, after.next_due_at) == (
        before.lines,
        before.last_activity_at,
        before.next_due_at,
    )


def test_an_older_state_never_overwrites_a_newer_one() -> None:
    """Cart states in any order: the newest by its own time counts (L13)."""
    story = Story()
    story.cart("k1", "10:05", ANNA, BOOTS)
    story.cart("k1", "10:00", ANNA, SOCKS, arrives="10:06")
    assert [item.sku for item in story.case("k1").lines] == ["BOOTS"]
    assert story.case("k1").total_minor == 40_000


def test_a_huge_cart_keeps_its_dearest_lines_and_its_whole_total() -> None:
    """A document stays bounded; the money is right to the cent."""
    story = Story()
    story.cart("k1", "10:00", ANNA, *[(f"S{n}", 1, f"{n}.00") for n in range(1, 201)])
    case = story.case("k1")
    assert (len(case.lines), case.line_count, case.total_minor) == (50, 200, 100 * 200 * 201 // 2)
    assert {item.sku for item in case.lines} == {f"S{n}" for n in range(151, 201)}


def test_of_a_huge_cart_what_can_be_bought_is_kept() -> None:
    """Fifty dear items are sold out, a cheap one isn't: there is something to remind of (L44)."""
    story = Story()
    gone = [line(f"S{n}", 1, "90.00", available=False) for n in range(50)]
    story.cart("k1", "10:00", ANNA, *gone, SOCKS)
    story.run_until("11:00")
    assert len(story.sent()) == 1
    assert len(story.case("k1").lines) == 50
