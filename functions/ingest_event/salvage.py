"""What money a broken message was about. Best effort: it ranks refusals, nothing is decided by it."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import from_json

from common.domain.money import InvalidAmount, Money, is_currency, parse_minor
from functions.ingest_event.reading import MAX_BYTES, MAX_TOTAL_MINOR, amount_text

_TOTAL = re.compile(rb'"(?:total|total_price)"\s*:\s*"?([0-9]{1,12}(?:\.[0-9]{1,8})?)\b')
_CURRENCY = re.compile(rb'"(?:presentment_currency|currency|currency_code)"\s*:\s*"([A-Z]{3})"')


def salvage(data: bytes) -> dict[str, Any]:
    """As much of the JSON object as can be read, even if it is cut off or holds NaN; else empty."""
    try:
        payload = from_json(data[:MAX_BYTES], allow_partial=True)
    except ValueError:
        return {}
    return payload if isinstance(payload, dict) else {}


def money_of(amount: object, currency: object) -> Money | None:
    """The money, if both parts can be read."""
    if not isinstance(currency, str) or not is_currency(currency):
        return None
    try:
        return Money(parse_minor(amount_text(amount), currency), currency)
    except InvalidAmount:
        return None


def sum_of_lines(lines: object, price: str, currency: object) -> Money | None:
    """The worth of those lines whose `price` (a field's name) and quantity can be read."""
    total = 0
    for line in lines if isinstance(lines, list) else []:
        if isinstance(line, Mapping) and (money := money_of(line.get(price), currency)):
            quantity = line.get("quantity")
            total += money.minor * (quantity if isinstance(quantity, int) and 0 < quantity < 10**6 else 1)
    return Money(total, str(currency)) if 0 < total <= MAX_TOTAL_MINOR else None


def guess_money(data: bytes) -> Money | None:
    """The first total and the first currency that are written in a message, whatever it is."""
    total, currency = _TOTAL.search(data, 0, MAX_BYTES), _CURRENCY.search(data, 0, MAX_BYTES)
    return money_of(total[1].decode(), currency[1].decode()) if total and currency else None
