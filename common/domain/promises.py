"""The life of a promise until a customer has it: reserved, decided again, issued with a claim, taken back."""

from datetime import datetime

from common.domain import ids
from common.domain.book import Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.documents import Case, Customer, OpenVoucher
from common.domain.histories import segment_of
from common.domain.money import Money
from common.domain.policy import Policy
from common.domain.vocabulary import IncentiveKind, Reason, VoucherState
from common.domain.vouchers import Voucher, VoucherCode
from common.domain.wire import stamp


def with_reserved_voucher(case: Case, customer: Customer, policy: Policy, now: datetime) -> Case:
    """The case with what is worth offering, unless something is promised already or nothing is worth it.

    Reserved only: the code comes into the world with the first message that is claimed (L35).
    """
    voucher = case.voucher
    if voucher is not None and voucher.state is not VoucherState.RESERVED:
        return case
    promised = customer.open_voucher
    if promised is not None and now < promised.valid_until:
        return replace(case, voucher=None)
    total = Money(case.total_minor, case.currency or "")
    incentive = policy.incentives.incentive_for(case.segment or segment_of(customer, now, policy), total)
    if case.worth is not None and case.worth.total_minor == case.total_minor:
        incentive = case.worth.incentive
    if incentive.kind is IncentiveKind.NONE:
        return replace(case, voucher=None)
    attempt = voucher.attempt if voucher else 0
    code = ids.voucher_code(policy.keys.voucher, case.id, attempt)
    reserved = Voucher(
        code=code, incentive=incentive, state=VoucherState.RESERVED, reserved_at=now, attempt=attempt
    )
    return replace(case, voucher=reserved)


def with_voucher_as_of_now(
    case: Case, customer: Customer, capped: bool, policy: Policy, now: datetime
) -> Case:
    """A code that nobody has seen yet is decided again: the cap, the customer's other voucher, the cart's total."""
    if case.voucher is not None and case.voucher.state is not VoucherState.RESERVED:
        return case
    return replace(case, voucher=None) if capped else with_reserved_voucher(case, customer, policy, now)


def with_issued_voucher(book: Book, case: Case, customer: Customer) -> tuple[Case, Customer]:
    """The reserved voucher, issued in the commit that claims its first message (L35).

    Until a message with it was handed over, its seven days start anew with each claim.
    """
    voucher = case.voucher
    if (
        voucher is None
        or voucher.delivered
        or voucher.state not in (VoucherState.RESERVED, VoucherState.ISSUED)
    ):
        return case, customer
    valid_until = book.now + book.policy.recovery.voucher_lifetime
    if voucher.state is VoucherState.RESERVED:
        voucher = replace(voucher, state=VoucherState.ISSUED, issued_at=book.now)
        while (taken := book.voucher_code(case.store, voucher.code)) is not None and taken.case_id != case.id:
            attempt = voucher.attempt + 1
            voucher = replace(
                voucher, attempt=attempt, code=ids.voucher_code(book.policy.keys.voucher, case.id, attempt)
            )
        book.put(VoucherCode(code=voucher.code, store=case.store, case_id=case.id, customer_id=customer.id))
        announce(
            book,
            case,
            "voucher.issued",
            code=voucher.code,
            incentive=voucher.incentive.as_fields(),
            valid_until=stamp(valid_until),
        )
        case = noted(book, case, "voucher issued")
    voucher = replace(voucher, valid_until=valid_until)
    promise = OpenVoucher(
        code=voucher.code, case_id=case.id, incentive=voucher.incentive, valid_until=valid_until
    )
    return replace(case, voucher=voucher), replace(customer, open_voucher=promise)


def promise_for(case: Case, customer: Customer, now: datetime) -> OpenVoucher | None:
    """The customer's open voucher, if it says something about this cart.

    An amount in another currency doesn't, nor does one on a cart that costs nothing.
    """
    promised = customer.open_voucher
    if promised is None or now >= promised.valid_until:
        return None
    amount = promised.incentive.amount
    return promised if amount is None or (amount.currency == case.currency and case.total_minor) else None


def with_promise_taken_back(book: Book, case: Case, customer: Customer, reason: Reason) -> Case:
    """An issued code that nobody has seen is revoked (L35); the case's next step may promise anew, by another code."""
    voucher = case.voucher
    if voucher is None or voucher.delivered or voucher.state is not VoucherState.ISSUED:
        return case
    announce(book, case, "voucher.revoked", code=voucher.code, reason=reason.value)
    if customer.open_voucher and customer.open_voucher.code == voucher.code:
        book.put(replace(customer, open_voucher=None))
    attempt = voucher.attempt + 1
    fresh = replace(
        voucher,
        state=VoucherState.RESERVED,
        attempt=attempt,
        code=ids.voucher_code(book.policy.keys.voucher, case.id, attempt),
        issued_at=None,
        valid_until=None,
    )
    return replace(noted(book, case, "voucher revoked", reason), voucher=fresh)
