"""Raw values: JSON, times, texts, ids, addresses and amounts."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.failures import Refused
from functions.ingest_event import reading

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"not json",
        b"[]",
        b"3",
        b"null",
        b'"text"',
        b"\xff\xfe{}",
        b'{"a": "\xc3\x28"}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": "\\ud800"}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": 1} {"b": 2}',
    ],
    ids=lambda data: data[:16].decode("latin-1"),
)
def test_what_is_not_a_json_object_is_refused(data: bytes) -> None:
    """Broken, nested beyond reason or not an object: one reason, never another exception."""
    with pytest.raises(Refused, match="json_invalid"):
        reading.read_object(data)


def test_the_last_of_duplicate_keys_wins() -> None:
    """Duplicate keys have one defined meaning."""
    assert reading.read_object(b'{"a": 1, "a": 2}') == {"a": 2}


def test_data_over_one_mebibyte_is_refused_unread() -> None:
    """A huge payload costs a look at its length, not a parse."""
    assert reading.read_object(b'{"a":"' + b"x" * (reading.MAX_BYTES - 8) + b'"}')
    with pytest.raises(Refused, match="payload_too_large"):
        reading.read_object(b'{"a":"' + b"x" * reading.MAX_BYTES + b'"}')


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_an_object_or_a_refusal(data: bytes) -> None:
    """Whatever arrives, reading it gives an object or a refusal."""
    with suppress(Refused):
        assert isinstance(reading.read_object(data), dict)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01T12:00:00Z", NOW),
        ("2026-05-01t12:00:00z", NOW),
        ("2026-05-01 12:00:00.000Z", NOW),
        ("2026-05-01T14:00:00+02:00", NOW),
        ("2026-05-01T02:00:00.0-10:00", NOW),
        ("2026-05-01T11:59:59.450036423Z", NOW - timedelta(microseconds=549_964)),
        ("2016-12-31T23:59:60Z", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2026-05-01T12:14:59Z", NOW),
        ("2026-05-01T12:15:00Z", NOW),
    ],
)
def test_a_time_is_read_as_utc_and_never_lies_ahead(text: str, moment: datetime) -> None:
    """RFC 3339 in any offset; a clock up to 15 minutes ahead of ours means now."""
    assert reading.read_moment(text, "occurred_at", NOW) == moment


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-05-01T12:00:00", "occurred_at_invalid"),
        ("2026-05-01", "occurred_at_invalid"),
        ("2026-W18-5T12:00:00Z", "occurred_at_invalid"),
        ("2026-02-30T12:00:00Z", "occurred_at_invalid"),
        ("2026-05-01T25:00:00Z", "occurred_at_invalid"),
        ("2026-05-01T12:00:00+99:00", "occurred_at_invalid"),
        ("0000-01-01T00:00:00Z", "occurred_at_invalid"),
        ("0001-01-01T00:00:00+14:00", "occurred_at_invalid"),
        ("9999-12-31T23:59:59-14:00", "occurred_at_invalid"),
        ("٢٠٢٦-05-01T12:00:00Z", "occurred_at_invalid"),
        ("now", "occurred_at_invalid"),
        ("", "occurred_at_invalid"),
        (1_777_777_777, "occurred_at_invalid"),
        (None, "occurred_at_invalid"),
        ("1970-01-01T00:00:00Z", "occurred_at_too_old"),
        ("1999-12-31T23:59:59Z", "occurred_at_too_old"),
        ("2026-05-01T12:15:01Z", "occurred_at_in_future"),
        ("2100-01-01T00:00:00Z", "occurred_at_in_future"),
    ],
)
def test_an_impossible_time_is_refused_with_its_reason(value: object, reason: str) -> None:
    """No offset, no such day, long ago or far ahead: each has its own reason and names the field."""
    with pytest.raises(Refused) as caught:
        reading.read_moment(value, "updated_at", NOW)
    assert (caught.value.reason, caught.value.field) == (reason, "updated_at")
    assert "updated_at" in caught.value.detail


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  Socks  ", "Socks"),
        ("So\x00cks\x07\x9b", "Socks"),
        ("Wool\nsocks\t42", "Wool socks 42"),
        ("\u202eskcos\u202c", "skcos"),
        ("\ufeffSocks\u200b", "Socks"),
        ("👨‍👩‍👧 socks 🧦", "👨‍👩‍👧 socks 🧦"),
        ("Zażółć gęślą jaźń", "Zażółć gęślą jaźń"),
        ("\x00\n\t ", ""),
        ("x" * 301, "x" * 300),
        ("\x00" * 900 + "y" * 400, "y" * 300),
    ],
)
def test_a_text_loses_its_control_characters_and_keeps_its_emoji(text: str, clean: str) -> None:
    """What reaches a message or a log can't break a line, turn the text around or grow without bound."""
    assert reading.clean_text(text, 300) == clean


