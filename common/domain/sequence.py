"""A step is due: every gate once more, then the claim. Nothing is sent that isn't claimed first (L2)."""

from datetime import datetime

from common.domain import ids
from common.domain.abandonment import (
    held,
    ordered_elsewhere,
    suppressed,
)
from common.domain.book import VOUCHER_CODES, Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.documents import Case, Customer, OpenVoucher, StepRecord
from common.domain.effects import FindMessage, SendMessage
from common.domain.forgetting import barred_of, forgotten_address
from common.domain.gates import addresses, choose_channel, closed_gate
from common.domain.histories import is_capped
from common.domain.holdout import is_held
from common.domain.offers import OfferPromise
from common.domain.policy import Step
from common.domain.postponing import held_back, postponed, with_record
from common.domain.promises import (
    promise_for,
    with_issued_voucher,
    with_promise_taken_back,
    with_voucher_as_of_now,
)
from common.domain.timing import CLAIM_LEASE, record_of
from common.domain.vocabulary import Channel, Reason, StepState, VoucherState
from common.domain.withdrawals import whole_store


def step_due(book: Book, case: Case, customer: Customer | None, step: Step) -> Case:
    """The case with the step claimed, postponed or withheld. Raises NotLoaded for suppressions and codes."""
    record = record_of(case, step.id)
    reason = closed_gate(case, customer, book.policy, book.now)
    if reason is Reason.ALREADY_ORDERED:
        return _ordered_meanwhile(book, case, customer, step)
    if reason is not None or customer is None:
        return withheld(book, case, step, reason or Reason.CONTACT_MISSING)
    if case.offer is None and is_held(customer, book.policy) and not case.steps:
        return held(book, case)
    free_at = customer.last_message_at and customer.last_message_at + book.policy.sequence.minimum_gap
    if free_at and book.now < free_at:
        return postponed(book, case, step, record, free_at, Reason.MINIMUM_GAP)
    if (waiting := held_back(book, case, step, record)) is not None:
        return waiting
    worth = _with_voucher(book, case, customer)
    if worth is None:
        return suppressed(book, case, Reason.CAP_REACHED)
    case = worth
    _need_for_a_claim(book, case, customer)
    barred = barred_of(book, customer, whole_store(case.store))
    if whole_store(case.store) in barred:
        return withheld(book, case, step, Reason.STORE_LEFT)
    chosen = choose_channel(case, customer, step, record, barred, book.policy)
    if chosen is Reason.PROVIDER_REFUSED:
        return failed_for_good(book, case, customer, step.id)
    if isinstance(chosen, Reason):
        return withheld(book, case, step, chosen)
    return _claimed_by_day(book, case, customer, step, record, chosen)


def _claimed_by_day(
    book: Book,
    case: Case,
    customer: Customer,
    step: Step,
    record: StepRecord | None,
    chosen: tuple[Channel, str],
) -> Case:
    """The case with its message claimed, or put off until the night is over where its reader is."""
    quiet, zones = book.policy.sequence.quiet_hours, (customer.time_zone, book.policy.shop.time_zone)
    if quiet is not None and (until := quiet.over_at(chosen[0], zones, book.now, case.id)):
        return postponed(book, case, step, record, until, Reason.QUIET_HOURS)
    return _claimed(book, case, customer, step, record, chosen)


def _with_voucher(book: Book, case: Case, customer: Customer) -> Case | None:
    """The case with its voucher decided again; None = the customer has had enough. An offer is no voucher."""
    if case.offer is not None:
        return case
    capped = is_capped(customer, book.now, book.policy)
    if capped and book.policy.recovery.when_capped == "skip":
        return None
    return with_voucher_as_of_now(case, customer, capped, book.policy, book.now)


