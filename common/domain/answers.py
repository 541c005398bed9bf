"""What a provider answered about a claimed message, and what the case makes of it."""

from datetime import datetime, timedelta
from typing import assert_never

from common.domain.book import Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.documents import Case, Customer, StepRecord
from common.domain.postponing import with_record
from common.domain.sequence import failed_for_good
from common.domain.timing import steps_of
from common.domain.triggers import Accepted, MessageAnswered, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Reason, Stage, StepState
from common.domain.wire import stamp

MAX_ATTEMPTS = 5
"""Claims of one step, over all of its channels, before a failure that might pass counts as final."""
FIRST_BACK_OFF = timedelta(minutes=5)
"""Doubled with every further attempt."""


def answered(book: Book, case: Case, customer: Customer, event: MessageAnswered) -> Case:
    """The case with the outcome of its claim; an answer to a claim that is no longer open changes nothing."""
    record = next((one for one in case.steps if one.claim_id == event.claim_id), None)
    if record is None or record.state is not StepState.CLAIMED:
        return case
    match event.outcome:
        case Accepted(provider_id):
            return _sent(book, case, customer, record, provider_id)
        case Uncertain():
            return _unknown(book, case, record)
        case NotSent():
            return _again(book, case, customer, record, book.now)
        case Rejected(_, retryable) if retryable and record.attempts < MAX_ATTEMPTS:
            wait = FIRST_BACK_OFF * 2 ** (record.attempts - 1)
            return _again(book, case, customer, record, book.now + wait)
        case Rejected(reason):
            return _refused(book, case, customer, record, reason)
        case _:
            assert_never(event.outcome)


def _sent(book: Book, case: Case, customer: Customer, record: StepRecord, provider_id: str) -> Case:
    if case.offer is None:  # an offer is counted by who takes it up, not by who was told
        book.put(replace(customer, last_message_case_id=case.id))
    announce(
        book,
        case,
        "stimulus.sent",
        step=record.step,
        channel=record.channel,
        recipient=record.recipient,
        voucher_code=record.voucher_code,
        valid_until=record.valid_until and stamp(record.valid_until),
    )
    case = with_record(case, replace(record, state=StepState.SENT, at=book.now, provider_id=provider_id))
    return _contacted(noted(book, case, f"{record.step} sent", actor=record.channel or "engine"))


def _unknown(book: Book, case: Case, record: StepRecord) -> Case:
    """Perhaps it arrived: never sent again (L14), never reported as sent (L16), its voucher stays honoured."""
    _announce_failure(book, case, record, Reason.PROVIDER_UNKNOWN)
    case = with_record(
        case, replace(record, state=StepState.UNKNOWN, at=book.now, reason=Reason.PROVIDER_UNKNOWN)
    )
    return _contacted(noted(book, case, f"{record.step} unknown", Reason.PROVIDER_UNKNOWN))


def _contacted(case: Case) -> Case:
    voucher = case.voucher and replace(case.voucher, delivered=True)
    return replace(
        case, stage=Stage.STIMULATED if case.stage is Stage.ABANDONED else case.stage, voucher=voucher
    )


def _again(book: Book, case: Case, customer: Customer, record: StepRecord, retry_at: datetime) -> Case:
    """It certainly did not leave: the claim is given back and the step is due again at `retry_at`."""
    _give_back_gap(book, customer, record)
    return with_record(
        case, replace(record, state=StepState.DEFERRED, at=record.at, retry_at=retry_at, claim_id=None)
    )


def _refused(book: Book, case: Case, customer: Customer, record: StepRecord, reason: Reason) -> Case:
    """Turned down for good: told, and the step's next channel is tried at once; without one the step is over (L16)."""
    _announce_failure(book, case, record, reason)
    if reason is Reason.SUPPRESSED_ADDRESS and record.recipient:
        book.suppress(record.recipient, "opted out at the provider")
    customer = _give_back_gap(book, customer, record)
    refused = (*record.refused_channels, *((record.channel,) if record.channel else ()))
    record = replace(
        record,
        state=StepState.DEFERRED,
        retry_at=book.now,
        reason=reason,
        refused_channels=refused,
        claim_id=None,
    )
    case = noted(
        book, with_record(case, record), f"{record.step} refused", reason, actor=record.channel or "engine"
    )
    step = next((step for step in steps_of(case, book.policy) if step.id == record.step), None)
    if step is not None and reason is not Reason.TEMPLATE_INVALID and set(step.channels) - set(refused):
        return case
    return failed_for_good(book, case, customer, record.step)


def _give_back_gap(book: Book, customer: Customer, record: StepRecord) -> Customer:
    """Nothing reached the customer, so nothing keeps the next message away."""
    if customer.last_message_at == record.at:
        customer = replace(customer, last_message_at=record.previous_message_at)
        book.put(customer)
    return customer


def _announce_failure(book: Book, case: Case, record: StepRecord, reason: Reason) -> None:
    announce(book, case, "stimulus.failed", step=record.step, channel=record.channel, reason=reason.value)
