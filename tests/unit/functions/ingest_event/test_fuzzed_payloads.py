"""Payloads broken at random: dropped, retyped, nested, doubled and cut. Never an exception, never a loop."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.intake_rules import IntakePolicy
from common.domain.storefront import StorefrontEvent
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.breaking import UNLIKELY, broken
from tests.unit.functions.ingest_event.events import (
    CANONICAL_EVENTS,
    NOW,
    PubSubMessage,
    encode,
    from_recoup,
    outcome_of,
)
from tests.unit.functions.ingest_event.sources.examples.all_examples import examples_of, platforms


@pytest.mark.parametrize("platform", platforms())
def test_a_broken_payload_is_understood_ignored_or_refused(platform: str) -> None:
    """Whatever is wrong with a platform's payload, strictly read or leniently, every outcome has its reason."""
    originals = [(example.attributes, example.payload) for example in examples_of(platform)]

    @UNLIKELY
    @given(broken(originals), st.sampled_from([IntakePolicy(), IntakePolicy(strictness="lenient")]))
    def holds(case: tuple[dict[str, str], Any], policy: IntakePolicy) -> None:
        attributes, payload = case
        assert outcome_of(PubSubMessage("m", NOW, attributes, encode(payload)), policy)

    holds()


@pytest.mark.parametrize("platform", platforms())
def test_a_broken_payload_without_a_source_has_an_outcome(platform: str) -> None:
    """Whose it is has to be guessed, from whatever is left of it."""
    originals = [({"store": "socks"}, example.payload) for example in examples_of(platform)]

    @UNLIKELY
    @given(broken(originals))
    def holds(case: tuple[dict[str, str], Any]) -> None:
        attributes, payload = case
        assert outcome_of(PubSubMessage("m", NOW, attributes, encode(payload)))

    holds()


@pytest.mark.parametrize("platform", platforms())
def test_every_example_is_understood(platform: str) -> None:
    """The examples that the others are broken from are whole; each thing told has an id of its own, the same again."""
    examples = examples_of(platform)
    assert examples
    for example in examples:
        message = PubSubMessage("m", NOW, example.attributes, encode(example.payload))
        told = understand(message, NOW)
        assert told, example.name
        assert all(isinstance(one, StorefrontEvent) for one in told), (example.name, told)
        again = understand(replace(message, publish_time=NOW - timedelta(minutes=1)), NOW)
        assert [one.id for one in told] == [one.id for one in again], example.name  # type: ignore[union-attr]
        assert len({one.id for one in told}) == len(told), example.name  # type: ignore[union-attr]


@UNLIKELY
@given(st.sampled_from(CANONICAL_EVENTS), st.data())
def test_a_damaged_message_is_understood_or_refused(event: dict[str, Any], data: st.DataObject) -> None:
    """Bytes that were cut, overwritten or doubled on the way have an outcome too."""
    raw = bytearray(json.dumps(event).encode())
    start = data.draw(st.integers(0, len(raw) - 1))
    raw[start : start + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    assert outcome_of(from_recoup(bytes(raw)[: data.draw(st.integers(0, 2 * len(raw)))]))


@UNLIKELY
@given(
    st.dictionaries(
        st.text(max_size=30) | st.sampled_from(["source", "X-Shopify-Topic"]), st.text(max_size=30)
    ),
    st.binary(max_size=30),
)
def test_any_attributes_have_an_outcome(attributes: dict[str, str], data: bytes) -> None:
    """Attributes are as untrusted as data."""
    assert outcome_of(PubSubMessage("m", NOW, attributes, data))
