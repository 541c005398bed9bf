"""Refused messages are kept whole, once, whatever they are made of."""

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.application import intake
from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from tests.builders import DAY
from tests.crashing import Crashes
from tests.providers.scripted import Crash
from tests.stories import Story

REFUSED = Refused("because", "It can't be read.", "cart.id", "recoup", "socks", Money(9900, "PLN"))


def kept(story: Story) -> bytes:
    """The data of the one stored failure."""
    (failure,) = story.documents("intake_failures")
    parts = sorted(story.documents("intake_parts"), key=lambda part: int(part.id.rpartition(".")[2]))
    assert len(parts) == failure.parts
    return intake.raw_data(failure, tuple(parts))


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_data_is_kept_byte_for_byte(data: bytes) -> None:
    """Text as text, anything else packed."""
    story = Story()
    intake.refuse(story.machine.engine, PubSubMessage("m", DAY, {"a": "b"}, data), REFUSED)
    assert kept(story) == data


@pytest.mark.parametrize("size", [174_999, 175_000, 175_001, 3_000_000])
def test_large_data_is_kept_in_parts(size: int) -> None:
    """However badly it compresses, no document grows beyond its bound."""
    data = os.urandom(size)
    story = Story()
    intake.refuse(story.machine.engine, PubSubMessage("m", DAY, {}, data), REFUSED)
    assert kept(story) == data
    assert all(len(part.raw) <= intake.PART_SIZE for part in story.documents("intake_parts"))
    assert len(story.documents("intake_failures")[0].raw) <= intake.PART_SIZE


def test_a_refusal_tells_everything_there_is_to_know() -> None:
    """Reason, sentence, field, store, money, and the message as it came."""
    story = Story()
    failure = intake.refuse(story.machine.engine, PubSubMessage("m", DAY, {"a": "b"}, b"x"), REFUSED)
    assert story.failure(failure.id) == failure
    assert (failure.message_id, failure.publish_time, failure.attributes) == ("m", DAY, {"a": "b"})
    (said,) = story.said("intake.refused")
    told = {name: said[name] for name in ("store", "source", "reason", "field", "amount", "currency")}
    assert told == {
        "store": "socks",
        "source": "recoup",
        "reason": "because",
        "field": "cart.id",
        "amount": "99.00",
        "currency": "PLN",
    }


def test_what_is_not_known_is_left_out() -> None:
    """A message of nobody's still has a reason."""
    story = Story()
    intake.refuse(story.machine.engine, PubSubMessage("m", DAY), Refused("because", "It is empty."))
    (said,) = story.said("intake.refused")
    assert said["source"] == "unknown"
    assert {"field", "amount", "currency"}.isdisjoint(said)


def test_the_same_message_again_is_stored_and_counted_once() -> None:
    """Repeated with the same id, as a redelivery would."""
    story = Story()
    for _ in range(3):
        intake.refuse(story.machine.engine, PubSubMessage("m", DAY, {}, b"x"), REFUSED)
    assert len(story.documents("intake_failures")) == 1
    assert story.counters() == {
        "intake_refused": 1,
        "intake_refused_because": 1,
        "intake_refused_by_recoup": 1,
    }
    assert len(story.said("intake.refused")) == 1
    intake.refuse(story.machine.engine, PubSubMessage("n", DAY, {}, b"x"), REFUSED)
    assert len(story.documents("intake_failures")) == 2


def test_a_part_that_was_stored_by_a_crashed_delivery_is_no_obstacle() -> None:
    """The failure itself comes last, when all of its parts are there."""
    data = os.urandom(2_000_000)
    story = Story(wrapped=Crashes([2]).wrap)
    message: Any = PubSubMessage("m", DAY, {}, data)
    with pytest.raises(Crash):
        intake.refuse(story.machine.engine, message, REFUSED)
    assert story.documents("intake_failures") == []
    intake.refuse(story.machine.engine, message, REFUSED)
    assert kept(story) == data
