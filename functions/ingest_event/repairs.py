"""What a lenient store has repaired: a value whose meaning can't be mistaken, at the very field that was refused.

The sources stay strict. A refusal names its field; the value there is replaced by what it must mean, and the whole
message is read again. Nothing is repaired that could turn a price, a moment or a consent into another one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic_core import from_json, to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import is_currency
from common.domain.storefront import StorefrontEvent
from functions.ingest_event import reading
from functions.ingest_event.gates import with_notes
from functions.ingest_event.outcomes import Said

MOST = 50
"""Repairs of one message; one that needs more is another kind of message."""
Read = Callable[[PubSubMessage], Sequence[Said]]

_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")
_SYMBOLS = {"€": "EUR", "£": "GBP", "zł": "PLN", "zl": "PLN", "₴": "UAH", "₹": "INR", "₩": "KRW", "₺": "TRY"}
"""Those that belong to one currency only; $, ¥ and kr don't."""
_GROUPED = (
    (re.compile(r"[0-9]{1,3}(,[0-9]{3})+\.[0-9]+"), ","),
    (re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]+"), "."),
    (re.compile(r"[0-9]{1,3}([ \u00a0\u202f'\u2019][0-9]{3})+([.,][0-9]{1,2})?"), " \u00a0\u202f'\u2019"),
    (re.compile(r"[0-9]+,[0-9]{1,2}"), ""),
)
"""Amounts with separators whose meaning is beyond doubt; in 1,299 nobody knows what the comma is."""
_MAJOR_UNITS = frozenset(("recoup", "shopify", "segment", "ga4", "saleor", "bigcommerce", "adobe_commerce"))
"""Sources whose amounts are decimals in major units everywhere. Elsewhere 1290 may be 12.90, so none is repaired."""
_LONG_FRACTION = re.compile(r"[0-9]{1,12}\.[0-9]{3,}")
_EPOCHS = ((10**9, 4 * 10**9, 1), (10**12, 4 * 10**12, 10**3), (10**15, 4 * 10**15, 10**6))
_TRUTHS = {"true": True, "false": False}


def repaired(read: Read, message: PubSubMessage, source: str) -> Sequence[Said]:
    """What is told once everything is repaired that can be; what can't stays refused, with its first reason."""
    said = read(message)
    notes: list[str] = []
    tried: set[str] = set()
    reasons: list[str] = []
    while len(tried) < MOST:
        refused = next((one for one in said if _is_new(one, tried)), None)
        if not isinstance(refused, Refused) or refused.field is None:
            break
        tried.add(refused.field)
        mended = _mended(message, refused, source)
        if mended is None:
            continue
        message, note = mended
        notes.append(note)
        reasons.append(refused.reason)
        said = read(message)
    return tuple(_as_repaired(one, notes, reasons) for one in said)


def _is_new(said: Said, tried: set[str]) -> bool:
    return isinstance(said, Refused) and said.field is not None and said.field not in tried


def _as_repaired(said: Said, notes: list[str], reasons: list[str]) -> Said:
    if reasons and isinstance(said, StorefrontEvent):
        return with_notes(replace(said, repairs=tuple(reasons)), notes)
    return said


def _mended(message: PubSubMessage, refused: Refused, source: str) -> tuple[PubSubMessage, str] | None:
    """The message with the refused field repaired, and a note; None if there is nothing safe to do."""
    repair = _REPAIRS.get(refused.reason)
    if refused.reason == "amount_invalid" and source not in _MAJOR_UNITS:
        return None
    if repair is None or refused.field is None or refused.field.startswith("attributes."):
        return None
    try:
        payload = from_json(message.data, allow_inf_nan=False)
    except ValueError:
        return None
    way = [int(index) if index else name for name, index in _STEP.findall(refused.field)]
    holder = payload
    for step in way[:-1]:
        holder = _inside(holder, step)
    if not way or not isinstance(holder, dict | list):
        return None
    value = _inside(holder, way[-1])
    better = repair(value, holder, str(way[-1]), message)
    if better is None or (isinstance(holder, list) and value is None):
        return None
    holder[way[-1]] = better
    note = f"Repaired: {refused.field} was read as {better!r} ({refused.reason})."
    return replace(message, data=to_json(payload)), note


def _inside(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None


def _currency(value: Any, holder: Any, name: str, message: PubSubMessage) -> str | None:
    if not isinstance(value, str):
        return None
    text = value.strip()
    code = _SYMBOLS.get(text.lower(), text.upper())
    return code if is_currency(code) and code != value else None


def _amount(value: Any, holder: Any, name: str, message: PubSubMessage) -> str | None:
    """The amount as a decimal string; fractions below the smallest coin, as taxes leave them, are rounded."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = reading.amount_text(value)
        if not value.startswith("-"):
            return _rounded(value) or value
    if not isinstance(value, str):
        return None
    text = re.sub(r"^([A-Z]{3}|[€£₴₹₩₺$]|zł)\s*|\s*([A-Z]{3}|[€£₴₹₩₺$]|zł)$", "", value.strip())
    for pattern, groups in _GROUPED:
        if pattern.fullmatch(text):
            return text.translate(dict.fromkeys(map(ord, groups))).replace(",", ".")
    if _LONG_FRACTION.fullmatch(text):
        return _rounded(text)
    return text if text != value and re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,2})?", text) else None


def _rounded(text: str) -> str | None:
    """Two decimals of a long fraction. A currency with another number of them refuses it once more."""
    from decimal import ROUND_HALF_EVEN, Decimal

    if not _LONG_FRACTION.fullmatch(text):
        return None
    return str(Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def _quantity(value: Any, holder: Any, name: str, message: PubSubMessage) -> int | None:
    if isinstance(value, float) and value.is_integer() and value >= 0:
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,6}(\.0+)?\s*", value):
        return int(float(value))
    return None


def _moment(value: Any, holder: Any, name: str, message: PubSubMessage) -> str | None:
    """A number of seconds, milliseconds or microseconds since 1970; of anything else, when it was published."""
    if isinstance(value, int) and not isinstance(value, bool):
        for lowest, highest, unit in _EPOCHS:
            if lowest <= value < highest:
                return datetime.fromtimestamp(value / unit, UTC).isoformat()
    return message.publish_time.isoformat()


def _published(value: Any, holder: Any, name: str, message: PubSubMessage) -> str:
    return message.publish_time.isoformat()


def _field(value: Any, holder: Any, name: str, message: PubSubMessage) -> Any:
    """A truth written as a text; a name that is a number; a line's missing name, which its sku stands in for."""
    if isinstance(value, str) and value.strip().lower() in _TRUTHS:
        return _TRUTHS[value.strip().lower()]
    if name == "name" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if name == "name" and value is None and isinstance(holder, dict) and isinstance(holder.get("sku"), str):
        return holder["sku"]
    return None


_REPAIRS: dict[str, Callable[[Any, Any, str, PubSubMessage], Any]] = {
    "currency_unknown": _currency,
    "amount_invalid": _amount,
    "quantity_invalid": _quantity,
    "occurred_at_invalid": _moment,
    "occurred_at_in_future": _published,
    "field_missing": _field,
    "field_invalid": _field,
}
