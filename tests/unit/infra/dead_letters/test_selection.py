"""Which messages are replayed together, and in which order; and what is safe to print."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.refused import FailureState
from infra.dead_letters.advice import advice
from infra.dead_letters.printable import json_line, printable
from infra.dead_letters.screen import failure as screen_of
from infra.dead_letters.selection import Selection, by_message
from tests.builders import DAY
from tests.unit.common.domain.test_dead_letters import failure


def of_message(id: str, message_id: str, hours: int = 0, **known: Any) -> Any:
    return failure(id, message_id=message_id, publish_time=DAY + timedelta(hours=hours), **known)


def ids(found: list[tuple[Any, ...]]) -> list[list[str]]:
    return [[one.id for one in together] for together in found]


def test_a_message_is_replayed_with_all_of_its_failures() -> None:
    """Whichever of them was asked for; others wait."""
    first, second, other = of_message("a", "m1"), of_message("b", "m1"), of_message("c", "m2")
    assert ids(by_message([second], [first, second, other])) == [["b", "a"]]


def test_what_was_published_first_is_replayed_first() -> None:
    """In whatever order it was refused or asked for."""
    late, early = of_message("a", "m1", hours=2), of_message("b", "m2", hours=1)
    assert ids(by_message([late, early], [])) == [["b"], ["a"]]


def test_one_id_on_two_topics_is_two_messages() -> None:
    """Pub/Sub's ids are unique within one topic only."""
    assert len(by_message([of_message("a", "1"), of_message("b", "1", hours=1)], [])) == 2


def test_something_that_was_dropped_may_be_asked_for() -> None:
    """Although it doesn't wait."""
    dropped = of_message("a", "m1", state=FailureState.DROPPED)
    assert ids(by_message([dropped], [])) == [["a"]]


def test_no_filter_is_everything() -> None:
    """Which a replay wants to be told in words."""
    assert Selection().is_everything
    assert not Selection(reason="json_invalid").is_everything
    assert Selection().takes(failure())


@given(st.text())
def test_what_is_printed_can_move_nothing(text: str) -> None:
    """No control character, no mark that turns the direction of text; the letters are as they were."""
    shown = printable(text)
    assert all(letter.isprintable() or letter in "\n\t" for letter in shown)
    if text.isprintable():
        assert shown == text


@given(st.dictionaries(st.text(), st.text()))
def test_a_line_of_json_is_one_line_and_means_the_same(value: dict[str, str]) -> None:
    """With nothing in it that a terminal would obey."""
    line = json_line(value)
    assert json.loads(line) == value
    assert not {"\n", "\x1b", "\x9b", "\u202e", "\u2028"} & set(line)


@pytest.mark.parametrize(
    "reason", ["not_understood", "delivery_failed", "id_reused", "source_unknown", "amount_invalid"]
)
def test_every_reason_has_advice_with_a_command_to_copy(reason: str) -> None:
    """Whether somebody thought of it in particular or not."""
    said = advice(failure("f1", reason=reason))
    assert "  recoup dead-letters " in said
    assert "{" not in said


def test_a_message_that_is_gone_can_still_be_looked_at() -> None:
    """What is known of it is shown."""
    assert screen_of(failure("f1"), None, DAY)
