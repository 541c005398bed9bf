"""An order is never refused over a part that it can do without: its buyer would be reminded.

A refusal names its field, as for `repairs`. What stands there is read as what it must mean, or else left out, with a
note either way; and the message is read again.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from pydantic_core import from_json, to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from functions.ingest_event import reading
from functions.ingest_event.gates import with_notes
from functions.ingest_event.outcomes import Said

MOST = 30
"""Parts of one order that are left out; there are hardly as many."""
MOST_CODES = 100
_ABOUT_AN_ORDER = frozenset(
    {"order.placed", "order.paid", "order.payment_failed", "order.cancelled", "order.returned"}
)
_NEEDED = frozenset(
    {"id", "type", "order", "order.id", "order.currency", "order.total", "return", "return.id"}
    | {"return.order_id"}
)
_IDS = frozenset({"id", "order_id", "cart_id", "offer_id", "anonymous_id"})
_MAX_NUMBER = 10**30
"""Of an id, as `reading.read_id` takes it."""
_TRUTHS = {"true": True, "false": False}


def read_orders_anyway(
    read: Callable[[PubSubMessage], Sequence[Said]], message: PubSubMessage
) -> Sequence[Said]:
    """What the message tells; of an order, without what can't be used and isn't needed."""
    said = read(message)
    notes: list[str] = []
    while len(notes) < MOST and (refused := next((one for one in said if isinstance(one, Refused)), None)):
        mended = _without(message, refused)
        if mended is None:
            break
        message, note = mended
        notes.append(note)
        said = read(message)
    return tuple(with_notes(one, notes) for one in said)


def _without(message: PubSubMessage, refused: Refused) -> tuple[PubSubMessage, str] | None:
    """The message without what it was refused for, and a note; None if it is no order's, or nothing without it."""
    try:
        payload = reading.mapping(from_json(message.data, allow_inf_nan=False))
    except ValueError:
        return None
    if str(payload.get("type")) not in _ABOUT_AN_ORDER or refused.field is None:
        return None
    field = refused.field.partition("[")[0]
    *way, name = field.split(".")
    holder = payload
    for step in way:
        holder = reading.mapping(holder.get(step))
    value = holder.pop(name, None)
    better = message.publish_time.isoformat() if name == "occurred_at" else _meant(name, value)
    if better == value or (better is None and field in _NEEDED):
        return None
    if better is not None:
        holder[name] = better
    done = "was left out" if better is None else "was read as far as it can be"
    note = f"{field} {done}: {refused.detail.partition(';')[0]}."
    return replace(message, data=to_json(payload)), note


def _meant(name: str, value: Any) -> Any:
    """What the value of that name must mean; None if that can't be said."""
    match value:
        case list() if name == "lines":
            return [line for line in map(_line, value[: reading.MAX_LINES]) if line]
        case list() | str() if name == "voucher_codes":
            codes = [value] if isinstance(value, str) else value
            return [code for code in codes if isinstance(code, str)][:MOST_CODES]
        case int() if name in _IDS:
            return _text(value)
        case str():
            return _TRUTHS.get(value.strip().lower())
        case _:
            return None


def _line(stated: Any) -> dict[str, Any] | None:
    """What of a line can be used; None without its article. A line of nobody knows how many has no price."""
    line = reading.mapping(stated)
    sku, name, price = _text(line.get("sku")), line.get("name"), line.get("unit_price")
    if not sku or not sku.strip() or len(sku.strip()) > reading.MAX_ID:
        return None
    stated_quantity = line.get("quantity")
    quantity = _pieces(stated_quantity)
    is_priced = isinstance(price, str) and (quantity is not None or stated_quantity is None)
    return {
        "sku": sku,
        "name": name if isinstance(name, str) else None,
        "quantity": quantity,
        "unit_price": price if is_priced else None,
    }


def _pieces(value: Any) -> int | None:
    if isinstance(value, str) and len(value) <= 7 and value.strip().isdecimal():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _MAX_NUMBER:
        return str(value)
    return value if isinstance(value, str) else None
