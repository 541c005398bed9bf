"""Taking persons out of stored documents: the steps that erasing one person and erasing a whole store share.

What is anonymised moves to an id made by chance in one commit, so it is never there twice and never lost. Each
commit is far below Firestore's 500 writes and 10 MiB.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from secrets import token_hex
from typing import Any

from common.application.engine import Engine
from common.application.ports import Loaded, Put, Ref
from common.application.privacy_finding import Known, Subject, load
from common.application.privacy_progress import Progress
from common.application.retention import expires_at
from common.application.shell import task_of
from common.domain import ids
from common.domain.changing import replace
from common.domain.documents import Case, Customer, Suppression
from common.domain.forgetting import forgotten_address
from common.domain.privacy import (
    ERASED,
    case_without_person,
    code_without_person,
    is_anonymous,
    order_without_person,
    without_recipients,
)
from common.domain.timing import arm
from common.domain.vocabulary import CaseKind
from common.domain.vouchers import VoucherCode

CASES_TOGETHER = 8
"""Cases of one commit: with their codes and orders, even the largest stay below the limit."""
DOCUMENTS_TOGETHER = 100


def erase_cases(progress: Progress, found: Known, owners: frozenset[str] | None) -> None:
    """Make the cases nobody's. `owners`: whose cases are erased; None = everybody's of the store."""
    todo = [(ref, entry) for ref, entry in found.items() if not is_anonymous(entry.document)]
    for start in range(0, len(todo), CASES_TOGETHER):
        batch = todo[start : start + CASES_TOGETHER]
        related = _related_to(progress.engine, [entry.document for _, entry in batch])
        puts: dict[Ref, Put] = {}
        tasks = []
        for ref, entry in batch:
            case = _anonymous(progress, entry.document, related, owners)
            case, look = arm(case, progress.engine.policies.current(), progress.now, case.id)
            tasks += [task_of(look)] if look else []
            _replace(progress, puts, ref, entry, case)
            _lead_on(progress, puts, related, entry.document, case, owners)
        led = Counter(ref.collection for ref in puts if ref.collection != "cases")
        progress.commit(list(puts.values()), {**led, "cases": len(batch)})
        for task in tasks:  # if this is lost in a crash, the sweep finds it
            progress.engine.timer.schedule(task)


def _related_to(engine: Engine, cases: Iterable[Case]) -> Known:
    """Orders, codes and other episodes of the cases."""
    refs = []
    for case in cases:
        orders = (case.order_id, case.recovery.order_id if case.recovery else None)
        refs += [Ref("orders", ids.order_id(case.store, id)) for id in orders if id]
        if case.voucher is not None:
            refs.append(Ref("voucher_codes", ids.voucher_id(case.store, case.voucher.code)))
        refs += [Ref("cases", id) for id in _episodes(case)]
    return load(engine, refs)


def _episodes(case: Case) -> tuple[str, ...]:
    """The first episode of the case's cart, which leads to the newest one, and the newest as far as is known."""
    if case.kind is not CaseKind.CART:
        return ()  # an offer's case has an id of its own
    newest = max(case.latest_episode, case.episode)
    found = {ids.case_id(case.store, case.cart_id, number) for number in (1, newest)}
    return tuple(sorted(found - {case.id}))


def _anonymous(progress: Progress, case: Case, related: Known, owners: frozenset[str] | None) -> Case:
    """The case without its person. It stays where it is if the cart's other episodes are somebody else's.

    Those must still be found by the cart.
    """
    others = [related[Ref("cases", id)].document for id in _episodes(case)]
    stays = owners is not None and any(
        other is not None and not is_anonymous(other) and other.customer_id not in owners for other in others
    )
    if stays:
        return case_without_person(case, case.id, case.cart_id, progress.now)
    id = token_hex(16)
    return case_without_person(case, id, id, progress.now)


def _replace(progress: Progress, puts: dict[Ref, Put], ref: Ref, entry: Loaded, document: Any) -> None:
    """One document instead of another; a different id means that it moves."""
    new = Ref(ref.collection, document.id)
    puts[new] = _kept(progress, new, document, entry.version if new == ref else None)
    if new != ref:
        puts[ref] = Put(ref, None, entry.version)


def _kept(progress: Progress, ref: Ref, document: Any, version: object | None) -> Put:
    moment = expires_at(document, progress.engine.policies.current(), progress.engine.clock.now(), None)
    return Put(ref, document, version, moment)


