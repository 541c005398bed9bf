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


@dataclass(frozen=True, slots=True, kw_only=True)
class Secretive:
    """A value with a field that is shown to nobody, and one that doesn't count."""

    key: bytes = dataclasses.field(repr=False)
    name: str = dataclasses.field(default="", compare=False)


@dataclass(slots=True)
class Changing:
    """Something that isn't frozen has no hash."""

    left: int


class Narrower(Pair):
    """A plain subclass."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Empty:
    """A value without fields."""


def test_a_value_shows_its_fields_but_those_that_it_hides() -> None:
    """As the standard library's does."""
    assert repr(Pair(left=1)) == "Pair(left=1, right=0)"
    assert repr(Secretive(key=b"x", name="n")) == "Secretive(name='n')"
    assert repr(Empty()) == "Empty()"


def test_what_is_compared_and_what_is_not() -> None:
    """Fields that don't count, other classes, subclasses, and changing things."""
    assert Secretive(key=b"x", name="a") == Secretive(key=b"x", name="b")
    assert len({Secretive(key=b"x", name="a"), Secretive(key=b"x", name="b")}) == 1
    assert Pair(left=1) != Narrower(left=1)
    assert Pair(left=1) != (1, 0)
    assert Narrower(left=1) == Narrower(left=1)
    assert Empty() == Empty()
    assert Changing(1) == Changing(1)
    assert Changing.__hash__ is None
