"""Administrators edit policy while the engine runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.application.engine import Engine
from common.application.policies import Policies
from infra.local.machine import LOCAL_KEYS
from tests.builders import ANNA, BEN, BOOTS
from tests.stories import Story


class Documents:
    """A policy source whose documents a test edits."""

    def __init__(self) -> None:
        self.written: dict[str, Mapping[str, Any]] = {"recovery": {"holdout_percent": 0}}
        self.kept: dict[str, Mapping[str, Any]] = {}
        self.problems: dict[str, str | None] = {}

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        return dict(self.written)

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        return dict(self.kept)

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        self.problems[name] = problem
        if good is not None:
            self.kept[name] = good


def administered() -> tuple[Story, Documents]:
    """A story whose policy is read from documents at every decision."""
    documents, ticks = Documents(), iter(range(0, 10**9, 100))
    policies = Policies(documents, lambda: LOCAL_KEYS, elapsed=lambda: float(next(ticks)))

    def wrapped(engine: Engine) -> Engine:
        return replace(engine, policies=policies)

    return Story(wrapped=wrapped), documents


def test_an_edit_takes_effect_on_what_is_decided_next() -> None:
    """The quiet period became an hour while the cart was open."""
    story, documents = administered()
    story.cart("k1", "10:00", ANNA)
    documents.written["recovery"] = {"holdout_percent": 0, "abandon_after_minutes": 60}
    story.run_until("10:59")
    assert story.types() == []
    story.run_until("11:00")
    assert story.types() == ["case.abandoned"]


def test_a_bad_edit_keeps_the_last_good_version_and_is_reported() -> None:
    """A misspelt key and an impossible number change nothing; the report names document and field."""
    story, documents = administered()
    story.cart("k1", "10:00", ANNA)
    documents.written["recovery"] = {"holdout_percent": 100, "abandon_after_minute": 1}
    documents.written["sequence"] = {"minimum_gap_minutes": -1}
    story.run_until("11:00")
    assert len(story.sent()) == 1
    assert "recovery.abandon_after_minute" in str(documents.problems["recovery"])
    assert "minimum_gap_minutes is -1" in str(documents.problems["sequence"])
    documents.written["recovery"] = {"holdout_percent": 100}
    story.cart("k2", "12:00", BEN, BOOTS)
    story.run_until("12:30")
    assert documents.problems["recovery"] is None
    assert story.types()[-1] == "case.held"


def test_disabling_withholds_what_was_already_planned() -> None:
    """Every step still due is told as withheld, and enabling again doesn't send what was passed over."""
    story, documents = administered()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    documents.written["recovery"] = {"holdout_percent": 0, "enabled": False}
    story.run_until("+1d 11:00")
    documents.written["recovery"] = {"holdout_percent": 0}
    story.run_until("+9d 00:00")
    assert len(story.sent()) == 1
    assert story.reasons() == [("stimulus.skipped", "recovery_disabled")]


def test_a_step_added_later_is_sent_too() -> None:
    """The plan is read at each decision, so a running sequence gets a third reminder."""
    story, documents = administered()
    story.cart("k1", "10:00", ANNA)
    story.run_until("12:00")
    steps = [("first", 30), ("last_call", 1440), ("farewell", 2880)]
    documents.written["sequence"] = {
        "steps": [{"id": id, "after_minutes": after, "channels": ["email"]} for id, after in steps]
    }
    story.run_until("+9d 00:00")
    assert [step for step, _, _ in story.sent()] == ["first", "last_call", "farewell"]
