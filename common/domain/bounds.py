"""What every policy document checks of its values."""

from collections.abc import Mapping
from decimal import Decimal

from common.domain.money import InvalidAmount, minor_of

Amounts = Mapping[str, Decimal]
"""Major units by ISO 4217 code."""


def within(name: str, value: int | Decimal, lowest: int, highest: int) -> None:
    """Raise ValueError with a sentence, unless the value lies between the bounds, which count in."""
    if not lowest <= value <= highest:
        raise ValueError(f"{name} is {value}; it must lie between {lowest} and {highest}")


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
