"""Which limits count, what an unknown cost is taken for, and within which prices one SKU may be offered."""

from typing import NamedTuple

from common.domain.price_limits import (
    FULL_BP,
    PriceLimits,
    SkuLimit,
    limits_sha256,
    lowest_price,
    with_margin,
)
from functions.price_offer.contract import Alternative, Blocked, Code, PriceRequest
from functions.price_offer.conventions import ASSUMED_COST_BP, CLOCKS_DIFFER, LIMITS_LAST


def usable_limits(request: PriceRequest) -> PriceLimits | Code:
    """The request's limits, or why they or the budget can't be relied on."""
    if request.fault is not None:
        return Code.INPUT_INVALID
    limits = request.limits
    if limits is None:
        return Code.LIMITS_MISSING
    age = request.requested_at - limits.frozen_at
    if not -CLOCKS_DIFFER <= age <= LIMITS_LAST:
        return Code.LIMITS_STALE
    if request.limits_sha256 != limits_sha256(limits):
        return Code.LIMITS_HASH_MISMATCH
    return limits


def cost_or_assumed(unit_cost_minor: int | None, limit: SkuLimit) -> int:
    """The cost of one piece; where it isn't known, a share of the base price, or the floor if that is higher."""
    if unit_cost_minor is not None:
        return unit_cost_minor
    return max(limit.hard_floor_minor, -(-limit.base_price_minor * ASSUMED_COST_BP // FULL_BP))


def remaining_budget(request: PriceRequest) -> int | None:
    """What may still be given away; nothing when the period is over, None = there is no budget."""
    budget = request.budget
    if budget is None:
        return None
    return budget.remaining_minor if request.requested_at < budget.period_ends_at else 0


class Span(NamedTuple):
    """The legal prices of one piece, both ends included; none if `lowest` is above `highest`."""

    lowest: int
    highest: int
    base: int
    cost: int
    blocked_by: Blocked | None


def effective(alternative: Alternative, limit: SkuLimit) -> SkuLimit:
    """The stricter of what the limits and the alternative itself say."""
    base, floor = alternative.base_price_minor, alternative.hard_floor_minor or 0
    if base is None or base > limit.base_price_minor:
        base = limit.base_price_minor
    if base == limit.base_price_minor and floor <= limit.hard_floor_minor:
        return limit
    return SkuLimit(limit.sku, base, max(floor, limit.hard_floor_minor))


def span_of(alternative: Alternative, limits: PriceLimits, wanted_unit: int, affordable: int | None) -> Span:
    """The prices at which the alternative may be offered: no dearer than the wanted article, within every limit.

    `affordable` is the most that may be given away per piece.
    """
    limit = effective(alternative, limits.skus[alternative.sku])
    cost = cost_or_assumed(alternative.unit_cost_minor, limit)
    base = limit.base_price_minor
    lowest = lowest_price(limits, limit, cost)
    if affordable is not None:
        lowest = max(lowest, base - affordable)
    highest = min(base, wanted_unit)
    if base > 0 and lowest <= highest:
        return Span(lowest, highest, base, cost, None)
    return Span(lowest, highest, base, cost, _why_empty(limit, limits, cost, highest, affordable))


def _why_empty(
    limit: SkuLimit, limits: PriceLimits, cost: int, highest: int, affordable: int | None
) -> Blocked:
    """The first limit that alone leaves no price."""
    if limit.base_price_minor <= 0:
        return Blocked.BASE
    if limit.hard_floor_minor > highest:
        return Blocked.FLOOR
    if with_margin(cost, limits) > highest:
        return Blocked.MARGIN
    if affordable is not None and limit.base_price_minor - affordable > highest:
        return Blocked.BUDGET
    return Blocked.MAX_DISCOUNT
