"""An alternative offer: what was wanted, the limits frozen for it, what is proposed instead, and where it stands."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime

from common.domain.price_limits import SkuLimit
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import OfferAction, OfferRefusal, OfferStage, OfferTrigger, Reason, SalesChannel

LIVE = (OfferStage.REQUESTED, OfferStage.PRICING, OfferStage.READY, OfferStage.DELIVERED, OfferStage.VIEWED)
"""An offer that may still be accepted, now or soon."""
PROMISED = (OfferStage.DELIVERED, OfferStage.VIEWED)
"""The customer has it, or may have it: it is honoured, or it expires."""


def most_wanted(lines: Iterable[Line]) -> Line | None:
    """What the customer wanted most, by its price; of two at one price the first. None if no line has a price."""
    return max((line for line in lines if line.unit_price_minor > 0), key=_price, default=None)


def _price(line: Line) -> int:
    return line.unit_price_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The item that the customer wanted and can't have; the price is per piece."""

    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    url: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLimits:
    """Frozen when the offer is generated; nothing changes them, and every price is checked against them. Per piece."""

    base_price_minor: int
    """What the wanted item would have cost."""
    hard_limit_minor: int
    """The lowest price at which selling any of the alternatives still makes sense."""
    upper_limit_minor: int
    """Cheaper than the wanted item, and within what a credit check approved."""
    currency: str
    tax_mode: str
    policy_version: str
    catalogue_version: int
    frozen_at: datetime
    skus: tuple[SkuLimit, ...]
    """What each alternative may cost: at most its own price and the upper limit, at least what it must bring in."""
    sha256: str = ""
    """Of all the rest, in canonical JSON."""

    def allows(self, sku: str, unit_price_minor: int) -> bool:
        """Whether the alternative may be sold at that price, and the limits are still those that were frozen."""
        return self.sha256 == limits_hash(self) and any(
            limit.sku == sku
            and limit.hard_floor_minor
            <= unit_price_minor
            <= min(limit.base_price_minor, self.upper_limit_minor)
            for limit in self.skus
        )


def limits_hash(limits: OfferLimits) -> str:
    """The SHA-256 over everything that the limits say, but itself."""
    said = {
        "base_price_minor": limits.base_price_minor,
        "hard_limit_minor": limits.hard_limit_minor,
        "upper_limit_minor": limits.upper_limit_minor,
        "currency": limits.currency,
        "tax_mode": limits.tax_mode,
        "policy_version": limits.policy_version,
        "catalogue_version": limits.catalogue_version,
        "frozen_at": limits.frozen_at.isoformat(),
        "skus": [[one.sku, one.base_price_minor, one.hard_floor_minor] for one in limits.skus],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the pricing algorithm proposed, once it was found to be within the limits."""

    sku: str
    name: str
    unit_price_minor: int
    regular_price_minor: int
    """What anybody pays for one."""
    url: str | None = None
    image_url: str | None = None
    decision_id: str | None = None
    model_version: str | None = None
    model_sha256: str | None = None
    mode: str | None = None
    chosen_arm: str | None = None
    chosen_propensity_ppm: int | None = None
    personalized: bool = False
    """Whether it has to be said that the price was made for this customer (EU 2019/2161, New York GBL 349-a)."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One alternative for one lost order. A case has one at a time."""

    id: str
    trigger: OfferTrigger
    wanted: Wanted
    currency: str
    requested_at: datetime
    stage: OfferStage = OfferStage.REQUESTED
    stage_at: datetime
    """When the stage was reached."""
    version: int = 1
    """Goes up with each stage; who accepts may name the one that they saw."""
    number: int = 1
    approved_minor: int | None = None
    """Up to what amount, for all pieces, a credit check would have gone."""
    limits: OfferLimits | None = None
    proposal: Proposal | None = None
    approved_by: str | None = None
    """Who let an offer out that was too dear to leave by itself."""
    valid_until: datetime | None = None
    """Exclusive; from the first delivery on it never changes (L50)."""
    reason: Reason | None = None
    """Why it was cancelled."""
    answered_at: datetime | None = None
    answered_through: SalesChannel | None = None
    """Where it was accepted or declined."""
    order_id: str | None = None
    """The order that it became."""

    def state_at(self, now: datetime) -> OfferStage:
        """Where it stands, whether or not a timer has been there."""
        if self.stage in PROMISED and self.valid_until is not None and now >= self.valid_until:
            return OfferStage.EXPIRED
        return self.stage


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPromise:
    """What a message about an offer says; amounts are per piece, in the message's currency."""

    offer_id: str
    wanted: Wanted
    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    regular_price_minor: int
    valid_until: datetime
    url: str | None = None
    image_url: str | None = None
    personalized: bool = False
    page_url: str | None = None
    """The offer's own page, set at the hand-over, where storefront_api answers links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferEvidence:
    """`offer_evidence/{offer id}`: what the pricing algorithm was asked, and what it answered. Nobody's name in it."""

    id: str
    case_id: str
    request: str
    """JSON, as it was sent."""
    asked_at: datetime
    answer: str | None = None
    """As it came, cut where it was too long."""
    answered_at: datetime | None = None
    detail: str | None = None
    """What was wrong with the answer, or why there was none."""
    schema_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferVerdict:
    """What whoever accepts, declines or looks is told. Without `refusal` it is done, now or by an earlier call."""

    action: OfferAction
    refusal: OfferRefusal | None = None
    offer: Offer | None = None
    """As it now is; None = there is no such offer."""
    state: OfferStage | None = None
    """Where it stands now, lapsed or not."""
    case_id: str | None = None
    customer_id: str | None = None
    locale: str | None = None
