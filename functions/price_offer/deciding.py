"""One request, one decision: the gates, the choice, and the limits once more."""

from dataclasses import replace

from common.domain.price_limits import PriceLimits
from functions.price_offer.alternatives import decide_alternative
from functions.price_offer.carts import decide_cart
from functions.price_offer.contract import Code, Decision, DecisionType, Fault, PriceRequest
from functions.price_offer.conventions import MOST_OFFERS_30D
from functions.price_offer.enforcing import enforce
from functions.price_offer.limits import usable_limits
from functions.price_offer.model import Model

_SAYS = {
    Code.LIMITS_MISSING: ("limits", "limits are missing; without them nothing is offered"),
    Code.LIMITS_STALE: ("limits.frozen_at", "limits were frozen too long before requested_at, or after it"),
    Code.LIMITS_HASH_MISMATCH: ("limits.limits_sha256", "limits_sha256 is not the hash of these limits"),
}


def decide(request: PriceRequest, model: Model | None) -> Decision:
    """What to offer. Depends on nothing but its arguments; without a model, rules or none."""
    limits = usable_limits(request)
    if isinstance(limits, Code):
        says = _SAYS.get(limits)
        return Decision(reasons=(limits,), fault=Fault(*says) if says else request.fault)
    gate = _gate(request)
    if gate is not None:
        return Decision(reasons=(gate,))
    return enforce(_choose(request, limits, model), request, limits)


def _gate(request: PriceRequest) -> Code | None:
    """What speaks against any offer to this customer."""
    if not request.customer.personalization_consent:
        return Code.NO_CONSENT
    if (request.customer.offers_received_30d or 0) >= MOST_OFFERS_30D:
        return Code.FREQUENCY
    return None


def _choose(request: PriceRequest, limits: PriceLimits, model: Model | None) -> Decision:
    wanted, basket = request.wanted, request.basket
    cart = request.decision_type is DecisionType.ABANDONED_CART or wanted is None
    if cart and basket is not None:
        decision = decide_cart(request, basket, limits)
        return decision if model else replace(decision, reasons=(*decision.reasons, Code.MODEL_UNAVAILABLE))
    if model is None or wanted is None:
        return Decision(
            reasons=(Code.MODEL_UNAVAILABLE,),
            fault=Fault(None, "the model's file can't be read or doesn't fit its hash"),
        )
    return decide_alternative(request, wanted, limits, model)
