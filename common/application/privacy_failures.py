"""Refused messages about a person: found, read as text, and emptied."""

import zlib
from collections.abc import Iterator
from time import monotonic

from common.application import intake
from common.application.engine import Engine
from common.application.ports import Loaded, Put, Ref
from common.application.privacy_finding import browse, load
from common.application.privacy_mentions import Mentions
from common.application.privacy_progress import Progress
from common.domain.privacy import ERASED, failure_without_message
from common.domain.refused import FailureState, IntakeFailure

FAILURES_TOGETHER = 20
"""Refused messages of one page: each may be most of a megabyte."""
_ALL = f"{intake.FAILURES}/all"


def failures_naming(engine: Engine, wanted: Mentions, store: str) -> Iterator[tuple[Ref, Loaded]]:
    """Refused messages of the store, or of nobody knows which, that name the person. Raises Unavailable."""
    for ref, entry in browse(engine, intake.FAILURES, page=FAILURES_TOGETHER):
        if _names(engine, wanted, store, entry.document):
            yield ref, entry


def _names(engine: Engine, wanted: Mentions, store: str, failure: IntakeFailure) -> bool:
    return failure.store in (None, store) and wanted.found_in(text_of(engine, failure))


def text_of(engine: Engine, failure: IntakeFailure) -> str:
    """All that a refused message says, as text; of one whose parts are gone what can be read without them."""
    parts = load(engine, _parts_of(failure))
    known = tuple(part.document for part in parts.values() if part.document is not None)
    try:
        raw = intake.raw_data(failure, known).decode(errors="replace")
    except (ValueError, zlib.error):
        raw = failure.raw
    return "\n".join((raw, *failure.attributes.values(), *failure.delivery.values()))


def _parts_of(failure: IntakeFailure) -> list[Ref]:
    return [Ref(intake.PARTS, f"{failure.id}.{n}") for n in range(1, failure.parts + 1)]


def erase_failures(progress: Progress, wanted: Mentions, until: float) -> bool:
    """Erase the refused messages that name the person; False = `until` (monotonic) came first, and the record knows.

    There may be more of them than a call has time for.
    """
    if progress.record.cursor == _ALL:
        return True
    reached = (progress.record.cursor or "").removeprefix(f"{intake.FAILURES}/") or None
    while True:
        listing = progress.engine.store.browse(intake.FAILURES, FAILURES_TOGETHER, reached)
        for ref, entry in listing.loaded.items():
            if _names(progress.engine, wanted, progress.record.store, entry.document):
                erase_failure(progress, ref, entry)
        if (reached := listing.cursor) is None:
            progress.commit(cursor=_ALL)
            return True
        if monotonic() > until:
            progress.commit(cursor=f"{intake.FAILURES}/{reached}")
            return False


def erase_failure(progress: Progress, ref: Ref, entry: Loaded) -> None:
    """Delete what a refused message said; that it was refused stays, for the figures of its rule."""
    failure: IntakeFailure = entry.document
    if failure.state is FailureState.DROPPED and failure.outcome == ERASED:
        return
    parts = load(progress.engine, _parts_of(failure))
    puts = [Put(part, None, known.version) for part, known in parts.items() if known.document is not None]
    empty = failure_without_message(failure, "privacy", progress.now)
    progress.commit([Put(ref, empty, entry.version), *puts], {intake.FAILURES: 1})
