"""Which incentive on a cart that was left behind: the rule's, until there is evidence for anything else.

The caller's own rule comes in the request (`rule`); without it, 10 % for whoever returned once and 5 % for all
others. The log is complete from the first day: propensities of every arm, a holdout, exploration.
"""

from typing import NamedTuple

from common.domain.price_limits import (
    FULL_BP,
    NO_ARM,
    Arm,
    PriceLimits,
    SkuLimit,
    allocate,
    discount_of,
    with_margin,
)
from common.domain.vocabulary import IncentiveKind
from functions.price_offer.contract import (
    Action,
    Basket,
    Blocked,
    Code,
    Considered,
    Decision,
    Line,
    Mode,
    PriceRequest,
)
from functions.price_offer.conventions import RULE_FIRST_RETURN_BP, RULE_OTHER_BP
from functions.price_offer.experiment import Dealt, deal
from functions.price_offer.limits import cost_or_assumed, remaining_budget


class Checked(NamedTuple):
    """One arm: what it may cost, and why it can't be given if it can't."""

    arm: Arm
    cost_minor: int
    blocked_by: Blocked | None


def decide_cart(request: PriceRequest, basket: Basket, limits: PriceLimits) -> Decision:
    """The rule's incentive if the limits allow it, else nothing; or what chance dealt instead."""
    if any(line.sku not in limits.skus for line in basket.lines):
        return Decision(reasons=(Code.LIMITS_MISSING,))
    ruled, code = rule_arm(request)
    arms = sorted({NO_ARM, *limits.allowed_incentives})
    checked = {arm.name: check(arm, basket, limits, remaining_budget(request)) for arm in arms}
    rule_check = checked.get(ruled.name)
    fault = Blocked.NOT_ALLOWED if rule_check is None else rule_check.blocked_by
    slots = [name if one.blocked_by is None else NO_ARM.name for name, one in checked.items()]
    best = NO_ARM.name if fault else ruled.name
    dealt = deal(request.experiment, request.customer.id_hash, request.request_id, best, slots)
    reason = _reason(dealt, code, fault)
    chosen = checked[dealt.arm]
    reasons = [reason]
    given = chosen.arm != NO_ARM
    if given and any(line.unit_cost_minor is None for line in basket.lines):
        reasons.append(Code.COST_UNKNOWN_ASSUMED)
    return Decision(
        action=Action.INCENTIVE if given else Action.NONE,
        mode=dealt.mode or Mode.RULES,
        reasons=tuple(reasons),
        arm=dealt.arm,
        propensities=dealt.propensities,
        incentive=chosen.arm,
        max_cost_minor=chosen.cost_minor,
        considered=_considered(tuple(checked.values()), ruled, fault),
        explanation=((code.value, 1.0),) if given and dealt.mode is None else (),
    )


def rule_arm(request: PriceRequest) -> tuple[Arm, Code]:
    """What the rule gives, and which rule it was."""
    if request.rule is not None:
        return request.rule, Code.RULE_REQUESTED
    if request.customer.returns_90d == 1:
        return Arm(IncentiveKind.PERCENT, RULE_FIRST_RETURN_BP), Code.RULE_FIRST_RETURN_10
    return Arm(IncentiveKind.PERCENT, RULE_OTHER_BP), Code.RULE_OTHER_5


def _reason(dealt: Dealt, rule: Code, fault: Blocked | None) -> Code:
    if dealt.mode is Mode.HOLDOUT:
        return Code.HOLDOUT
    if dealt.mode is Mode.EXPLORE:
        return Code.EXPLORE
    match fault:
        case None:
            return rule
        case Blocked.BUDGET:
            return Code.BUDGET
        case Blocked.NOT_ALLOWED:
            return Code.NOT_ALLOWED
        case _:
            return Code.MARGIN


def check(arm: Arm, basket: Basket, limits: PriceLimits, remaining: int | None) -> Checked:
    """Whether the arm can be given: every line within its limits, and the money there. None always can."""
    if arm == NO_ARM:
        return Checked(arm, 0, None)
    subtotal = sum(line.total_minor for line in basket.lines)
    discount = discount_of(arm, subtotal)
    cost = basket.shipping_fee_minor if arm.kind is IncentiveKind.FREE_SHIPPING else discount
    blocked = Blocked.NOTHING_TO_GIVE if cost <= 0 else None
    if discount * FULL_BP > limits.max_discount_bp * subtotal:
        blocked = Blocked.MAX_DISCOUNT
    blocked = blocked or _lines_blocked(basket, limits, discount)
    blocked = blocked or _shipping_blocked(arm, basket, limits, subtotal)
    if remaining is not None and cost > remaining:
        blocked = blocked or Blocked.BUDGET
    return Checked(arm, cost, blocked)


def _lines_blocked(basket: Basket, limits: PriceLimits, discount: int) -> Blocked | None:
    totals = [line.total_minor for line in basket.lines]
    shares = allocate(discount, totals, [line.line_id for line in basket.lines])
    for line, total, share in zip(basket.lines, totals, shares, strict=True):
        limit, left = limits.skus[line.sku], total - share
        if left > limit.base_price_minor * line.qty:
            return Blocked.BASE
        if left < limit.hard_floor_minor * line.qty:
            return Blocked.FLOOR
        if left < with_margin(_cost(line, limit), limits):
            return Blocked.MARGIN
    return None


def _shipping_blocked(arm: Arm, basket: Basket, limits: PriceLimits, subtotal: int) -> Blocked | None:
    """Free shipping touches no line; the whole basket has to bear it, fee or cost, whichever is more."""
    if arm.kind is not IncentiveKind.FREE_SHIPPING:
        return None
    costs = sum(_cost(line, limits.skus[line.sku]) for line in basket.lines)
    lost = max(basket.shipping_fee_minor, basket.shipping_cost_minor or 0)
    return Blocked.MARGIN if subtotal - lost < with_margin(costs, limits) else None


def _cost(line: Line, limit: SkuLimit) -> int:
    return cost_or_assumed(line.unit_cost_minor, limit) * line.qty


def _considered(checked: tuple[Checked, ...], ruled: Arm, fault: Blocked | None) -> tuple[Considered, ...]:
    listed = [Considered(arm=one.arm.name, blocked_by=one.blocked_by) for one in checked]
    if fault is Blocked.NOT_ALLOWED:
        listed.append(Considered(arm=ruled.name, blocked_by=fault))
    return tuple(listed)
