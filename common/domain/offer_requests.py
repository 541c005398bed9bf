"""A lost order that may become another one: an alternative is requested, once for each, and its input is kept."""

from collections.abc import Iterable
from dataclasses import replace as replaced
from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.bounds import minor_in
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.documents import MAX_OFFERS, Case, Customer, Order
from common.domain.holdout import is_held
from common.domain.offers import Offer, Wanted
from common.domain.storefront import (
    ItemUnavailable,
    Line,
    OrderPaymentFailed,
    StorefrontEvent,
    VerificationFailed,
)
from common.domain.vocabulary import CaseKind, OfferTrigger, Reason, SalesChannel, Stage

_KINDS = {
    OfferTrigger.VERIFICATION_FAILED: CaseKind.VERIFICATION,
    OfferTrigger.PAYMENT_FAILED: CaseKind.PAYMENT,
    OfferTrigger.OUT_OF_STOCK: CaseKind.STOCK,
    OfferTrigger.ABANDONED_CART: CaseKind.VALUE,
}


def after_order(book: Book, event: StorefrontEvent, order: Order, customer: Customer | None) -> None:
    """An order came to nothing: request an alternative to the dearest item in it, if policy wants one."""
    triggers = book.policy.pricing.triggers
    match event:
        case VerificationFailed() if triggers.verification_failed:
            trigger, due_at = OfferTrigger.VERIFICATION_FAILED, event.occurred_at
            approved = event.approved
        case OrderPaymentFailed(order=facts) if triggers.payment_failed and facts.final is not False:
            trigger, approved = OfferTrigger.PAYMENT_FAILED, None
            # Unless it is said to be final, there is time for another try first.
            due_at = event.occurred_at + (book.policy.pricing.payment_grace * (not facts.final))
        case _:
            return
    if customer is None or order.offer_id is not None or order.made_by_shop:
        return
    cart = book.case(ids.case_id(order.store, order.cart_id)) if order.cart_id else None
    line = _dearest(event.order.lines or (cart.lines if cart else ()))
    currency = order.total.currency if order.total else (cart.currency if cart else None)
    if line is None or currency is None:
        return
    if approved is not None and approved.currency != currency:
        return  # nobody can say what of it is affordable
    _request(
        book,
        customer,
        trigger,
        line,
        currency,
        event.occurred_at,
        due_at=due_at,
        cart_id=order.cart_id or "",
        order_id=order.order_id,
        approved_minor=approved.minor if approved else None,
        channel=event.channel,
        stands_in_for=cart.id if cart and trigger is OfferTrigger.PAYMENT_FAILED else None,
    )


def after_item(book: Book, event: ItemUnavailable, cart: Case, customer: Customer | None) -> None:
    """An item of somebody's cart sold out at the checkout."""
    line = next((line for line in cart.lines if line.sku == event.sku), None)
    if not book.policy.pricing.triggers.out_of_stock or customer is None or line is None:
        return
    _request(
        book,
        customer,
        OfferTrigger.OUT_OF_STOCK,
        line,
        cart.currency or "",
        event.occurred_at,
        due_at=event.occurred_at,
        cart_id=cart.cart_id,
        channel=event.channel or cart.channel,
        episode=cart.episode,
    )


def instead_of_voucher(book: Book, cart: Case, customer: Customer) -> Case | None:
    """The case of an alternative to a dear cart's dearest item, requested now; None = a voucher as usual."""
    most = minor_in(book.policy.pricing.triggers.abandoned_cart_over, cart.currency or "")
    line = _dearest(tuple(line for line in cart.lines if line.available))
    if most is None or cart.total_minor <= most or line is None or cart.voucher is not None or cart.steps:
        return None
    return _request(
        book,
        customer,
        OfferTrigger.ABANDONED_CART,
        line,
        cart.currency or "",
        book.now,
        due_at=book.now,
        cart_id=cart.cart_id,
        channel=cart.channel,
        episode=cart.episode,
        stands_in_for=cart.id,
    )


def _dearest(lines: Iterable[Line]) -> Line | None:
    """What the customer wanted most, by its price; of two at one price the first."""
    return max((line for line in lines if line.unit_price_minor > 0), key=_price, default=None)


def _price(line: Line) -> int:
    return line.unit_price_minor


def _request(
    book: Book,
    customer: Customer,
    trigger: OfferTrigger,
    line: Line,
    currency: str,
    at: datetime,
    *,
    due_at: datetime,
    cart_id: str,
    order_id: str | None = None,
    approved_minor: int | None = None,
    channel: SalesChannel | None = None,
    episode: int = 1,
    stands_in_for: str | None = None,
) -> Case | None:
    """The new case; None if nothing is requested, or was before: one offer for each lost order (L20)."""
    recovery = book.policy.recovery
    subject = f"order {order_id}" if order_id else f"cart {cart_id} {episode}"
    id = ids.offer_case_id(customer.store, trigger if not order_id else "order", subject)
    book.need((CASES, id))
    if not recovery.enabled or (recovery.activated_at is not None and at < recovery.activated_at):
        return None
    status = book.catalogue_status(customer.store)
    if status is None or not status.begun or book.case(id) is not None:
        return None  # without a catalogue there is nothing to offer
    wanted = Wanted(
        sku=line.sku,
        name=line.name,
        quantity=max(1, line.quantity),
        unit_price_minor=line.unit_price_minor,
        url=line.url,
        image_url=line.image_url,
    )
    case = Case(
        id=id,
        store=customer.store,
        cart_id=cart_id,
        kind=_KINDS[trigger],
        lost_order_id=order_id,
        opened_at=at,
        last_activity_at=at,
        abandoned_at=at,
        stage=Stage.ABANDONED,
        customer_id=customer.id,
        channel=channel,
        currency=currency,
        total_minor=wanted.quantity * wanted.unit_price_minor,
        lines=(replaced(line, available=True),),  # sold out or not, it is what the message is about
        line_count=1,
        held_until=due_at if due_at > at else None,
        stands_in_for=stands_in_for,
    )
    known = tuple(one for one in customer.offer_cases if one != id)
    book.put(replace(customer, offer_cases=(*known, id)[-MAX_OFFERS:]))
    if is_held(customer, book.policy):
        announce(book, case, "case.held", reason=Reason.HOLDOUT.value)
        case = replace(noted(book, case, "held", Reason.HOLDOUT), stage=Stage.HELD, announced=True)
        settle(book, case)
        return None
    offer = Offer(
        id=ids.offer_id(id, 1),
        trigger=trigger,
        wanted=wanted,
        currency=currency,
        requested_at=at,
        stage_at=at,
        approved_minor=approved_minor,
    )
    return settle(book, replace(noted(book, case, "alternative requested", actor="shop"), offer=offer))
