"""A process that dies at chosen calls to the outside, before the call was made or after it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from common.application.engine import Engine
from common.application.ports import (
    Bus,
    Catalogue,
    Counters,
    Listing,
    Page,
    PricingReply,
    PricingService,
    Put,
    Ref,
    Sender,
    Store,
    Task,
    Timer,
)
from common.domain.effects import Announce, FindMessage, SendMessage
from tests.providers.scripted import Crash

R = TypeVar("R")


class Crashes:
    """Counts every call of every port from 0 and raises Crash at the chosen ones."""

    def __init__(self, at: Collection[int] = (), *, after: bool = False) -> None:
        self._at, self._after = frozenset(at), after
        self.calls: list[str] = []

    def around(self, name: str, call: Callable[[], R]) -> R:
        """Make the call, or die of it."""
        doomed = len(self.calls) in self._at
        self.calls.append(name)
        if doomed and not self._after:
            raise Crash
        result = call()
        if doomed:
            raise Crash
        return result

    def wrap(self, engine: Engine) -> Engine:
        """The engine with every port of it counted."""
        senders = engine.senders or {}
        return replace(
            engine,
            store=_Store(self, engine.store),
            bus=_Bus(self, engine.bus),
            timer=_Timer(self, engine.timer),
            senders={channel: _Sender(self, sender) for channel, sender in senders.items()},
            catalogue=engine.catalogue and _Catalogue(self, engine.catalogue),
            pricing=engine.pricing and _Pricing(self, engine.pricing),
        )


class _Store:
    def __init__(self, crashes: Crashes, store: Store) -> None:
        self._crashes, self._store = crashes, store

    def load(self, refs: Sequence[Ref]) -> Any:
        return self._crashes.around("load", lambda: self._store.load(refs))

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Any:
        return self._crashes.around("save", lambda: self._store.save(puts, counters))

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        return self._crashes.around("due", lambda: self._store.due(collection, field, until, limit, cursor))

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        return self._crashes.around(
            "browse", lambda: self._store.browse(collection, limit, cursor, where=where)
        )

    def counters(self, day: date) -> Any:
        return self._store.counters(day)


class _Catalogue:
    def __init__(self, crashes: Crashes, catalogue: Catalogue) -> None:
        self._crashes, self._catalogue = crashes, catalogue

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._catalogue, name)
        return lambda *said: self._crashes.around(name, lambda: call(*said))


class _Pricing:
    def __init__(self, crashes: Crashes, pricing: PricingService) -> None:
        self._crashes, self._pricing = crashes, pricing

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        return self._crashes.around("price", lambda: self._pricing.ask(request, timeout_seconds))

    def rest(self, seconds: float) -> None:
        self._pricing.rest(seconds)


class _Bus:
    def __init__(self, crashes: Crashes, bus: Bus) -> None:
        self._crashes, self._bus = crashes, bus

    def publish(self, announcements: Sequence[Announce]) -> None:
        self._crashes.around("publish", lambda: self._bus.publish(announcements))


class _Timer:
    def __init__(self, crashes: Crashes, timer: Timer) -> None:
        self._crashes, self._timer = crashes, timer

    def schedule(self, task: Task) -> None:
        self._crashes.around("schedule", lambda: self._timer.schedule(task))


class _Sender:
    def __init__(self, crashes: Crashes, sender: Sender) -> None:
        self._crashes, self._sender = crashes, sender

    def send(self, message: SendMessage) -> Any:
        return self._crashes.around("send", lambda: self._sender.send(message))

    def find(self, query: FindMessage) -> Any:
        return self._crashes.around("find", lambda: self._sender.find(query))
