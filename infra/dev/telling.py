"""What the engine did and when, in plain words for the page."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from common.domain.money import InvalidAmount, parse_minor
from infra.demo.words import CHANNELS, REASONS, amount

Line = Mapping[str, Any]

TITLES = {
    "case.abandoned": "Cart abandoned",
    "case.held": "In the control group",
    "case.suppressed": "Left alone",
    "voucher.issued": "Voucher issued",
    "stimulus.sent": "Message sent",
    "stimulus.skipped": "Message withheld",
    "stimulus.failed": "Message failed",
    "voucher.locked": "Voucher held for an order",
    "voucher.unlocked": "Voucher let go",
    "voucher.redeemed": "Voucher redeemed",
    "voucher.expired": "Voucher expired",
    "voucher.revoked": "Voucher taken back",
    "voucher.released": "Voucher open again",
    "offer.requested": "Alternative looked for",
    "offer.ready": "Alternative priced",
    "offer.delivered": "Offer made",
    "offer.viewed": "Offer seen",
    "offer.accepted": "Offer accepted",
    "offer.declined": "Offer declined",
    "offer.expired": "Offer expired",
    "offer.cancelled": "Offer given up",
    "offer.replaced": "Another offer follows",
    "case.recovered": "Order recovered",
    "case.reversed": "Recovery undone",
    "case.ordered": "Bought anyway",
    "case.lost": "Lost",
    "customer.opted_out": "Unsubscribed",
    "intake.refused": "Event refused",
}
_GOOD = frozenset({"case.recovered", "voucher.redeemed", "offer.accepted"})
_BAD = frozenset({"intake.refused", "stimulus.failed", "case.reversed", "voucher.revoked", "offer.cancelled"})
_SENT = frozenset({"stimulus.sent", "voucher.issued", "offer.delivered"})


def title(line: Line) -> str:
    """Such as Cart abandoned; the type itself where there is no better word."""
    return TITLES.get(line["type"]) or str(line["type"])


def tone(line: Line) -> str:
    """good, bad, sent or plain: how the line is coloured."""
    kind = line["type"]
    return "good" if kind in _GOOD else "bad" if kind in _BAD else "sent" if kind in _SENT else "plain"


def detail(line: Line) -> str:
    """What there is to know beyond the title; may be empty."""
    said = [part for part in (_what(line), _why(line)) if part]
    return " · ".join(said)


def _what(line: Line) -> str:
    match line["type"]:
        case "case.abandoned":
            return money(line["total"], line["currency"])
        case "offer.requested":
            return f"{money(line['base_price'], line['currency'])}, {line['trigger'].replace('_', ' ')}"
        case "offer.ready":
            return f"{line['sku']} for {money(line['price'], line['currency'])}"
        case "offer.accepted":
            return f"{line['name']} for {money(line['total'], line['currency'])}"
        case "case.recovered" | "case.reversed":
            return f"{money(line['revenue'], line['currency'])}, {line['order_id']}"
        case "voucher.issued":
            return f"{line['code']}, {worth(line['incentive'])}"
        case "stimulus.sent":
            return f"{CHANNELS.get(line['channel'], line['channel'])} to {line['recipient']}"
        case "intake.refused":
            return str(line["detail"])
        case _:
            return str(line.get("code") or line.get("order_id") or line.get("step") or "")


def _why(line: Line) -> str:
    if line["type"] == "intake.refused":
        return ""
    reason = line.get("reason")
    if line["type"] == "stimulus.skipped" and "retry_at" in line:
        return "too soon after another message; sent later"
    return REASONS.get(str(reason)) or str(reason) if reason else ""


def worth(incentive: Mapping[str, Any]) -> str:
    """Such as 5 % off."""
    if incentive.get("percent") is not None:
        return f"{incentive['percent']} % off"
    if incentive.get("amount") is not None:
        return f"{money(incentive['amount'], incentive['currency'])} off"
    return str(incentive["kind"]).replace("_", " ")


def money(major: str, currency: str) -> str:
    """Such as PLN 1,299.00 or £49.00."""
    try:
        return amount(parse_minor(major, currency), currency)
    except InvalidAmount:
        return f"{major} {currency}"


def away(moment: datetime, now: datetime) -> str:
    """Such as in 29 min, or 3 h ago; to the minute, so that it seldom changes."""
    span = moment - now
    if span > timedelta():
        return f"in {length(span)}"
    passed = length(-span, units=1)
    return "just now" if passed == "a moment" else f"{passed} ago"


def length(span: timedelta, units: int = 2) -> str:
    """Such as 29 min, 23 h 30 min, or 6 days 23 h."""
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return "a moment"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = ((days, "day" if days == 1 else "days"), (hours, "h"), (minutes, "min"))
    return " ".join(f"{number} {unit}" for number, unit in [part for part in parts if part[0]][:units])
