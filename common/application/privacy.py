"""Requests under data protection law, carried out within the call that brings them; what doesn't fit, by the sweep.

Everything is bounded commits that count themselves in the request's own document, so a crash anywhere is repaired by
delivering the request again, and a second request changes nothing.
"""

from dataclasses import replace
from time import monotonic
from typing import assert_never

from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.metrics import heard, shard_of
from common.application.ports import Counters, Put, Ref
from common.application.privacy_erasing import (
    erase_cases,
    erase_codes,
    erase_customers,
    erase_from_neighbours,
    erase_orders,
    erase_recipients,
    forget_in_archives,
    mark_forgotten,
)
from common.application.privacy_failures import erase_failures
from common.application.privacy_finding import (
    REQUESTS,
    Subject,
    browse,
    cases_of,
    codes_of,
    find_subject,
    load,
    neighbours_of,
    orders_of,
    requests_about,
)
from common.application.privacy_mentions import mentions
from common.application.privacy_progress import Progress, again_on_conflict, announce
from common.application.privacy_stores import RUNNING, erase_store
from common.domain import ids
from common.domain.privacy import PrivacyRecord, RequestKind, RequestState
from common.domain.storefront import CustomerDataRequested, CustomerErased, StoreErased, StorefrontEvent
from common.domain.triggers import PrivacyRequest
from common.logs import log

CALL_SECONDS = 20.0
"""How long a call works on a whole store before it leaves the rest to the sweep."""
REPEATED = "repeated"


def carry_out(engine: Engine, request: PrivacyRequest) -> str:
    """Do what is asked; the outcome in a word. Harmless to repeat. Raises Unavailable: deliver it again."""
    outcome = again_on_conflict(lambda: _attempt(engine, request))
    if outcome == RUNNING and isinstance(request, CustomerErased):
        raise Unavailable("the erasure needs another delivery, and goes on where it is")
    log("privacy_request", request=record_id(request), kind=_kind(request).value, outcome=outcome)
    return outcome


def _attempt(engine: Engine, request: PrivacyRequest) -> str:
    progress = _begun(engine, request)
    if progress.record.digest != request.digest:
        return "id_reused"
    if progress.record.state is RequestState.DONE:
        return REPEATED
    match request:
        case CustomerErased():
            return _erase(progress, request, monotonic() + CALL_SECONDS)
        case CustomerDataRequested():
            return _request_data(progress, request)
        case StoreErased():
            return erase_store(progress, monotonic() + CALL_SECONDS)
        case _:
            assert_never(request)


def _begun(engine: Engine, request: StorefrontEvent) -> Progress:
    """The request as far as it is; the first time it is written down, and counted as heard."""
    ref = Ref(REQUESTS, record_id(request))
    entry = engine.store.load([ref])[ref]
    if entry.document is not None:
        return Progress(engine, entry.document, entry)
    now = engine.clock.now()
    record = PrivacyRecord(
        id=ref.id,
        kind=_kind(request),
        state=RequestState.RUNNING,
        store=request.store,
        source=request.source,
        digest=request.digest,
        requested_at=now,
    )
    progress = Progress(engine, record)
    amounts = {f"intake_understood_{request.source}": 1, f"privacy_{record.kind}": 1}
    progress.commit(
        counters=Counters(now.date(), shard_of(ref.id), amounts, heard(request.source, request.store, now))
    )
    return progress


def record_id(request: StorefrontEvent) -> str:
    """Under which id the request is kept."""
    return ids.hash_id("privacy", request.store, request.source, request.id)


def _kind(request: StorefrontEvent) -> RequestKind:
    match request:
        case CustomerErased():
            return RequestKind.ERASURE
        case StoreErased():
            return RequestKind.STORE_ERASURE
        case _:
            return RequestKind.EXPORT


