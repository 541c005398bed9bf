"""A timer went off, or a provider answered: what is due of a case, decided from the case itself."""

from common.domain import inbox, offer_pricing
from common.domain.abandonment import gone_quiet
from common.domain.answers import answered
from common.domain.book import Book, Decision
from common.domain.cart_worth import ask_worth
from common.domain.casework import armed, conclude, remember, repeat
from common.domain.customers import follow
from common.domain.documents import Armed, Case, Customer
from common.domain.effects import Effect, FindAlternatives
from common.domain.lapses import lapsed
from common.domain.offer_pricing import open_question
from common.domain.offer_stages import after_message, cancelled, offer_lapsed
from common.domain.offer_timing import has_waited_too_long
from common.domain.postponing import overdue_while_paused
from common.domain.sequence import step_due, unresolved
from common.domain.timing import CLAIM_LEASE, look, next_due, open_claim, pending_step
from common.domain.triggers import Look, MessageAnswered
from common.domain.vocabulary import LookKind, Reason, Stage


def looked(book: Book, trigger: Look) -> Decision:
    """What follows from a look. Raises NotLoaded."""
    case = book.case(trigger.case_id)
    if case is None:
        return conclude(book, "case_gone")
    if entry := inbox.find(case.inbox, trigger.id):
        return repeat(entry, *_open_claim(book, case), *open_question(book, case))
    customer = follow(book, case.customer_id)
    before, due = case, next_due(case, book.policy)
    if due is not None and due.at <= book.now and due.kind is trigger.kind:
        if due.kind is LookKind.STEP and (claim := open_claim(case)):
            unresolved(book, case, claim)
            remember(book, case)
            return conclude(book, "asked_provider")
        case = _with_what_is_due(book, case, customer, due.kind)
    elif (waiting := overdue_while_paused(book, case, due)) is not None:
        remember(book, waiting)
        return conclude(book, "paused")
    if case == before and book.effects and isinstance(book.effects[-1], FindAlternatives):
        return conclude(book, "searching")  # what is found is saved; looking for it again is harmless
    case = armed(book, case)
    if case == before and not book.effects:
        return conclude(book, "nothing_due")
    remember(book, case)
    return conclude(book, f"looked_{trigger.kind.value}")


def _with_what_is_due(book: Book, case: Case, customer: Customer | None, kind: LookKind) -> Case:
    match kind:
        case LookKind.QUIET if case.offer:
            return offer_pricing.look(book, case, case.offer)
        case LookKind.QUIET:
            after = gone_quiet(book, case, customer)
            if customer is not None and after.stage is Stage.ABANDONED:
                ask_worth(book, after, customer)
            return after
        case LookKind.STEP if has_waited_too_long(case, book.now):
            return cancelled(book, case, Reason.CART_TOO_OLD)
        case LookKind.STEP if step := pending_step(case, book.policy):
            return after_message(book, step_due(book, case, customer, step))
        case LookKind.LAPSE if case.offer:
            return offer_lapsed(book, case, case.offer)
        case LookKind.LAPSE:
            return lapsed(book, case, customer)
        case _:
            return case


def _open_claim(book: Book, case: Case) -> tuple[Effect, ...]:
    """A redelivered look finds a claim without an outcome: the send died, or another worker is still at it."""
    claim = open_claim(case)
    if claim is None:
        return ()
    if book.now < claim.at + CLAIM_LEASE:
        return (look(case, Armed(LookKind.STEP, claim.at + CLAIM_LEASE), claim.claim_id or ""),)
    unresolved(book, case, claim)
    return tuple(book.effects)


def message_answered(book: Book, trigger: MessageAnswered) -> Decision:
    """What follows from the outcome of a claimed message."""
    case = book.case(trigger.case_id)
    customer = follow(book, case.customer_id) if case else None
    if case is None or customer is None:
        return conclude(book, "case_gone")
    after = answered(book, case, customer, trigger)
    if after == case:
        return conclude(book, "answered_before")
    remember(book, armed(book, after_message(book, after)))
    return conclude(book, "answered")
