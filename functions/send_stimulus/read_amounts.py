"""Reads amounts of money out of a text, without knowing how they were written into it."""

import re
import unicodedata
from collections.abc import Set
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from common.domain.money import decimals_of, is_currency
from common.domain.values import dataclass

if TYPE_CHECKING:
    from babel import Locale

# What people write for money in one country, whatever the language around it; no locale's data has all of them.
_AT_HOME = {
    "zł": {"PLN"},
    "zl": {"PLN"},
    "Kč": {"CZK"},
    "Ft": {"HUF"},
    "kr": {"SEK", "NOK", "DKK", "ISK"},
    "lei": {"RON", "MDL"},
    "лв": {"BGN"},
}
_NUMBER = r"\d+(?:[.,']\d+| \d{3}(?!\d))*"
_COMPARED = re.compile(r"\b(?:regular price|cena regularna):? ?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One amount as it stands in a text."""

    written: str
    minor: int | None
    """In minor units of the currency that was asked for; None if it can't be read as that."""
    start: int
    end: int
    is_regular_price: bool
    """Whether the text calls it the regular price: words right before it, in the languages of the templates."""


def read_amounts(text: str, currency: str, locale: "Locale") -> list[Amount]:
    """The amounts of a text without moments, whose blanks are plain, in the order in which they stand.

    A number is one if a currency stands beside it, before or behind, or if it has exactly the currency's decimals.
    """
    grammar = _grammar(locale)
    found = []
    for match in grammar.amount.finditer(text):
        beside = [sign for sign in (match["before"], match["behind"]) if sign and _is_money(sign, grammar)]
        if beside or _looks_like_money(match["number"], currency):
            minor = _minor(match["number"], currency, grammar)
            stated = all(currency in grammar.codes_of(sign) for sign in beside)
            start = match.start("number" if match["before"] not in beside else "before")
            found.append(
                Amount(
                    written=match[0].strip(),
                    minor=minor if beside and stated else None,
                    start=start,
                    end=match.end(),
                    is_regular_price=bool(_COMPARED.search(text[:start])),
                )
            )
    return found


class _Grammar(NamedTuple):
    amount: re.Pattern[str]
    number: re.Pattern[str]
    group: str
    decimal: str
    signs: dict[str, set[str]]

    def codes_of(self, sign: str) -> Set[str]:
        """The currencies that a sign may stand for."""
        return self.signs.get(sign) or ({sign} if is_currency(sign) else set())


@lru_cache(maxsize=64)
def _grammar(locale: "Locale") -> _Grammar:
    from babel.numbers import get_decimal_symbol, get_group_symbol

    written = {code: sign for code, sign in locale.currency_symbols.items() if is_currency(code)}
    here = {sign: {code for code in written if written[code] == sign} for sign in written.values()}
    signs = {**_AT_HOME, **here}
    known = "|".join(sorted(map(re.escape, signs), key=len, reverse=True))
    others = "".join(
        re.escape(chr(code)) for code in range(0x20C1) if unicodedata.category(chr(code)) == "Sc"
    )
    sign = rf"(?:{known}|[A-Z]{{3}}|[A-Z]{{0,2}}[{others}])"
    # Without a currency before it, a number begins where no other does.
    before = rf"(?:(?<!\w)(?P<before>{sign}) ?|(?<!\d)(?<!\d[.,']))"
    behind = rf"(?: ?(?P<behind>{sign})(?!\w))?"
    decimal, group = get_decimal_symbol(locale), _plain(get_group_symbol(locale))
    inside = re.escape(group)
    return _Grammar(
        amount=re.compile(rf"{before}(?P<number>{_NUMBER}){behind}"),
        number=re.compile(
            rf"(?:\d{{1,3}}(?:{inside}\d{{2,3}})*{inside}\d{{3}}|\d+)(?:{re.escape(decimal)}\d+)?"
        ),
        group=group,
        decimal=decimal,
        signs=signs,
    )


def _plain(group: str) -> str:
    """The sign between thousands as it stands in a text whose blanks and apostrophes are plain."""
    return " " if group.isspace() else group.replace("\u2019", "'")


def _is_money(sign: str, grammar: _Grammar) -> bool:
    return bool(grammar.codes_of(sign)) or any(unicodedata.category(letter) == "Sc" for letter in sign)


def _looks_like_money(number: str, currency: str) -> bool:
    decimals = decimals_of(currency)
    return bool(decimals and re.search(rf"[.,]\d{{{decimals}}}\Z", number))


def _minor(number: str, currency: str, grammar: _Grammar) -> int | None:
    """Minor units of a number in the locale's way, or None if it is none or has more decimals than the currency."""
    if not grammar.number.fullmatch(number):
        return None
    plain = number.replace(grammar.group, "").replace(grammar.decimal, ".")
    minor = Decimal(plain).scaleb(decimals_of(currency))
    return int(minor) if minor == minor.to_integral_value() else None
