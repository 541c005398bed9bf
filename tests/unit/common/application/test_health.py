"""What a doctor says of an engine."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from common.application import health
from common.application.health import Finding, Level, Symptoms, findings, worst
from common.application.metrics import heard, heard_name
from common.domain.policy import RecoveryPolicy
from common.domain.refused import IntakeFailure
from tests.builders import ANNA, BEN, DAY, rules
from tests.stories import Story
from tests.unit.common.domain.test_dead_letters import failure

NOW = DAY + timedelta(hours=12)
TODAY = NOW.date()


def day(back: int) -> date:
    return TODAY - timedelta(days=back)


def symptoms(**seen: Any) -> Symptoms:
    """Of an engine that has nothing to do, but for what is seen."""
    well: dict[str, Any] = {
        "now": NOW,
        "days": {},
        "open": [],
        "stores": frozenset(),
        "late": 0,
        "very_late": 0,
        "recovery": RecoveryPolicy(),
        "policy_problems": [],
    }
    return Symptoms(**well | seen)


def about(seen: Symptoms, name: str) -> list[Finding]:
    return [finding for finding in findings(seen) if finding.about == name]


def levels(seen: Symptoms, name: str) -> list[Level]:
    return [finding.level for finding in about(seen, name)]


def spoken(
    last: datetime, per_day: int, days: int = 28, store: str = "socks"
) -> dict[date, Mapping[str, int]]:
    """A source that was understood so often on each day until `last`."""
    counted: dict[date, Mapping[str, int]] = {}
    for back in range(days):
        at = last - timedelta(days=back)
        counted[at.date()] = {"intake_understood_shopify": per_day, **heard("shopify", store, at)}
    return counted


@pytest.mark.parametrize(
    ("silent", "per_day", "level"),
    [
        (timedelta(minutes=5), 1000, Level.OK),
        (timedelta(hours=11), 1000, Level.OK),
        (timedelta(hours=13), 1000, Level.WARN),
        (timedelta(hours=25), 1000, Level.FAIL),
        (timedelta(hours=25), 1, Level.OK),
        (timedelta(days=4), 1, Level.WARN),
        (timedelta(days=7), 1, Level.FAIL),
    ],
)
def test_silence_is_judged_by_how_often_a_source_speaks(
    silent: timedelta, per_day: int, level: Level
) -> None:
    """A busy one may be silent for a night, one that speaks once a day for three days."""
    seen = symptoms(days=spoken(NOW - silent, per_day))
    assert levels(seen, "source shopify")[0] is level


def test_a_store_may_fall_silent_while_its_source_goes_on() -> None:
    """Stores are judged by the days on which they were heard."""
    days = spoken(NOW, 50, store="socks")
    for back in range(8, 20):
        days[day(back)] = {**days[day(back)], **heard("shopify", "boots", NOW - timedelta(days=back))}
    seen = symptoms(days=days, stores=frozenset({"socks", "boots", "hats"}))
    assert levels(seen, "store socks") == [Level.OK]
    assert levels(seen, "store boots") == [Level.FAIL]
    assert about(seen, "store hats")[0].sentence == "Not heard for 28 days."


def refusing(recent: tuple[int, int], before: tuple[int, int]) -> Symptoms:
    """(refused, all) today, and on each of the days before yesterday."""
    days: dict[date, Mapping[str, int]] = {}
    for back in (0, *range(2, 29)):
        refused, all_ = before if back else recent
        days[day(back)] = {
            "intake_understood_shopify": all_ - refused,
            "intake_refused_by_shopify": refused,
            **heard("shopify", "socks", NOW - timedelta(days=back)),
        }
    return symptoms(days=days)


@pytest.mark.parametrize(
    ("recent", "before", "level"),
    [
        ((0, 100), (0, 100), Level.OK),
        ((4, 100), (0, 100), Level.OK),
        ((5, 100), (0, 100), Level.WARN),
        ((5, 100), (3, 100), Level.OK),
        ((5, 1000), (0, 1000), Level.OK),
        ((60, 100), (1, 100), Level.FAIL),
        ((60, 100), (55, 100), Level.OK),
        ((10, 19), (0, 100), Level.WARN),
    ],
)
def test_refusals_are_judged_by_the_source_s_own_past(
    recent: tuple[int, int], before: tuple[int, int], level: Level
) -> None:
    """Twice as many as usual is worth a look; half of everything is a failure, unless it always was."""
    assert levels(refusing(recent, before), "source shopify")[1] is level


def test_a_source_without_a_past_is_judged_by_itself() -> None:
    """And nothing is said about what it usually does."""
    seen = symptoms(days={TODAY: {"intake_refused_by_shopify": 30, **heard("shopify", None, NOW)}})
    (_, refusals) = about(seen, "source shopify")
    assert refusals.level is Level.FAIL
    assert refusals.sentence == "30 of 30 messages refused since yesterday (100.0%); nothing to compare with."


def waiting(age: timedelta, left: timedelta = timedelta(days=80)) -> IntakeFailure:
    return replace(failure("f1"), received_at=NOW - age, expire_at=NOW + left)


@pytest.mark.parametrize(
    ("open_", "level"),
    [
        ([], Level.OK),
        ([waiting(timedelta(hours=1))], Level.OK),
        ([waiting(timedelta(hours=1)), waiting(timedelta(hours=25))], Level.WARN),
        ([waiting(timedelta(days=84), timedelta(days=6))], Level.FAIL),
    ],
)
def test_a_backlog_is_judged_by_its_oldest(open_: list[IntakeFailure], level: Level) -> None:
    """A day is long; what is deleted within a week is lost money."""
    assert levels(symptoms(open=open_), "refused messages") == [level]


@pytest.mark.parametrize(
    ("late", "very_late", "level"), [(0, 0, Level.OK), (3, 0, Level.WARN), (3, 1, Level.FAIL)]
)
def test_late_timers_are_found(late: int, very_late: int, level: Level) -> None:
    """Ten minutes: the next sweep mends it. Half an hour: there is no sweep (L18)."""
    assert levels(symptoms(late=late, very_late=very_late), "timers") == [level]


def test_the_switch_and_the_documents_are_looked_at() -> None:
    """Off, not begun, and documents that can't be used."""
    assert levels(symptoms(), "recovery") == [Level.OK]
    assert levels(symptoms(recovery=RecoveryPolicy(enabled=False)), "recovery") == [Level.WARN]
    begins = RecoveryPolicy(activated_at=NOW + timedelta(hours=3))
    assert about(symptoms(recovery=begins), "recovery")[0].sentence == "It begins in 3 h."
    broken = symptoms(recovery=None, policy_problems=["recovery.enabled: it is no boolean"])
    assert about(broken, "policy")[0].sentence == "recovery.enabled: it is no boolean."
    assert worst(findings(broken)) is Level.FAIL
    assert about(broken, "recovery") == []


