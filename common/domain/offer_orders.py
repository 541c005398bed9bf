"""Which order takes an offer up, and which offers an order makes pointless."""

from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.customers import follow
from common.domain.documents import Case, Customer, Order
from common.domain.offer_timing import takes_up_until
from common.domain.offers import LIVE, PROMISED
from common.domain.refunds import is_counted
from common.domain.vocabulary import OfferStage, Stage


def taken_up(
    book: Book, order: Order, owner: Customer | None, at: datetime, skus: tuple[str, ...]
) -> Case | None:
    """The case whose offer the order completes: the one that it names, else what its customer has accepted.

    An order that names an offer accepts it as well, while the offer is open. One that names none has to be of the
    accepted article, as far as `skus` says what is in it.
    """
    if order.made_by_shop and order.offer_id is None:
        return None
    if is_counted(book, order):
        return None
    named = book.case(ids.case_of_offer(order.offer_id)) if order.offer_id is not None else None
    if named is not None and _is_named(named, order, at):
        return named
    accepted = (case for case in reversed(_offered(book, owner)) if _is_accepted(book, case, at, skus))
    return next(accepted, None)


def _is_accepted(book: Book, case: Case, at: datetime, skus: tuple[str, ...]) -> bool:
    offer = case.offer
    if offer is None or offer.stage is not OfferStage.ACCEPTED or offer.answered_at is None:
        return False
    until = takes_up_until(offer, offer.answered_at, book.policy)
    fits = not skus or (offer.proposal is not None and offer.proposal.sku in skus)
    return fits and offer.answered_at <= at <= until


def _is_named(case: Case, order: Order, at: datetime) -> bool:
    offer = case.offer
    if offer is None or case.store != order.store or offer.id != order.offer_id or case.recovery is not None:
        return False
    if offer.stage is OfferStage.ACCEPTED:
        return True
    open_then = offer.stage in (*PROMISED, OfferStage.EXPIRED)
    return open_then and offer.valid_until is not None and at < offer.valid_until


def still_offered(book: Book, owner: Customer | None, at: datetime) -> tuple[Case, ...]:
    """The customer's other cases with an offer, which their order closes unless it came before what was lost (L1)."""
    return tuple(
        case
        for case in _offered(book, owner)
        if (case.stage is Stage.HELD or (case.offer is not None and case.offer.stage in LIVE))
        and case.last_activity_at <= at
    )


def _offered(book: Book, owner: Customer | None) -> tuple[Case, ...]:
    if owner is None or not owner.offer_cases:
        return ()
    book.need(*((CASES, id) for id in owner.offer_cases))
    found = [case for id in owner.offer_cases if (case := book.case(id)) is not None]
    # Whom an administrator separated from the customer keeps their own.
    return tuple(
        case for case in found if (theirs := follow(book, case.customer_id)) and theirs.id == owner.id
    )
