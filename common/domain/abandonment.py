"""A cart has gone quiet: is it a lost order, whose is it, and what is worth offering?"""

from common.domain.book import Book
from common.domain.casework import announce, noted
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, Customer
from common.domain.gates import closed_gate, purchase_instead
from common.domain.histories import is_capped, segment_of
from common.domain.holdout import is_held
from common.domain.intake_health import carts_wait_until
from common.domain.money import format_minor
from common.domain.offer_requests import instead_of_voucher
from common.domain.offer_stages import standing_in_for
from common.domain.promises import with_reserved_voucher
from common.domain.timing import pending_step
from common.domain.vocabulary import Reason, Stage


def gone_quiet(book: Book, case: Case, customer: Customer | None) -> Case:
    """The case once its quiet period is over. Raises NotLoaded if the customer has another open case."""
    if until := carts_wait_until(book.intake_health(), case.id, book.now):
        # It may only seem quiet: what its customer did since, perhaps an order, may still wait to be taken.
        return replace(case, held_until=until)
    reason = closed_gate(case, customer, book.policy, book.now)
    if reason is Reason.ALREADY_ORDERED and not case.announced:
        # Bought by way of another cart before this one was ever lost: no abandonment, nothing to tell.
        return ordered_elsewhere(book, case, customer)
    case = replace(
        case,
        abandoned_at=case.last_activity_at + book.policy.recovery.abandon_after,
        segment=segment_of(customer, book.now, book.policy),
    )
    if not case.announced:
        case = _announced(book, case)
    if reason is not None:
        return suppressed(book, case, reason)
    if customer is None:
        return suppressed(book, case, Reason.CONTACT_MISSING)
    if is_held(customer, book.policy):
        # Watched like an open case, so that an order without its cart's id is measured in both arms alike.
        return held(book, _led_by_the_newest(book, case, customer))
    capped = is_capped(customer, book.now, book.policy)
    if capped and book.policy.recovery.when_capped == "skip":
        return suppressed(book, case, Reason.CAP_REACHED)
    stage = Stage.STIMULATED if case.steps else Stage.ABANDONED
    case = replace(case, stage=stage, reason=None, superseded_by=None, worth=None)
    if not case.stopped:
        case = _led_by_the_newest(book, case, customer)
    case = _unless_offered_otherwise(book, case, customer)
    return case if capped else with_reserved_voucher(case, customer, book.policy, book.now)


def ordered_elsewhere(book: Book, case: Case, customer: Customer | None) -> Case:
    """The case, closed by an order that the customer made otherwise."""
    purchase = customer and purchase_instead(case, customer, book.policy)
    return replace(
        noted(book, case, "ordered elsewhere"),
        stage=Stage.ORDERED,
        ordered_at=purchase.at if purchase else book.now,
        order_id=purchase.order_id if purchase else None,
    )


def held(book: Book, case: Case) -> Case:
    """The case in the control group: measured, never contacted."""
    announce(book, case, "case.held", reason=Reason.HOLDOUT.value)
    return replace(noted(book, case, "held", Reason.HOLDOUT), stage=Stage.HELD)


def _announced(book: Book, case: Case) -> Case:
    currency = case.currency or ""
    announce(
        book,
        case,
        "case.abandoned",
        total=format_minor(case.total_minor, currency),
        currency=currency,
        segment=case.segment and case.segment.value,
    )
    return replace(noted(book, case, "abandoned"), announced=True)


def suppressed(book: Book, case: Case, reason: Reason) -> Case:
    """The case, left alone for a reason; told once per reason."""
    if case.reason is not reason:
        announce(book, case, "case.suppressed", reason=reason.value)
    return replace(noted(book, case, "suppressed", reason), stage=Stage.SUPPRESSED, reason=reason)


def _unless_offered_otherwise(book: Book, case: Case, customer: Customer) -> Case:
    """The case, silent while an alternative is made, or open, instead of it (L11)."""
    if case.stopped or case.superseded_by:
        return case
    customer = follow(book, customer.id) or customer
    other = standing_in_for(book, case, customer.offer_cases)
    if other is None and (offered := instead_of_voucher(book, case, customer)) is not None:
        other = offered.id
    return replace(noted(book, case, "alternative instead"), superseded_by=other) if other else case


def _led_by_the_newest(book: Book, case: Case, customer: Customer) -> Case:
    """One open case per customer: an older cart's sequence stops when a newer cart is abandoned (L11, L20).

    Of two abandoned carts the one that was touched last is the newer one, whichever is judged first (L13).
    """
    former = book.case(customer.open_case_id) if customer.open_case_id else None
    if former is not None and former.id != case.id:
        if former.stage is not Stage.OPEN and former.last_activity_at > case.last_activity_at:
            return replace(noted(book, case, "superseded"), superseded_by=former.id)
        if pending_step(former, book.policy) is not None:
            book.put(replace(noted(book, former, "superseded"), superseded_by=case.id))
    book.put(replace(customer, open_case_id=case.id))
    return case