def test_an_engine_that_hears_nothing_at_all_is_told_so() -> None:
    """As one whose topic nobody publishes to."""
    (heard_nothing,) = about(symptoms(), "sources")
    assert (heard_nothing.level, heard_nothing.sentence) == (Level.WARN, "Nothing was heard for 28 days.")


def test_a_story_is_examined() -> None:
    """Understood, ignored and refused messages are counted by source, and their stores are known by name."""
    story = Story()
    story.cart("k1", "10:00", ANNA)
    story.cart("k2", "10:05", BEN)
    story.cart("k3", "10:10", currency="ZZZ")
    seen = health.examine(story.machine.engine)
    assert seen.sources == ["recoup"]
    assert seen.stores == {"socks"}
    assert seen.latest(heard_name("recoup", "socks")) == story.clock.now()
    assert [one.reason for one in seen.open] == ["currency_unknown"]
    said = {(one.about, one.level) for one in findings(seen)}
    assert said == {
        ("source recoup", Level.OK),
        ("store socks", Level.OK),
        ("refused messages", Level.OK),
        ("timers", Level.OK),
        ("policy", Level.OK),
        ("recovery", Level.OK),
    }
    (refusals,) = [one for one in about(seen, "source recoup") if "refused" in one.sentence]
    assert refusals.sentence.startswith("1 of 3 messages refused since yesterday (33.3%)")


def test_a_story_in_trouble_is_examined() -> None:
    """Nobody sweeps, recovery is off, and a store that was asked for is silent."""
    story = Story(rules(enabled=False))
    story.cart("k1", "10:00", ANNA)
    story.machine.timer.pop_due(DAY + timedelta(days=1))
    story.clock.advance(timedelta(hours=2))
    found = findings(health.examine(story.machine.engine, ["boots"]))
    trouble = {one.about: one.level for one in found if one.level is not Level.OK}
    assert trouble == {"store boots": Level.WARN, "timers": Level.FAIL, "recovery": Level.WARN}


def test_a_redelivered_event_is_heard_once() -> None:
    """It decides nothing, so nothing is saved or counted for it."""
    story = Story()
    message = story.cart("k1", "10:00", ANNA)
    story.run_until("10:20")
    story.redeliver(message)
    assert story.counters()["intake_understood_recoup"] == 1
