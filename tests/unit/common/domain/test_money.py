"""Money is exact: what is written down reads back, and what can't be exact is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.money import InvalidAmount, Money, decimals_of, format_minor, is_currency, parse_minor

CURRENCIES = st.sampled_from(["PLN", "JPY", "KWD", "EUR", "CLF"])


@given(st.integers(0, 10**12 - 1), CURRENCIES)
def test_an_amount_reads_back_as_it_was_written(minor: int, currency: str) -> None:
    """Minor units to a decimal string and back, for any number of decimals."""
    assert parse_minor(format_minor(minor, currency), currency) == minor


@given(st.integers(-(10**14), -1), CURRENCIES)
def test_a_negative_amount_keeps_its_digits(minor: int, currency: str) -> None:
    """Net counters may be written, never read in."""
    assert format_minor(minor, currency) == "-" + format_minor(-minor, currency)
    with pytest.raises(InvalidAmount):
        parse_minor(format_minor(minor, currency), currency)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("499.00", "PLN", 49900), ("499", "PLN", 49900), ("0.5", "PLN", 50), ("499", "JPY", 499), ("499.0", "JPY", 499),
     ("1.234", "KWD", 1234), ("1.50000000", "PLN", 150)],
)  # fmt: skip
def test_amounts_as_shops_write_them(text: str, currency: str, minor: int) -> None:
    """Zeros beyond the currency's decimals are harmless."""
    assert parse_minor(text, currency) == minor


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e3", "NaN", "Infinity", "1,50", " 1", "1.", ".5", "1.005", "٣", "1" * 13]
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    """Signs, exponents, separators, other digits and lost decimals: never rounded, never guessed."""
    with pytest.raises(InvalidAmount):
        parse_minor(text, "PLN")


def test_an_unknown_currency_is_refused_with_what_to_send() -> None:
    """Lower case and historical codes are none."""
    for code in ("pln", "XXX", "DEM", ""):
        assert not is_currency(code)
        with pytest.raises(InvalidAmount, match="ISO 4217"):
            decimals_of(code)


def test_money_states_itself_in_major_units() -> None:
    """With its currency's own number of decimals."""
    assert [Money(5, code).major for code in ("JPY", "PLN", "KWD")] == ["5", "0.05", "0.005"]
