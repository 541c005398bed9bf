"""Everything personal of a whole store goes, page by page; and the way back for a store that had left."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

from common.application.engine import Engine
from common.application.intake import FAILURES
from common.application.ports import Put, Ref
from common.application.privacy_erasing import (
    CASES_TOGETHER,
    DOCUMENTS_TOGETHER,
    erase_cases,
    erase_codes,
    erase_customers,
    erase_orders,
    forget_in_archives,
)
from common.application.privacy_failures import FAILURES_TOGETHER, erase_failure
from common.application.privacy_finding import REQUESTS, Known, browse
from common.application.privacy_progress import Progress, announce
from common.domain import ids
from common.domain.documents import Customer
from common.domain.privacy import RequestState
from common.domain.withdrawals import whole_store

RUNNING = "running"
"""The outcome of a request that is not done yet."""


def _cases(progress: Progress, found: Known) -> None:
    forget_in_archives(progress.engine, set(), {ref.id for ref in found}, ())
    erase_cases(progress, found, None)


def _failures(progress: Progress, found: Known) -> None:
    for ref, entry in found.items():
        erase_failure(progress, ref, entry)


def _customers(progress: Progress, found: Known) -> None:
    people: list[Customer] = [entry.document for entry in found.values()]
    addresses = {address for one in people for address in (one.email, one.phone) if address}
    forget_in_archives(progress.engine, {one.id for one in people}, set(), addresses)
    erase_customers(progress, found)


_STEPS: Mapping[str, tuple[int, Callable[[Progress, Known], None]]] = {
    "cases": (CASES_TOGETHER, _cases),
    "orders": (DOCUMENTS_TOGETHER, erase_orders),
    "voucher_codes": (DOCUMENTS_TOGETHER, erase_codes),
    FAILURES: (FAILURES_TOGETHER, _failures),
    "customers": (DOCUMENTS_TOGETHER, _customers),
}
"""In this order, because customer documents are what the others are found by when one person is erased."""


def erase_store(progress: Progress, until: float) -> str:
    """Erase on from where the record says, until done or `until` (monotonic); then the sweep goes on.

    Raises Conflict, and Unavailable.
    """
    engine, store = progress.engine, progress.record.store
    reached, _, last = (progress.record.cursor or "/").partition("/")
    for collection in list(_STEPS)[list(_STEPS).index(reached) if reached else 0 :]:
        size, erase = _STEPS[collection]
        cursor = last or None if collection == reached else None
        while True:
            listing = engine.store.browse(collection, size, cursor, where=("store", store))
            erase(progress, dict(listing.loaded))
            if (cursor := listing.cursor) is None:
                break
            if monotonic() > until:
                progress.commit(cursor=f"{collection}/{cursor}")
                return RUNNING
    _close_requests(progress)
    announce(progress, "store.erased")
    progress.finish()
    return "store_erased"


def _close_requests(progress: Progress) -> None:
    """Nobody's data can be handed over any more."""
    for ref, entry in browse(progress.engine, REQUESTS, ("state", RequestState.OPEN.value)):
        if entry.document.store == progress.record.store:
            closed = replace(entry.document, state=RequestState.DONE, done_at=progress.now, subject_ids=())
            progress.commit([Put(ref, closed, entry.version)])


def store_returned(engine: Engine, store: str) -> bool:
    """Its customers may be contacted again; False = it had not left. Raises Conflict, and Unavailable."""
    key = engine.policies.current().keys.suppression
    ref = Ref("suppressions", ids.suppression_id(key, whole_store(store)))
    entry = engine.store.load([ref])[ref]
    if entry.document is None:
        return False
    engine.store.save([Put(ref, None, entry.version)])
    return True
