"""What a generated day took, counted by `python -m tests.bench.operations --write`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from common.domain.values import dataclass

MEASURED = Path(__file__).parent / "operations.json"


class Calls(NamedTuple):
    """One function's calls of one kind, added up over the day."""

    function: str
    kind: str
    """The storefront event's type; of a task, its function's name."""
    calls: int
    reads: int
    """Documents asked for, whether or not they existed: both are billed."""
    writes: int
    deletes: int
    round_trips: int
    """Requests to Firestore, Pub/Sub and Cloud Tasks."""
    tasks: int
    """Created."""
    received_bytes: int
    received_billed_bytes: int
    """Pub/Sub bills at least 1,000 bytes a request."""
    published: int
    """Announcements."""
    published_bytes: int
    published_billed_bytes: int
    sends: int
    log_bytes: int
    cpu_ms: float
    """On the machine that measured, the embedded store included: rough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is left of the day in one collection."""

    documents: int
    bytes: int
    """As JSON."""
    days: int
    """How long by default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The whole day and what followed from it."""

    events: int
    carts: int
    calls: tuple[Calls, ...]
    messages: Mapping[str, int]
    """By channel."""
    kept: Mapping[str, Kept]
    hot: Mapping[str, int]
    """Writes where many could meet: commits that count (`metrics`), moves in an index of moments (`next_due_at`)."""


def measured(path: Path = MEASURED) -> Day:
    """The day as it was measured last."""
    return day_of(json.loads(path.read_text(encoding="utf-8")))


def day_of(found: Mapping[str, Any]) -> Day:
    """The day from its JSON."""
    return Day(
        events=found["events"],
        carts=found["carts"],
        calls=tuple(Calls(**row) for row in found["calls"]),
        messages=found["messages"],
        kept={name: Kept(**one) for name, one in found["kept"].items()},
        hot=found["hot"],
    )
