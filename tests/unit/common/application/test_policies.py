"""Policy documents at the edge: read, checked, kept, reported."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.application.policies import InvalidPolicy, Policies, build, parse
from common.domain.money import Money
from common.domain.vocabulary import Channel, Segment
from infra.local.machine import LOCAL_KEYS


class Source:
    """Documents that a test edits, and what was reported about them."""

    def __init__(self, **written: Any) -> None:
        self.written: dict[str, Any] = written
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.reports: list[tuple[str, str | None]] = []
        self.reads = 0
        self.away = False

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        self.reads += 1
        if self.away:
            raise Unavailable("away")
        return dict(self.written)

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        return dict(self.kept)

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        self.reports.append((name, problem))
        if good is not None:
            self.kept[name] = good


class Elapsed:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def policies(source: Source) -> tuple[Policies, Elapsed]:
    """Policies read at most once a minute."""
    elapsed = Elapsed()
    return Policies(source, lambda: LOCAL_KEYS, elapsed=elapsed), elapsed


def test_documents_as_administrators_write_them() -> None:
    """Amounts as strings, steps as lists, what is left out keeps its default."""
    policy = build(
        {
            "recovery": {"min_cart_total": {"PLN": "50.00"}, "when_capped": "skip"},
            "incentives": {"tiers": {"returned_once": {"kind": "percent", "percent": 12}}},
            "sequence": {"steps": [{"id": "only", "after_minutes": 10, "channels": ["sms"]}]},
            "consent_required": {"sms": False},
        },
        LOCAL_KEYS,
    )
    assert policy.recovery.when_capped == "skip"
    assert policy.recovery.abandon_after_minutes == 30
    assert policy.incentives.tiers[Segment.RETURNED_ONCE].percent == 12
    assert policy.sequence.steps[0].channels == (Channel.SMS,)
    assert not policy.consent_required.requires(Channel.SMS)


def test_a_segment_that_is_left_out_keeps_its_default_tier() -> None:
    """Naming one tier doesn't take the others away."""
    policy = build({"incentives": {"tiers": {"returned_once": {"kind": "none"}}}}, LOCAL_KEYS)
    assert policy.incentives.incentive_for(Segment.NOT_RETURNED, Money(100, "PLN")).percent == 5


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("recovery", {"abandon_after": 5}, "recovery.abandon_after is not a field"),
        ("recovery", {"holdout_percent": 200}, "holdout_percent is 200"),
        ("recovery", {"holdout_percent": "many"}, "recovery.holdout_percent"),
        ("recovery", {"activated_at": "2026-03-01T00:00:00"}, "activated_at has no offset"),
        ("recovery", {"when_capped": "shout"}, "recovery.when_capped"),
        ("sequence", {"steps": [{"id": "a", "after_minutes": 1, "channels": ["pigeon"]}]}, "channels"),
        (
            "sequence",
            {"steps": [{"id": "a", "after_minutes": 1, "channels": []}]},
            "channels of step a is empty",
        ),
        (
            "sequence",
            {"steps": [{"id": "a", "after_minutes": 1, "channels": ["sms"], "template": "b"}]},
            "template of step a is 'b', which doesn't exist; write one of first, last_call",
        ),
        ("recovery", {"holdout_percent": 12.345}, "holdout_percent is 12.345; write it with two decimals"),
        ("recovery", {"holdout_percent": float("nan")}, "holdout_percent is nan"),
        ("incentives", {"tiers": {"returned_once": {"kind": "percent", "percent": 0.5}}}, "percent is 0.5"),
        ("incentives", {"tiers": {"returned_once": {"kind": "percent"}}}, "percent is missing"),
        ("incentives", {"ceiling": {"XXX": "1.00"}}, "ceiling.XXX"),
        ("weather", {}, "weather is not a policy document"),
    ],
)
def test_a_bad_document_names_itself_and_its_field(name: str, written: Any, sentence: str) -> None:
    """In a sentence that an administrator can act on."""
    with pytest.raises(InvalidPolicy) as caught:
        parse(name, written)
    assert sentence in str(caught.value)


def test_every_problem_is_told_at_once() -> None:
    """Not just the first one."""
    with pytest.raises(InvalidPolicy) as caught:
        build({"recovery": {"x": 1}, "sequence": {"y": 2}, "weather": {}}, LOCAL_KEYS)
    assert all(name in str(caught.value) for name in ("recovery.x", "sequence.y", "weather"))


def test_policy_is_read_at_most_once_a_minute() -> None:
    """No event costs a read; an edit is seen within the minute."""
    source = Source(recovery={"holdout_percent": 1})
    current, elapsed = policies(source)
    for _ in range(100):
        assert current.current().recovery.holdout_percent == 1
    assert source.reads == 1
    source.written["recovery"] = {"holdout_percent": 2}
    elapsed.seconds = timedelta(minutes=1).total_seconds() + 1
    assert current.current().recovery.holdout_percent == 2
    assert source.reads == 2


def test_a_bad_edit_keeps_the_last_good_version_and_reports_it_once() -> None:
    """Document by document; the others still take effect; putting it right clears the report."""
    source = Source(recovery={"holdout_percent": 1})
    current, elapsed = policies(source)
    current.current()
    source.reports.clear()
    source.written |= {"recovery": {"holdout_percent": 999}, "consent_required": {"sms": False}}
    for minute in (2, 4, 6):
        elapsed.seconds = minute * 60.0
        assert current.current().recovery.holdout_percent == 1
        assert not current.current().consent_required.sms
    bad = [problem for name, problem in source.reports if name == "recovery"]
    assert len(bad) == 1
    assert "999" in str(bad[0])
    source.written["recovery"] = {"holdout_percent": 3}
    elapsed.seconds = 600.0
    assert current.current().recovery.holdout_percent == 3
    assert source.reports[-1] == ("recovery", None)


def test_an_instance_that_starts_during_a_bad_edit_uses_what_another_one_kept() -> None:
    """The last good version outlives the instance that took it."""
    source = Source(recovery={"holdout_percent": 999})
    source.kept["recovery"] = {"holdout_percent": 7}
    assert policies(source)[0].current().recovery.holdout_percent == 7


def test_without_any_good_version_the_engine_pauses() -> None:
    """It contacts nobody rather than fall back to defaults that nobody chose."""
    source = Source(recovery={"holdout_percent": 999})
    assert policies(source)[0].current().recovery.enabled is False


def test_an_outage_keeps_the_policy_that_is_there() -> None:
    """An old policy beats no decision; without any, try again."""
    source = Source(recovery={"holdout_percent": 1})
    current, elapsed = policies(source)
    source.away = True
    with pytest.raises(Unavailable):
        current.current()
    source.away = False
    current.current()
    source.away, elapsed.seconds = True, 120.0
    assert current.current().recovery.holdout_percent == 1


def test_an_outage_of_the_secrets_keeps_the_policy_too() -> None:
    """Keys that were read once are good until they can be read again."""
    source, elapsed, answers = Source(), Elapsed(), [LOCAL_KEYS]

    def keys() -> Any:
        if not answers:
            raise Unavailable("secrets are away")
        return answers.pop()

    current = Policies(source, keys, elapsed=elapsed)
    first = current.current()
    elapsed.seconds = 120.0
    assert current.current() is first


def test_a_policy_may_be_read_once_and_for_all() -> None:
    """`max_age` None, for a run whose documents don't change."""
    source, elapsed = Source(), Elapsed()
    current = Policies(source, lambda: LOCAL_KEYS, max_age=None, elapsed=elapsed)
    current.current()
    elapsed.seconds = 1e9
    current.current()
    assert source.reads == 1
