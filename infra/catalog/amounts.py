"""Amounts and numbers as people and programs write them into files."""

import re

from common.application.failures import Refused
from common.domain.money import Money, decimals_of, is_currency
from functions.ingest_event.reading import MAX_TOTAL_MINOR, amount_text, read_currency, read_rounded_minor

_CODE = re.compile(r"^([A-Za-z]{3})(?![A-Za-z])|(?<![A-Za-z])([A-Za-z]{3})$")
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₴": "UAH"}
"""Of one currency each."""
_SHARED_SYMBOLS = ("$", "¥", "kr", "Fr.")
"""Of several currencies, so that they name none."""
_SPACES = re.compile(r"[\s\u00a0\u202f'\u2019]+")
_PIECES = re.compile(r"([-+]?)([0-9]{1,15})(?:[.,][0-9]*)?", re.ASCII)
AUTO, JSON = "auto", "json"
"""Decimals as each amount shows them; JSON: as well, but one point by itself never parts thousands."""
_NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)*", re.ASCII)


def read_money(value: object, currency: str | None, field: str, decimal: str = AUTO) -> Money:
    """The amount in the currency that it names, else in `currency`. Raises Refused."""
    text, named = _without_currency(value if isinstance(value, str) else amount_text(value))
    if not text:
        raise Refused("amount_invalid", f"{field} holds no amount; send one such as 499.00.", field)
    used = read_currency(named or currency, f"The currency of {field}" if not named else field)
    digits = _plain(_SPACES.sub("", text), decimal, decimals_of(used), field)
    minor = read_rounded_minor(digits, used, field)
    if minor > MAX_TOTAL_MINOR:
        raise Refused("amount_invalid", f"{field} is implausibly large; check it.", field)
    return Money(minor, used)


def read_pieces(value: object, field: str) -> int | None:
    """A number of pieces, rounded down and at least 0; None where nothing is stated. Raises Refused."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    stated = isinstance(value, str) or (isinstance(value, int | float) and abs(value) < MAX_TOTAL_MINOR)
    text = _SPACES.sub("", str(value)) if stated else ""
    found = _PIECES.fullmatch(text)
    if found is None:
        raise Refused("field_invalid", f"{field} is not a number of pieces; send one such as 12.", field)
    return 0 if found[1] == "-" else int(found[2])


def _without_currency(text: str) -> tuple[str, str | None]:
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return text, None
    for symbol, code in _SYMBOLS.items():
        if text.startswith(symbol) or text.endswith(symbol):
            return text.removeprefix(symbol).removesuffix(symbol).strip(), code
    for symbol in _SHARED_SYMBOLS:
        text = text.removeprefix(symbol).removesuffix(symbol).strip()
    found = _CODE.search(text)
    if found is None or not is_currency((found[1] or found[2]).upper()):
        return text, None
    return (text[: found.start()] + text[found.end() :]).strip(), (found[1] or found[2]).upper()


def _plain(text: str, decimal: str, decimals: int, field: str) -> str:
    """The amount with a point for its decimals and nothing else; what is no number stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    marks = [character for character in text if character in ".,"]
    if not marks:
        return text
    if decimal not in (AUTO, JSON):
        point = "." if decimal == "point" else ","
        if marks.count(point) > 1 or (point in marks and marks[-1] != point):
            return text
        return _joined(text, point, field) if point in marks else _grouped(text, field)
    if len(set(marks)) == 2:
        if marks.count(marks[-1]) > 1:
            return text
        return _joined(text, marks[-1], field)
    if len(marks) > 1:
        return _grouped(text, field)
    if marks[0] == "." and (decimals == 3 or decimal == JSON):
        return text
    return _one_mark(text, marks[0], decimals, field)


def _one_mark(text: str, mark: str, decimals: int, field: str) -> str:
    whole, _, rest = text.partition(mark)
    if len(rest) != 3 or len(whole) > 3 or whole == "0":
        return f"{whole}.{rest}"
    if decimals == 0:
        return whole + rest
    raise Refused(
        "amount_ambiguous",
        f"{field} can be read in two ways, {whole}{rest} or {whole}.{rest}; "
        "write it with two decimals, or say --decimal point or --decimal comma.",
        field,
    )


def _joined(text: str, point: str, field: str) -> str:
    whole, _, rest = text.rpartition(point)
    return f"{_grouped(whole, field)}.{rest}"


def _grouped(text: str, field: str) -> str:
    """The digits of a number whose thousands are parted."""
    first, *groups = re.split("[.,]", text)
    if (len(first) > 3 and groups) or any(len(group) != 3 for group in groups):
        raise Refused("amount_invalid", f"{field} is not an amount; send one such as 1299.00.", field)
    return first + "".join(groups)
