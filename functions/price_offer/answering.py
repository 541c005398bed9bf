"""From a decision to the answer's bytes: the same request and model always give the same ones."""

import json
from datetime import UTC, datetime
from typing import Any

from common.domain.ids import hash_id
from common.domain.price_limits import allocate, discount_of
from functions.price_offer.contract import (
    Action,
    Basket,
    Considered,
    Decision,
    Expected,
    PriceRequest,
)
from functions.price_offer.conventions import OFFER_LASTS
from functions.price_offer.model import Model


def answer_bytes(request: PriceRequest, decision: Decision, model: Model | None) -> bytes:
    """The answer as JSON on one line."""
    return (json.dumps(_answer(request, decision, model), separators=(",", ":")) + "\n").encode()


def _answer(request: PriceRequest, decision: Decision, model: Model | None) -> dict[str, Any]:
    limits = request.limits
    return {
        "decision_id": hash_id("decision", request.tenant_id, request.request_id),
        "request_id": request.request_id,
        "decided_at": _stamp(request.requested_at),
        "action": decision.action.value,
        "incentive": _incentive(request.basket, decision),
        "alternative": _alternative(decision),
        "valid_until": _valid_until(request, decision),
        "max_cost_minor": decision.max_cost_minor,
        "reason_codes": [code.value for code in decision.reasons],
        "policy": {
            "mode": decision.mode.value,
            "model_version": model.version if model else None,
            "model_sha256": model.sha256 if model else None,
            "limits_version": limits.limits_version if limits else None,
        },
        "propensities": [{"arm": arm, "ppm": weight} for arm, weight in decision.propensities.items()],
        "chosen_arm": decision.arm,
        "chosen_propensity_ppm": decision.propensities[decision.arm],
        "expected": _expected(decision.expected),
        "considered": [_considered(one) for one in decision.considered],
        "clamps": [
            {
                "code": clamp.code.value,
                "sku": clamp.sku,
                "from_minor": clamp.from_minor,
                "to_minor": clamp.to_minor,
            }
            for clamp in decision.clamps
        ],
        "explanation": [
            {"feature": feature, "contribution": round(value, 4)} for feature, value in decision.explanation
        ],
        "disclosures": {"personalized_price": decision.max_cost_minor > 0},
        "fallback": _fallback(decision),
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _valid_until(request: PriceRequest, decision: Decision) -> str | None:
    """Exclusive; never beyond the period whose money the offer would spend."""
    if decision.action is Action.NONE:
        return None
    until = request.requested_at + OFFER_LASTS
    if request.budget is not None and decision.max_cost_minor > 0:
        until = min(until, request.budget.period_ends_at)
    return _stamp(until)


def _incentive(basket: Basket | None, decision: Decision) -> dict[str, Any] | None:
    """The incentive, and what it takes off each line."""
    if decision.action is not Action.INCENTIVE or basket is None:
        return None
    totals = [line.total_minor for line in basket.lines]
    names = [line.line_id for line in basket.lines]
    shares = allocate(discount_of(decision.incentive, sum(totals)), totals, names)
    lines = [{"line_id": name, "discount_minor": share} for name, share in zip(names, shares, strict=True)]
    return {**decision.incentive.as_fields(), "lines": lines}


def _alternative(decision: Decision) -> dict[str, Any] | None:
    if decision.action is not Action.ALTERNATIVE:
        return None
    return {"sku": decision.sku, "unit_price_minor": decision.unit_price_minor}


def _expected(expected: Expected | None) -> dict[str, Any] | None:
    """Rounded for the reader. How sure the gain is stays open until a model has learnt something."""
    if expected is None:
        return None
    return {
        "p_buy_none_bp": _bp(expected.p_buy_none),
        "p_buy_chosen_bp": _bp(expected.p_buy_chosen),
        "uplift_bp": _bp(expected.p_buy_chosen - expected.p_buy_none),
        "uplift_low_bp": _bp(expected.uplift_low),
        "uplift_high_bp": _bp(expected.uplift_high),
        "incremental_margin_minor": round(expected.gain_minor),
        "prob_gain_bp": None,
        "expected_cost_minor": round(expected.cost_minor),
    }


def _bp(share: float) -> int:
    return round(share * 10_000)


def _considered(one: Considered) -> dict[str, Any]:
    return {
        "arm": one.arm,
        "sku": one.sku,
        "price_minor": one.price_minor,
        "feasible": one.blocked_by is None,
        "blocked_by": one.blocked_by.value if one.blocked_by else None,
        "expected_incremental_margin_minor": None if one.gain_minor is None else round(one.gain_minor),
    }


def _fallback(decision: Decision) -> dict[str, Any] | None:
    """Why the service could not do its work; None = it could."""
    if decision.fault is None:
        return None
    return {
        "reason": decision.reasons[0].value,
        "field": decision.fault.field,
        "message": decision.fault.message,
    }
