"""Amounts as Shopify states them: in the shop's currency (pounds) and in the customer's own."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.domain.money import decimals_of, format_minor

SHOP_CURRENCY = "GBP"
_POUNDS = {"GBP": "1", "EUR": "0.86", "USD": "0.79", "PLN": "0.20", "JPY": "0.0053"}
"""For one unit of the customer's currency."""


def pounds(minor: int, currency: str) -> str:
    """The amount converted, in major units."""
    major = Decimal(minor).scaleb(-decimals_of(currency)) * Decimal(_POUNDS[currency])
    return str(major.quantize(Decimal("0.01"), ROUND_HALF_UP))


def price_set(minor: int, currency: str) -> dict[str, Any]:
    """Both amounts."""
    return {
        "shop_money": {"amount": pounds(minor, currency), "currency_code": SHOP_CURRENCY},
        "presentment_money": {"amount": format_minor(minor, currency), "currency_code": currency},
    }


def both(name: str, minor: int, currency: str) -> dict[str, Any]:
    """`name` in the shop's currency and `name`_set."""
    return {name: pounds(minor, currency), f"{name}_set": price_set(minor, currency)}
