"""Carries migrations out, page by page, beside an engine that is at work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from common.application.failures import Conflict, Unavailable
from common.application.ports import Clock, Loaded, Put, Ref, Store
from common.domain.migrations import MIGRATIONS, Migration
from common.domain.values import dataclass

PAGE = 100
"""A commit has at most 500 writes and 10 MiB; a case may have 50 lines and 100 changes."""
ATTEMPTS = 8
"""Of one page, with half as many documents each time: the engine may be at work on some of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One migration, as its module has it."""

    id: str
    """The module's name, such as 0001_cases_state_their_kind."""
    about: str
    collection: str
    migrated: Callable[[Any], Any]


def changes() -> list[Change]:
    """All of them, in their order."""
    package = import_module("infra.migrations")
    found = sorted(module.name for module in iter_modules(package.__path__) if module.name[0].isdigit())
    return [_change(name) for name in found]


def _change(name: str) -> Change:
    module = import_module(f"infra.migrations.{name}")
    return Change(id=name, about=module.ABOUT, collection=module.COLLECTION, migrated=module.migrated)


def progress_of(store: Store, found: list[Change]) -> list[Migration | None]:
    """How far each is; None = not begun. Raises Unavailable."""
    refs = [Ref(MIGRATIONS, change.id) for change in found]
    known = store.load(refs) if refs else {}
    return [known[ref].document for ref in refs]


def carry_out(store: Store, clock: Clock, change: Change, page: int = PAGE) -> Iterator[Migration]:
    """Do what is left of it; the progress after each page, the last one done. Raises Unavailable: begin again.

    Each page is one commit with its progress: stopped at any moment, it is done or not, and the next run goes on.
    """
    while True:
        progress = _next_page(store, clock, change, page)
        yield progress
        if progress.done_at is not None:
            return


def rehearse(store: Store, change: Change, page: int = PAGE) -> Iterator[tuple[int, int]]:
    """Of each page that is left: how many documents it has, and how many would change."""
    (progress,) = progress_of(store, [change])
    cursor = progress.cursor if progress else None
    while progress is None or progress.done_at is None:
        listing = store.browse(change.collection, page, cursor)
        documents = [entry.document for entry in listing.loaded.values()]
        yield len(documents), sum(change.migrated(document) is not document for document in documents)
        if (cursor := listing.cursor) is None:
            return


def _next_page(store: Store, clock: Clock, change: Change, page: int) -> Migration:
    for attempt in range(ATTEMPTS):
        try:
            return _one_page(store, clock, change, max(page >> attempt, 1))
        except Conflict:
            continue  # a document of it was changed meanwhile, or another run was quicker: read both anew
    raise Unavailable("the documents kept changing")


def _one_page(store: Store, clock: Clock, change: Change, page: int) -> Migration:
    ref = Ref(MIGRATIONS, change.id)
    known = store.load([ref])[ref]
    progress: Migration = known.document or Migration(id=change.id, started_at=clock.now())
    if progress.done_at is not None:
        return progress
    listing = store.browse(change.collection, page, progress.cursor)
    puts = [put for at, entry in listing.loaded.items() if (put := _put(at, entry, change)) is not None]
    after = replace(
        progress,
        cursor=listing.cursor or progress.cursor,
        read=progress.read + len(listing.loaded),
        changed=progress.changed + len(puts),
        done_at=clock.now() if listing.cursor is None else None,
    )
    store.save([*puts, Put(ref, after, known.version)])
    return after


def _put(ref: Ref, entry: Loaded, change: Change) -> Put | None:
    document = change.migrated(entry.document)
    return None if document is entry.document else Put(ref, document, entry.version, entry.expire_at)
