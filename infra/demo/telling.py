"""What the engine announced, as a person would tell it."""

from datetime import datetime
from typing import Any

from common.domain.effects import Announce
from common.domain.money import parse_minor
from infra.demo.day import ZONE
from infra.demo.storefronts.furniture import furniture
from infra.demo.words import CHANNELS, REASONS, SEGMENTS, STEPS, TRIGGERS, amount


def clock(at: datetime) -> str:
    """Such as Fri 6 Mar 14:05, in the shop's own zone."""
    local = at.astimezone(ZONE)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def tell(announced: Announce) -> str:
    """One sentence without its full stop, for any announcement about a case."""
    fields: Any = announced.fields
    kind, _, event = announced.type.partition(".")
    match kind:
        case "case":
            return _case(event, fields)
        case "voucher":
            return _voucher(event, fields)
        case "stimulus":
            return _stimulus(event, fields)
        case "offer":
            return _offer(event, fields)
        case _:
            return announced.type


def _case(event: str, fields: Any) -> str:
    match event:
        case "abandoned":
            total = _amount(fields["total"], fields["currency"])
            return f"the cart counts as lost: {total}, customer with {SEGMENTS[fields['segment']]}"
        case "held":
            return "not contacted: in the control group, and measured all the same"
        case "suppressed":
            return f"left alone: {REASONS[fields['reason']]}"
        case "recovered":
            return f"recovered: {_amount(fields['revenue'], fields['currency'])}"
        case "reversed":
            return f"no longer counts as recovered: {REASONS[fields['reason']]}"
        case "ordered":
            return "bought, and not because of a message: not counted as recovered"
        case "lost":
            return "nothing more is expected of it"
        case _:
            return event


def _voucher(event: str, fields: Any) -> str:
    code = fields["code"]
    match event:
        case "issued":
            until = clock(datetime.fromisoformat(fields["valid_until"]))
            return f"voucher {code} made: {worth(fields['incentive'])}, until {until}"
        case "redeemed":
            return f"voucher {code} redeemed"
        case "expired":
            return f"voucher {code} ran out unused"
        case "revoked":
            return f"voucher {code} taken back: {REASONS[fields['reason']]}"
        case "released":
            return f"voucher {code} is free again: {REASONS[fields['reason']]}"
        case _:
            return event


def _stimulus(event: str, fields: Any) -> str:
    step, channel = STEPS[fields["step"]], CHANNELS.get(fields.get("channel") or "", "")
    match event:
        case "sent":
            return f"{step} sent by {channel}"
        case "failed":
            return f"{step} by {channel} failed: {REASONS[fields['reason']]}"
        case "skipped" if "retry_at" in fields:
            return f"{step} put off: {REASONS[fields['reason']]}"
        case "skipped":
            return f"{step} not sent: {REASONS[fields['reason']]}"
        case _:
            return event


def _offer(event: str, fields: Any) -> str:
    match event:
        case "requested":
            return f"an alternative is looked for: {TRIGGERS[fields['trigger']]}"
        case "ready":
            name = furniture()[fields["sku"]].names["en"]
            return f"priced within its limits: {name} for {_amount(fields['price'], fields['currency'])}"
        case "delivered":
            return f"offer delivered, good until {clock(datetime.fromisoformat(fields['valid_until']))}"
        case "cancelled":
            return f"offer cancelled: {REASONS[fields['reason']]}"
        case "expired":
            return "the offer ran out"
        case _:
            return f"the offer was {event}"


def worth(incentive: Any) -> str:
    """Such as 5 % off."""
    match incentive["kind"]:
        case "percent":
            return f"{incentive['percent']} % off"
        case "fixed":
            return f"{_amount(incentive['amount'], incentive['currency'])} off"
        case _:
            return "free shipping"


def _amount(text: str, currency: str) -> str:
    return amount(parse_minor(text, currency), currency)
