"""Reads an offer's price, currency, expiry and item back out of the finished message, and compares.

What is read is what the customer will read; how it was written, and by which template, isn't looked at. So whatever
goes wrong on the way there (a template's wrong variable, a format, a zone) blocks the message instead of promising
something that the offer doesn't say.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from common.domain.effects import SendMessage
from common.domain.offers import OfferPromise, Wanted
from common.domain.shop import Shop
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import Channel
from functions.send_stimulus.content import RenderingFailed, spelt
from functions.send_stimulus.offer_content import HEADING_NAME, LONGEST_NAME, TIGHT_NAMES, full_name
from functions.send_stimulus.page_words import PageWords
from functions.send_stimulus.read_amounts import Amount, read_amounts
from functions.send_stimulus.read_moments import read_moments, stray_moments
from functions.send_stimulus.rendered import Rendered, RenderedEmail
from functions.send_stimulus.sealing import clean, clean_name, clean_url

if TYPE_CHECKING:
    from babel import Locale

_ITEM, _OTHER_ITEM, _OTHER_WORDS = "\ue000", "\ue001", "\ue002"
"""Stand for the item's name, another item's, and words that are the shop's or the customer's own."""
_PLAIN = {
    **dict.fromkeys(range(0xE000, 0xE010), "\ufffd"),
    **dict.fromkeys(map(ord, "\u034f\u200b\u200c\u200d\u2060\ufeff")),
    0x2019: "'",
}
_ADDRESS = r"https?://\S+|[^\s@]+@[^\s@]+"
_FOLLOWS = re.compile(rf"[^.,;:!?()\n{_OTHER_ITEM}]{{0,16}}{_ITEM}")
"""A price and its item, in that order: "PLN 249.00 for the cardigan"."""
_LINES_BEFORE = 3
"""How far above a price its item may be named, in lines that aren't empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the finished message, as words."""

    name: str
    text: str
    complete: bool = True
    """Whether it must say everything; a subject may say less, but nothing else."""
    unseen: tuple[str, ...] = ()
    """Words that few people come to read, none of which may be wrong either."""
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the message has to say, and whose words it may use."""

    currency: str
    unit_minor: int
    total_minor: int
    regular_minor: int | None
    """What anybody pays for one, where that is more."""
    until: datetime
    """To the minute."""
    names: frozenset[str]
    """Of the item, in each length."""
    other_names: frozenset[str]
    """Of what they wanted."""
    other_words: frozenset[str]
    other_pictures: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text says."""

    moments: tuple[datetime, ...]
    stray: tuple[str, ...]
    """Dates, times and zones that are no whole moment."""
    amounts: tuple[Amount, ...]
    text: str
    """With marks in place of moments, names, words and addresses."""


def check(
    rendered: Rendered, offer: OfferPromise, message: SendMessage, shop: Shop, locale: "Locale"
) -> None:
    """Raises RenderingFailed at the first thing in any part that isn't what the offer says."""
    expected = _expected(offer, message, shop)
    for part in _parts(rendered):
        for problem in _problems(part, expected, locale):
            raise RenderingFailed(f"{message.template}/{message.channel}: the {part.name} {problem}")


def _parts(rendered: Rendered) -> tuple[Part, ...]:
    if not isinstance(rendered, RenderedEmail):
        return (Part(name="text", text=rendered.text),)
    page = PageWords(rendered.html)
    return (
        Part(name="subject", text=rendered.subject, complete=False),
        Part(name="text", text=rendered.text),
        Part(name="page", text=page.text, unseen=tuple(page.unseen), pictures=tuple(page.pictures)),
    )


def _expected(offer: OfferPromise, message: SendMessage, shop: Shop) -> Expected:
    spell = partial(_spellings, sms=message.channel is Channel.SMS)
    others: tuple[Wanted | Line, ...] = (offer.wanted, *message.lines)
    names = spell([full_name(offer)], (LONGEST_NAME, HEADING_NAME, *TIGHT_NAMES))
    pictures = {clean_url(other.image_url) for other in others} - {clean_url(offer.image_url), None}
    words = [clean_name(message.name) or "", shop.name, *shop.postal_address.splitlines()]
    return Expected(
        currency=message.currency,
        unit_minor=offer.unit_price_minor,
        total_minor=offer.unit_price_minor * offer.quantity,
        regular_minor=(
            offer.regular_price_minor if offer.regular_price_minor > offer.unit_price_minor else None
        ),
        until=offer.valid_until.replace(second=0, microsecond=0),
        names=names,
        other_names=spell([other.name for other in others], (LONGEST_NAME, HEADING_NAME, *TIGHT_NAMES))
        - names,
        other_words=spell(words, (LONGEST_NAME, HEADING_NAME)) - names,
        other_pictures=frozenset(url for url in pictures if url),
    )


