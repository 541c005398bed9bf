"""What every policy document checks of its values."""

from collections.abc import Mapping
from decimal import Decimal

from common.domain.money import InvalidAmount, minor_of

Amounts = Mapping[str, Decimal]
"""Major units by ISO 4217 code."""


def within(name: str, value: int, lowest: int, highest: int) -> None:
    """Raise ValueError with a sentence, unless the value lies between the bounds, which count in."""
    if not lowest <= value <= highest:
        raise ValueError(f"{name} is {value}; it must lie between {lowest} and {highest}")


def check_percent(name: str, value: float, lowest: int, highest: int) -> None:
    """Raise ValueError with a sentence, unless the percentage lies within the bounds, with two decimals at most."""
    if not lowest <= value <= highest:
        raise ValueError(f"{name} is {value:g}; it must lie between {lowest} and {highest}")
    if round(value, 2) != value:
        raise ValueError(f"{name} is {value}; write it with two decimals at most")


def basis_points(percent: float) -> int:
    """Hundredths of a percent, to calculate with: exact for what `check_percent` lets pass."""
    return round(percent * 100)


def percent_of(points: int) -> float:
    """The percentage as it is written: 5, or 7.5."""
    return points / 100 if points % 100 else points // 100


def check_amounts(name: str, amounts: Amounts) -> None:
    """Raise ValueError with a sentence, unless each amount is one of its currency."""
    for currency, amount in amounts.items():
        try:
            minor_of(amount, currency)
        except InvalidAmount as problem:
            raise ValueError(f"{name}.{currency}: {problem}") from None


def minor_in(amounts: Amounts, currency: str) -> int | None:
    """The policy's amount for one currency in minor units; None where the policy names none."""
    amount = amounts.get(currency)
    return None if amount is None else minor_of(amount, currency)
