"""Two people who were taken for one, by a shared phone or a mistyped address, become two again."""

from typing import Any

from common.domain import ids
from common.domain.book import CASES, CUSTOMERS, Book
from common.domain.casework import settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, Customer, OpenVoucher
from common.domain.histories import with_returns
from common.domain.triggers import CustomersSeparated
from common.domain.vocabulary import Stage, VoucherState

_CLOSED = (Stage.RECOVERED, Stage.ORDERED, Stage.LOST)
_OPEN_VOUCHERS = (VoucherState.ISSUED, VoucherState.LOCKED, VoucherState.RELEASED)
_FIELDS = {"id": "external_id", "email": "email", "phone": "phone"}


def separate(book: Book, request: CustomersSeparated) -> str:
    """Give the identifier its own document back, with what that held when it was merged; the outcome in a word.

    What was recorded since the merge stays where it is: nobody can tell any more whose it was. An opt-out that
    either of them gave holds for both.
    """
    own = book.customer(ids.customer_id(request.store, request.kind, request.value))
    if own is None:
        return "nobody_known"
    if own.merged_into is None:
        return "stands_alone"
    main = follow(book, own.id)
    if main is None:
        return "nobody_known"
    addresses = {
        kind: ids.customer_id(main.store, kind, value)
        for kind in ("email", "phone")
        if (value := getattr(main, kind))
    }
    book.need(*((CASES, id) for id in _cases_of(own, main)), *((CUSTOMERS, id) for id in addresses.values()))
    field = _FIELDS.get(request.kind)
    stated: dict[str, Any] = {field: request.value} if field else {}
    book.put(_on_its_own(book, replace(own, **stated), main))
    taken: dict[str, Any] = {kind: None for kind, id in addresses.items() if _leads_to(book, id, own)}
    if field and getattr(main, field) == request.value:
        taken[field] = None
    book.put(_without(book, replace(main, **taken), own))
    _resumed(book, own)
    return "separated"


def _leads_to(book: Book, id: str, customer: Customer) -> bool:
    found = follow(book, id)
    return found is not None and found.id == customer.id


def _cases_of(own: Customer, main: Customer) -> set[str]:
    vouchers = [one.open_voucher.case_id for one in (own, main) if one.open_voucher]
    return {id for id in (own.open_case_id, main.open_case_id, *vouchers) if id}


def _on_its_own(book: Book, own: Customer, main: Customer) -> Customer:
    """What the document held, except what has ended since."""
    return replace(
        own,
        merged_into=None,
        apart_from=tuple(dict.fromkeys((*own.apart_from, main.id))),
        open_case_id=own.open_case_id if _is_open(book, own.open_case_id) else None,
        open_voucher=own.open_voucher if _is_still_open(book, own.open_voucher) else None,
    )


def _without(book: Book, main: Customer, own: Customer) -> Customer:
    """The other one, without what came from the separated document. A no is kept, whoever said it (L38)."""
    returned = {entry.id for entry in own.returns}
    bought = {entry.order_id for entry in own.purchases}
    kept = tuple(entry for entry in main.returns if entry.id not in returned)
    case = book.case(main.open_case_id) if main.open_case_id else None
    main = replace(
        main,
        apart_from=tuple(dict.fromkeys((*main.apart_from, own.id))),
        consent={
            channel: word
            for channel, word in main.consent.items()
            if not word.given or own.consent.get(channel) != word
        },
        redemptions=tuple(entry for entry in main.redemptions if entry not in own.redemptions),
        purchases=tuple(entry for entry in main.purchases if entry.order_id not in bought),
        open_case_id=None if case and case.customer_id == own.id else main.open_case_id,
        open_voucher=None if main.open_voucher == own.open_voucher else main.open_voucher,
        returns=(),
        returned_customer=False,
        returned_until=None,
    )
    return with_returns(main, kept, book.policy, book.now)


def _is_open(book: Book, id: str | None) -> bool:
    case = book.case(id) if id else None
    return case is not None and case.stage not in _CLOSED


def _is_still_open(book: Book, promised: OpenVoucher | None) -> bool:
    case = book.case(promised.case_id) if promised else None
    voucher = case.voucher if case else None
    return voucher is not None and voucher.state in _OPEN_VOUCHERS


def _resumed(book: Book, own: Customer) -> None:
    """The case that had given way to the other one's is nobody's second sequence any more."""
    case: Case | None = book.case(own.open_case_id) if own.open_case_id else None
    if case is not None and case.superseded_by is not None and case.stage not in _CLOSED:
        settle(book, replace(case, superseded_by=None))
