"""Document `incentives`: what each segment is offered, and at most how much money that may be."""

from collections.abc import Mapping
from dataclasses import field

from common.domain.bounds import Amounts, basis_points, check_amounts, check_percent, minor_in, percent_of
from common.domain.money import Money
from common.domain.values import dataclass
from common.domain.vocabulary import IncentiveKind, Segment
from common.domain.vouchers import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What one segment is offered: `percent` for percent (two decimals at most), `amounts` by currency for fixed."""

    kind: IncentiveKind
    percent: float | None = None
    amounts: Amounts = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind is IncentiveKind.PERCENT:
            if self.percent is None:
                raise ValueError(
                    "percent is missing; an incentive of kind percent needs it, such as percent: 10"
                )
            check_percent("percent", self.percent, 1, 100)
        elif self.percent is not None:
            raise ValueError(f"percent has no meaning for kind {self.kind.value}; remove it")
        if self.kind is IncentiveKind.FIXED and not self.amounts:
            raise ValueError(
                'amounts is missing; an incentive of kind fixed needs it, such as amounts: {EUR: "10.00"}'
            )
        if self.kind is not IncentiveKind.FIXED and self.amounts:
            raise ValueError(f"amounts has no meaning for kind {self.kind.value}; remove it")
        check_amounts("amounts", self.amounts)


def _default_tiers() -> Mapping[Segment, Tier]:
    return {
        Segment.NOT_RETURNED: Tier(kind=IncentiveKind.PERCENT, percent=5),
        Segment.RETURNED_ONCE: Tier(kind=IncentiveKind.PERCENT, percent=10),
        Segment.RETURNED_REPEATEDLY: Tier(kind=IncentiveKind.PERCENT, percent=15),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentivePolicy:
    """Document `incentives`: what each segment is offered, and at most how much money that may be."""

    tiers: Mapping[Segment, Tier] = field(default_factory=_default_tiers)
    ceiling: Amounts = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_amounts("ceiling", self.ceiling)

    def incentive_for(self, segment: Segment, total: Money) -> Incentive:
        """The segment's incentive for a cart of `total`, never worth more than the ceiling or the cart (L30).

        A percentage that would exceed the ceiling becomes the ceiling as a fixed amount: a promise that every
        shop can honour as it stands.
        """
        tier = self.tiers.get(segment) or _default_tiers()[segment]
        ceiling = minor_in(self.ceiling, total.currency)
        match tier.kind:
            case IncentiveKind.PERCENT:
                points = basis_points(tier.percent or 0)
                if ceiling is not None and total.minor * points > ceiling * 10_000:
                    return _fixed(ceiling, total.currency)
                return Incentive(kind=IncentiveKind.PERCENT, percent=percent_of(points))
            case IncentiveKind.FIXED:
                amount = minor_in(tier.amounts, total.currency) or 0
                limits = (amount, total.minor, *(() if ceiling is None else (ceiling,)))
                return _fixed(min(limits), total.currency)
            case IncentiveKind.FREE_SHIPPING | IncentiveKind.NONE:
                return Incentive(kind=tier.kind)


def _fixed(minor: int, currency: str) -> Incentive:
    if minor <= 0:
        return Incentive(kind=IncentiveKind.NONE)
    return Incentive(kind=IncentiveKind.FIXED, amount=Money(minor, currency))
