"""Raw payloads into plain values, for every source alike. Raises `Refused` with the field, nothing else."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from pydantic_core import from_json

from common.application.failures import Refused
from common.domain.money import InvalidAmount, decimals_of, is_currency, parse_minor
from functions.ingest_event.clock_lead import LEAD_MINUTES

MAX_BYTES = 4 * 2**20
"""Of one message: more is refused, not cut. A Shopify order has about four kilobytes a line."""
MAX_LINES = 10_000
"""Of one cart or order."""
MAX_TOTAL_MINOR = 10**15
"""Above this a cart is a mistake (and the documents' 64-bit integers would soon overflow)."""
MAX_ID = 200
MAX_NAME = 300
MAX_URL = 2_000

_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,12})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_MAX_NUMBER = 10**30
"""Of an id; Python refuses to print numbers of thousands of digits."""
_CONTROL_CHARACTERS = {**dict.fromkeys([*range(32), *range(127, 160)]), **dict.fromkeys((9, 10, 13), " ")}
_INVISIBLE = dict.fromkeys([0x200B, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
"""Line separators and the marks that turn the direction of the text around them. Emoji joiners stay."""
_UNWANTED = str.maketrans({**_CONTROL_CHARACTERS, **_INVISIBLE})
_SMALLEST_FRACTION = Decimal("0.000001")
_FRACTION = re.compile(r"[0-9]{1,12}\.[0-9]{1,12}", re.ASCII)


def read_object(data: bytes) -> dict[str, Any]:
    """The JSON object that a message carries; of duplicate keys the last one wins."""
    payload = read_json(data)
    if not isinstance(payload, dict):
        raise Refused("json_invalid", f"The data is a JSON {_kind(payload)}; send one JSON object.")
    return payload


def read_json(data: bytes) -> Any:
    """The JSON that a message carries, for platforms that send arrays too."""
    if len(data) > MAX_BYTES:
        raise Refused(
            "payload_too_large",
            f"The data has {len(data):,} bytes; send at most {MAX_BYTES:,} per message.",
        )
    try:
        return from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise Refused(
            "json_invalid", f"The data is not valid UTF-8 JSON ({error}); send one JSON object."
        ) from None


def fingerprint(content: str | bytes) -> str:
    """16 hexadecimal digits of an event's content as its source writes it down."""
    return blake2b(content.encode() if isinstance(content, str) else content, digest_size=8).hexdigest()


def read_moment(value: object, field: str, received_at: datetime) -> datetime:
    """UTC of an RFC 3339 time with its offset; one slightly ahead of us counts as now."""
    moment = _parse_moment(value)
    if moment is None:
        raise Refused(
            "occurred_at_invalid",
            f"{field} is not a time with an offset; send RFC 3339 such as 2026-05-01T12:00:00+02:00.",
            field,
        )
    if moment <= received_at:
        if moment < _OLDEST:
            raise Refused(
                "occurred_at_too_old", f"{field} lies before the year 2000; send the time it happened.", field
            )
        return moment
    minutes = LEAD_MINUTES.get()
    if moment - received_at > timedelta(minutes=minutes):
        raise Refused(
            "occurred_at_in_future",
            f"{field} lies over {minutes} minutes after the event arrived; check the sender's clock and zone.",
            field,
        )
    return received_at


def clean_text(text: str, limit: int) -> str:
    """The text without control characters and outer spaces, cut to `limit` characters."""
    if text.isprintable():
        return text[: limit + 1].strip()[:limit] if len(text) > limit else text.strip()
    return text[: 4 * limit].translate(_UNWANTED).strip()[:limit].rstrip()


def read_id(value: object, field: str) -> str:
    """An id of the shop's as a text of 1 to 200 characters; whole numbers are taken too. Never cut."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_NUMBER:
        return str(value)
    if not isinstance(value, str):
        problem = "is missing" if value is None else f"is a JSON {_kind(value)}"
        reason = "field_missing" if value is None else "field_invalid"
        raise Refused(reason, f"{field} {problem}; send an id of 1 to {MAX_ID} characters.", field)
    text = clean_text(value, MAX_ID + 1)
    if not text:
        raise Refused("field_missing", f"{field} is empty; send an id of 1 to {MAX_ID} characters.", field)
    if len(text) > MAX_ID:
        raise Refused("field_invalid", f"{field} is too long; send an id of 1 to {MAX_ID} characters.", field)
    return text


@lru_cache(maxsize=2048)
def read_url(text: str) -> str | None:
    """An http or https address that is safe to print into a message, else None."""
    url = text.strip()
    return url if len(url) <= MAX_URL and url.isprintable() and _URL.fullmatch(url) else None


def read_link(text: str, field: str, notes: list[str]) -> str | None:
    """The address as `read_url` takes it; what it doesn't take is left out with a note."""
    url = read_url(text)
    if url is None:
        notes.append(
            f"{field} was left out: only http and https addresses of up to 2,000 characters are used."
        )
    return url


def read_currency(value: object, field: str) -> str:
    """An ISO 4217 code."""
    if value is None or value == "":
        raise Refused("currency_missing", f"{field} is missing; send an ISO 4217 code such as EUR.", field)
    if not isinstance(value, str) or not is_currency(value):
        raise Refused(
            "currency_unknown", f"{field} is not a known currency; send an ISO 4217 code such as EUR.", field
        )
    return value


def read_minor(value: object, currency: str, field: str) -> int:
    """Minor units of a stated amount: a decimal string, or a JSON number taken digit by digit."""
    try:
        return parse_minor(amount_text(value), currency)
    except InvalidAmount as error:
        raise Refused("amount_invalid", f"{field} can't be taken: {error}.", field) from None


def read_rounded_minor(value: object, currency: str, field: str) -> int:
    """Minor units of a price that may have more decimals than its currency, rounded half up as shops show it."""
    text = amount_text(value)
    if _FRACTION.fullmatch(text) and is_currency(currency):
        places = Decimal(1).scaleb(-decimals_of(currency))
        text = f"{Decimal(text).quantize(places, ROUND_HALF_UP):f}"
    return read_minor(text, currency, field)


def amount_text(value: object) -> str:
    """The digits of a stated amount; a float's are those it was written with, never its binary value."""
    match value:
        case str():
            return value.strip()
        case bool() | None:
            return ""
        case int():
            return str(value) if abs(value) < MAX_TOTAL_MINOR else ""
        case float():
            try:
                return f"{Decimal(repr(value)).quantize(_SMALLEST_FRACTION):f}"
            except InvalidOperation:
                return ""
        case _:
            return ""


def check_total(total_minor: int, field: str) -> int:
    """The total, unless no shop can mean it."""
    if total_minor > MAX_TOTAL_MINOR:
        raise Refused("amount_invalid", f"{field} is implausibly large; check quantities and prices.", field)
    return total_minor


def check_lines(lines: list[Any], field: str) -> list[Any]:
    """The lines, unless there are more than a cart may have."""
    if len(lines) > MAX_LINES:
        raise Refused(
            "too_many_lines", f"{field} has {len(lines):,} lines; send at most {MAX_LINES:,}.", field
        )
    return lines


def _parse_moment(value: object) -> datetime | None:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    if value[17:19] == "60":  # a leap second, which datetime doesn't know
        value = value[:17] + "59" + value[19:]
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def mapping(value: object) -> dict[str, Any]:
    """The JSON object, or an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def listing(value: object) -> list[Any]:
    """The JSON array, or an empty one where something else stands."""
    return value if isinstance(value, list) else []


def text_of(holder: dict[str, Any], *names: str) -> str:
    """The first of the named fields that holds a text with something in it, cleaned; else empty."""
    for name in names:
        value = holder.get(name)
        if isinstance(value, str) and (text := clean_text(value, MAX_URL + 1)):
            return text
    return ""
