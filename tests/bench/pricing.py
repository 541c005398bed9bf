"""How long one decision takes in one process: from the request's bytes to the answer's, for 1,000 alternatives."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median, quantiles

from common.domain.price_limits import PriceLimits, SkuLimit, limits_sha256
from functions.price_offer.answering import answer_bytes
from functions.price_offer.deciding import decide
from functions.price_offer.model import deployed_model
from functions.price_offer.parsing import parse
from tests.bench.figure import Figure

ALTERNATIVES, CALLS, WARM_UP = 1_000, 300, 20
MOST_MS = 15.0


def measure() -> Iterator[Figure]:
    """The median against its target, the slow end beside it, and what is left of it on a busy machine."""
    body = request_body(ALTERNATIVES)
    took, worked = [], []
    for call in range(WARM_UP + CALLS):
        began, at_work = time.perf_counter(), time.process_time()
        answer(body)
        if call >= WARM_UP:
            took.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - at_work) * 1000)
    what = f"pricing {ALTERNATIVES:,} alternatives"
    note = f"{median(worked):.1f} ms of CPU; {len(body) / 1000:.0f} kB in"
    yield Figure(
        what=f"{what}, p50", value=median(took), unit="ms", digits=1, limit="≤", target=MOST_MS, note=note
    )
    yield Figure(what=f"{what}, p95", value=quantiles(took, n=20)[-1], unit="ms", digits=1)


def answer(body: bytes) -> bytes:
    """All that the function does between Flask's request and Flask's answer."""
    request, model = parse(body), deployed_model()
    return answer_bytes(request, decide(request, model), model)


def request_body(alternatives: int) -> bytes:
    """A request whose alternatives differ in everything; most of them can be offered."""
    offered = [_alternative(number) for number in range(alternatives)]
    limits = PriceLimits(
        limits_version="bench",
        frozen_at=datetime(2026, 3, 1, 8, tzinfo=UTC),
        max_discount_bp=3_000,
        min_margin_bp=500,
        allowed_incentives=(),
        skus={
            str(one["sku"]): SkuLimit(
                str(one["sku"]), int(one["base_price_minor"]), int(one["hard_floor_minor"])
            )
            for one in offered
        },
    )
    request = {
        "request_id": "bench-1",
        "tenant_id": "bench",
        "decision_type": "out_of_stock",
        "requested_at": "2026-03-01T12:00:00Z",
        "currency": "EUR",
        "customer": {"id_hash": "bench", "personalization_consent": True},
        "wanted": {"sku": "wanted", "qty": 1, "amount_minor": 69_900},
        "alternatives": offered,
        "limits": {**limits.as_fields(), "limits_sha256": limits_sha256(limits)},
        "experiment": {"salt": "bench", "holdout_bp": 0, "explore_bp": 500},
    }
    return json.dumps(request).encode()


def _alternative(number: int) -> dict[str, str | int]:
    base = 20_000 + number * 7_919 % 50_000
    cost = base * (60 + number * 31 % 20) // 100
    return {
        "sku": f"sku-{number:05}",
        "base_price_minor": base,
        "hard_floor_minor": cost * 105 // 100,
        "unit_cost_minor": cost,
        "similarity_bp": 2_000 + number * 6_007 % 8_000,
        "stock_qty": number * 13 % 20,
    }
