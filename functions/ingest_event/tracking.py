"""What analytics calls have in common: facts under many spellings, times as numbers, amounts as floats."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money, is_currency
from common.domain.values import dataclass
from functions.ingest_event import envelope, reading, salvage
from functions.ingest_event.envelope import Envelope

NOT_SET = "(not set)"
"""What Google's exports write for a text that nobody stated."""
_CURRENCY = ("currency", "currencyCode", "currency_code")
_DIGITS_OF_SECONDS, _DIGITS_OF_MILLIS, _DIGITS_OF_MICROS = 10, 13, 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stated(NamedTuple):
    """A value and the path of the payload that it stands at."""

    value: Any
    field: str


NOTHING = Stated(None, "")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a call states by name; `prefix` leads to where a missing one belongs."""

    prefix: str
    stated: Mapping[str, Stated]

    def first(self, *names: str) -> Stated | None:
        """The first of the named facts that says anything."""
        for name in names:
            fact = self.stated.get(name)
            if fact and fact.value is not None and fact.value not in ("", NOT_SET):
                return fact
        return None

    def text(self, *names: str) -> str:
        """The first of the named facts that is a text or whole number; else empty."""
        for name in names:
            fact = self.first(name)
            if fact and (text := id_text(fact.value)):
                return text
        return ""


def facts_in(holder: object, prefix: str) -> Facts:
    """The fields of a JSON object as facts."""
    stated = {name: Stated(value, prefix + name) for name, value in reading.mapping(holder).items()}
    return Facts(prefix, stated)


def opened(source: str, message: PubSubMessage, received_at: datetime, several: str) -> Envelope:
    """The message's envelope; of a JSON array, the payload holds the array as the field `several`."""
    if message.data.lstrip()[:1] == b"[":
        message = replace(message, data=b'{"%s":%s}' % (several.encode(), message.data))
    return envelope.opened(source, message, received_at)


def id_text(value: object) -> str:
    """An id as a text where it is one; else empty."""
    try:
        text = reading.read_id(value, "id")
    except Refused:
        return ""
    return "" if text == NOT_SET else text


def instant(stated: Stated, received_at: datetime) -> datetime:
    """RFC 3339, or seconds, milli- or microseconds since 1970 as a number or its digits. Raises Refused."""
    value = stated.value
    digits = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(value, float) and value.is_integer() and 0 < value < 10**_DIGITS_OF_MICROS:
        digits = str(int(value))
    if isinstance(digits, str) and digits.strip().isdecimal():
        value = _since_epoch(digits.strip()) or value
    return reading.read_moment(value, stated.field, received_at)


def _since_epoch(digits: str) -> str | None:
    unit = {
        _DIGITS_OF_SECONDS: timedelta(seconds=1),
        _DIGITS_OF_MILLIS: timedelta(milliseconds=1),
        _DIGITS_OF_MICROS: timedelta(microseconds=1),
    }.get(len(digits))
    return (_EPOCH + int(digits) * unit).isoformat() if unit else None


def currency_in(facts: Facts, items: tuple[Stated, ...], assumed: str | None, notes: list[str]) -> str:
    """The call's currency, else the one that all its items name, else the assumed one with a note.

    Codes in lower case are taken too. Raises Refused.
    """
    stated = facts.first(*_CURRENCY)
    if stated is not None:
        return reading.read_currency(_upper(stated.value), stated.field)
    named = [fact for item in items if (fact := facts_in(item.value, f"{item.field}.").first(*_CURRENCY))]
    if len({_upper(fact.value) for fact in named if isinstance(fact.value, str)}) > 1:
        field = items[0].field.rpartition("[")[0]
        raise Refused("currency_mixed", f"{field} has several currencies; a cart or order has one.", field)
    if named:
        return reading.read_currency(_upper(named[0].value), named[0].field)
    field = f"{facts.prefix}currency"
    if assumed is None:
        return reading.read_currency(None, field)
    notes.append(f"{field} is missing, so {assumed} was assumed; send an ISO 4217 code such as EUR.")
    return assumed


def has_currency(stated: Mapping[str, Stated]) -> bool:
    """Whether any of the facts is a currency, under one of its names."""
    return Facts("", stated).first(*_CURRENCY) is not None


def is_in_another(holder: Mapping[str, Any], currency: str) -> bool:
    """Whether an item names a currency of its own, and not this one."""
    named = (holder.get(name) for name in _CURRENCY)
    return _upper(next((code for code in named if code and code != NOT_SET), currency)) != currency


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def assumed_currency(message: PubSubMessage) -> str | None:
    """The attribute `currency`, by which a store says what its calls leave out."""
    code = (message.attribute("currency") or "").strip().upper()
    return code if is_currency(code) else None


def minor_of(stated: Stated, currency: str) -> int:
    """Minor units, rounded to the decimals that the currency has: scripts compute prices in floats. Raises Refused."""
    return reading.read_rounded_minor(stated.value, currency, stated.field)


def optional_minor(stated: Stated | None, currency: str, notes: list[str]) -> int:
    """Minor units of an amount that an event can do without: 0 if it isn't there, and with a note if unreadable."""
    if stated is None:
        return 0
    try:
        return minor_of(stated, currency)
    except Refused:
        notes.append(f"{stated.field} was left out: it is not an amount.")
        return 0


def money_at_stake(facts: Facts, items: object, prices: tuple[str, ...], *totals: str) -> Money | None:
    """The money that facts are about, as far as it can be read; never raises."""
    lines = [item for item in reading.listing(items) if isinstance(item, dict)]
    stated = facts.first(*_CURRENCY) or next(
        (fact for line in lines if (fact := facts_in(line, "").first(*_CURRENCY))), NOTHING
    )
    currency = _upper(stated.value)
    for name in totals:
        fact = facts.first(name)
        if fact and (money := salvage.money_of(fact.value, currency)):
            return money
    priced = (
        {**line, "price": next((line[name] for name in prices if name in line), None)} for line in lines
    )
    return salvage.sum_of_lines(list(priced), "price", currency)
