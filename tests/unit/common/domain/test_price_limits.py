"""Limits are hashed over a form that anybody can write, and hold for every price and line."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.price_limits import (
    Arm,
    PriceLimits,
    SkuLimit,
    allocate,
    discount_of,
    enforce_price,
    limits_sha256,
    lowest_price,
)
from common.domain.vocabulary import IncentiveKind

LIMITS = PriceLimits(
    limits_version="7",
    frozen_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    max_discount_bp=3_000,
    min_margin_bp=500,
    allowed_incentives=(Arm(IncentiveKind.PERCENT, 1_000), Arm(IncentiveKind.FREE_SHIPPING)),
    skus={"b": SkuLimit("b", 1_000, 600), 'a"ż': SkuLimit('a"ż', 900, 100)},
)


def test_the_canonical_form_is_the_documented_one() -> None:
    """The recipe of docs/pricing.md, written out by hand."""
    form = (
        '{"allowed_incentives":[{"kind":"free_shipping"},{"kind":"percent","percent_bp":1000}],'
        '"frozen_at":"2026-03-01T12:00:00Z","limits_version":"7","max_discount_bp":3000,"min_margin_bp":500,'
        '"skus":[{"base_price_minor":900,"hard_floor_minor":100,"sku":"a\\"ż"},'
        '{"base_price_minor":1000,"hard_floor_minor":600,"sku":"b"}]}'
    )
    assert limits_sha256(LIMITS) == hashlib.sha256(form.encode()).hexdigest()


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)


@given(skus=st.dictionaries(TEXTS, st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=4))
def test_the_hash_is_that_of_the_fields_as_json(skus: dict[str, tuple[int, int]]) -> None:
    """Written faster, hashed the same, whatever characters are in a SKU."""
    limits = replace(LIMITS, skus={sku: SkuLimit(sku, *amounts) for sku, amounts in skus.items()})
    form = json.dumps(limits.as_fields(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert limits_sha256(limits) == hashlib.sha256(form.encode()).hexdigest()


def test_the_order_and_the_zone_do_not_matter() -> None:
    """The same limits have the same hash."""
    same = replace(
        LIMITS,
        frozen_at=LIMITS.frozen_at.astimezone(timezone(timedelta(hours=2))),
        allowed_incentives=LIMITS.allowed_incentives[::-1],
        skus=dict(sorted(LIMITS.skus.items(), reverse=True)),
    )
    assert limits_sha256(same) == limits_sha256(LIMITS)


@pytest.mark.parametrize(
    ("cost", "expected"), [(0, 700), (500, 700), (666, 700), (667, 701), (900, 945), (901, 947)]
)
def test_the_lowest_price_is_the_strictest_limit(cost: int, expected: int) -> None:
    """Floor 600, 30 % off at most, 5 % on the cost; rounded up."""
    assert lowest_price(LIMITS, LIMITS.skus["b"], cost) == expected


@pytest.mark.parametrize(
    ("sku", "price", "cost", "expected"),
    [
        ("b", 800, 500, 800),
        ("b", 650, 500, 700),
        ("b", 1_000, 900, 1_000),
        ("b", 800, 960, None),
        ("b", 1_001, 500, None),
        ("c", 800, 0, None),
    ],
)
def test_enforcing_raises_or_drops(sku: str, price: int, cost: int, expected: int | None) -> None:
    """Never a lower price; no price at all where none is legal."""
    assert enforce_price(LIMITS, sku, price, cost) == expected


@pytest.mark.parametrize(
    ("kind", "value", "subtotal", "expected"),
    [
        (IncentiveKind.PERCENT, 1_000, 999, 100),
        (IncentiveKind.PERCENT, 500, 1_009, 50),
        (IncentiveKind.PERCENT, 500, 1_010, 51),
        (IncentiveKind.FIXED, 700, 500, 500),
        (IncentiveKind.FREE_SHIPPING, 0, 500, 0),
        (IncentiveKind.NONE, 0, 500, 0),
    ],
)
def test_discounts(kind: IncentiveKind, value: int, subtotal: int, expected: int) -> None:
    """Half a minor unit is rounded up; nothing is worth more than what it is taken off."""
    assert discount_of(Arm(kind, value), subtotal) == expected


def test_the_largest_remainder_is_served_first() -> None:
    """100 over 1,000, 1,000 and 1,000: the odd unit goes to the first by name."""
    assert allocate(100, [1_000, 1_000, 1_000], ["b", "a", "c"]) == (33, 34, 33)
    assert allocate(10, [500, 300, 200], ["a", "b", "c"]) == (5, 3, 2)
    assert allocate(7, [500, 300, 200], ["a", "b", "c"]) == (4, 2, 1)
    assert allocate(5, [0, 0], ["a", "b"]) == (0, 0)


@given(
    totals=st.lists(st.integers(0, 10**6), min_size=1, max_size=8),
    share=st.fractions(0, 1),
    shuffled=st.randoms(use_true_random=False),
)
def test_shares_add_up_and_fit(totals: list[int], share: object, shuffled: object) -> None:
    """They sum up to the discount, none exceeds its line, and the order of lines changes none."""
    discount = int(sum(totals) * share)  # type: ignore[operator]
    names = [f"l{at}" for at in range(len(totals))]
    shares = dict(zip(names, allocate(discount, totals, names), strict=True))
    assert sum(shares.values()) == discount
    assert all(0 <= shares[name] <= total for name, total in zip(names, totals, strict=True))
    lines = list(zip(names, totals, strict=True))
    shuffled.shuffle(lines)  # type: ignore[attr-defined]
    again = [name for name, _ in lines]
    assert dict(zip(again, allocate(discount, [total for _, total in lines], again), strict=True)) == shares
