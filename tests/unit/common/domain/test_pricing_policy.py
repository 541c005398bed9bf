"""Document `pricing`: what an alternative must bring in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.policies import InvalidPolicy, parse
from common.domain.pricing_policy import PricingPolicy


def pricing(percent: Any) -> PricingPolicy:
    """The document as somebody wrote it; YAML and Firestore bring a float for 7.5."""
    found = parse("pricing", {"minimum_margin_percent": percent})
    assert isinstance(found, PricingPolicy)
    return found


@pytest.mark.parametrize(
    ("percent", "points", "floor"),
    [
        (5, 500, 52_500),
        (7.5, 750, 53_750),
        ("7.25", 725, 53_625),
        (0.01, 1, 50_005),
        (0, 0, 50_000),
        (1000, 100_000, 550_000),
    ],
)
def test_a_margin_may_have_two_decimals(percent: Any, points: int, floor: int) -> None:
    """Basis points inside; the floor of something that costs 500.00."""
    assert (pricing(percent).minimum_margin_bp, pricing(percent).floor(50_000, "EUR")) == (points, floor)


@pytest.mark.parametrize(
    "percent", [7.125, "0.001", -0.01, 1000.01, float("nan"), float("inf"), "many", None]
)
def test_a_margin_that_makes_no_sense_is_told(percent: Any) -> None:
    """More decimals than basis points have, or out of bounds."""
    with pytest.raises(InvalidPolicy, match="minimum_margin_percent"):
        pricing(percent)


@given(points=st.integers(0, 100_000), cost=st.integers(0, 10**12))
def test_the_floor_is_exact_and_rounded_up(points: int, cost: int) -> None:
    """No fraction is in between, however dear the article is."""
    floor = pricing(f"{points // 100}.{points % 100:02}").floor(cost, "EUR")
    assert (floor - 1) * 10_000 < cost * (10_000 + points) <= floor * 10_000


def test_one_margin_is_one_version_however_it_is_written() -> None:
    """Offers say by which rules their limits were made."""
    assert pricing(7.5).version == pricing("7.50").version != pricing(7).version
