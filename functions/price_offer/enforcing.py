"""The last word on every decision, whoever made it: it can raise a price or drop the offer, and nothing else.

It looks at the outcome and the limits only, with sums of its own, so that a mistake in choosing can't get past it.
"""

from dataclasses import replace

from common.domain.price_limits import FULL_BP, Arm, PriceLimits, allocate, discount_of, enforce_price
from common.domain.vocabulary import IncentiveKind
from functions.price_offer.contract import (
    NONE,
    Action,
    Alternative,
    Basket,
    Clamp,
    Code,
    Decision,
    PriceRequest,
)


def enforce(decision: Decision, request: PriceRequest, limits: PriceLimits) -> Decision:
    """The decision, or a dearer one, or none. Enforcing twice changes nothing more."""
    match decision.action:
        case Action.NONE:
            return decision
        case Action.ALTERNATIVE:
            return _enforce_alternative(decision, request, limits)
        case Action.INCENTIVE:
            basket = request.basket
            held = basket is not None and _incentive_holds(decision.incentive, basket, limits)
            return decision if held else dropped(decision)


def dropped(decision: Decision) -> Decision:
    """No offer, for a limit stood against the one that was chosen; whoever is dealt that arm gets none."""
    return Decision(
        mode=decision.mode,
        reasons=(Code.MARGIN,),
        propensities=_moved(decision, NONE),
        considered=decision.considered,
    )


def _moved(decision: Decision, arm: str) -> dict[str, int]:
    """The propensities, with the weight of the chosen arm on another one."""
    weights = dict(decision.propensities)
    weight = weights.pop(decision.arm)
    return weights | {arm: weights.get(arm, 0) + weight}


def _enforce_alternative(decision: Decision, request: PriceRequest, limits: PriceLimits) -> Decision:
    chosen = {one.sku: one for one in request.alternatives}.get(decision.sku or "")
    price = decision.unit_price_minor
    if chosen is None or price is None or request.wanted is None:
        return dropped(decision)
    raised = enforce_price(limits, chosen.sku, _at_least_own_floor(chosen, price), decision.unit_cost_minor)
    if raised is None or raised > (chosen.base_price_minor or raised):
        return dropped(decision)
    if raised * request.wanted.qty >= request.wanted.amount_minor:
        return dropped(decision)
    if raised == price:
        return decision
    clamp = Clamp(code=Code.FLOOR_CLAMP, sku=chosen.sku, from_minor=price, to_minor=raised)
    regular = chosen.base_price_minor or limits.skus[chosen.sku].base_price_minor
    arm = f"{chosen.sku}@{raised}"
    return replace(
        decision,
        arm=arm,
        propensities=_moved(decision, arm),
        unit_price_minor=raised,
        max_cost_minor=max(0, regular - raised) * request.wanted.qty,
        clamps=(*decision.clamps, clamp),
        reasons=(*decision.reasons, Code.FLOOR_CLAMP),
        expected=None,
    )


def _at_least_own_floor(chosen: Alternative, price: int) -> int:
    return max(price, chosen.hard_floor_minor or 0)


def _incentive_holds(arm: Arm, basket: Basket, limits: PriceLimits) -> bool:
    """Whether the arm is allowed, small enough, and leaves every line between its floor and its base price."""
    if arm not in limits.allowed_incentives:
        return False
    if arm.kind is IncentiveKind.FREE_SHIPPING and basket.shipping_fee_minor <= 0:
        return False
    totals = [line.unit_price_minor * line.qty for line in basket.lines]
    discount = discount_of(arm, sum(totals))
    if discount * FULL_BP > sum(totals) * limits.max_discount_bp:
        return False
    shares = allocate(discount, totals, [line.line_id for line in basket.lines])
    for line, total, share in zip(basket.lines, totals, shares, strict=True):
        limit = limits.skus.get(line.sku)
        if limit is None or total - share > limit.base_price_minor * line.qty:
            return False
        if total - share < limit.hard_floor_minor * line.qty:
            return False
    return True
