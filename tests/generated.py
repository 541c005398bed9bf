"""Documents as hypothesis makes them up, from the types of their fields alone."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from common.domain.money import Money

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_INTEGERS = st.integers(-(2**63), 2**63 - 1)
_MOMENTS = st.timedeltas(timedelta(days=-25_000), timedelta(days=80_000)).map(
    lambda since: datetime(1970, 1, 1, tzinfo=UTC) + since
)
_PERCENTAGES = st.integers(100, 10_000).map(lambda points: points / 100)
_SCALARS = st.none() | st.booleans() | _INTEGERS | _PERCENTAGES | _TEXT
_JSON = _SCALARS | st.lists(_SCALARS, max_size=2) | st.dictionaries(_TEXT, _SCALARS, max_size=2)
"""What announcements carry: no floats but percentages, and no arrays of arrays, which Firestore doesn't have."""

_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: _TEXT,
    bool: st.booleans(),
    int: _INTEGERS,
    float: _PERCENTAGES,
    datetime: _MOMENTS,
    object: _JSON,
    Money: st.builds(Money, _INTEGERS, st.sampled_from(["PLN", "JPY", "KWD"])),
}


@cache
def documents(kind: Any) -> st.SearchStrategy[Any]:
    """Any document of a class, every field of it filled by chance."""
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: _values(hints[field.name]) for field in fields(kind)})


def _values(hint: Any) -> st.SearchStrategy[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    if hint is NoneType:
        return st.none()
    if origin in (Union, UnionType):
        return st.one_of([_values(one) for one in arguments])
    if origin is tuple:
        return st.lists(_values(arguments[0]), max_size=2).map(tuple)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(_values(arguments[0]), _values(arguments[1]), max_size=2)
    if is_dataclass(hint):
        kind: Any = hint
        return documents(kind)
    if issubclass(hint, Enum):
        return st.sampled_from(hint)
    raise TypeError(f"no values for {hint}")
