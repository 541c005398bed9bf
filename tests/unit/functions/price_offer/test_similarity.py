"""How alike two articles are."""

import pytest

from functions.price_offer.contract import Kind
from functions.price_offer.model import SimilarityWeights
from functions.price_offer.similarity import similarity_bp

WEIGHTS = SimilarityWeights(category=4_000, attributes=4_500, brand=1_500)
WANTED = Kind(("phones", "smartphones"), "Fox", {"memory_gb": 128, "colour": "Red", "dual_sim": True})


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (WANTED, 10_000),
        (Kind(("Phones ", "SMARTPHONES"), "fox"), 10_000),
        (Kind(("phones", "classic")), 5_000),
        (Kind(("smartphones", "phones")), 0),
        (Kind(("phones",)), 5_000),
        (Kind(brand="Hen"), 0),
        (Kind(attributes={"memory_gb": 64, "colour": "red", "dual_sim": True}), 8_333),
        (Kind(attributes={"memory_gb": "128", "dual_sim": 1}), 0),
        (Kind(("phones", "smartphones"), "Hen"), 7_272),
        (Kind(), None),
    ],
)
def test_similarity(other: Kind, expected: int | None) -> None:
    """Paths, attributes and brands, each in its weight; what isn't said doesn't count."""
    assert similarity_bp(WANTED, other, WEIGHTS) == expected


@pytest.mark.parametrize(("one", "another", "expected"), [(0, 0, 10_000), (-1, 2, 0), (1.5, 3, 5_000)])
def test_numbers_are_alike_by_their_proportion(one: float, another: float, expected: int) -> None:
    """Half as much is half alike; of different signs there is no proportion."""
    assert similarity_bp(Kind(attributes={"a": one}), Kind(attributes={"a": another}), WEIGHTS) == expected