def _lead_on(
    progress: Progress,
    puts: dict[Ref, Put],
    related: Known,
    before: Case,
    case: Case,
    owners: frozenset[str] | None,
) -> None:
    """Orders and codes that named the case name its successor: later cancellations must still find it."""
    for ref, entry in related.items():
        document = entry.document
        if document is None or ref.collection == "cases" or document.case_id != before.id:
            continue
        if isinstance(document, VoucherCode):
            document = code_without_person(document, case.id)
        elif owners is None or document.customer_id in (None, *owners):
            document = order_without_person(document, case.id)
        else:
            document = replace(document, case_id=case.id)
        puts[ref] = _kept(progress, ref, document, entry.version)


def erase_orders(progress: Progress, found: Known) -> None:
    """Take the customer out of the orders; what they counted for still counts."""
    puts = []
    for ref, entry in found.items():
        order = order_without_person(entry.document, entry.document.case_id)
        if order != entry.document:
            puts.append(_kept(progress, ref, order, entry.version))
    progress.in_batches(puts, "orders", DOCUMENTS_TOGETHER)


def erase_codes(progress: Progress, found: Known) -> None:
    """Take the customer out of codes whose case is another's, or gone."""
    puts = []
    for ref, entry in found.items():
        code = code_without_person(entry.document, entry.document.case_id)
        if code != entry.document:
            puts.append(_kept(progress, ref, code, entry.version))
    progress.in_batches(puts, "voucher_codes", DOCUMENTS_TOGETHER)


def erase_customers(progress: Progress, found: Known) -> None:
    """Delete the documents. Their addresses are marked as forgotten first: former consents count no more."""
    customers = [entry.document for entry in found.values()]
    mark_forgotten(progress, {(one.store, address) for one in customers for address in _addresses(one)})
    puts = [Put(ref, None, entry.version) for ref, entry in found.items()]
    progress.in_batches(puts, "customers", DOCUMENTS_TOGETHER)


def _addresses(customer: Customer) -> Iterator[str]:
    yield from (address for address in (customer.email, customer.phone) if address)


def mark_forgotten(progress: Progress, addresses: set[tuple[str, str]]) -> None:
    """Keep a keyed hash of each store and address: never contacted again but for a newer yes."""
    key = progress.engine.policies.current().keys.suppression
    marks = {
        Ref("suppressions", ids.suppression_id(key, forgotten_address(store, address)))
        for store, address in addresses
    }
    known = load(progress.engine, marks)
    puts = [
        Put(ref, Suppression(id=ref.id, at=progress.now, reason=ERASED), entry.version)
        for ref, entry in known.items()
        if entry.document is None or entry.document.at < progress.now
    ]
    for start in range(0, len(puts), DOCUMENTS_TOGETHER):
        progress.commit(puts[start : start + DOCUMENTS_TOGETHER])


def erase_from_neighbours(progress: Progress, found: Known, subject: Subject) -> None:
    """Other people's documents forget whom they were separated from, and shared browsers one of their users."""
    puts = []
    for ref, entry in found.items():
        customer: Customer = entry.document
        other = _without_ids(customer, subject.ids)
        empty = bool(customer.shared_by) and not other.shared_by
        puts.append(Put(ref, None if empty else other, entry.version, None if empty else entry.expire_at))
    for start in range(0, len(puts), DOCUMENTS_TOGETHER):
        progress.commit(puts[start : start + DOCUMENTS_TOGETHER])


def _without_ids(customer: Customer, gone: set[str]) -> Customer:
    return replace(
        customer,
        apart_from=tuple(id for id in customer.apart_from if id not in gone),
        shared_by=tuple(id for id in customer.shared_by if id not in gone),
    )


def erase_recipients(progress: Progress, found: Known, addresses: frozenset[str]) -> None:
    """Other people's cases whose messages went to the person's address, from when the two were taken for one."""
    puts = []
    for ref, entry in found.items():
        case = without_recipients(entry.document, addresses)
        if case is not entry.document:
            puts.append(_kept(progress, ref, case, entry.version))
    for start in range(0, len(puts), CASES_TOGETHER):
        progress.commit(puts[start : start + CASES_TOGETHER])


def forget_in_archives(
    engine: Engine, subject_ids: set[str], case_ids: set[str], addresses: Iterable[str]
) -> int:
    """What one machine kept of its own messages and announcements."""
    known = set(addresses)
    return sum(archive.forget(subject_ids, case_ids, known) for archive in engine.archives)
