"""The last word on a decision, whoever made it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.domain.price_limits import Arm, PriceLimits, SkuLimit
from common.domain.vocabulary import IncentiveKind
from functions.price_offer.contract import Action, Decision, PriceRequest
from functions.price_offer.enforcing import enforce
from functions.price_offer.parsing import parse
from tests.unit.functions.price_offer.asking import Json, alternative, cart, instead


def parsed(request: Json) -> tuple[PriceRequest, PriceLimits]:
    """The request, with its limits."""
    read = parse(json.dumps(request).encode())
    assert read.limits is not None
    return read, read.limits


def priced(price: int, cost: int = 0) -> Decision:
    """A decision for an alternative, as a careless algorithm might make it."""
    return Decision(
        action=Action.ALTERNATIVE,
        arm="fox-64@1",
        propensities={"fox-64@1": 900_000, "none": 100_000},
        sku="fox-64",
        unit_price_minor=price,
        unit_cost_minor=cost,
    )


REQUEST, LIMITS = parsed(instead(alternative(floor=60_000)))


@pytest.mark.parametrize(
    ("price", "cost", "expected"),
    [(70_000, 0, 70_000), (1, 0, 60_000), (70_000, 80_000, 80_000), (90_000, 0, 90_000)],
)
def test_a_price_is_raised_into_the_limits(price: int, cost: int, expected: int) -> None:
    """To the floor, or to the cost with its margin; a legal one stays."""
    decision = enforce(priced(price, cost), REQUEST, LIMITS)
    assert decision.unit_price_minor == expected
    assert decision.max_cost_minor == (0 if expected == price else 90_000 - expected)
    assert decision.propensities[decision.arm] == 900_000


@pytest.mark.parametrize(("price", "cost"), [(90_001, 0), (70_000, 90_001)])
def test_no_legal_price_means_no_offer(price: int, cost: int) -> None:
    """A price is never lowered, and whoever is dealt the arm gets none."""
    decision = enforce(priced(price, cost), REQUEST, LIMITS)
    assert decision.action is Action.NONE
    assert decision.propensities == {"none": 1_000_000}


@pytest.mark.parametrize(("price", "held"), [(89_999, True), (90_000, False)])
def test_what_is_not_cheaper_than_the_wanted_article_is_dropped(price: int, held: bool) -> None:
    """Whoever chose it."""
    wanted = {"sku": "fox-128", "qty": 2, "amount_minor": 180_000}
    request, limits = parsed(instead(alternative(base=95_000), wanted=wanted))
    assert (enforce(priced(price), request, limits).action is Action.ALTERNATIVE) is held


def test_a_raised_price_gives_away_what_it_is_below_the_regular_one() -> None:
    """Also where the limits were capped below it."""
    request, _ = parsed(instead(alternative(base=90_000)))
    capped = replace(LIMITS, skus={"fox-64": SkuLimit("fox-64", 80_000, 70_000)})
    assert enforce(priced(60_000), request, capped).max_cost_minor == 20_000


def test_an_article_that_was_not_asked_about_is_dropped() -> None:
    """A SKU of the algorithm's own invention."""
    assert enforce(replace(priced(70_000), sku="fox-1"), REQUEST, LIMITS).action is Action.NONE


@given(price=st.integers(-10, 200_000), cost=st.integers(0, 100_000))
def test_enforcing_only_raises_or_drops(price: int, cost: int) -> None:
    """And enforcing twice changes nothing more."""
    once = enforce(priced(price, cost), REQUEST, LIMITS)
    assert enforce(once, REQUEST, LIMITS) == once
    assert once.unit_price_minor is None or max(60_000, price) <= once.unit_price_minor <= 90_000


@pytest.mark.parametrize(
    ("arm", "held"),
    [
        (Arm(IncentiveKind.PERCENT, 1_000), True),
        (Arm(IncentiveKind.PERCENT, 2_000), False),
        (Arm(IncentiveKind.FIXED, 700), True),
        (Arm(IncentiveKind.FREE_SHIPPING), True),
    ],
)
def test_an_incentive_holds_or_is_dropped(arm: Arm, held: bool) -> None:
    """One that the limits don't allow is none."""
    request, limits = parsed(cart())
    decision = Decision(
        action=Action.INCENTIVE, arm=arm.name, incentive=arm, propensities={arm.name: 1_000_000}
    )
    assert (enforce(decision, request, limits).action is Action.INCENTIVE) is held


def test_an_incentive_below_a_floor_is_dropped() -> None:
    """Allowed, but not on this line."""
    request, limits = parsed(cart(limited={"allowed_incentives": [{"kind": "percent", "percent_bp": 5_000}]}))
    arm = Arm(IncentiveKind.PERCENT, 5_000)
    decision = Decision(
        action=Action.INCENTIVE, arm=arm.name, incentive=arm, propensities={arm.name: 1_000_000}
    )
    assert enforce(decision, request, limits).action is Action.NONE
