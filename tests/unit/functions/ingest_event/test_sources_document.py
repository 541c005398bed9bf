"""docs/sources.md tells the truth: each row of its tables is tried on the examples."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from common.application.failures import Refused
from functions.ingest_event.understanding import Said, understand
from tests.unit.functions.ingest_event.events import NOW, PubSubMessage, encode
from tests.unit.functions.ingest_event.sources.examples.all_examples import examples_of, platforms
from tests.unit.functions.ingest_event.sources.examples.example import Example

DOCUMENT = Path(__file__).parents[4] / "docs" / "sources.md"
_SECTION = re.compile(
    r"^## .*?<!-- (?P<name>[a-z0-9_]+) -->$(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)
_TABLE = re.compile(
    r"(?P<head>^\|[^\n]*its field[^\n]*\|)\n\|[-| ]+\|\n(?P<rows>(?:\|[^\n]*\|\n)+)", re.MULTILINE
)
_STEP = re.compile(r"([^.\[\]]+)|(\[\])")
_OTHER_VALUES: tuple[Any, ...] = (
    *(
        "other@shop.test",
        "+48600111222",
        "2026-04-30T10:00:00Z",
        "2026-04-30T10:00:00",
        "2026-04-30 10:00:00",
    ),
    *("EUR", "JPY", "eur", "de", "DE", "de-DE", "Europe/Berlin", "https://elsewhere.test/x", "another", "7"),
    *("12.34", 1234, 7, 2, 12.34, True, False, "true", "false", None, [], {}, 1_777_000_000, "1777000000"),
    *(1_777_000_000_000_000, "Thu, 30 Apr 2026 10:00:00 +0000", ["ANOTHER"], "cancelled", "web", "admin"),
    *(
        "order.paid",
        "checkout.started",
        "customer.erased",
        "fraud",
        "subscribed",
        "unsubscribed",
        "failed",
        "refunded",
        "paid",
        "draft",
        "manual",
    ),
)


@dataclass(frozen=True)
class Row:
    """One row: a field of the platform's, where it ends, and perhaps the topic that it comes with."""

    platform: str
    theirs: str
    ours: str
    topic: str


def rows() -> Iterator[Row]:
    """Every row of every platform's tables, whatever the order of their columns."""
    for section in _SECTION.finditer(DOCUMENT.read_text(encoding="utf-8")):
        for table in _TABLE.finditer(section["text"]):
            names = _cells(table["head"])
            for line in table["rows"].splitlines():
                cells = dict(zip(names, _cells(line), strict=True))
                yield Row(section["name"], cells["its field"], cells["becomes"], cells.get("topic", ""))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


def test_every_platform_has_a_section_with_a_table() -> None:
    """And no section is about a platform that nobody serves."""
    text = DOCUMENT.read_text(encoding="utf-8")
    assert sorted(section["name"] for section in _SECTION.finditer(text)) == platforms()
    assert {row.platform for row in rows()} == set(platforms())


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row.platform} {row.theirs} -> {row.ours}")
def test_a_field_ends_where_the_document_says(row: Row) -> None:
    """Another value in that field of an example, and that part of the event is another one."""
    candidates = [example for example in examples_of(row.platform) if _is_about(example, row.topic)]
    places = [(example, way) for example in candidates for way in _ways(example.payload, _steps(row.theirs))]
    assert places, f"no example has {row.theirs} {row.topic}"
    assert any(_changes(example, way, row.ours) for example, way in places)


def _is_about(example: Example, topic: str) -> bool:
    known = f"{example.name} {' '.join(example.attributes.values())} {example.payload!r}".lower()
    if topic in ("", "any"):
        return True
    return any(all(word in known for word in part.lower().split()) for part in topic.split(","))


def _steps(path: str) -> list[str]:
    return [name or index for name, index in _STEP.findall(path)]


def _ways(value: Any, steps: list[str]) -> Iterator[tuple[str | int, ...]]:
    """The ways to every leaf of that path. A step may be a name with dots in it, as some platforms have them."""
    if not steps:
        yield ()
        return
    first, *rest = steps
    if first == "[]":
        for index, item in enumerate(value if isinstance(value, list) else []):
            yield from ((index, *way) for way in _ways(item, rest))
    elif isinstance(value, dict) and first in value:
        yield from ((first, *way) for way in _ways(value[first], rest))


def _changes(example: Example, way: tuple[str | int, ...], ours: str) -> bool:
    before = _found(_told(example.attributes, example.payload), ours)
    for value in _others(example.payload, way):
        payload = deepcopy(example.payload)
        holder: Any = payload
        for step in way[:-1]:
            holder = holder[step]
        holder[way[-1]] = value
        told = _told(example.attributes, payload)
        if told and not any(isinstance(one, Refused) for one in told) and _found(told, ours) != before:
            return True
    return False


def _others(payload: Any, way: tuple[str | int, ...]) -> Iterator[Any]:
    value: Any = payload
    for step in way:
        value = value[step]
    if isinstance(value, str):
        yield from (f"{value}7", f"1{value}", value[:-1])
    yield from (other for other in _OTHER_VALUES if other != value)


def _told(attributes: dict[str, str], payload: Any) -> tuple[Said, ...]:
    return understand(PubSubMessage("m", NOW, attributes, encode(payload)), NOW)


def _found(told: tuple[Said, ...], ours: str) -> list[Any]:
    if ours == "type":
        return [type(one).__name__ for one in told]
    return [_inside(one, _steps(ours)) for one in told]


def _inside(value: Any, steps: list[str]) -> Any:
    if not steps or value is None:
        return value
    first, *rest = steps
    if first == "[]":
        return [_inside(item, rest) for item in value]
    if isinstance(value, dict):
        return _inside(value.get(first), rest)
    return _inside(getattr(value, first, None), rest)
