"""What ends by itself: vouchers, cases without a result, the flag of a customer who returned something."""

from datetime import datetime

from common.domain.book import Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.documents import Case, Customer
from common.domain.timing import lost_at, pending_step, voucher_lapses_at
from common.domain.vocabulary import Reason, Stage, VoucherState

_WAITING = (Stage.ABANDONED, Stage.STIMULATED, Stage.HELD)


def lapsed(book: Book, case: Case, customer: Customer | None) -> Case:
    """The case after everything whose time is over has ended; the same again changes nothing."""
    lapses_at = voucher_lapses_at(case)
    if case.voucher is not None and lapses_at is not None and book.now >= lapses_at:
        customer = _voucher_expired(book, case, customer)
        ended = VoucherState.REVOKED if case.voucher.revoke_at else VoucherState.EXPIRED
        case = replace(noted(book, case, f"voucher {ended}"), voucher=replace(case.voucher, state=ended))
    over = case.stage in _WAITING and pending_step(case, book.policy) is None
    if over and book.now >= lost_at(case, book.policy):
        case = _over(book, case, customer)
        if customer is not None and customer.open_case_id == case.id:
            book.put(replace(customer, open_case_id=None))
    return case


def _over(book: Book, case: Case, customer: Customer | None) -> Case:
    """Lost; unless the shop said that the voucher was used, and never told of the order itself."""
    if case.voucher is not None and case.voucher.state is VoucherState.REDEEMED:
        order_id = case.voucher.order_id
        announce(book, case, "case.ordered", subject=order_id, order_id=order_id)
        return replace(
            noted(book, case, "ordered"), stage=Stage.ORDERED, order_id=order_id, ordered_at=book.now
        )
    if customer is None or case.superseded_by not in customer.offer_cases:
        announce(book, case, "case.lost")  # else it is told of the alternative that stands in for it
    return replace(noted(book, case, "lost"), stage=Stage.LOST)


def _voucher_expired(book: Book, case: Case, customer: Customer | None) -> Customer | None:
    voucher = case.voucher
    if voucher is None:
        return customer
    if voucher.revoke_at:
        announce(book, case, "voucher.revoked", code=voucher.code, reason=Reason.WITHDRAWN.value)
    else:
        announce(book, case, "voucher.expired", code=voucher.code)
    if customer is not None and customer.open_voucher and customer.open_voucher.code == voucher.code:
        customer = replace(customer, open_voucher=None)
        book.put(customer)
    return customer


def flag_lapsed(customer: Customer, now: datetime) -> Customer:
    """The customer without the returned-customer flag, once its moment has passed."""
    if customer.returned_until is None or now < customer.returned_until:
        return customer
    return replace(customer, returned_customer=False, returned_until=None)
