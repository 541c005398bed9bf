"""Reading what guards the price: limits, incentives, the budget."""

import re

from common.domain.price_limits import Arm, PriceLimits, SkuLimit
from common.domain.vocabulary import IncentiveKind
from functions.price_offer.contract import Budget
from functions.price_offer.reading import (
    MAX_BP,
    MAX_MINOR,
    Fields,
    InvalidRequest,
    choice,
    distinct,
    listed,
    moment,
    moment_or_none,
    section,
    text,
    whole,
    whole_or_none,
)

MAX_ARMS = 20
MAX_SKUS = 2_500
MAX_MARGIN_BP = 10 * MAX_BP
_KINDS = [kind.value for kind in IncentiveKind]
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def limits(fields: Fields) -> tuple[PriceLimits, str] | None:
    """The limits, and the hash that they are sent with; None where there are none."""
    if fields.get("limits") is None:
        return None
    found, where = section(fields, "limits"), "limits."
    stated = found.get("limits_sha256")
    if type(stated) is not str or not _SHA256.fullmatch(stated):
        message = "limits.limits_sha256 must be the limits' SHA-256 in 64 lower-case hexadecimal digits"
        raise InvalidRequest("limits.limits_sha256", message)
    parsed = PriceLimits(
        limits_version=text(found, "limits_version", where),
        frozen_at=moment(found, "frozen_at", where),
        max_discount_bp=whole(found, "max_discount_bp", where, MAX_BP),
        min_margin_bp=whole(found, "min_margin_bp", where, MAX_MARGIN_BP),
        allowed_incentives=_arms(found),
        skus=_skus(found),
    )
    return parsed, stated


def _arms(found: Fields) -> tuple[Arm, ...]:
    arms = [arm(one, where) for where, one in listed(found, "allowed_incentives", MAX_ARMS, "limits.")]
    distinct([one.name for one in arms], "limits.allowed_incentives", "incentive")
    return tuple(arms)


def _skus(found: Fields) -> dict[str, SkuLimit]:
    listing = [
        SkuLimit(
            text(one, "sku", where),
            whole(one, "base_price_minor", where),
            whole(one, "hard_floor_minor", where),
        )
        for where, one in listed(found, "skus", MAX_SKUS, "limits.")
    ]
    by_sku = {limit.sku: limit for limit in listing}
    if len(by_sku) < len(listing):
        raise InvalidRequest("limits.skus", "limits.skus names one sku twice; send each sku once")
    return by_sku


def arm(fields: Fields, where: str) -> Arm:
    """An incentive: its kind, and what its kind needs."""
    kind = IncentiveKind(choice(fields, "kind", _KINDS, where))
    match kind:
        case IncentiveKind.PERCENT:
            return Arm(kind, whole(fields, "percent_bp", where, MAX_BP, lowest=1))
        case IncentiveKind.FIXED:
            return Arm(kind, whole(fields, "amount_minor", where, MAX_MINOR, lowest=1))
        case IncentiveKind.FREE_SHIPPING | IncentiveKind.NONE:
            return Arm(kind)


def budget(fields: Fields) -> Budget | None:
    """The budget; None where there is none, which is no bound."""
    if fields.get("budget") is None:
        return None
    found, where = section(fields, "budget"), "budget."
    return Budget(
        remaining_minor=whole(found, "remaining_minor", where),
        period_ends_at=moment(found, "period_ends_at", where),
        total_minor=whole_or_none(found, "total_minor", where),
        period_starts_at=moment_or_none(found, "period_starts_at", where),
    )
