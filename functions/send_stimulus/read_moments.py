"""Reads moments out of a text, without knowing how they were written into it."""

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from common.domain.values import dataclass
from functions.send_stimulus.gsm import fold

if TYPE_CHECKING:
    from babel import Locale

MARK = "\ue003"
"""Stands where a moment was: no letter, no digit, no blank."""

_MORE_MONTHS = {"en": {"sep": 9, "sept": 9}}
"""Each is right in some English-speaking country only."""
_TIME = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?!\d)(?: ?(?P<half>[ap])\.?m\b\.?)?"
_ZONE = r"(?:(?P<zone>[A-Za-z][\w+-]*(?:/[\w+-]+)*), ?)?(?P<offset>UTC(?:[+-]\d{1,2}(?::\d{2})?)?)(?![\w+-])"
_BETWEEN = r",? (?:at |o |godz\. )?"
_STRAY = re.compile(
    r"(?<![\w.,:/-])\d{1,2}:\d{2}(?!\d)|(?<![\w.,:/-])\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![\w.,]?\d)|"
    r"\b\d{1,2} ?[ap]\.?m\b|\b(?:UTC|GMT|CET|CEST)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """The whole moments of a text: date, time and zone."""

    stated: tuple[datetime, ...]
    """Aware."""
    impossible: tuple[str, ...]
    """There is no such day or zone, or the zone isn't at the offset beside it."""
    rest: str
    """The text with a mark in place of each."""


def read_moments(text: str, locale: "Locale") -> Moments:
    """The whole moments of a text whose blanks are plain, in the words of the locale's language."""
    grammar = _grammar(locale)
    stated, impossible, kept, end = [], [], [], 0
    for found in grammar.moment.finditer(text):
        kept.append(text[end : found.start()])
        end = found.end()
        moment = _moment(found, grammar)
        if moment is None:
            impossible.append(found[0])
        else:
            stated.append(moment)
    rest = MARK.join((*kept, text[end:]))
    return Moments(stated=tuple(stated), impossible=tuple(impossible), rest=rest)


def stray_moments(rest: str, locale: "Locale") -> list[str]:
    """Dates, times and zones in a text from which the whole moments were taken."""
    return [found[0] for pattern in (_grammar(locale).date, _STRAY) for found in pattern.finditer(rest)]


class _Grammar(NamedTuple):
    moment: re.Pattern[str]
    date: re.Pattern[str]
    months: dict[str, int]


@lru_cache(maxsize=64)
def _grammar(locale: "Locale") -> _Grammar:
    months = {
        spelling.rstrip(".").casefold(): number
        for words in locale.months.values()
        for width in ("wide", "abbreviated")
        for number, name in words.get(width, {}).items()
        for spelling in (name, fold(name))  # as it is, and as an SMS spells it
        if not name.isdigit()
    }
    months |= _MORE_MONTHS.get(locale.language, {})
    month = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    first = rf"(?<![\w.,:/-])(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .-]*(?P<month>{month})\b\.?"
    last = rf"\b(?P<month_>{month})\b\.? ?(?P<day_>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)"
    year = r"[ ,.-]{0,2}(?P<year>\d{4})(?!\d)"
    date = rf"(?:{first}|{last})"
    moment = rf"{date}{year}{_BETWEEN}{_TIME} ?\(?{_ZONE}\)?"
    return _Grammar(re.compile(moment, re.IGNORECASE), re.compile(date, re.IGNORECASE), months)


def _moment(found: re.Match[str], grammar: _Grammar) -> datetime | None:
    """The moment, or None if there is no such day, time or zone, or the zone is not at the offset beside it."""
    hour, half = int(found["hour"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    month = grammar.months[(found["month"] or found["month_"]).casefold()]
    day, offset = int(found["day"] or found["day_"]), _offset(found["offset"])
    try:
        moment = datetime(int(found["year"]), month, day, hour, int(found["minute"]), tzinfo=timezone(offset))
        named = moment.astimezone(ZoneInfo(found["zone"])).utcoffset() if found["zone"] else offset
    except (ValueError, KeyError, OSError):
        return None
    return moment if named == offset else None


def _offset(text: str) -> timedelta:
    hours, _, minutes = text[4:].partition(":")
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return -ahead if text[3:4] == "-" else ahead
