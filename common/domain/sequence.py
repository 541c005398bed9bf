"""A step is due: every gate once more, then the claim. Nothing is sent that isn't claimed first (L2)."""

from datetime import datetime

from common.domain import ids
from common.domain.abandonment import (
    held,
    is_held,
    ordered_elsewhere,
    suppressed,
    with_reserved_voucher,
)
from common.domain.book import VOUCHER_CODES, Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.customers import is_capped
from common.domain.documents import Case, Customer, OpenVoucher, StepRecord
from common.domain.effects import FindMessage, SendMessage
from common.domain.gates import addresses, choose_channel, closed_gate
from common.domain.policy import Policy, Step
from common.domain.timing import CLAIM_LEASE, record_of
from common.domain.vocabulary import Channel, Reason, StepState, VoucherState
from common.domain.vouchers import VoucherCode
from common.domain.wire import stamp


def step_due(book: Book, case: Case, customer: Customer | None, step: Step) -> Case:
    """The case with the step claimed, postponed or withheld. Raises NotLoaded for suppressions and codes."""
    record = record_of(case, step.id)
    reason = closed_gate(case, customer, book.policy, book.now)
    if reason is Reason.ALREADY_ORDERED:
        return _ordered_meanwhile(book, case, customer, step)
    if reason is not None or customer is None:
        return withheld(book, case, step, reason or Reason.CONTACT_MISSING)
    if is_held(customer, book.policy) and not case.steps:
        return held(book, case)
    free_at = customer.last_message_at and customer.last_message_at + book.policy.sequence.minimum_gap
    if free_at and book.now < free_at:
        return _postponed(book, case, step, record, free_at)
    capped = is_capped(customer, book.now, book.policy)
    if capped and book.policy.recovery.when_capped == "skip":
        return suppressed(book, case, Reason.CAP_REACHED)
    case = _with_voucher_as_of_now(case, customer, capped, book.policy, book.now)
    _need_for_a_claim(book, case, customer)
    barred = book.suppressed_of(addresses(customer).values())
    chosen = choose_channel(case, customer, step, record, barred, book.policy)
    if isinstance(chosen, Reason):
        if chosen is Reason.PROVIDER_REFUSED:
            return failed_for_good(book, case, customer, step.id)
        return withheld(book, case, step, chosen)
    return _claimed(book, case, customer, step, record, chosen)


def _need_for_a_claim(book: Book, case: Case, customer: Customer) -> None:
    """Suppressions and the reserved code in one batch, so that a step is read in two."""
    codes = [case.voucher.code] if case.voucher and case.voucher.state is VoucherState.RESERVED else []
    book.need(
        *book.suppression_places(addresses(customer).values()).values(),
        *((VOUCHER_CODES, ids.voucher_id(case.store, code)) for code in codes),
    )


def unresolved(book: Book, case: Case, record: StepRecord) -> None:
    """A claim without an outcome: once its lease is over, ask the provider what became of it."""
    if (
        book.now < record.at + CLAIM_LEASE
        or record.channel is None
        or record.recipient is None
        or not record.claim_id
    ):
        return
    book.owe(
        FindMessage(
            claim_id=record.claim_id,
            case_id=case.id,
            customer_id=case.customer_id or "",
            store=case.store,
            step=record.step,
            channel=record.channel,
            recipient=record.recipient,
            claimed_at=record.at,
        )
    )


def with_record(case: Case, record: StepRecord) -> Case:
    """The case with what became of one step."""
    return replace(case, steps=(*(other for other in case.steps if other.step != record.step), record))


def withheld(book: Book, case: Case, step: Step, reason: Reason) -> Case:
    """The step passed over for good, with its reason."""
    record = record_of(case, step.id) or StepRecord(step=step.id, state=StepState.SKIPPED, at=book.now)
    announce(book, case, "stimulus.skipped", step=step.id, reason=reason.value)
    case = noted(book, case, f"{step.id} skipped", reason)
    return with_record(
        case, replace(record, state=StepState.SKIPPED, at=book.now, reason=reason, retry_at=None)
    )


