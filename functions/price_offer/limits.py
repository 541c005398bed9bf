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
    """The cost of one piece in a cart; where it isn't known, a share of the base price, or the floor if it's higher."""
    if unit_cost_minor is not None:
        return unit_cost_minor
    return max(limit.hard_floor_minor, share_of(limit.base_price_minor, ASSUMED_COST_BP))


def share_of(price_minor: int, share_bp: int) -> int:
    """A share of a price, rounded up."""
    return -(-price_minor * share_bp // FULL_BP)


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
    """What anybody pays; limits may leave nothing but prices below it."""
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


def regular_price(alternative: Alternative, limit: SkuLimit) -> int:
    """What anybody pays for one piece. A limit may have been capped for the customer, so it only stands in."""
    return limit.base_price_minor if alternative.base_price_minor is None else alternative.base_price_minor


def span_of(
    alternative: Alternative,
    limits: PriceLimits,
    dearest: int,
    affordable: int | None,
    assumed_cost_bp: int,
) -> Span:
    """The prices at which the alternative may be offered, within every limit.

    `dearest` is the highest price that is still below the wanted article's, `affordable` the most that may be given
    away per piece. An assumed cost bounds discounts only: it is no reason not to sell at the regular price.
    """
    limit = effective(alternative, limits.skus[alternative.sku])
    base, cost = regular_price(alternative, limit), alternative.unit_cost_minor
    if cost is None:
        cost = share_of(base, assumed_cost_bp)
        lowest = max(limit.hard_floor_minor, min(base, lowest_price(limits, limit, cost)))
    else:
        lowest = lowest_price(limits, limit, cost)
    if affordable is not None:
        lowest = max(lowest, base - affordable)
    span = Span(max(1, lowest), min(limit.base_price_minor, dearest), base, cost, None)
    if span.lowest <= span.highest:
        return span
    return span._replace(blocked_by=_why_empty(span, limit, limits, affordable))


def _why_empty(span: Span, limit: SkuLimit, limits: PriceLimits, affordable: int | None) -> Blocked:
    """The first limit that alone leaves no price."""
    if span.highest <= 0:
        return Blocked.BASE
    if limit.hard_floor_minor > span.highest:
        return Blocked.FLOOR
    if with_margin(span.cost, limits) > span.highest:
        return Blocked.MARGIN
    if affordable is not None and span.base - affordable > span.highest:
        return Blocked.BUDGET
    return Blocked.MAX_DISCOUNT
