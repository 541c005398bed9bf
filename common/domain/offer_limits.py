"""The limits of an offer, frozen from the catalogue and the policy; and the question that the algorithm is asked."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from common.domain.catalogue import Product
from common.domain.documents import Customer
from common.domain.ids import suppression_id
from common.domain.offers import Offer, OfferLimits, Wanted, limits_hash
from common.domain.policy import Policy
from common.domain.price_limits import PriceLimits, SkuLimit, limits_sha256
from common.domain.pricing_policy import PricingPolicy
from common.domain.vocabulary import OfferTrigger

FULL_BP = 10_000
_RETURNS_COUNT = timedelta(days=90)
_DECISION_TYPES = {
    OfferTrigger.VERIFICATION_FAILED: "failed_verification",
    OfferTrigger.PAYMENT_FAILED: "payment_failed",
    OfferTrigger.OUT_OF_STOCK: "out_of_stock",
    OfferTrigger.ABANDONED_CART: "payment_failed",  # too dear, as far as anybody knows
}


def offerable(
    offer: Offer, candidates: Iterable[Product], pricing: PricingPolicy, without: Sequence[str] = ()
) -> tuple[tuple[Product, SkuLimit], ...]:
    """The candidates that may cost less than the wanted item and still bring in enough, with what each may cost."""
    upper = upper_limit(offer)
    found = []
    for product in candidates:
        if product.sku in (offer.wanted.sku, *without) or product.price.currency != offer.currency:
            continue
        if not product.buyable or (product.stock is not None and product.stock < offer.wanted.quantity):
            continue
        floor = _floor(product, pricing)
        highest = min(product.price.minor, upper)
        if 0 < floor <= highest:
            found.append((product, SkuLimit(product.sku, highest, floor)))
    return tuple(found)


def upper_limit(offer: Offer) -> int:
    """Per piece: cheaper than the wanted item, and together within what a credit check approved."""
    cheaper = offer.wanted.unit_price_minor - 1
    if offer.approved_minor is None:
        return cheaper
    return min(cheaper, offer.approved_minor // offer.wanted.quantity)


def _floor(product: Product, pricing: PricingPolicy) -> int:
    """What one must bring in at least; without a known cost it is never sold below its regular price."""
    if product.cost is None or product.cost.currency != product.price.currency:
        return product.price.minor
    return max(1, pricing.floor(product.cost.minor, product.price.currency))


def frozen(
    offer: Offer, skus: Sequence[SkuLimit], policy: Policy, catalogue_version: int, now: datetime
) -> OfferLimits:
    """The limits of the offer, for good. At least one SKU is needed."""
    limits = OfferLimits(
        base_price_minor=offer.wanted.unit_price_minor,
        hard_limit_minor=min(limit.hard_floor_minor for limit in skus),
        upper_limit_minor=upper_limit(offer),
        currency=offer.currency,
        tax_mode=policy.pricing.tax_mode,
        policy_version=policy.pricing.version,
        catalogue_version=catalogue_version,
        frozen_at=now,
        skus=tuple(skus),
    )
    return replace(limits, sha256=limits_hash(limits))


def question(
    offer: Offer,
    limits: OfferLimits,
    wanted: Product | None,
    products: Sequence[Product],
    customer: Customer,
    policy: Policy,
) -> str:
    """The request to the pricing algorithm, as JSON; whose it is, is a pseudonym that only this engine can tell."""
    asked = offer.wanted
    said: dict[str, Any] = {
        "request_id": offer.id,
        "tenant_id": customer.store,
        "decision_type": _DECISION_TYPES[offer.trigger],
        "requested_at": _stamp(limits.frozen_at),
        "currency": offer.currency,
        "customer": {
            "id_hash": suppression_id(policy.keys.suppression, f"pricing {customer.id}"),
            "personalization_consent": may_be_addressed(customer, policy),
            "returns_90d": sum(limits.frozen_at - one.at < _RETURNS_COUNT for one in customer.returns),
        },
        "wanted": {
            "sku": asked.sku,
            "qty": asked.quantity,
            "amount_minor": asked.unit_price_minor * asked.quantity,
            **_kind(wanted),
        },
        "alternatives": [_alternative(product, asked) for product in products],
        "limits": _wire_limits(limits, policy),
    }
    if customer.country:
        said["market"] = customer.country
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def may_be_addressed(customer: Customer, policy: Policy) -> bool:
    """Whether there is a channel on which the customer lets the shop write; an offer is made for no one else."""
    for channel in policy.pricing.channels:
        word = customer.consent.get(channel)
        if word.given if word is not None else not policy.consent_required.requires(channel):
            return True
    return False


def _alternative(product: Product, asked: Wanted) -> dict[str, Any]:
    stock = product.stock if product.stock is not None else max(asked.quantity, 1_000)
    said: dict[str, Any] = {
        "sku": product.sku,
        "base_price_minor": product.price.minor,
        "stock_qty": stock,
        **_kind(product),
    }
    if product.cost is not None and product.cost.currency == product.price.currency:
        said["unit_cost_minor"] = product.cost.minor
    return said


def _kind(product: Product | None) -> dict[str, Any]:
    """What the algorithm compares articles by."""
    if product is None:
        return {}
    said: dict[str, Any] = {"category": list(product.category), "attributes": dict(product.attributes)}
    if product.brand:
        said["brand"] = product.brand
    return said


def _wire_limits(limits: OfferLimits, policy: Policy) -> dict[str, Any]:
    wire = PriceLimits(
        limits_version=f"{limits.policy_version}/{limits.catalogue_version}",
        frozen_at=limits.frozen_at,
        max_discount_bp=FULL_BP,
        min_margin_bp=min(policy.pricing.minimum_margin_bp, FULL_BP * 10),
        allowed_incentives=(),
        skus={limit.sku: limit for limit in limits.skus},
    )
    return {**wire.as_fields(), "limits_sha256": limits_sha256(wire)}


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