def _need_for_a_claim(book: Book, case: Case, customer: Customer) -> None:
    """Suppressions and the reserved code in one batch, so that a step is read in two."""
    codes = [case.voucher.code] if case.voucher and case.voucher.state is VoucherState.RESERVED else []
    known = addresses(customer).values()
    forgotten = [forgotten_address(customer.store, address) for address in known]
    book.need(
        *book.suppression_places((*known, *forgotten, whole_store(case.store))).values(),
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


def withheld(book: Book, case: Case, step: Step, reason: Reason) -> Case:
    """The step passed over for good, with its reason."""
    record = record_of(case, step.id) or StepRecord(step=step.id, state=StepState.SKIPPED, at=book.now)
    announce(book, case, "stimulus.skipped", step=step.id, reason=reason.value)
    case = noted(book, case, f"{step.id} skipped", reason)
    return with_record(
        case, replace(record, state=StepState.SKIPPED, at=book.now, reason=reason, retry_at=None)
    )


def _ordered_meanwhile(book: Book, case: Case, customer: Customer | None, step: Step) -> Case:
    if case.voucher is not None and case.voucher.state is VoucherState.REDEEMED:
        # Brought back by its own voucher: what the order was worth, and that it is recovered, its own event says.
        return withheld(book, case, step, Reason.ALREADY_ORDERED)
    case = ordered_elsewhere(book, withheld(book, case, step, Reason.ALREADY_ORDERED), customer)
    announce(book, case, "case.ordered", subject=case.order_id, order_id=case.order_id)
    return case


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
    case, customer = with_issued_voucher(book, case, customer)
    promised = promise_for(case, customer, book.now) if case.offer is None else None
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
        valid_until=promised.valid_until if promised else _offered_until(book, case),
        previous_message_at=customer.last_message_at,
    )
    book.put(replace(customer, last_message_at=book.now))
    template = book.policy.sequence.template_of(step)
    book.owe(_message(case, customer, step, claim, promised, template))
    return with_record(noted(book, case, f"{step.id} claimed", actor=channel), claim)


def _offered_until(book: Book, case: Case) -> datetime | None:
    """Until when the offer holds that the message tells of; it starts anew with each claim until one arrives."""
    if case.offer is None:
        return None
    return case.offer.valid_until or book.now + book.policy.pricing.lifetime


def _promise_of(case: Case, valid_until: datetime | None) -> OfferPromise | None:
    offer = case.offer
    if offer is None or offer.proposal is None or valid_until is None:
        return None
    proposal = offer.proposal
    return OfferPromise(
        offer_id=offer.id,
        wanted=offer.wanted,
        sku=proposal.sku,
        name=proposal.name,
        quantity=offer.wanted.quantity,
        unit_price_minor=proposal.unit_price_minor,
        regular_price_minor=proposal.regular_price_minor,
        valid_until=valid_until,
        url=proposal.url,
        image_url=proposal.image_url,
        personalized=proposal.personalized,
    )


def _message(
    case: Case,
    customer: Customer,
    step: Step,
    claim: StepRecord,
    promised: OpenVoucher | None,
    template: str,
) -> SendMessage:
    """What the claim permits to be sent, complete: the sender looks nothing up."""
    return SendMessage(
        claim_id=claim.claim_id or "",
        case_id=case.id,
        customer_id=customer.id,
        store=case.store,
        step=step.id,
        template=template,
        channel=claim.channel or step.channels[0],
        recipient=claim.recipient or "",
        claimed_at=claim.at,
        name=customer.name,
        locale=customer.locale,
        time_zone=customer.time_zone,
        cart_url=case.url,
        currency=case.currency or "",
        total_minor=case.total_minor,
        lines=case.lines,
        line_count=case.line_count,
        voucher_code=promised.code if promised else None,
        incentive=promised.incentive if promised else None,
        valid_until=promised.valid_until if promised else None,
        offer=_promise_of(case, claim.valid_until),
    )


def failed_for_good(book: Book, case: Case, customer: Customer, step_id: str) -> Case:
    """Every channel of the step turned the message down: the step is over, and its promise is taken back."""
    record = record_of(case, step_id)
    if record is not None:
        case = with_record(case, replace(record, state=StepState.FAILED, at=book.now, retry_at=None))
    reason = (record and record.reason) or Reason.PROVIDER_REFUSED
    return with_promise_taken_back(book, case, customer, reason)