@given(st.text(max_size=400))
def test_a_clean_text_is_bounded_and_stays_clean(text: str) -> None:
    """Cleaning twice changes nothing, and nothing invisible to a terminal's control survives."""
    clean = reading.clean_text(text, 100)
    assert len(clean) <= 100
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in clean)
    assert reading.clean_text(clean, 100) == clean


@pytest.mark.parametrize(
    ("value", "text"), [(5, "5"), (704912205188288575, "704912205188288575"), (" a ", "a")]
)
def test_an_id_is_a_text_or_a_whole_number(value: object, text: str) -> None:
    """Numeric ids become texts digit by digit."""
    assert reading.read_id(value, "id") == text


@pytest.mark.parametrize("value", [None, "", " ", "\x00", "x" * 201, 1.5, True, [], {}, 10**40])
def test_an_unusable_id_is_refused(value: object) -> None:
    """An id is never cut, because two would become one."""
    with pytest.raises(Refused) as caught:
        reading.read_id(value, "order.id")
    assert caught.value.field == "order.id"


@pytest.mark.parametrize(
    "url", ["https://shop.example/a?b=c#d", "HTTP://shop.example", "https://bücher.example/ä"]
)
def test_a_web_address_is_kept(url: str) -> None:
    """http and https, in any spelling."""
    assert reading.read_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://shop.example/",
        "//shop.example/",
        "/cart",
        "https://",
        "https:///cart",
        "https://shop.example/ <script>",
        "https://shop.example/\nSet-Cookie: a",
        "https://shop.example/" + "x" * 2_000,
        "",
    ],
)
def test_anything_else_is_no_web_address(url: str) -> None:
    """A link that is printed into a message leads to a web page and nowhere else."""
    assert reading.read_url(url) is None


@pytest.mark.parametrize(
    ("value", "minor"),
    [
        ("499.00", 49_900),
        (" 1.5 ", 150),
        (5, 500),
        (195.66, 19_566),
        (0.1 + 0.2, 30),
        (1e3, 100_000),
        (0.0, 0),
    ],
)
def test_an_amount_is_read_digit_by_digit(value: object, minor: int) -> None:
    """A JSON number is worth the digits it was written with, never its binary neighbour."""
    assert reading.read_minor(value, "PLN", "total") == minor


@pytest.mark.parametrize(
    "value",
    [
        "-1.00",
        "NaN",
        "Infinity",
        "1e3",
        "1,00",
        "",
        "x",
        "1.234",
        None,
        True,
        [],
        {},
        10**20,
        float("inf"),
        1e300,
        -5,
    ],
)
def test_what_is_not_an_amount_is_refused(value: object) -> None:
    """Signs, exponents, NaN and too many decimals are refused with the field's name."""
    with pytest.raises(Refused) as caught:
        reading.read_minor(value, "PLN", "total")
    assert (caught.value.reason, caught.value.field) == ("amount_invalid", "total")


@given(st.integers(0, 10**12))
def test_a_number_on_the_wire_keeps_every_cent(minor: int) -> None:
    """Written as a JSON number and read back, an amount is the same to the cent."""
    written = json.loads(f"{minor // 100}.{minor % 100:02d}")
    assert reading.read_minor(written, "EUR", "total") == minor


@pytest.mark.parametrize(
    ("value", "currency", "minor"),
    [
        ("8.1301", "EUR", 813),
        (44.935, "EUR", 4494),
        ("480.0000", "JPY", 480),
        (0.5, "JPY", 1),
        ("2", "KWD", 2000),
    ],
)
def test_a_price_is_rounded_as_shops_show_it(value: object, currency: str, minor: int) -> None:
    """Databases keep more decimals of a price than its currency has."""
    assert reading.read_rounded_minor(value, currency, "price") == minor


@pytest.mark.parametrize("value", ["-1.005", "1.5e3", "1,005", "x", None, True, []])
def test_what_is_no_price_is_refused_unrounded(value: object) -> None:
    """Rounding makes nothing an amount that is none."""
    with pytest.raises(Refused) as caught:
        reading.read_rounded_minor(value, "EUR", "price")
    assert (caught.value.reason, caught.value.field) == ("amount_invalid", "price")
