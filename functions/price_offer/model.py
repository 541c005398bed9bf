"""The model: a versioned JSON file beside this module, checked against its own hash and read once."""

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from common.domain.price_limits import FULL_BP
from common.domain.values import dataclass
from common.logs import log
from functions.price_offer.endings import Table, table_of

_FILE = Path(__file__).with_name("model.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Coefficients of the chance that an alternative is taken; the file says what each one means."""

    intercept: float
    similarity: float
    relative_price: float
    discount_depth: float
    organic_share: float
    spread: float

    def __post_init__(self) -> None:
        if not 0 <= self.organic_share <= 1 or self.spread < 0:
            raise ValueError("organic_share must lie between 0 and 1, spread must not be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarityWeights:
    """How much each comparison counts; only their proportions matter."""

    category: int
    attributes: int
    brand: int

    def __post_init__(self) -> None:
        if min(self.category, self.attributes, self.brand) <= 0:
            raise ValueError("similarity weights must be greater than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All that is learnt, or judged for want of evidence."""

    version: str
    sha256: str
    acceptance: Acceptance
    weights: SimilarityWeights
    least_similarity_bp: int
    least_uplift_bp: int
    budget_price: float
    assumed_cost_bp: int
    """Of the regular price, where the cost isn't known."""
    endings: Table


def canonical_sha256(fields: Mapping[str, Any]) -> str:
    """SHA-256 of the file's JSON without `model_sha256`: keys sorted, no white space, UTF-8."""
    hashed = {name: value for name, value in fields.items() if name != "model_sha256"}
    form = json.dumps(hashed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(form.encode()).hexdigest()


def read_model(text: str) -> Model:
    """The model in the file's text. Raises ValueError, KeyError, TypeError or the like if it can't be trusted."""
    fields = json.loads(text)
    if fields["model_sha256"] != canonical_sha256(fields):
        raise ValueError("model_sha256 does not fit the content; write the hash of what is meant to be used")
    acceptance = {name: _number(one) for name, one in fields["acceptance"].items()}
    return Model(
        version=str(fields["model_version"]),
        sha256=fields["model_sha256"],
        acceptance=Acceptance(**acceptance),
        weights=SimilarityWeights(
            **{name: int(_number(one)) for name, one in fields["similarity_weights"].items()}
        ),
        least_similarity_bp=int(_number(fields["thresholds"]["least_similarity_bp"])),
        least_uplift_bp=int(_number(fields["thresholds"]["least_uplift_bp"])),
        budget_price=max(0.0, _number(fields["budget_price"])),
        assumed_cost_bp=_share_bp(fields["assumed_cost_bp"]),
        endings=table_of(fields["price_endings"]["table"]),
    )


def _number(entry: Mapping[str, Any]) -> float:
    value = float(entry["value"])
    if not isfinite(value) or abs(value) > 1e6:
        raise ValueError("a coefficient must be a finite number")
    return value


def _share_bp(entry: Mapping[str, Any]) -> int:
    value = int(_number(entry))
    if not 0 <= value <= FULL_BP:
        raise ValueError("a share must lie between 0 and 10000 basis points")
    return value


def model_or_none(text: str) -> Model | None:
    """The model, or None (with an error in the log) if it is garbled: then nothing that needs it is offered."""
    try:
        return read_model(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as problem:
        log("pricing_model_unavailable", severity="ERROR", detail=f"{type(problem).__name__}: {problem}")
        return None


@cache
def deployed_model() -> Model | None:
    """The model that this deployment ships with; read on the first request."""
    try:
        return model_or_none(_FILE.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as problem:
        log("pricing_model_unavailable", severity="ERROR", detail=type(problem).__name__)
        return None
