"""Which order takes an offer up, and which offers an order makes pointless."""

from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.customers import follow
from common.domain.documents import Case, Customer, Order
from common.domain.offers import LIVE, PROMISED
from common.domain.refunds import is_counted
from common.domain.vocabulary import OfferStage, Stage


def taken_up(book: Book, order: Order, owner: Customer | None, at: datetime) -> Case | None:
    """The case whose offer the order completes: the one that it names, else what its customer has accepted.

    An order that names an offer accepts it as well, while the offer is open.
    """
    if order.made_by_shop and order.offer_id is None:
        return None
    if is_counted(book, order):
        return None
    if order.offer_id is not None:
        case = book.case(ids.case_of_offer(order.offer_id))
        return case if case is not None and _is_named(case, order, at) else None
    for case in reversed(_offered(book, owner)):
        offer = case.offer
        if (
            offer is not None
            and offer.stage is OfferStage.ACCEPTED
            and offer.answered_at is not None
            and offer.answered_at <= at <= offer.answered_at + book.policy.recovery.attribution
            and order.order_id != case.lost_order_id
        ):
            return case
    return None


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
