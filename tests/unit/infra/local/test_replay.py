"""Lines of a recording, read one at a time."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.ports import PubSubMessage
from infra.local.replay import BadLine, InputLine, message_of

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
