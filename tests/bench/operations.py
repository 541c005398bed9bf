"""What a generated day takes of each service, counted: the base of `recoup cost`.

`python -m tests.bench.operations --write` writes infra/cost/operations.json anew; a test says when it is stale.
"""

import io
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from time import process_time
from typing import Any, TypeVar

from common import logs
from common.adapters.pubsub_bus import _data, attributes_of
from common.application.documents import to_json
from common.application.engine import Engine
from common.application.policies import build
from common.application.ports import Bus, Counters, Listing, Page, PubSubMessage, Put, Ref, Store, Task, Timer
from common.application.retention import expires_at
from common.domain.effects import Announce
from common.domain.policy import Policy
from infra.cli.replay import machine_for_replay
from infra.cost.measured import MEASURED, Calls
from infra.local.machine import LOCAL_KEYS, Machine
from infra.local.replay import InputLine, Replay, run
from tests.bench.shop_day import EVENTS_PER_CART, lines

R = TypeVar("R")
EVENTS = 5_000
ENVELOPE_BYTES = 20 + 17
"""Pub/Sub bills a message's time and its id too."""
LEAST_BILLED = 1000
_COUNTED = [name for name in Calls._fields if name not in ("function", "kind", "cpu_ms")]


class Tally:
    """Adds up what happens, under the function call that it happens in."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        self.cpu: Counter[tuple[str, str]] = Counter()
        self.messages: Counter[str] = Counter()
        self.hot: Counter[str] = Counter()
        """Writes where many could meet: commits that count into the day's shards, moves in the index of due cases."""
        self.due: dict[Ref, Any] = {}
        self.created: set[Ref] = set()
        self.log = io.StringIO()
        self._current = ("", "")

    def add(self, **amounts: int) -> None:
        """Count for the call that is going on."""
        self.rows[self._current].update(amounts)

    @contextmanager
    def call(self, function: str, kind: str) -> Iterator[None]:
        """While it is open, everything is this call's."""
        self._current = (function, kind)
        began, logged = process_time(), self.log.tell()
        try:
            yield
        finally:
            self.cpu[self._current] += process_time() - began  # type: ignore[assignment]
            self.add(calls=1, log_bytes=self.log.tell() - logged)
            self._current = ("", "")

    def wrap(self, engine: Engine) -> Engine:
        """The engine with its store, bus and timer counted."""
        return replace(
            engine,
            store=_Store(self, engine.store),
            bus=_Bus(self, engine.bus),
            timer=_Timer(self, engine.timer),
        )


@dataclass
class _Store:
    tally: Tally
    store: Store

    def load(self, refs: Sequence[Ref]) -> Any:
        self.tally.add(reads=len(refs), round_trips=bool(refs))
        return self.store.load(refs)

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Any:
        saved = self.store.save(puts, counters)
        counted = counters is not None and bool(counters.amounts or counters.latest)
        deletes = sum(put.document is None for put in puts)
        self.tally.add(writes=len(puts) - deletes + counted, deletes=deletes, round_trips=1)
        self.tally.created |= {put.ref for put in puts}
        self.tally.hot["metrics"] += counted
        for put in puts:
            due = getattr(put.document, "next_due_at", None)
            if put.ref.collection == "cases" and self.tally.due.get(put.ref) != due:
                self.tally.due[put.ref] = due
                self.tally.hot["next_due_at"] += 1
        return saved

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        page = self.store.due(collection, field, until, limit, cursor)
        self.tally.add(reads=max(1, len(page.ids)), round_trips=1)
        return page

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        found = self.store.browse(collection, limit, cursor, where=where)
        self.tally.add(reads=max(1, len(found.loaded)), round_trips=1)
        return found

    def counters(self, day: Any) -> Any:
        return self.store.counters(day)


@dataclass
class _Bus:
    tally: Tally
    bus: Bus

    def publish(self, announcements: Sequence[Announce]) -> None:
        sizes = [_size(_data(one), attributes_of(one)) for one in announcements]
        self.tally.add(
            published=len(sizes),
            published_bytes=sum(sizes),
            published_billed_bytes=max(LEAST_BILLED, sum(sizes)),
            round_trips=1,
        )
        for one in announcements:
            if one.type == "stimulus.sent":
                self.tally.add(sends=1)
                self.tally.messages[str(one.fields["channel"])] += 1
        self.bus.publish(announcements)


@dataclass
class _Timer:
    tally: Tally
    timer: Timer

    def schedule(self, task: Task) -> None:
        self.tally.add(tasks=1, round_trips=1)
        self.timer.schedule(task)


def _size(data: bytes, attributes: Mapping[str, str]) -> int:
    return (
        len(data)
        + sum(len(name.encode()) + len(text.encode()) for name, text in attributes.items())
        + (ENVELOPE_BYTES)
    )


def measure(events: int = EVENTS) -> dict[str, Any]:
    """The day, lived through until nothing is pending; the same every time, but for cpu_ms."""
    tally, policy = Tally(), build({}, LOCAL_KEYS)
    logs.configure(tally.log, "INFO")
    with machine_for_replay(policy, None) as (machine, clock):
        store = machine.engine.store
        machine.engine = tally.wrap(machine.engine)
        _watch(machine, tally)
        replay = Replay(machine, clock, lambda line: None)
        taken = 0
        day = list(lines(events))
        run(replay, [(InputLine(taken := taken + 1, line) for line in day)], None)
        kept = _kept(store, tally.created, policy, clock.now())
    return {
        "events": taken,
        "carts": events // EVENTS_PER_CART,
        "calls": [_row(tally, place) for place in sorted(tally.rows)],
        "messages": dict(sorted(tally.messages.items())),
        "hot": dict(sorted(tally.hot.items())),
        "kept": kept,
    }


def _watch(machine: Machine, tally: Tally) -> None:
    receive, call = machine.receive, machine.call

    def received(message: PubSubMessage) -> None:
        with tally.call("ingest_event", json.loads(message.data)["type"]):
            size = _size(message.data, message.attributes)
            tally.add(received_bytes=size, received_billed_bytes=max(LEAST_BILLED, size))
            receive(message)

    def called(task: Task) -> None:
        with tally.call(task.role, task.role):
            call(task)

    _set(machine, receive=received, call=called)


def _set(machine: Machine, **methods: Callable[..., None]) -> None:
    for name, method in methods.items():
        setattr(machine, name, method)


def _row(tally: Tally, place: tuple[str, str]) -> dict[str, Any]:
    counted = tally.rows[place]
    amounts = {name: counted[name] for name in _COUNTED}
    return {"function": place[0], "kind": place[1], **amounts, "cpu_ms": round(1000 * tally.cpu[place])}


def _kept(store: Store, refs: set[Ref], policy: Policy, now: datetime) -> dict[str, dict[str, int]]:
    """What lies in the store in the end, by collection, and how long it will."""
    kept: dict[str, Counter[str]] = defaultdict(Counter)
    days: dict[str, int] = {}
    for ref, found in store.load(sorted(refs)).items():
        if found.document is not None:
            kept[ref.collection].update(documents=1, bytes=len(to_json(found.document)))
            until = expires_at(found.document, policy, now, None)
            days[ref.collection] = (until - now).days if until else 0
    return {name: {**dict(one), "days": days[name]} for name, one in sorted(kept.items())}


def main() -> None:
    """Print the day, or write it down."""
    text = json.dumps(measure(), indent=1) + "\n"
    if "--write" in sys.argv[1:]:
        MEASURED.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
