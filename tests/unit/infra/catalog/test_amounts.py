"""Amounts and numbers as files have them."""

import pytest

from common.application.failures import Refused
from common.domain.money import Money
from infra.catalog.amounts import JSON, read_money, read_pieces


@pytest.mark.parametrize(
    ("stated", "currency", "expected"),
    [
        ("499.00", "PLN", Money(49_900, "PLN")),
        ("499", "PLN", Money(49_900, "PLN")),
        ("1.299,00", "PLN", Money(129_900, "PLN")),
        ("1,299.00", "PLN", Money(129_900, "PLN")),
        ("1 299,00", "PLN", Money(129_900, "PLN")),
        ("1\u00a0299,5", "PLN", Money(129_950, "PLN")),
        ("1'299.00", "CHF", Money(129_900, "CHF")),
        ("1.234.567", "PLN", Money(123_456_700, "PLN")),
        ("1,234,567.8", "PLN", Money(123_456_780, "PLN")),
        ("0.005", "PLN", Money(1, "PLN")),
        ("0,125", "PLN", Money(13, "PLN")),
        ("1299.500", "PLN", Money(129_950, "PLN")),
        ("12.3456", "PLN", Money(1_235, "PLN")),
        ("15.00 USD", "PLN", Money(1_500, "USD")),
        ("usd 15.00", None, Money(1_500, "USD")),
        ("USD15", None, Money(1_500, "USD")),
        ("99,90 zł", None, Money(9_990, "PLN")),
        ("€15", None, Money(1_500, "EUR")),
        ("$15.00", "CAD", Money(1_500, "CAD")),
        ("1,500", "JPY", Money(1_500, "JPY")),
        ("1500.00", "JPY", Money(1_500, "JPY")),
        ("1.500,000", "KWD", Money(1_500_000, "KWD")),
        ("1.5", "KWD", Money(1_500, "KWD")),
        ("300.000", "KWD", Money(300_000, "KWD")),
        ("900.500", "BHD", Money(900_500, "BHD")),
        (15, "PLN", Money(1_500, "PLN")),
        (0.1, "PLN", Money(10, "PLN")),
        (19.99, "PLN", Money(1_999, "PLN")),
        ("0", "PLN", Money(0, "PLN")),
    ],
)
def test_an_amount_means_one_thing(stated: object, currency: str | None, expected: Money) -> None:
    """Whoever wrote it, in whichever country."""
    assert read_money(stated, currency, "price") == expected


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ("1.299", "amount_ambiguous"),
        ("1,299", "amount_ambiguous"),
        ("12,34,56", "amount_invalid"),
        ("1.299.00", "amount_invalid"),
        ("1,2.3,4", "amount_invalid"),
        ("-5.00", "amount_invalid"),
        ("1e3", "amount_invalid"),
        ("NaN", "amount_invalid"),
        ("free", "amount_invalid"),
        ("", "amount_invalid"),
        ("PLN", "amount_invalid"),
        ("9" * 5_000, "amount_invalid"),
        ("99999999999999", "amount_invalid"),
        (True, "amount_invalid"),
        (["1"], "amount_invalid"),
        (10**400, "amount_invalid"),
    ],
)
def test_what_is_no_amount_is_refused(stated: object, reason: str) -> None:
    """Above all what could be two amounts: a thousandfold price is worse than a missing one."""
    with pytest.raises(Refused) as refused:
        read_money(stated, "PLN", "price")
    assert refused.value.reason == reason
    assert refused.value.detail.startswith("price")


def test_a_comma_stays_ambiguous_in_a_currency_of_three_decimals() -> None:
    """Its own decimals are parted by a point; a comma may still part thousands."""
    with pytest.raises(Refused) as refused:
        read_money("300,000", "KWD", "price")
    assert refused.value.reason == "amount_ambiguous"


def test_a_point_in_json_never_parts_thousands() -> None:
    """There, amounts are decimal strings; what else can be read in two ways still is refused."""
    assert read_money("1.299", "PLN", "price", JSON) == Money(130, "PLN")
    assert read_money("1.299,00", "PLN", "price", JSON) == Money(129_900, "PLN")
    with pytest.raises(Refused):
        read_money("1,299", "PLN", "price", JSON)


def test_an_ambiguous_amount_is_settled_by_the_option() -> None:
    """With --decimal the same text has one meaning; what contradicts it is refused."""
    assert read_money("1.299", "PLN", "price", "comma") == Money(129_900, "PLN")
    assert read_money("1,299", "PLN", "price", "point") == Money(129_900, "PLN")
    assert read_money("1.299,50", "PLN", "price", "comma") == Money(129_950, "PLN")
    with pytest.raises(Refused):
        read_money("1.299,50", "PLN", "price", "point")
    with pytest.raises(Refused):
        read_money("12.50", "PLN", "price", "comma")


def test_an_amount_without_any_currency_is_refused() -> None:
    """Money has a currency."""
    with pytest.raises(Refused) as refused:
        read_money("15.00", None, "price")
    assert refused.value.reason == "currency_missing"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("12", 12), (" 12 ", 12), ("5.0", 5), ("2,9", 2), ("-3", 0), (-3, 0), (7, 7), (2.5, 2), ("0", 0), ("", None),
        (" ", None), (None, None), ("1 000", 1000),
    ],
)  # fmt: skip
def test_pieces(stated: object, expected: int | None) -> None:
    """Whole pieces, at least none; nothing said is not none."""
    assert read_pieces(stated, "stock") == expected


@pytest.mark.parametrize("stated", ["many", "1e9", "9" * 5_000, True, [], 10**400, "12 pcs"])
def test_what_is_no_number_of_pieces_is_refused(stated: object) -> None:
    """An article that may be out of stock must not be offered."""
    with pytest.raises(Refused):
        read_pieces(stated, "stock")
