"""Amounts and moments on a page, the way its reader's language writes them; babel is imported on first use."""

import re
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from common.domain.money import decimals_of

if TYPE_CHECKING:
    from babel import Locale

_CODE_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@lru_cache(maxsize=256)
def locale_of(lang: str, *known: str | None) -> "Locale":
    """The first of the known tags (BCP 47) that is of the page's language, so that en-US keeps its own dates."""
    from babel import Locale, UnknownLocaleError

    for tag in known:
        parts = (tag or "").replace("_", "-").split("-")
        if parts[0].lower() == lang:
            try:
                return Locale.parse("-".join(parts), sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return Locale(lang)


@lru_cache(maxsize=1024)
def money(minor: int, currency: str, locale: "Locale") -> str:
    """An amount with the currency's own ISO 4217 decimals (L34), which CLDR would round away for some."""
    decimals = decimals_of(currency)
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    major = Decimal(minor).scaleb(-decimals)
    text = str(pattern.apply(major, locale, currency=currency, currency_digits=False))
    return _CODE_MEETS_DIGIT.sub("\u00a0", text)


def until(at: datetime, zone: ZoneInfo, locale: "Locale") -> str:
    """The moment on a clock of that zone, never without the zone (L22), and rounded down to the minute."""
    from babel import Locale
    from babel.dates import format_date, format_time

    local = at.astimezone(zone)
    # English without a country is read everywhere: day before month and 24 hours are never mistaken.
    written = Locale("en", "GB") if str(locale) == "en" else locale
    offset = _offset(local.utcoffset() or timedelta())
    named = offset if zone.key in ("UTC", "Etc/UTC") else f"{zone.key}, {offset}"
    day = format_date(local, "long", locale=written)
    return f"{day}, {format_time(local.timetz(), 'short', locale=written)} ({named})"


@cache
def zone_of(wanted: str | None, default: str) -> ZoneInfo:
    """The customer's zone if it is one, else the shop's."""
    try:
        return ZoneInfo(wanted or default)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(default)


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
