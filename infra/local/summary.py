"""What a run came to, added up from the engine's own announcements; one number has one definition (L45)."""

from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from common.domain.effects import Announce
from common.domain.money import decimals_of, format_minor


class Summary:
    """Counts announcements as they come. Money is net: what a cancellation or failed payment took back is gone."""

    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.messages: Counter[str] = Counter()
        self.withheld: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._money: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, announced: Announce) -> None:
        """Count one announcement."""
        fields: Any = announced.fields
        self.events[announced.type] += 1
        match announced.type:
            case "stimulus.sent":
                self.messages[str(fields["channel"])] += 1
            case "stimulus.skipped" | "stimulus.failed" | "case.suppressed" | "case.held":
                self.withheld[str(fields["reason"])] += 1
            case "intake.refused":
                self.refused[str(fields["reason"])] += 1
            case "case.abandoned":
                self._add(fields["currency"], 1, abandoned=fields["total"], carts=1)
            case "case.recovered":
                self._add(
                    fields["currency"], 1, revenue=fields["revenue"], discount=fields["discount"], orders=1
                )
            case "case.reversed":
                self._add(
                    fields["currency"], -1, revenue=fields["revenue"], discount=fields["discount"], orders=1
                )
            case _:
                pass

    def _add(self, currency: str, sign: int, **amounts: str | int) -> None:
        for name, amount in amounts.items():
            minor = amount if isinstance(amount, int) else _minor(amount, currency)
            self._money[currency][name] += sign * minor

    def as_fields(self) -> dict[str, Any]:
        """The summary line: cases, messages per channel, vouchers, money per currency, what was withheld and why."""
        return {
            "cases": self._named("case."),
            "messages": dict(sorted(self.messages.items())),
            "vouchers": self._named("voucher."),
            **({"offers": offers} if (offers := self._named("offer.")) else {}),
            "recovered": {currency: self._recovered(currency) for currency in sorted(self._money)},
            "withheld": dict(sorted(self.withheld.items())),
            "refused": dict(sorted(self.refused.items())),
        }

    def _named(self, prefix: str) -> dict[str, int]:
        return {
            name.removeprefix(prefix): n for name, n in sorted(self.events.items()) if name.startswith(prefix)
        }

    def _recovered(self, currency: str) -> dict[str, Any]:
        money = self._money[currency]
        return {
            "abandoned_carts": money["carts"],
            "abandoned": format_minor(money["abandoned"], currency),
            "orders": money["orders"],
            "revenue": format_minor(money["revenue"], currency),
            "discount": format_minor(money["discount"], currency),
        }


def _minor(amount: str, currency: str) -> int:
    """Of an amount that the engine wrote itself: a sum may have more digits than a storefront may send."""
    return int(Decimal(amount).scaleb(decimals_of(currency)))
