"""Cases that end because their customer bought: nothing is sent for them any more (L1)."""

from collections.abc import Iterable
from datetime import datetime

from common.domain import ids
from common.domain.book import Book
from common.domain.carts import case_at
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import MAX_HISTORY, Case, Customer, Order
from common.domain.offer_stages import cancelled
from common.domain.storefront import OrderFacts
from common.domain.timing import sent_before
from common.domain.vocabulary import OfferStage, Reason, Stage

_CLOSED = (Stage.RECOVERED, Stage.ORDERED, Stage.LOST)
_NOT_TOLD = (OfferStage.REQUESTED, OfferStage.PRICING, OfferStage.READY)


def close(
    book: Book,
    order: Order,
    facts: OrderFacts | None,
    owner: Customer | None,
    cases: Iterable[Case | None],
    at: datetime,
    *,
    won: Case | None = None,
    failed: bool = False,
) -> Order:
    """The order, once the given cases and its customer's running one are closed, if they are open at all.

    One that `failed` closes the given ones only, without a word, as nothing was bought. `won` stays as it is: it is
    recovered, or (known by its redemption only) waits for the order's own event and money.
    """
    running = _running(book, owner, at) if not failed else None
    for id in dict.fromkeys(case.id for case in (*cases, running) if case):
        case = book.case(id)
        if case is not None and case.stage not in _CLOSED and (won is None or id != won.id):
            told = case.announced and not failed and not _is_told_of(case, owner)
            _ordered(book, case, order, facts, at, told=told)
            order = replace(order, case_id=order.case_id or case.id)
    if order.cart_id and case_at(book, order.store, order.cart_id, at) is None:
        case = _overtaken(order, facts, owner, at)
        book.put(case)
        order = replace(order, case_id=order.case_id or case.id)
    return order


def called_off(
    book: Book, order: Order, facts: OrderFacts, customer: Customer | None, reason: Reason, at: datetime
) -> None:
    """An order that is cancelled before we heard of it: it was placed all the same, so its cart is not lost (L13).

    Where a message had gone before, the order would have been recovered, and then reversed: the case is watched on,
    and nothing more is sent. Whoever fails a verification has bought nothing, but their cart is no lost order either.
    """
    case = case_at(book, order.store, order.cart_id, at)
    owner = customer or follow(book, case.customer_id if case else None)
    failed = reason is Reason.VERIFICATION_FAILED
    if not failed and case is not None and sent_before(case, at, book.policy.recovery.attribution):
        settle(book, replace(noted(book, case, "order cancelled"), stopped=case.stopped or "order cancelled"))
        return
    close(book, order, facts, owner, (case,), at, failed=failed)


def _is_told_of(case: Case, owner: Customer | None) -> bool:
    """Whether an alternative stands in for the cart: what becomes of both is told of that one."""
    return owner is not None and case.superseded_by in owner.offer_cases


def no_longer_open(book: Book, case: Case) -> None:
    """The customer's place for an open case is free again."""
    customer = follow(book, case.customer_id)
    if customer is not None and customer.open_case_id == case.id:
        book.put(replace(customer, open_case_id=None))


def _running(book: Book, owner: Customer | None, at: datetime) -> Case | None:
    """The owner's open case, unless they came back to it after the order or it is another person's by now."""
    case = book.case(owner.open_case_id) if owner and owner.open_case_id else None
    if case is None or case.last_activity_at > at:
        return None
    theirs = follow(book, case.customer_id)
    return case if owner and theirs and theirs.id == owner.id else None


def _ordered(
    book: Book, case: Case, order: Order, facts: OrderFacts | None, at: datetime, *, told: bool
) -> None:
    if told:
        announce(book, case, "case.ordered", subject=order.order_id, order_id=order.order_id)
    case = replace(
        noted(book, case, "ordered"),
        stage=Stage.ORDERED,
        stage_before_order=case.stage,
        ordered_at=at,
        order_id=order.order_id,
        ordered_skus=facts.skus[:MAX_HISTORY] if facts else (),
        cleared=False,
    )
    if case.offer is not None and case.offer.stage in _NOT_TOLD:
        case = cancelled(book, case, Reason.ALREADY_ORDERED)
    settle(book, case)
    no_longer_open(book, case)


def _overtaken(order: Order, facts: OrderFacts | None, owner: Customer | None, at: datetime) -> Case:
    """The order overtook its cart's events: they must find the cart bought (L13)."""
    cart_id = order.cart_id or ""
    return Case(
        id=ids.case_id(order.store, cart_id),
        store=order.store,
        cart_id=cart_id,
        opened_at=at,
        last_activity_at=at,
        customer_id=owner.id if owner else None,
        stage=Stage.ORDERED,
        ordered_at=at,
        order_id=order.order_id,
        ordered_skus=facts.skus[:MAX_HISTORY] if facts else (),
    )