def _spellings(texts: Iterable[str], lengths: Iterable[int], *, sms: bool) -> frozenset[str]:
    spelt_ones = {_plain(spelt(clean(text, longest), sms)) for text in texts for longest in lengths}
    return frozenset(spelt_ones - {""})


def _problems(part: Part, expected: Expected, locale: "Locale") -> Iterator[str]:
    read = partial(_read, expected=expected, locale=locale)
    reading = read(part.text)
    for one in (reading, *map(read, part.unseen)):
        yield from _false_statements(one, expected)
    if expected.other_pictures.intersection(part.pictures):
        yield "shows another item's picture"
    yield from _missing_statements(reading, expected, complete=part.complete)


def _read(text: str, expected: Expected, locale: "Locale") -> Reading:
    moments = read_moments(_plain(text), locale)
    rest = _with_marks(moments.rest, expected)
    return Reading(
        moments=moments.stated,
        stray=(*moments.impossible, *stray_moments(rest, locale)),
        amounts=tuple(read_amounts(rest, expected.currency, locale)),
        text=rest,
    )


def _false_statements(reading: Reading, expected: Expected) -> Iterator[str]:
    for written in reading.stray:
        yield f"says {written!r}, which is no moment with date, time and zone"
    for moment in reading.moments:
        if moment != expected.until:
            yield f"says {moment.isoformat()} instead of {expected.until.isoformat()}"
    for amount in reading.amounts:
        if not _is_true(amount, expected):
            yield f"says {amount.written!r}, which the offer doesn't"


def _missing_statements(reading: Reading, expected: Expected, *, complete: bool) -> Iterator[str]:
    prices = [one for one in reading.amounts if one.minor == expected.unit_minor and not one.is_regular_price]
    if not prices and (complete or reading.amounts):
        yield "doesn't say the price"
    if not reading.moments and complete:
        yield "doesn't say until when"
    if _ITEM not in reading.text and (complete or _OTHER_ITEM in reading.text):
        yield "doesn't name the item"
    for price in prices:
        if not _is_of_the_item(price, reading.text):
            yield f"says {price.written!r} of something else"


def _is_true(amount: Amount, expected: Expected) -> bool:
    """The price of one or of all; the regular price too, but only where it is called that."""
    if amount.is_regular_price:
        return amount.minor is not None and amount.minor == expected.regular_minor
    return amount.minor in (expected.unit_minor, expected.total_minor)


def _is_of_the_item(price: Amount, text: str) -> bool:
    """Whether the item is the last one named before the price, not far above it, or follows at once."""
    *above, line = text[: price.start].split("\n")
    near = "\n".join([*[one for one in above if one][-_LINES_BEFORE:], line])
    return near.rfind(_ITEM) > near.rfind(_OTHER_ITEM) or bool(_FOLLOWS.match(text, price.end))


def _with_marks(text: str, expected: Expected) -> str:
    """The text with marks for names, words and addresses, in which numbers and months mean nothing."""
    marks = {
        **dict.fromkeys(expected.other_words, _OTHER_WORDS),
        **dict.fromkeys(expected.other_names, _OTHER_ITEM),
        **dict.fromkeys(expected.names, _ITEM),
    }
    known = "|".join(map(re.escape, sorted(marks, key=lambda words: (-len(words), words))))
    # A name that is a number must not be taken out of an amount.
    pattern = rf"(?<!\w)(?<!\d[.,'])(?:{known})(?!\w)(?![.,']\d)|{_ADDRESS}"
    return re.sub(pattern, lambda found: marks.get(found[0], _OTHER_WORDS), text)


def _plain(text: str) -> str:
    """The text with plain blanks and apostrophes, line by line, without what nobody sees."""
    return "\n".join(" ".join(line.split()) for line in text.translate(_PLAIN).split("\n"))
