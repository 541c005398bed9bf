"""Amounts, percentages, moments and plurals the way the customer's language writes them."""

import re
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from common.domain.money import decimals_of
from common.domain.values import dataclass

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

_NO_BREAK = "\u00a0"
_CODE_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """A moment as the customer reads it: never without its zone (L22), rounded down to the minute."""

    date: str
    time: str
    zone: str
    """Such as "Europe/Warsaw, UTC+1"."""
    offset: str
    """Such as "UTC+1": the zone, where space is short."""

    def __str__(self) -> str:
        return f"{self.date}, {self.time} ({self.zone})"


@lru_cache(maxsize=256)
def locale_of(tag: str | None) -> "Locale | None":
    """The locale of a BCP 47 tag, less exact if need be (pl-XX is pl); None if the language isn't known."""
    from babel import Locale, UnknownLocaleError

    language, *rest = re.split(r"[-_]", tag or "")
    territory = next((part.upper() for part in rest if re.fullmatch(r"[A-Za-z]{2}|[0-9]{3}", part)), None)
    for place in (territory, None):
        try:
            return Locale(language.lower(), territory=place)
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=4096)
def money(minor: int, currency: str, locale: "Locale") -> str:
    """An amount with the currency's own ISO 4217 decimals (L34), which CLDR would round away for some."""
    text = _apply(copy(locale.currency_formats["standard"]), minor, currency, locale)
    return _CODE_MEETS_DIGIT.sub(_NO_BREAK, text)


def plain_money(minor: int, currency: str, locale: "Locale") -> str:
    """An amount with the currency's code instead of its symbol, which an SMS may be unable to show."""
    from babel.numbers import parse_pattern

    return f"{_apply(copy(parse_pattern('#,##0.00')), minor, currency, locale)}{_NO_BREAK}{currency}"


def percent(number: float, locale: "Locale") -> str:
    """A percentage with as many decimals as it has, two at most."""
    pattern = copy(locale.percent_formats[None])
    pattern.frac_prec = (0, 2)
    return str(pattern.apply(Decimal(str(number)) / 100, locale))


def until(at: datetime, zone: str, locale: "Locale", *, short: bool = False) -> Until:
    """The moment `at` on a clock in `zone`, an IANA name; `short` abbreviates the month."""
    from babel import Locale
    from babel.dates import format_date, format_time

    local = at.astimezone(ZoneInfo(zone))
    # English without a country is read everywhere: day before month and 24 hours are never mistaken.
    written = Locale("en", "GB") if str(locale) == "en" else locale
    offset = _offset(local.utcoffset() or timedelta())
    return Until(
        date=str(format_date(local, "medium" if short else "long", locale=written)),
        time=str(format_time(local.timetz(), "short", locale=written)),
        zone=offset if zone in ("UTC", "Etc/UTC") else f"{zone}, {offset}",
        offset=offset,
    )


@lru_cache(maxsize=256)
def pluralizer(locale: "Locale") -> Callable[..., str]:
    """plural(count, one=..., few=..., many=..., other=...) picks the form; # in it is the count."""

    def plural(count: int, *, other: str, **forms: str) -> str:
        return forms.get(str(locale.plural_form(count)), other).replace("#", str(count))

    return plural


def _apply(pattern: "NumberPattern", minor: int, currency: str, locale: "Locale") -> str:
    decimals = decimals_of(currency)
    pattern.frac_prec = (decimals, decimals)
    major = Decimal(minor).scaleb(-decimals)
    return str(pattern.apply(major, locale, currency=currency, currency_digits=False))


def _offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f":{rest:02}" if rest else "")
