"""commercetools' money: whole numbers of the smallest unit (`centAmount`), with the currency beside them."""

from typing import Any

from common.application.failures import Refused
from common.domain.money import Money, decimals_of
from functions.ingest_event import reading

Payload = dict[str, Any]


def read_money(holder: Payload, name: str, path: str) -> Money | None:
    """The money that `holder` states as `name`, None if it states none; `path` leads to the holder.

    Negative amounts are taken: discounts are stated as such. High-precision money has its rounded `centAmount` too.
    """
    stated, field = holder.get(name), f"{path}{name}"
    if stated is None:
        return None
    if not isinstance(stated, dict):
        why = f"{field} is not money; send an object with centAmount and currencyCode."
        raise Refused("amount_invalid", why, field)
    currency = reading.read_currency(stated.get("currencyCode"), f"{field}.currencyCode")
    _check_digits(stated, currency, field)
    return Money(_cents(stated.get("centAmount"), f"{field}.centAmount"), currency)


def read_total(holder: Payload, name: str, path: str) -> Money | None:
    """Money that can't be negative."""
    money = read_money(holder, name, path)
    if money is not None and money.minor < 0:
        field = f"{path}{name}.centAmount"
        raise Refused("amount_invalid", f"{field} is negative; send an amount of at least 0.", field)
    return money


def _cents(value: object, field: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= reading.MAX_TOTAL_MINOR:
        return value
    problem = "is missing" if value is None else "is no plausible whole number"
    raise Refused("amount_invalid", f"{field} {problem}; send the amount in the smallest unit.", field)


def _check_digits(stated: Payload, currency: str, field: str) -> None:
    """Whether both sides mean the same smallest unit; the digits of high precision are finer ones."""
    digits = stated.get("fractionDigits")
    if digits is None or stated.get("type") == "highPrecision" or digits == decimals_of(currency):
        return
    field = f"{field}.fractionDigits"
    why = f"{field} doesn't fit the currency; {currency} has {decimals_of(currency)} decimals."
    raise Refused("amount_invalid", why, field)
