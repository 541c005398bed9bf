"""The numbers that the demonstration ends with: one definition each, shared by screen and report."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from common.domain.effects import Announce
from common.domain.money import Money, format_minor, parse_minor
from infra.demo.cases import CaseStory, Result, read_cases
from infra.demo.day import Outcome
from infra.demo.experiment import Comparison, compare
from infra.demo.offers import OfferFigures, read_offers
from infra.local.summary import Summary


@dataclass(frozen=True, slots=True)
class Takings:
    """One currency: the carts that were lost and what came back, net of what was cancelled or never paid."""

    currency: str
    carts: int
    abandoned_minor: int
    orders: int
    revenue_minor: int
    discount_minor: int

    @property
    def rate_percent(self) -> float:
        """Of the carts."""
        return 100 * self.orders / self.carts if self.carts else 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One message that could not be understood."""

    announced: Announce
    reason: str
    detail: str
    at_stake: Money | None


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that is counted."""

    shoppers: int
    deliveries: int
    repeated: int
    late: int
    ignored: int
    cases: tuple[CaseStory, ...]
    results: Counter[Result]
    summary: Summary
    takings: tuple[Takings, ...]
    refusals: tuple[Refusal, ...]
    comparison: Comparison
    offers: OfferFigures

    @property
    def vouchers(self) -> dict[str, int]:
        """By what happened to them."""
        events = self.summary.events
        return {
            name: events[f"voucher.{name}"]
            for name in ("issued", "redeemed", "expired", "released", "revoked")
        }

    @property
    def withheld(self) -> list[tuple[str, int]]:
        """Reasons and how often each was given, the commonest first."""
        return sorted(self.summary.withheld.items(), key=lambda one: (-one[1], one[0]))

    def as_fields(self) -> dict[str, Any]:
        """As JSON."""
        comparison = self.comparison
        low, high = comparison.interval()
        return {
            "shoppers": self.shoppers,
            "deliveries": self.deliveries,
            "repeated": self.repeated,
            "late": self.late,
            "ignored": self.ignored,
            "results": {result.value: self.results[result] for result in Result},
            **self.summary.as_fields(),
            "offers": self.offers.as_fields(),
            "refused_messages": [_refusal_fields(refusal) for refusal in self.refusals],
            "experiment": {
                "contacted": {
                    "customers": comparison.contacted.customers,
                    "bought": comparison.contacted.bought,
                },
                "control": {"customers": comparison.control.customers, "bought": comparison.control.bought},
                "difference_interval_percent": [round(100 * low, 1), round(100 * high, 1)],
                "distinguishable": comparison.is_distinguishable,
            },
        }


def add_up(outcome: Outcome) -> Figures:
    """All figures of a run."""
    summary = Summary()
    for announced in outcome.diary.announced:
        summary.add(announced)
    cases, offers = tuple(read_cases(outcome.diary)), read_offers(outcome.diary)
    return Figures(
        shoppers=len(outcome.diary.people),
        deliveries=len(outcome.simulation.delivered),
        repeated=outcome.simulation.repeated,
        late=outcome.simulation.late,
        ignored=outcome.ignored,
        cases=cases,
        results=Counter(case.result for case in cases),
        summary=summary,
        takings=tuple(_takings(summary, offers)),
        refusals=tuple(_refusals(outcome.diary.announced)),
        comparison=compare(cases),
        offers=offers,
    )


def _takings(summary: Summary, offers: OfferFigures) -> Iterable[Takings]:
    """Of carts alone: the summary counts what offers brought back as well."""
    others = {one.currency: one for one in offers.takings}
    for currency, stated in summary.as_fields()["recovered"].items():
        yield Takings(
            currency=currency,
            carts=stated["abandoned_carts"],
            abandoned_minor=parse_minor(stated["abandoned"], currency),
            orders=stated["orders"] - (others[currency].orders if currency in others else 0),
            revenue_minor=parse_minor(stated["revenue"], currency)
            - (others[currency].revenue_minor if currency in others else 0),
            discount_minor=parse_minor(stated["discount"], currency),
        )


def _refusals(announcements: Iterable[Announce]) -> Iterable[Refusal]:
    for announced in announcements:
        if announced.type != "intake.refused":
            continue
        fields: Any = announced.fields
        currency = fields.get("currency")
        stake = Money(parse_minor(fields["amount"], currency), currency) if currency else None
        yield Refusal(announced, fields["reason"], fields["detail"], stake)


def _refusal_fields(refusal: Refusal) -> dict[str, Any]:
    fields = {"reason": refusal.reason, "detail": refusal.detail, "store": refusal.announced.store}
    if refusal.at_stake is None:
        return fields
    currency = refusal.at_stake.currency
    return fields | {"amount": format_minor(refusal.at_stake.minor, currency), "currency": currency}
