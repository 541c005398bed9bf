"""How much one article is like another, for callers who don't send `similarity_bp` themselves."""

from common.domain.price_limits import FULL_BP
from functions.price_offer.contract import Kind
from functions.price_offer.model import SimilarityWeights


def similarity_bp(wanted: Kind, other: Kind, weights: SimilarityWeights) -> int | None:
    """Basis points; None = nothing to compare. What one of the two doesn't say is left out of the comparison."""
    parts: list[tuple[int, int]] = []
    if wanted.category and other.category:
        parts.append((weights.category, _category_bp(wanted.category, other.category)))
    if wanted.attributes and other.attributes:
        parts.append((weights.attributes, _attributes_bp(wanted, other)))
    if wanted.brand is not None and other.brand is not None:
        parts.append((weights.brand, FULL_BP * (_folded(wanted.brand) == _folded(other.brand))))
    weight = sum(weight for weight, _ in parts)
    return sum(weight * alike for weight, alike in parts) // weight if weight else None


def _category_bp(wanted: tuple[str, ...], other: tuple[str, ...]) -> int:
    """The share of the longer path that both walk together."""
    common = 0
    for one, another in zip(wanted, other, strict=False):
        if _folded(one) != _folded(another):
            break
        common += 1
    return FULL_BP * common // max(len(wanted), len(other))


def _attributes_bp(wanted: Kind, other: Kind) -> int:
    """The mean over the wanted article's attributes; one that the other lacks counts as unlike."""
    alike = sum(
        _alike_bp(value, other.attributes.get(name)) for name, value in sorted(wanted.attributes.items())
    )
    return alike // len(wanted.attributes)


def _alike_bp(one: object, another: object) -> int:
    if isinstance(one, str) and isinstance(another, str):
        return FULL_BP * (_folded(one) == _folded(another))
    if isinstance(one, bool) or isinstance(another, bool):
        return FULL_BP * (one is another)
    if isinstance(one, int | float) and isinstance(another, int | float):
        return _closeness_bp(one, another)
    return 0


def _closeness_bp(one: float, another: float) -> int:
    """How large the smaller number is beside the larger one: 128 GB beside 256 GB is half."""
    if one == another:
        return FULL_BP
    smaller, larger = min(one, another), max(one, another)
    return int(FULL_BP * (smaller / larger)) if smaller > 0 else 0


def _folded(text: str) -> str:
    return text.strip().casefold()
