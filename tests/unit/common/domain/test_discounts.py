"""What a voucher takes off a checkout."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.discounts import Checkout, Discount, discount_of, fits_currency
from common.domain.money import Money
from common.domain.vocabulary import IncentiveKind
from common.domain.vouchers import Incentive

TEN_PERCENT = Incentive(kind=IncentiveKind.PERCENT, percent=10)
TWENTY = Incentive(kind=IncentiveKind.FIXED, amount=Money(2000, "PLN"))
SHIPPING = Incentive(kind=IncentiveKind.FREE_SHIPPING)
AMOUNTS = st.integers(0, 10**9)


def taken(
    incentive: Incentive, total: int, shipping: int = 0, other: int = 0, floor: int = 0
) -> tuple[int, int, int]:
    """Off the goods, off the shipping, left to pay."""
    checkout = Checkout(
        currency="PLN", total_minor=total, shipping_minor=shipping, other_discount_minor=other
    )
    discount = discount_of(incentive, checkout, floor)
    return discount.goods.minor, discount.shipping.minor, discount.payable.minor


@pytest.mark.parametrize(
    ("incentive", "total", "shipping", "other", "expected"),
    [
        (TEN_PERCENT, 10_000, 1500, 0, (1000, 0, 10_500)),
        (replace(TEN_PERCENT, percent=12.35), 10_000, 0, 0, (1235, 0, 8765)),
        (replace(TEN_PERCENT, percent=7.5), 1, 0, 0, (0, 0, 1)),
        (replace(TEN_PERCENT, percent=7.5), 7, 0, 0, (1, 0, 6)),
        (TEN_PERCENT, 1005, 0, 0, (101, 0, 904)),
        (TEN_PERCENT, 1004, 0, 0, (100, 0, 904)),
        (TEN_PERCENT, 10_000, 0, 4000, (600, 0, 5400)),
        (TWENTY, 10_000, 1500, 0, (2000, 0, 9500)),
        (TWENTY, 1500, 1500, 0, (1500, 0, 1500)),
        (TWENTY, 10_000, 0, 9000, (1000, 0, 0)),
        (TWENTY, 10_000, 0, 12_000, (0, 0, 0)),
        (SHIPPING, 10_000, 1500, 2000, (0, 1500, 8000)),
        (SHIPPING, 10_000, 0, 0, (0, 0, 10_000)),
    ],
)
def test_the_discount_to_the_last_minor_unit(
    incentive: Incentive, total: int, shipping: int, other: int, expected: tuple[int, int, int]
) -> None:
    """Of the goods after other discounts, half a unit rounded up; free shipping is off shipping only (L31)."""
    assert taken(incentive, total, shipping, other) == expected


def test_with_other_discounts_the_goods_keep_the_floor() -> None:
    """The voucher gives way, not the shop; alone it is worth what it promises (L30)."""
    assert taken(TWENTY, 10_000, other=3000, floor=60) == (1000, 0, 6000)
    assert taken(TWENTY, 10_000, other=5000, floor=60) == (0, 0, 5000)
    assert taken(TWENTY, 2500, floor=60) == (2000, 0, 500)
    assert taken(TWENTY, 999, other=1, floor=33) == (668, 0, 330)


@given(st.sampled_from([TEN_PERCENT, TWENTY, SHIPPING]), AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 100))
def test_nothing_is_ever_negative_nor_lost(
    incentive: Incentive, total: int, shipping: int, other: int, floor: int
) -> None:
    """What is taken off and what is left make up the price."""
    goods, off_shipping, payable = taken(incentive, total, shipping, other, floor)
    assert min(goods, off_shipping, payable) >= 0
    assert goods + off_shipping + payable == max(0, total - other) + shipping


def test_an_amount_means_nothing_in_another_currency() -> None:
    """A percentage does (L34)."""
    assert [fits_currency(one, "EUR") for one in (TEN_PERCENT, TWENTY, SHIPPING)] == [True, False, True]
    assert fits_currency(TWENTY, "PLN")


def test_a_discount_of_nothing_says_so() -> None:
    """A code would be wasted on it."""
    zero, some = Money(0, "PLN"), Money(1, "PLN")
    assert Discount(goods=zero, shipping=zero, payable=some).is_nothing
    assert not Discount(goods=zero, shipping=some, payable=some).is_nothing
