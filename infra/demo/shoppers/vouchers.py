"""What the shop knows about vouchers: what the engine publishes on `recovery-events`."""

from datetime import datetime
from typing import Any

from common.domain.effects import Announce
from common.domain.money import parse_minor
from infra.demo.storefronts.catalogue import Basket


class VoucherDesk:
    """Honours a code from when it is issued until it expires, is revoked or is used."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], tuple[Any, datetime]] = {}
        self._used: dict[tuple[str, str], tuple[Any, datetime]] = {}

    def hear(self, announced: Announce) -> None:
        """Take note of one event of the engine's."""
        fields: Any = announced.fields
        key = (announced.store, str(fields.get("code")))
        match announced.type:
            case "voucher.issued":
                self._open[key] = (fields["incentive"], datetime.fromisoformat(fields["valid_until"]))
            case "voucher.redeemed" if key in self._open:
                self._used[key] = self._open.pop(key)
            case "voucher.released" if key in self._used:
                self._open[key] = self._used.pop(key)
            case "voucher.expired" | "voucher.revoked":
                self._open.pop(key, None)
            case _:
                pass

    def discount_minor(self, store: str, code: str, basket: Basket, now: datetime) -> int | None:
        """What the code takes off the basket; None if it is not, or no longer, valid."""
        known = self._open.get((store, code))
        if known is None or now >= known[1]:
            return None
        incentive: Any = known[0]
        match incentive["kind"]:
            case "percent":
                return basket.total_minor * int(incentive["percent"]) // 100
            case "fixed" if incentive["currency"] == basket.currency:
                return min(parse_minor(incentive["amount"], basket.currency), basket.total_minor)
            case _:
                return None
