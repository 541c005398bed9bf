"""Values compare and hash by what they hold, and the type checker lets nobody change them."""

import dataclasses

from common.domain.money import Money
from common.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A value."""

    left: int
    right: int = 0


def test_values_are_equal_and_hash_alike_if_their_fields_are() -> None:
    """A value can be looked up, as a key of a cache."""
    assert Pair(left=1) == Pair(left=1, right=0)
    assert len({Pair(left=1), Pair(left=1), Pair(left=2)}) == 2


def test_values_are_dataclasses() -> None:
    """Whatever works on dataclasses works on them."""
    assert dataclasses.asdict(dataclasses.replace(Pair(left=1), right=2)) == {"left": 1, "right": 2}
    assert [field.name for field in dataclasses.fields(Money)] == ["minor", "currency"]


def never_called(pair: Pair) -> None:
    """Fails the type check, which refuses an ignore without an error, if an assignment were not one."""
    pair.left = 2  # type: ignore[misc]
