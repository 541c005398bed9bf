"""What a voucher takes off one checkout: never more than there is, and never below the floor (L30, L31)."""

from common.domain.bounds import basis_points
from common.domain.money import Money
from common.domain.values import dataclass
from common.domain.vocabulary import IncentiveKind
from common.domain.vouchers import Incentive


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """What the shop states of an order to be. Amounts in minor units of `currency`, none below 0."""

    currency: str
    total_minor: int
    """The goods, before any discount and without shipping."""
    shipping_minor: int = 0
    other_discount_minor: int = 0
    """What other discounts take off the goods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """What the voucher takes off, and what is left to pay for goods and shipping."""

    goods: Money
    shipping: Money
    payable: Money

    @property
    def is_nothing(self) -> bool:
        """Whether using the code would be a waste."""
        return self.goods.minor == 0 and self.shipping.minor == 0


def fits_currency(incentive: Incentive, currency: str) -> bool:
    """Whether the incentive means anything in that currency: an amount only does in its own (L34)."""
    return incentive.amount is None or incentive.amount.currency == currency


def discount_of(incentive: Incentive, checkout: Checkout, floor_percent: int) -> Discount:
    """The voucher's discount, after all others. Half a minor unit is rounded up.

    With other discounts the goods keep at least `floor_percent` of their price; alone the voucher is worth what it
    promises. An amount must be in the checkout's currency.
    """
    remaining = max(0, checkout.total_minor - checkout.other_discount_minor)
    goods = min(_off_goods(incentive, remaining), remaining)
    if checkout.other_discount_minor:
        floor = -(-checkout.total_minor * floor_percent // 100)
        goods = min(goods, max(0, remaining - floor))
    shipping = checkout.shipping_minor if incentive.kind is IncentiveKind.FREE_SHIPPING else 0
    payable = remaining - goods + checkout.shipping_minor - shipping
    return Discount(
        goods=Money(goods, checkout.currency),
        shipping=Money(shipping, checkout.currency),
        payable=Money(payable, checkout.currency),
    )


def _off_goods(incentive: Incentive, remaining_minor: int) -> int:
    match incentive.kind:
        case IncentiveKind.PERCENT:
            return (remaining_minor * basis_points(incentive.percent or 0) + 5_000) // 10_000
        case IncentiveKind.FIXED:
            return incentive.amount.minor if incentive.amount else 0
        case IncentiveKind.FREE_SHIPPING | IncentiveKind.NONE:
            return 0
