"""WooCommerce's two ways to state money, and its times without an offset.

The REST API (webhooks) states decimal strings in the order's currency. The Store API (carts) states whole numbers of
the smallest unit that the *shop* counts in: `currency_minor_unit` is its setting "number of decimals", which need not
be the currency's own.
"""

import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from common.application.failures import Refused
from common.domain.money import decimals_of
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope

Payload = dict[str, Any]

_MAJOR = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?", re.ASCII)
_NAIVE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?", re.ASCII)
_UNSET = ("0000-", "-0001-")
"""How the database's zero date is written: a draft that was never published."""
_MOST_DECIMALS = 8


def major(value: object, currency: str, field: str) -> int:
    """Minor units of a decimal string. A shop may count in more decimals than its currency has; those are rounded."""
    text = reading.amount_text(value)
    if not _MAJOR.fullmatch(text):
        return reading.read_minor(value, currency, field)
    return reading.check_total(_rounded(Decimal(text).scaleb(decimals_of(currency))), field)


def shifted(value: object, unit: object, currency: str, field: str) -> int:
    """Minor units of a Store API amount; `unit` is the `currency_minor_unit` beside it, else the currency's own."""
    text = reading.amount_text(value)
    if not _WHOLE.fullmatch(text):
        why = f'{field} can\'t be taken; send whole smallest units of the currency such as "49900".'
        raise Refused("amount_invalid", why, field)
    own = counted = decimals_of(currency)
    if isinstance(unit, int) and not isinstance(unit, bool) and 0 <= unit <= _MOST_DECIMALS:
        counted = unit
    return reading.check_total(_rounded(Decimal(text).scaleb(own - counted)), field)


def per_piece(minor: int, quantity: int) -> int:
    """What one of `quantity` costs, to the nearest minor unit."""
    return _rounded(Decimal(minor) / quantity)


def _rounded(minor: Decimal) -> int:
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP))


def moment(env: Envelope, holder: Payload, at: str, *names: str) -> datetime:
    """The first of the named times that is stated; else when the message was published.

    A `..._gmt` field is UTC although it has no offset. Its namesake without `_gmt` is the shop's local time, whose
    zone no payload names, so it is never used.
    """
    for name in names:
        value = holder.get(name)
        if value and not (isinstance(value, str) and value.startswith(_UNSET)):
            return reading.read_moment(as_utc(value), at + name, env.received_at)
    return env.published_at


def as_utc(value: object) -> object:
    """The time with the offset that WooCommerce leaves out; anything else as it is."""
    return f"{value}Z" if isinstance(value, str) and _NAIVE.fullmatch(value) else value
