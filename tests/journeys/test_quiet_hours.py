"""No phone rings at night, wherever its owner sleeps."""

from datetime import UTC, datetime, time

import pytest

from common.domain.quiet_hours import QuietHours
from common.domain.vocabulary import Channel
from tests.builders import Shopper, rules
from tests.stories import Story

NIGHT = {"begin": "21:00", "end": "08:00"}
ZONES = (None, "Nowhere/At_All", "Europe/Warsaw", "America/New_York")


def at_night(**more: object) -> Story:
    return Story(rules(sequence={"quiet_hours": {**NIGHT, **more}}))


WARSAW = Shopper(phone="+48601234567", time_zone="Europe/Warsaw", consent={"sms": True})


def test_a_text_waits_for_the_morning_where_its_reader_is() -> None:
    """The cart is abandoned at 21:30 in Warsaw; the text leaves after 8 there, and the voucher's week begins then."""
    story = at_night()
    story.cart("k1", "20:00", WARSAW)
    story.run_until("+1d 06:59")
    (held,) = story.said("stimulus.skipped")
    assert (held["reason"], held["retry_at"][:14]) == ("quiet_hours", "2026-03-03T07:")
    assert story.sent() == []
    story.run_until("+1d 07:31")
    (sent,) = story.said("stimulus.sent")
    assert sent["at"] == held["retry_at"]
    assert sent["valid_until"][:14] == "2026-03-10T07:"


def test_whoever_buys_in_the_evening_hears_nothing_in_the_morning() -> None:
    """Every gate is asked again (L1)."""
    story = at_night()
    story.cart("k1", "20:00", WARSAW)
    story.run_until("21:30")
    story.order("o1", "22:00", WARSAW, cart="k1")
    story.run_until("+9d 00:00")
    assert story.sent() == []


@pytest.mark.parametrize(("more", "sent"), [({}, 1), ({"channels": ["email", "sms"]}, 0)])
def test_an_email_may_arrive_at_any_hour(more: dict[str, object], sent: int) -> None:
    """Unless the shop says otherwise."""
    story = at_night(**more)
    story.cart("k1", "22:00", Shopper(email="anna@shop.test"))
    story.run_until("23:30")
    assert len(story.sent()) == sent


def test_without_quiet_hours_nothing_waits() -> None:
    story = Story()
    story.cart("k1", "22:00", WARSAW)
    story.run_until("23:30")
    assert len(story.sent()) == 1


@pytest.mark.parametrize(
    ("now", "over"),
    [
        ("2026-03-02T19:59", None),  # 20:59 in Warsaw
        ("2026-03-02T20:00", "2026-03-03T07:00"),
        ("2026-03-03T06:59", "2026-03-03T07:00"),
        ("2026-03-03T07:00", None),
        ("2026-03-28T23:30", "2026-03-29T06:00"),  # clocks are put forward that night
        ("2026-10-24T23:30", "2026-10-25T07:00"),  # and back that night
    ],
)
def test_the_night_is_over_by_the_customer_s_clock(now: str, over: str | None) -> None:
    """Whatever clocks do; a zone that nobody knows is passed over."""
    quiet = QuietHours(begin=time(21), end=time(8))
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = quiet.over_at(Channel.SMS, ZONES, moment, "00000000")
    assert found == (over and datetime.fromisoformat(over).replace(tzinfo=UTC))


def test_a_rest_at_noon_is_possible_too() -> None:
    """Not across midnight; what waited leaves spread over half an hour (L4)."""
    quiet = QuietHours(begin=time(12), end=time(14))
    noon = datetime(2026, 3, 2, 13, tzinfo=UTC)
    leave = {quiet.over_at(Channel.SMS, (), noon, f"{key:08x}") for key in range(100)}
    assert min(moment for moment in leave if moment) == datetime(2026, 3, 2, 14, tzinfo=UTC)
    assert max(moment for moment in leave if moment) == datetime(2026, 3, 2, 14, 29, tzinfo=UTC)
    assert quiet.over_at(Channel.SMS, (), noon.replace(hour=11), "0") is None
    assert quiet.over_at(Channel.EMAIL, (), noon, "0") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"begin": "8", "end": "9"},
        {"begin": "21:00", "end": "21:00"},
        {"begin": "21:00+01:00", "end": "08:00"},
    ],
)
def test_hours_that_are_none_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="quiet_hours"):
        rules(sequence={"quiet_hours": wrong})
