"""docs/permissions.md, as tests read it: what functions call, what that takes, what roles hold besides."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.google_calls import Call

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "permissions.md"
THE_SAME = "the same"
_NAME = re.compile(r"`([^`]+)`")
_PLACE = re.compile(r"<\w+>")


class Right(NamedTuple):
    """A permission on something, and the role that gives it."""

    permission: str
    on: str
    role: str


class _Need(NamedTuple):
    call: str
    method: str
    permissions: tuple[str, ...]
    on: str | None
    """None = what is called."""
    role: str


def calls_of(function: str) -> set[Call]:
    """What the function calls, by the names that its calls have on the wire."""
    methods = {need.call: need.method for need in _needs()}
    return {Call(methods[call], on) for call, on in _calls(function)}


def rights_of(function: str) -> set[Right]:
    """What its calls take."""
    return {
        Right(permission, need.on or on, need.role)
        for call, on in _calls(function)
        for need in _needs()
        if need.call == call
        for permission in need.permissions
    }


def secrets_of(function: str) -> set[str]:
    """The secrets that it reads; those of stores have <places> in their names."""
    return {on for call, on in _calls(function) if call == "read secret"}


def surplus() -> dict[str, set[str]]:
    """What roles hold that no call needs."""
    return {_one(role): set(_NAME.findall(besides)) for role, besides, _ in _rows("role")}


def functions() -> set[str]:
    """All that are named."""
    return {_one(function) for function, *_ in _rows("function")}


def placed(name: str, known: set[str]) -> str:
    """The name as the document has it, such as api_key_<store> for api_key_bielik; itself if it doesn't."""
    for one in known:
        if "<" in one and re.fullmatch(_PLACE.sub(".+", one), name):
            return one
    return name


def _calls(function: str) -> Iterator[tuple[str, str]]:
    for named, calls, on, _ in _rows("function"):
        if _one(named) == function:
            yield from ((call, one) for call in _NAME.findall(calls) for one in _NAME.findall(on))


@cache
def _needs() -> tuple[_Need, ...]:
    return tuple(
        _Need(
            _one(call),
            _one(method),
            tuple(_NAME.findall(permissions)),
            None if on == THE_SAME else _one(on),
            _one(role),
        )
        for call, method, permissions, on, role in _rows("call")
    )


def _one(cell: str) -> str:
    (name,) = _NAME.findall(cell)
    return str(name)


@cache
def _rows(first: str) -> tuple[tuple[str, ...], ...]:
    """The cells of the table whose first column has that heading."""
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    (start,) = (number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return tuple(rows)