def _erase(progress: Progress, request: CustomerErased, until: float) -> str:
    """Cases, orders, codes and refused messages first, the documents that lead to them last, then once more.

    What other calls had begun before the documents were gone may have added something meanwhile; from then on they
    can't, because they save only where the customer's document is as they had read it. Whoever comes back before the
    end is erased as well, whole: half a beginning would be of no use.
    """
    engine = progress.engine
    subject = find_subject(
        engine, request.store, request.person, request.order_ids, progress.record.subject_ids
    )
    known = tuple(sorted(subject.ids))
    if known != progress.record.subject_ids:
        progress.commit(subject_ids=known)
    _erase_documents(progress, subject, request.order_ids)
    if not erase_failures(progress, mentions(subject.identifiers), until):
        return RUNNING
    neighbours = neighbours_of(engine, subject)
    for ref in neighbours:
        erase_recipients(progress, dict(browse(engine, "cases", ("customer_id", ref.id))), subject.addresses)
    erase_from_neighbours(progress, neighbours, subject)
    for ref, entry in requests_about(engine, subject).items():
        closed = _closed(entry.document, progress)
        progress.commit([Put(ref, closed, entry.version)])
    mark_forgotten(progress, {(subject.store, address) for address in subject.addresses})
    forget_in_archives(engine, subject.ids, set(), subject.addresses)
    erase_customers(progress, subject.customers)
    _erase_documents(progress, subject, ())
    if any(entry.document for entry in load(engine, [Ref("customers", id) for id in known]).values()):
        raise Conflict("the person came back while being erased")
    announce(progress, "customer.erased", subject.ids)
    progress.finish()
    return "customer_erased"


def _erase_documents(progress: Progress, subject: Subject, order_ids: tuple[str, ...]) -> None:
    """What names the person's documents."""
    cases = cases_of(progress.engine, subject)
    forget_in_archives(progress.engine, set(), {ref.id for ref in cases}, ())
    erase_cases(progress, cases, frozenset(subject.ids))
    erase_orders(progress, orders_of(progress.engine, subject, order_ids))
    erase_codes(progress, codes_of(progress.engine, subject))


def _closed(record: PrivacyRecord, progress: Progress) -> PrivacyRecord:
    """An open request of somebody who was erased since: there is nothing to hand over any more."""
    return replace(record, state=RequestState.DONE, done_at=progress.now, subject_ids=())


def _request_data(progress: Progress, request: CustomerDataRequested) -> str:
    """Nothing is handed over here: an operator exports, and the shop gives it to the customer."""
    if progress.record.state is RequestState.RUNNING:
        subject = find_subject(progress.engine, request.store, request.person, request.order_ids)
        progress.commit(state=RequestState.OPEN, subject_ids=tuple(sorted(subject.ids)))
    announce(progress, "customer.data_requested", progress.record.subject_ids)
    return "data_requested"


def go_on(engine: Engine, until: float) -> int:
    """For the sweep: take up what calls had to leave; how many requests are done now. `until` is monotonic."""
    done = 0
    for _, entry in browse(engine, REQUESTS, ("state", RequestState.RUNNING.value)):
        record: PrivacyRecord = entry.document
        if monotonic() > until:
            break
        outcome = again_on_conflict(lambda id=record.id: _resume(engine, id, until))
        done += outcome != RUNNING
    return done


def _resume(engine: Engine, record_id: str, until: float) -> str:
    ref = Ref(REQUESTS, record_id)
    entry = load(engine, [ref])[ref]
    record: PrivacyRecord | None = entry.document
    if record is None or record.state is not RequestState.RUNNING:
        return REPEATED
    progress = Progress(engine, record, entry)
    match record.kind:
        case RequestKind.STORE_ERASURE:
            return erase_store(progress, until)
        case RequestKind.ERASURE if record.subject_ids:
            request = CustomerErased(
                id=record.id, store=record.store, source=record.source, occurred_at=record.requested_at
            )
            return _erase(progress, request, until)
        case _:
            return RUNNING
