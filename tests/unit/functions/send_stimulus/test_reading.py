"""Amounts, moments and pages as they are read, whoever wrote them."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from babel import Locale

from functions.send_stimulus import formats, gsm
from functions.send_stimulus.page_words import PageWords
from functions.send_stimulus.read_amounts import read_amounts
from functions.send_stimulus.read_moments import MARK, read_moments, stray_moments


@pytest.mark.parametrize(
    ("text", "tag", "currency", "minor"),
    [
        ("PLN 1,234.50", "en", "PLN", 123450),
        ("1,234.50 PLN", "en", "PLN", 123450),
        ("PLN1234.50", "en", "PLN", 123450),
        ("zł 1234", "en", "PLN", 123400),
        ("1 234,50 zł", "pl", "PLN", 123450),
        ("1234,5 zł", "pl", "PLN", 123450),
        ("12 345 678,00 PLN", "pl", "PLN", 1234567800),
        ("1'234.50 CHF", "en-CH", "CHF", 123450),
        ("1.234,50 €", "en-DE", "EUR", 123450),
        ("₹12,34,567.00", "en-IN", "INR", 123456700),
        ("¥1,234", "en", "JPY", 1234),
        ("KWD 1.234", "en", "KWD", 1234),
        ("US$5", "en-GB", "USD", 500),
        ("$5", "en-US", "USD", 500),
        ("$5", "en-AU", "USD", None),
        ("$5", "en-GB", "USD", None),
        ("kr 5,00", "en-SE", "NOK", None),
        ("5.00", "en", "PLN", None),
        ("PLN 5.001", "en", "PLN", None),
        ("PLN 5,00", "en", "PLN", None),
        ("PLN 1,23,4.00", "en", "PLN", None),
        ("5.00 zł", "pl", "PLN", None),
        ("PLN 5.00 EUR", "en", "PLN", None),
        ("pln 5.00", "en", "PLN", None),
    ],
)
def test_an_amount_is_read_in_the_customers_way(
    text: str, tag: str, currency: str, minor: int | None
) -> None:
    """With the signs of that language and country, or not at all (L34)."""
    locale = formats.locale_of(tag)
    assert locale is not None
    for around in ("{}", "Now {}.", "for {}, until", "({})"):
        (amount,) = read_amounts(around.format(text), currency, locale)
        assert amount.minor == minor


@pytest.mark.parametrize(
    "text",
    [
        "3 pieces",
        "100% wool",
        "22 123 45 67",
        "00-540 Warszawa",
        "UTC+1",
        "12/4",
        "S24",
        "iOS 17",
        "2 \u00d7 3",
    ],
)
def test_a_number_that_is_no_money_is_none(text: str) -> None:
    """A merchant's own templates may have numbers."""
    assert read_amounts(text, "PLN", Locale("en")) == []


def test_several_amounts_are_told_apart() -> None:
    """Across lines and beside quantities, and the regular price by what stands before it."""
    text = "Quantity: 3\nPLN 249.00 each, 3 \u00d7 PLN 249.00 = PLN 747.00. Regular price: PLN 299.00"
    amounts = read_amounts(text, "PLN", Locale("en"))
    assert [amount.minor for amount in amounts] == [24900, 24900, 74700, 29900]
    assert [amount.is_regular_price for amount in amounts] == [False, False, False, True]
    assert [text[amount.start : amount.end].strip() for amount in amounts][3] == "PLN 299.00"


@pytest.mark.parametrize("tag", ["en", "en-US", "en-GB", "en-CA", "en-FI", "en-ZW", "en-PK", "en-BI", "pl"])
@pytest.mark.parametrize(
    "zone", ["UTC", "Europe/Warsaw", "America/St_Johns", "Pacific/Apia", "Etc/GMT-14", "EST"]
)
@pytest.mark.parametrize("short", [True, False])
def test_every_way_to_write_a_moment_is_read(tag: str, zone: str, short: bool) -> None:
    """Each month, half of the day and zone, long and short, also in an SMS's letters (L21, L22)."""
    locale = formats.locale_of(tag)
    assert locale is not None
    for month, hour in product(range(1, 13), (0, 11, 12, 23)):
        at = datetime(2026, month, 28, hour, 5, tzinfo=UTC)
        until = formats.until(at, zone, locale, short=short)
        for text in (str(until), gsm.fold(str(until)), f"{until.date} {until.time} {until.offset}"):
            moments = read_moments(f"Until {' '.join(text.split())}: now", locale)
            assert moments.stated == (at,)
            assert moments.rest == f"Until {MARK}: now"
            assert stray_moments(moments.rest, locale) == []


def test_clock_changes_are_told_apart() -> None:
    """The hour that comes twice is two moments, by its offset (L21)."""
    first = read_moments("25 October 2026, 02:30 (Europe/Warsaw, UTC+2)", Locale("en"))
    second = read_moments("25 October 2026, 02:30 (Europe/Warsaw, UTC+1)", Locale("en"))
    assert second.stated[0] - first.stated[0] == timedelta(hours=1)
    wrong = read_moments("26 October 2026, 02:30 (Europe/Warsaw, UTC+2)", Locale("en"))
    assert (wrong.stated, len(wrong.impossible)) == ((), 1)


@pytest.mark.parametrize(
    "text",
    [
        "14 March 2026, 16:30",
        "14th of nothing, March 14",
        "16:30 UTC+1",
        "4 pm",
        "2026-03-14",
        "14/3/26",
        "3 Mar",
    ],
)
def test_half_a_moment_is_noticed(text: str) -> None:
    """Without date, time or zone it says too little."""
    moments = read_moments(text, Locale("en"))
    assert moments.stated == ()
    assert stray_moments(moments.rest, Locale("en"))


@pytest.mark.parametrize(
    "text", ["You may smile", "Quantity: 3\nMay we help?", "30 days", "22 123 45 67", "12/4", "1:100"]
)
def test_what_is_no_moment_is_none(text: str) -> None:
    """Words and numbers that only look a little like one."""
    assert stray_moments(text, Locale("en")) == []


def test_a_page_is_read_in_lines() -> None:
    """Blocks are lines, inline tags and entities are nothing, styles are not read, pictures are apart."""
    page = PageWords(
        "<title>T</title><style>p { margin: 12.50 }</style><p>A <b>b</b>c&nbsp;d &amp; e</p><td>x</td><td>y</td>"
        '<img src="u" alt="words"><br>z<!-- unread -->\nw'
    )
    assert [line for line in page.text.split("\n") if line.strip()] == [
        "T", "A bc\u00a0d & e", "x", "y", "z w",
    ]  # fmt: skip
    assert (page.unseen, page.pictures) == (["words"], ["u"])
