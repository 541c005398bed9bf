"""Requests to the pricing algorithm, valid as they stand, and the shortest way to its answer."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions.price_offer.answering import answer_bytes
from functions.price_offer.deciding import decide
from functions.price_offer.model import Model, deployed_model
from functions.price_offer.parsing import parse

Json = dict[str, Any]
_SHIPPED = object()


def hash_of(limits: Mapping[str, Any]) -> str:
    """The hash as a caller computes it who knows the documentation only."""
    hashed = {name: value for name, value in limits.items() if name != "limits_sha256"}
    hashed["skus"] = sorted(hashed["skus"], key=lambda one: one["sku"])
    hashed["allowed_incentives"] = sorted(
        hashed["allowed_incentives"],
        key=lambda one: (one["kind"], one.get("percent_bp", one.get("amount_minor", 0))),
    )
    form = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(form.encode()).hexdigest()


def limits(skus: Mapping[str, tuple[int, int]], **changes: Any) -> Json:
    """Limits by SKU (base price and hard floor), with their hash."""
    made: Json = {
        "limits_version": "2026-03-01",
        "frozen_at": "2026-03-01T08:00:00Z",
        "max_discount_bp": 5_000,
        "min_margin_bp": 0,
        "allowed_incentives": [
            {"kind": "percent", "percent_bp": 500},
            {"kind": "percent", "percent_bp": 1_000},
            {"kind": "fixed", "amount_minor": 700},
            {"kind": "free_shipping"},
        ],
        "skus": [
            {"sku": sku, "base_price_minor": base, "hard_floor_minor": floor}
            for sku, (base, floor) in skus.items()
        ],
        **changes,
    }
    return made | {"limits_sha256": hash_of(made)}


def _common(**changes: Any) -> Json:
    return {
        "request_id": "req-1",
        "tenant_id": "bielik",
        "requested_at": "2026-03-01T12:00:00Z",
        "currency": "PLN",
        "customer": {"id_hash": "c1f0", "personalization_consent": True},
        **changes,
    }


def alternative(sku: str = "fox-64", base: int = 90_000, floor: int = 50_000, **changes: Any) -> Json:
    """An article that is much like the wanted one."""
    return {
        "sku": sku,
        "base_price_minor": base,
        "hard_floor_minor": floor,
        "unit_cost_minor": 60_000,
        "similarity_bp": 8_000,
        "stock_qty": 5,
        **changes,
    }


def instead(*alternatives: Json, limited: Json | None = None, **changes: Any) -> Json:
    """A request for an alternative; the limits follow the alternatives unless `limited` changes something."""
    offered = alternatives or (alternative(),)
    skus = {one["sku"]: (one["base_price_minor"], one["hard_floor_minor"]) for one in offered}
    request = _common(
        decision_type="failed_verification",
        wanted={"sku": "fox-128", "qty": 1, "amount_minor": 120_000},
        alternatives=list(offered),
        limits=limits(skus, **(limited or {})),
    )
    return request | changes


def line(line_id: str = "l1", price: int = 20_000, qty: int = 1, **changes: Any) -> Json:
    """A line of a cart, of an article that is named as the line is."""
    return {
        "line_id": line_id,
        "sku": f"sku-{line_id}",
        "qty": qty,
        "unit_price_minor": price,
        "unit_cost_minor": price // 2,
        **changes,
    }


def cart(*lines: Json, limited: Json | None = None, **changes: Any) -> Json:
    """A request for a cart whose lines are at their base price, and may lose 40 % of it."""
    bought: Sequence[Json] = lines or (line(),)
    skus = {one["sku"]: (one["unit_price_minor"], one["unit_price_minor"] * 6 // 10) for one in bought}
    request = _common(
        decision_type="abandoned_cart",
        basket={"lines": list(bought), "shipping_fee_minor": 1_200},
        limits=limits(skus, **(limited or {})),
    )
    return request | changes


def ask(request: Mapping[str, Any] | bytes, model: Any = _SHIPPED) -> Json:
    """The answer, by the model that is shipped unless another (or None) is given."""
    answer: Json = json.loads(raw(request, model))
    return answer


def raw(request: Mapping[str, Any] | bytes, model: Any = _SHIPPED) -> bytes:
    """The answer's bytes."""
    used: Model | None = deployed_model() if model is _SHIPPED else model
    parsed = parse(request if isinstance(request, bytes) else json.dumps(request).encode())
    return answer_bytes(parsed, decide(parsed, used), used)
