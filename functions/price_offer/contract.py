"""What a decision is asked for with, and its outcome, as plain values; on the wire: `docs/pricing.openapi.yaml`."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from common.domain.price_limits import NO_ARM, Arm, PriceLimits
from common.domain.values import dataclass

NONE = "none"
"""The arm that gives nothing; it is always feasible."""
WHOLE_PPM = 1_000_000
"""Parts per million of one whole: what propensities add up to."""


class DecisionType(StrEnum):
    """How the order was lost. It says which parts of the request are needed; no price depends on it."""

    ABANDONED_CART = "abandoned_cart"
    FAILED_VERIFICATION = "failed_verification"
    PAYMENT_FAILED = "payment_failed"
    OUT_OF_STOCK = "out_of_stock"


class Action(StrEnum):
    """What is to be offered."""

    NONE = "none"
    INCENTIVE = "incentive"
    ALTERNATIVE = "alternative"


class Mode(StrEnum):
    """Who decided. `shadow` and `safe` belong to the contract for algorithms that learn; this one has neither."""

    RULES = "rules"
    MODEL = "model"
    EXPLORE = "explore"
    HOLDOUT = "holdout"


class Code(StrEnum):
    """Reason codes of an answer."""

    HOLDOUT = "holdout"
    EXPLORE = "explore"
    RULE_FIRST_RETURN_10 = "rule_first_return_10"
    RULE_OTHER_5 = "rule_other_5"
    RULE_REQUESTED = "rule_requested"
    MODEL_GAIN = "model_gain"
    LOW_UPLIFT = "no_offer_low_uplift"
    MARGIN = "no_offer_margin"
    BUDGET = "no_offer_budget"
    FREQUENCY = "no_offer_frequency"
    NO_CONSENT = "no_offer_no_consent"
    NOT_ALLOWED = "no_offer_not_allowed"
    FLOOR_CLAMP = "floor_clamp"
    BASE_CLAMP = "base_clamp"
    NO_FEASIBLE_ALTERNATIVE = "no_feasible_alternative"
    LIMITS_MISSING = "limits_missing"
    LIMITS_STALE = "limits_stale"
    LIMITS_HASH_MISMATCH = "limits_hash_mismatch"
    COST_UNKNOWN_ASSUMED = "cost_unknown_assumed"
    MODEL_UNAVAILABLE = "model_unavailable"
    INPUT_INVALID = "input_invalid"


class Blocked(StrEnum):
    """Why an arm or a SKU could not be offered."""

    STOCK = "stock"
    SIMILARITY = "similarity"
    LIMITS_MISSING = "limits_missing"
    NOT_ALLOWED = "not_allowed"
    FLOOR = "floor"
    BASE = "base"
    MARGIN = "margin"
    MAX_DISCOUNT = "max_discount"
    BUDGET = "budget"
    WANTED = "wanted"
    NOTHING_TO_GIVE = "nothing_to_give"
    LOW_UPLIFT = "low_uplift"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with which field of the request, in a sentence that says what to send instead."""

    field: str | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Whom the decision is about. None = the caller doesn't know, or doesn't say."""

    id_hash: str
    personalization_consent: bool
    orders_lifetime: int | None = None
    orders_365d: int | None = None
    days_since_last_order: int | None = None
    returns_90d: int | None = None
    coupon_share_365d_bp: int | None = None
    offers_received_30d: int | None = None
    email_engagement_bp: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the basket, at the price that the shop shows."""

    line_id: str
    sku: str
    qty: int
    unit_price_minor: int
    unit_cost_minor: int | None = None

    @property
    def total_minor(self) -> int:
        """Price times quantity."""
        return self.unit_price_minor * self.qty


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The cart that was left behind; its lines in the order of their ids, whatever order they came in."""

    lines: tuple[Line, ...]
    shipping_fee_minor: int = 0
    shipping_cost_minor: int | None = None
    abandoned_at: datetime | None = None
    visits_since: int | None = None


Attributes = Mapping[str, str | int | float | bool]
_NO_ATTRIBUTES: Attributes = MappingProxyType({})


class Kind(NamedTuple):
    """What sort of thing an article is, for comparing two of them."""

    category: tuple[str, ...] = ()
    """From the widest to the narrowest."""
    brand: str | None = None
    attributes: Attributes = _NO_ATTRIBUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the customer wanted and can't have. `amount_minor` is for the whole quantity."""

    sku: str
    qty: int
    amount_minor: int
    kind: Kind


class Alternative(NamedTuple):
    """An article to offer instead; a tuple, as a request may bring two thousand."""

    sku: str
    base_price_minor: int | None
    hard_floor_minor: int | None
    unit_cost_minor: int | None
    similarity_bp: int | None
    stock_qty: int
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Money for offers. With its beginning and its whole, spending ahead of time gets a price."""

    remaining_minor: int
    period_ends_at: datetime
    total_minor: int | None = None
    period_starts_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """How many are dealt no offer, and how many one by chance. The salt names the experiment."""

    salt: str
    holdout_bp: int = 0
    explore_bp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRequest:
    """One request. Limits or a budget that can't be read leave a fault: then nothing is offered."""

    request_id: str
    tenant_id: str
    decision_type: DecisionType
    requested_at: datetime
    currency: str
    market: str | None
    customer: Customer
    basket: Basket | None
    wanted: Wanted | None
    alternatives: tuple[Alternative, ...]
    limits: PriceLimits | None
    limits_sha256: str | None
    rule: Arm | None
    budget: Budget | None
    experiment: Experiment | None
    fault: Fault | None = None


class Considered(NamedTuple):
    """One arm or SKU that was looked at; gains are of the whole quantity."""

    arm: str | None = None
    sku: str | None = None
    price_minor: int | None = None
    blocked_by: Blocked | None = None
    gain_minor: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamp:
    """A limit that moved the price away from where the model would have had it."""

    code: Code
    sku: str
    from_minor: int
    to_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the model believes of the offer; probabilities from 0 to 1, money of the whole quantity."""

    p_buy_none: float
    p_buy_chosen: float
    uplift_low: float
    uplift_high: float
    gain_minor: float
    cost_minor: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The outcome. Propensities are parts per million over every arm that could have come out."""

    action: Action = Action.NONE
    mode: Mode = Mode.RULES
    reasons: tuple[Code, ...] = ()
    arm: str = NONE
    propensities: Mapping[str, int] = field(default_factory=lambda: {NONE: WHOLE_PPM})
    incentive: Arm = NO_ARM
    sku: str | None = None
    unit_price_minor: int | None = None
    unit_cost_minor: int = 0
    """0 = not known; then the floor alone protects the margin."""
    max_cost_minor: int = 0
    expected: Expected | None = None
    considered: tuple[Considered, ...] = ()
    clamps: tuple[Clamp, ...] = ()
    explanation: tuple[tuple[str, float], ...] = ()
    fault: Fault | None = None
