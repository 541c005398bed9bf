"""An engine that decides and does nothing about it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from common.application.engine import Engine
from common.application.ports import Counters, Listing, Loaded, Page, Put, Ref, Store, Task
from common.domain.effects import Announce


def rehearsing(engine: Engine) -> Engine:
    """The engine with its real documents, of which nothing is changed, told or set."""
    return replace(engine, store=_Unchanged(engine.store), bus=_Silent(), timer=_Unset(), archives=())


class _Unchanged:
    def __init__(self, store: Store) -> None:
        self._store = store

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        return self._store.load(refs)

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        return {put.ref: put.expected for put in puts}

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        return self._store.due(collection, field, until, limit, cursor)

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        return self._store.browse(collection, limit, cursor, where=where)

    def counters(self, day: date) -> Mapping[str, int]:
        return self._store.counters(day)


class _Silent:
    def publish(self, announcements: Sequence[Announce]) -> None:
        """Nobody hears it."""


class _Unset:
    def schedule(self, task: Task) -> None:
        """It never goes off."""
