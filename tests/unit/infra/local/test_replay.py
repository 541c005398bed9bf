"""Lines of a recording, read one at a time."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.ports import PubSubMessage
from infra.local.replay import BadLine, InputLine, message_of, read_recordings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(text: str | bytes) -> PubSubMessage:
    return message_of(InputLine(7, text))


def test_a_line_is_a_message() -> None:
    """Time, attributes and data become the message; without an id of its own it is named after its line."""
    line = '{"publish_time": "2026-03-01T13:00:00+01:00", "attributes": {"source": "recoup"}, "data": {"a": "ż"}}'
    assert read(line) == PubSubMessage("line-7", NOON, {"source": "recoup"}, '{"a":"ż"}'.encode())


@pytest.mark.parametrize(
    ("data", "carried"),
    [("null", b"null"), ('"raw text"', b"raw text"), ("[1]", b"[1]"), ('""', b""), ("12.50", b"12.5")],
)
def test_data_of_any_kind_is_carried(data: str, carried: bytes) -> None:
    """Whatever JSON value data is reaches the engine, which judges it; a string is the raw payload."""
    assert read(f'{{"publish_time": "2026-03-01T12:00:00Z", "data": {data}}}').data == carried


def test_a_message_keeps_its_own_id() -> None:
    """An id that the recording has is the message's."""
    assert read('{"message_id": "m1", "publish_time": "2026-03-01T12:00:00Z", "data": 0}').id == "m1"


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("", "JSON"),
        ("nope", "JSON"),
        (b"\xff\xfe", "JSON"),
        ("[]", "object"),
        ('{"publish_time": "2026-03-01T12:00:00Z"}', "data"),
        ('{"data": {}}', "publish_time"),
        ('{"data": {}, "publish_time": "2026-03-01T12:00:00"}', "offset"),
        ('{"data": {}, "publish_time": "2026-02-30T12:00:00Z"}', "publish_time"),
        ('{"data": {}, "publish_time": "2026-03-01T12:00:00Z", "attributes": []}', "attributes"),
        ('{"data": {}, "publish_time": "2026-03-01T12:00:00Z", "attributes": {"a": 1}}', "attributes"),
        ('{"data": {}, "publish_time": "0001-01-01T00:00:00+14:00"}', "publish_time"),
        ('{"data": {}, "publish_time": "9999-12-31T23:59:59-14:00"}', "publish_time"),
        ('{"data": {}, "publish_time": "9999-12-31T23:59:59Z"}', "publish_time"),
        ('{"data": "\\ud800", "publish_time": "2026-03-01T12:00:00Z"}', "hex escape"),
        ('{"data": {"\\ud800": 1}, "publish_time": "2026-03-01T12:00:00Z"}', "hex escape"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line: str | bytes, named: str) -> None:
    """Each way to be wrong is one sentence that names what to mend."""
    with pytest.raises(BadLine, match=named):
        read(line)


def published(*moments: str) -> list[InputLine]:
    """A line for each moment; a moment of nothing is a bad line."""
    texts = (f'{{"publish_time": "{at}T00:00:00Z", "data": 0}}' if at else "bad" for at in moments)
    return [InputLine(number, text) for number, text in enumerate(texts, start=1)]


def refused_lines(*moments: str) -> list[int]:
    """The numbers of those that are refused."""
    read = read_recordings([published(*moments)])
    return [one.line.number for one in read if isinstance(one.message, BadLine)]


@pytest.mark.parametrize(
    ("moments", "refused"),
    [
        (["2026-03-01", "2099-12-31", "2026-03-02"], [2]),
        (["2099-12-31", "2026-03-01", "2026-03-02"], [1]),
        (["2026-03-01", "2099-12-31", "", "2026-03-02"], [2, 3]),
        (["2026-03-01", "2028-01-01", "2027-03-01", "2099-12-31", "2027-03-02"], [4]),
        (["2026-03-01", "2028-01-01", "2028-01-02", "2026-03-03"], []),
        (["2026-03-01", "2028-01-01"], []),
        (["2028-01-01", "", "2027-12-31"], [2]),
        (["2026-03-01", "2100-01-01", "2026-03-02"], [2]),
    ],
)
def test_a_moment_that_leaps_ahead_of_its_neighbours_is_refused(
    moments: list[str], refused: list[int]
) -> None:
    """The clock can't be moved back, so one wrong year would make all that follows too old; a long pause may be."""
    assert refused_lines(*moments) == refused


def test_recordings_are_merged_by_time() -> None:
    """Line by line; what has no moment, or an earlier one than the line above it, stays where it is."""
    one = published("2026-03-01", "", "2026-03-04", "2026-03-02")
    other = published("2026-03-02", "2026-03-03", "2026-03-05")
    named = [line._replace(file=name) for name, lines in (("a", one), ("b", other)) for line in lines]
    merged = read_recordings([named[:4], named[4:]])
    assert " ".join(f"{one.line.file}{one.line.number}" for one in merged) == "a1 a2 b1 b2 a3 a4 b3"


_JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.binary() | st.text() | _JSON.map(json.dumps))
def test_no_line_is_ever_a_crash(line: str | bytes) -> None:
    """Any text or bytes are a message or a bad line, nothing else."""
    with suppress(BadLine):
        assert read(line).id


@given(_JSON, _JSON, _JSON)
def test_no_field_is_ever_a_crash(publish_time: Any, attributes: Any, data: Any) -> None:
    """Any values of the three fields are a message or a bad line, nothing else."""

    fields = {"publish_time": publish_time, "attributes": attributes, "data": data}
    with suppress(BadLine):
        assert read(json.dumps(fields)).publish_time.tzinfo
