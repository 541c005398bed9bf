"""The price that earns most, against optima that were worked out by hand."""

from dataclasses import replace
from math import inf, isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.price_offer.acceptance import Curve, best_price, contributions, curve_of, logistic
from functions.price_offer.model import Acceptance

COEFFICIENTS = Acceptance(
    intercept=-2.3,
    similarity=3.0,
    relative_price=-3.0,
    discount_depth=2.0,
    organic_share=0.15,
    spread=0.8,
)


def test_an_optimum_worked_out_by_hand() -> None:
    """Slope 1/100 and even odds at 200: the margin is 1 / (0.01 x 0.5) = 200, so a cost of 0 asks for 200."""
    curve = Curve(at_base=0.0, base=200, slope=-0.01)
    assert isclose(best_price(curve, 0.0), 200.0, rel_tol=1e-9)


def test_another_optimum_worked_out_by_hand() -> None:
    """Odds of 1:3 at 1,000 with slope 1/250: margin 1 / (0.004 x 0.75) = 333.33, so the cost is 666.67."""
    curve = Curve(at_base=log(1 / 3), base=1_000, slope=-0.004)
    assert isclose(best_price(curve, 1_000 - 1 / (0.004 * 0.75)), 1_000.0, rel_tol=1e-9)


@given(
    at_base=st.floats(-40, 40),
    base=st.integers(100, 10**9),
    steepness=st.floats(0.05, 60),
    cost_share=st.floats(0, 1.2),
)
def test_the_margin_is_what_theory_says(
    at_base: float, base: int, steepness: float, cost_share: float
) -> None:
    """At the best price q: q - c = 1 / (slope x (1 - p))."""
    curve, cost = Curve(at_base, base, -steepness / base), base * cost_share
    best = best_price(curve, cost)
    rest = 1 - curve.probability(best)
    if rest > 1e-6:
        assert isclose(best - cost, 1 / (-curve.slope * rest), rel_tol=1e-6)


def test_no_slope_means_that_the_price_does_not_matter() -> None:
    """Then the highest legal price is the best."""
    assert best_price(Curve(0.0, 100, 0.0), 10.0) == inf


def test_a_slope_of_the_wrong_sign_is_cut_off() -> None:
    """People never like an article more because it is dearer, whatever an estimate says."""
    wrong = replace(COEFFICIENTS, relative_price=5.0, discount_depth=0.0)
    assert curve_of(wrong, 8_000, 900, 1_000.0).slope == 0.0


@given(prices=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)), similarity=st.integers(0, 10_000))
def test_acceptance_never_rises_with_the_price(prices: tuple[int, int], similarity: int) -> None:
    """Of two prices the dearer one is not likelier to be taken."""
    curve = curve_of(COEFFICIENTS, similarity, 500_000, 600_000.0)
    assert curve.probability(max(prices)) <= curve.probability(min(prices))


def test_contributions_add_up_to_the_log_odds() -> None:
    """What explains a chance is exactly what makes it."""
    curve = curve_of(COEFFICIENTS, 7_300, 90_000, 120_000.0)
    explained = sum(value for _, value in contributions(COEFFICIENTS, 7_300, 90_000, 120_000.0, 81_000))
    assert isclose(logistic(explained), curve.probability(81_000), rel_tol=1e-12)


@pytest.mark.parametrize("log_odds", [-1e6, -701.0, -30.0, 0.0, 30.0, 1e6])
def test_extreme_odds_stay_probabilities(log_odds: float) -> None:
    """No overflow at either end."""
    assert 0.0 <= logistic(log_odds) <= 1.0
