"""How likely an alternative is to be taken at a price, and which price earns most.

log-odds = intercept + similarity + relative_price x price / wanted price + discount_depth x (1 - price / base),
which is a straight line in the price. It never rises: a slope of the wrong sign counts as 0.
"""

from math import exp, inf, log
from typing import NamedTuple

from functions.price_offer.model import Acceptance

_ENOUGH = 1e-12


class Curve(NamedTuple):
    """The log-odds of one alternative as a line: their value at the base price, and the slope per minor unit."""

    at_base: float
    base: int
    slope: float

    def probability(self, price: float) -> float:
        """The chance that the alternative is taken at this price."""
        return logistic(self.at_base + self.slope * (price - self.base))


def logistic(log_odds: float) -> float:
    """From log-odds to a probability, without overflow."""
    if log_odds < -700.0:
        return 0.0
    return 1.0 / (1.0 + exp(-log_odds))


def curve_of(coefficients: Acceptance, similarity_bp: int, base: int, wanted_unit: float) -> Curve:
    """The line of one alternative. `base` and `wanted_unit` are greater than 0."""
    at_base = (
        coefficients.intercept
        + coefficients.similarity * (similarity_bp / 10_000)
        + coefficients.relative_price * (base / wanted_unit)
    )
    slope = coefficients.relative_price / wanted_unit - coefficients.discount_depth / base
    return Curve(at_base, base, min(0.0, slope))


def best_price(curve: Curve, unit_cost: float) -> float:
    """The price at which probability x (price - cost) is greatest; infinite if the price doesn't matter.

    There the margin is 1 / (slope x (1 - probability)). With y = slope x margin - 1 this reads
    y + ln y = log-odds at cost - 1, which has exactly one solution; Newton's method finds it in a few steps.
    """
    if curve.slope == 0.0:
        return inf
    level = curve.at_base + curve.slope * (unit_cost - curve.base) - 1.0
    return unit_cost + (1.0 + _solve(level)) / -curve.slope


def _solve(level: float) -> float:
    """The y with y + ln y = level: the principal branch of Lambert's W of exp(level)."""
    if level < -30.0:
        return exp(max(level, -700.0))
    y = level - log(level) if level > 1.0 else logistic(level)
    for _ in range(6):
        better = y * (1.0 + level - log(y)) / (1.0 + y)
        if abs(better - y) <= _ENOUGH * y:
            return better
        y = better
    return y


def contributions(
    coefficients: Acceptance, similarity_bp: int, base: int, wanted_unit: float, price: int
) -> tuple[tuple[str, float], ...]:
    """What each feature adds to the log-odds at this price."""
    return (
        ("intercept", coefficients.intercept),
        ("similarity", coefficients.similarity * (similarity_bp / 10_000)),
        ("relative_price", coefficients.relative_price * (price / wanted_unit)),
        ("discount_depth", coefficients.discount_depth * (1 - price / base)),
    )