def _postponed(book: Book, case: Case, step: Step, record: StepRecord | None, until: datetime) -> Case:
    """Too soon after another message: said once, and done when the gap is over (L4)."""
    record = record or StepRecord(step=step.id, state=StepState.DEFERRED, at=book.now)
    announce(
        book,
        case,
        "stimulus.skipped",
        step=step.id,
        reason=Reason.MINIMUM_GAP.value,
        retry_at=stamp(until),
    )
    case = noted(book, case, f"{step.id} postponed", Reason.MINIMUM_GAP)
    return with_record(case, replace(record, state=StepState.DEFERRED, at=book.now, retry_at=until))


def _ordered_meanwhile(book: Book, case: Case, customer: Customer | None, step: Step) -> Case:
    case = ordered_elsewhere(book, withheld(book, case, step, Reason.ALREADY_ORDERED), customer)
    announce(book, case, "case.ordered", subject=case.order_id, order_id=case.order_id)
    return case


def _with_voucher_as_of_now(
    case: Case, customer: Customer, capped: bool, policy: Policy, now: datetime
) -> Case:
    """A code that nobody has seen yet is decided again: the cap, the customer's other voucher, the cart's total."""
    if case.voucher is not None and case.voucher.state is not VoucherState.RESERVED:
        return case
    return replace(case, voucher=None) if capped else with_reserved_voucher(case, customer, policy, now)


def _claimed(
    book: Book,
    case: Case,
    customer: Customer,
    step: Step,
    record: StepRecord | None,
    chosen: tuple[Channel, str],
) -> Case:
    channel, recipient = chosen
    attempts = (record.attempts if record else 0) + 1
    claim_id = ids.hash_id("claim", case.id, step.id, channel, str(attempts))
    case, customer = _with_issued_voucher(book, case, customer)
    promised = _promise_for(case, customer, book.now)
    claim = StepRecord(
        step=step.id,
        state=StepState.CLAIMED,
        at=book.now,
        claim_id=claim_id,
        channel=channel,
        recipient=recipient,
        attempts=attempts,
        refused_channels=record.refused_channels if record else (),
        voucher_code=promised.code if promised else None,
        valid_until=promised.valid_until if promised else None,
        previous_message_at=customer.last_message_at,
    )
    book.put(replace(customer, last_message_at=book.now))
    book.owe(
        SendMessage(
            claim_id=claim_id,
            case_id=case.id,
            customer_id=customer.id,
            store=case.store,
            step=step.id,
            template=step.template or step.id,
            channel=channel,
            recipient=recipient,
            claimed_at=book.now,
            name=customer.name,
            locale=customer.locale,
            time_zone=customer.time_zone,
            cart_url=case.url,
            currency=case.currency or "",
            total_minor=case.total_minor,
            lines=tuple(line for line in case.lines if line.available),
            voucher_code=promised.code if promised else None,
            incentive=promised.incentive if promised else None,
            valid_until=promised.valid_until if promised else None,
        )
    )
    return with_record(noted(book, case, f"{step.id} claimed", actor=channel), claim)


def _with_issued_voucher(book: Book, case: Case, customer: Customer) -> tuple[Case, Customer]:
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


def _promise_for(case: Case, customer: Customer, now: datetime) -> OpenVoucher | None:
    """The customer's open voucher, if it says something about this cart: an amount in another currency doesn't."""
    promised = customer.open_voucher
    if promised is None or now >= promised.valid_until:
        return None
    amount = promised.incentive.amount
    return promised if amount is None or amount.currency == case.currency else None


def failed_for_good(book: Book, case: Case, customer: Customer, step_id: str) -> Case:
    """Every channel of the step turned the message down: the step is over, and its promise is taken back."""
    record = record_of(case, step_id)
    if record is not None:
        case = with_record(case, replace(record, state=StepState.FAILED, at=book.now, retry_at=None))
    voucher = case.voucher
    if voucher is None or voucher.delivered or voucher.state is not VoucherState.ISSUED:
        return case
    reason = (record and record.reason) or Reason.PROVIDER_REFUSED
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
