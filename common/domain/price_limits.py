"""The prices that an offer must stay within: frozen by the caller, hashed, and checked again after each decision.

Whole numbers only. `limits_sha256` says how a caller of any language computes the hash.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from json.encoder import encode_basestring

from common.domain.values import dataclass
from common.domain.vocabulary import IncentiveKind

FULL_BP = 10_000
"""Basis points of one whole."""


@dataclass(frozen=True, slots=True, order=True)
class Arm:
    """Something that may be given on a cart. `value`: basis points of PERCENT, minor units of FIXED, else 0."""

    kind: IncentiveKind
    value: int = 0

    @property
    def name(self) -> str:
        """How the arm is called in answers: `none`, `free_shipping`, `percent_1000`, `fixed_500`."""
        return f"{self.kind.value}_{self.value}" if self.value else self.kind.value

    def as_fields(self) -> dict[str, object]:
        """How the arm stands on the wire."""
        match self.kind:
            case IncentiveKind.PERCENT:
                return {"kind": "percent", "percent_bp": self.value}
            case IncentiveKind.FIXED:
                return {"kind": "fixed", "amount_minor": self.value}
            case IncentiveKind.FREE_SHIPPING | IncentiveKind.NONE:
                return {"kind": self.kind.value}


NO_ARM = Arm(IncentiveKind.NONE)


@dataclass(frozen=True, slots=True)
class SkuLimit:
    """No offer on this SKU may be below its hard floor or above its base price, per piece."""

    sku: str
    base_price_minor: int
    hard_floor_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLimits:
    """Everything that bounds one decision's price. A SKU that isn't named may not be offered."""

    limits_version: str
    frozen_at: datetime
    max_discount_bp: int
    min_margin_bp: int
    """On top of the cost: 500 = at least 1.05 times the cost."""
    allowed_incentives: tuple[Arm, ...]
    skus: Mapping[str, SkuLimit]

    def as_fields(self) -> dict[str, object]:
        """How the limits stand on the wire, in canonical order, without their hash."""
        frozen_at = self.frozen_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return {
            "limits_version": self.limits_version,
            "frozen_at": frozen_at,
            "max_discount_bp": self.max_discount_bp,
            "min_margin_bp": self.min_margin_bp,
            "allowed_incentives": [arm.as_fields() for arm in sorted(self.allowed_incentives)],
            "skus": [
                {
                    "sku": sku,
                    "base_price_minor": limit.base_price_minor,
                    "hard_floor_minor": limit.hard_floor_minor,
                }
                for sku, limit in sorted(self.skus.items())
            ],
        }


def limits_sha256(limits: PriceLimits) -> str:
    """The SHA-256, in lower-case hexadecimal, of the limits' canonical form.

    The form is the JSON of `as_fields` as RFC 8785 writes it (keys sorted, no white space, UTF-8), with SKUs in
    the order of their code points, incentives in the order of kind and value, and `frozen_at` in UTC with a Z.
    """
    # The SKUs may be thousands, and theirs is the last of the sorted keys: written directly, they take half as long.
    skus = ",".join(
        [
            f'{{"base_price_minor":{limit.base_price_minor},"hard_floor_minor":{limit.hard_floor_minor},'
            f'"sku":{encode_basestring(sku)}}}'
            for sku, limit in sorted(limits.skus.items())
        ]
    )
    rest = replace(limits, skus={}).as_fields()
    form = json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{form.removesuffix(']}')}{skus}]}}".encode()).hexdigest()


def with_margin(cost_minor: int, limits: PriceLimits) -> int:
    """The lowest amount that leaves the minimum margin on the cost, rounded up."""
    return -(-cost_minor * (FULL_BP + limits.min_margin_bp) // FULL_BP)


def lowest_price(limits: PriceLimits, limit: SkuLimit, unit_cost_minor: int) -> int:
    """The lowest price of one piece that floor, minimum margin and greatest discount allow."""
    deepest = -(-limit.base_price_minor * (FULL_BP - limits.max_discount_bp) // FULL_BP)
    return max(limit.hard_floor_minor, with_margin(unit_cost_minor, limits), deepest)


def enforce_price(limits: PriceLimits, sku: str, price_minor: int, unit_cost_minor: int = 0) -> int | None:
    """The price, raised to the lowest that is allowed; None = no legal price, so no offer. Never lower.

    A cost of 0 is an unknown one: then the floor alone has to protect the margin.
    """
    limit = limits.skus.get(sku)
    if limit is None or price_minor > limit.base_price_minor:
        return None
    raised = max(price_minor, lowest_price(limits, limit, unit_cost_minor))
    return raised if raised <= limit.base_price_minor else None


def discount_of(arm: Arm, subtotal_minor: int) -> int:
    """What the arm takes off the lines together; half a minor unit is rounded up. Shipping is not in it."""
    match arm.kind:
        case IncentiveKind.PERCENT:
            return min(subtotal_minor, (subtotal_minor * arm.value + FULL_BP // 2) // FULL_BP)
        case IncentiveKind.FIXED:
            return min(subtotal_minor, arm.value)
        case IncentiveKind.FREE_SHIPPING | IncentiveKind.NONE:
            return 0


def allocate(discount_minor: int, totals: Sequence[int], names: Sequence[str]) -> tuple[int, ...]:
    """The discount shared over lines in proportion to their totals, by largest remainder; sums up exactly.

    Lines with the same remainder are served in the order of their names, whatever order they stand in.
    """
    subtotal = sum(totals)
    if not subtotal:
        return tuple(0 for _ in totals)
    shares = [divmod(discount_minor * total, subtotal) for total in totals]
    missing = discount_minor - sum(whole for whole, _ in shares)
    by_remainder = sorted(range(len(totals)), key=lambda at: (-shares[at][1], names[at]))
    favoured = set(by_remainder[:missing])
    return tuple([whole + (at in favoured) for at, (whole, _) in enumerate(shares)])
