"""A lost order that may become another one: an alternative is requested, once for each, and its input is kept."""

from dataclasses import replace as replaced
from datetime import datetime

from common.domain import ids
from common.domain.book import CASES, Book
from common.domain.bounds import minor_in
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.documents import MAX_OFFERS, Case, Customer, Order
from common.domain.holdout import is_held
from common.domain.offer_stages import cancelled, stand_in
from common.domain.offers import LIVE, PROMISED, Offer, Wanted, most_wanted
from common.domain.storefront import (
    ItemUnavailable,
    Line,
    OrderPaymentFailed,
    StorefrontEvent,
    VerificationFailed,
)
from common.domain.values import dataclass
from common.domain.vocabulary import CaseKind, OfferStage, OfferTrigger, Reason, SalesChannel, Stage

_OPEN = (Stage.ABANDONED, Stage.STIMULATED)
_KINDS = {
    OfferTrigger.VERIFICATION_FAILED: CaseKind.VERIFICATION,
    OfferTrigger.PAYMENT_FAILED: CaseKind.PAYMENT,
    OfferTrigger.OUT_OF_STOCK: CaseKind.STOCK,
    OfferTrigger.ABANDONED_CART: CaseKind.VALUE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loss:
    """An order, or an item of a cart, that came to nothing."""

    trigger: OfferTrigger
    line: Line
    """What was wanted most."""
    currency: str
    at: datetime
    due_at: datetime
    """When it counts as lost for good."""
    cart_id: str
    """Empty for an order without one."""
    order_id: str | None = None
    approved_minor: int | None = None
    channel: SalesChannel | None = None
    episode: int = 1
    stands_in_for: str | None = None
    """The case of the cart that sends nothing meanwhile."""

    @property
    def scope(self) -> str:
        """Within which the subject names one loss: an order is lost once, however it was."""
        return "order" if self.order_id else self.trigger.value

    @property
    def subject(self) -> str:
        """What was lost."""
        return f"order {self.order_id}" if self.order_id else f"cart {self.cart_id} {self.episode}"


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
    line = most_wanted(event.order.lines) or order.wanted or (most_wanted(cart.lines) if cart else None)
    currency = order.total.currency if order.total else (cart.currency if cart else None)
    if line is None or currency is None:
        return
    if approved is not None and approved.currency != currency:
        return  # nobody can say what of it is affordable
    cart = cart or _running_cart(book, customer, line, event.occurred_at)
    loss = _Loss(
        trigger=trigger,
        line=line,
        currency=currency,
        at=event.occurred_at,
        due_at=due_at,
        cart_id=order.cart_id or "",
        order_id=order.order_id,
        approved_minor=approved.minor if approved else None,
        channel=event.channel,
        stands_in_for=cart.id if cart else None,
    )
    case = _request(book, customer, loss)
    if case is not None and trigger is OfferTrigger.VERIFICATION_FAILED:
        stand_in(book, case)  # for good: nobody is reminded of what they may not have


def _running_cart(book: Book, customer: Customer, line: Line, at: datetime) -> Case | None:
    """The abandoned cart that an order without a cart's id came from: the customer's, with that item in it."""
    cart = book.case(customer.open_case_id) if customer.open_case_id else None
    if cart is None or cart.last_activity_at > at:
        return None
    return cart if any(one.sku == line.sku for one in cart.lines) else None


def called_off(book: Book, order: Order) -> None:
    """Whoever cancels after a failed payment, before it counts as lost, wants nothing more."""
    case = book.case(ids.offer_case_id(order.store, "order", f"order {order.order_id}"))
    if case is not None and case.offer is not None and case.offer.stage is OfferStage.REQUESTED:
        settle(book, cancelled(book, case, Reason.ORDER_CANCELLED))


def after_item(book: Book, event: ItemUnavailable, cart: Case, customer: Customer | None) -> None:
    """An item of somebody's cart sold out at the checkout."""
    line = next((line for line in cart.lines if line.sku == event.sku), None)
    if not book.policy.pricing.triggers.out_of_stock or customer is None or line is None:
        return
    loss = _Loss(
        trigger=OfferTrigger.OUT_OF_STOCK,
        line=line,
        currency=cart.currency or "",
        at=event.occurred_at,
        due_at=event.occurred_at,
        cart_id=cart.cart_id,
        channel=event.channel or cart.channel,
        episode=cart.episode,
    )
    _request(book, customer, loss)


def instead_of_voucher(book: Book, cart: Case, customer: Customer) -> Case | None:
    """The case of an alternative to a dear cart's dearest item, requested now; None = a voucher as usual."""
    most = minor_in(book.policy.pricing.triggers.abandoned_cart_over, cart.currency or "")
    line = most_wanted(line for line in cart.lines if line.available)
    if most is None or cart.total_minor <= most or line is None or cart.voucher is not None or cart.steps:
        return None
    loss = _Loss(
        trigger=OfferTrigger.ABANDONED_CART,
        line=line,
        currency=cart.currency or "",
        at=book.now,
        due_at=book.now,
        cart_id=cart.cart_id,
        channel=cart.channel,
        episode=cart.episode,
        stands_in_for=cart.id,
    )
    return _request(book, customer, loss)


def _request(book: Book, customer: Customer, loss: _Loss) -> Case | None:
    """The new case; None if nothing is requested, or was before: one offer for each lost order (L20)."""
    recovery = book.policy.recovery
    id = ids.offer_case_id(customer.store, loss.scope, loss.subject)
    book.need((CASES, id))
    if not recovery.enabled or (recovery.activated_at is not None and loss.at < recovery.activated_at):
        return None
    status, known = book.catalogue_status(customer.store), book.case(id)
    if status is None or not status.begun or (known is not None and not _came_to_nothing(known)):
        return None  # without a catalogue there is nothing to offer
    if (other := _live_of_cart(book, customer, loss)) is not None:
        # One live offer for what was lost, whichever of it was heard of first.
        if loss.trigger is not OfferTrigger.ABANDONED_CART or other.stands_in_for not in (
            None,
            loss.stands_in_for,
        ):
            return None
        other = replace(other, stands_in_for=loss.stands_in_for)
        book.put(other)
        return other
    case = _case(id, customer, loss)
    if known is not None:  # what it has applied must not count again
        case = replace(case, inbox=known.inbox, timeline=known.timeline)
    others = tuple(one for one in customer.offer_cases if one != id)
    book.put(replace(customer, offer_cases=(*others, id)[-MAX_OFFERS:]))
    if is_held(customer, book.policy):
        announce(book, case, "case.held", reason=Reason.HOLDOUT.value)
        case = replace(noted(book, case, "held", Reason.HOLDOUT), stage=Stage.HELD, announced=True)
        settle(book, case)
        return None
    offer = Offer(
        id=ids.offer_id(id, 1),
        trigger=loss.trigger,
        wanted=_wanted(loss.line),
        currency=loss.currency,
        requested_at=loss.at,
        stage_at=loss.at,
        approved_minor=loss.approved_minor,
    )
    return settle(book, replace(noted(book, case, "alternative requested", actor="shop"), offer=offer))


def _live_of_cart(book: Book, customer: Customer, loss: _Loss) -> Case | None:
    """The customer's case whose offer for the same cart may still be accepted, or was."""
    known = customer.offer_cases if loss.cart_id else ()
    book.need(*((CASES, id) for id in known))
    for id in known:
        case = book.case(id)
        if case is not None and case.offer is not None and case.cart_id == loss.cart_id:
            stage = case.offer.state_at(book.now)
            if stage in PROMISED or (case.stage in _OPEN and stage in (*LIVE, OfferStage.ACCEPTED)):
                return case
    return None


def _came_to_nothing(case: Case) -> bool:
    """Whether nobody ever heard of the offer: the payment went through after all. The order can be lost again."""
    return case.offer is not None and case.offer.stage is OfferStage.CANCELLED and not case.announced


def _case(id: str, customer: Customer, loss: _Loss) -> Case:
    return Case(
        id=id,
        store=customer.store,
        cart_id=loss.cart_id,
        kind=_KINDS[loss.trigger],
        lost_order_id=loss.order_id,
        opened_at=loss.at,
        last_activity_at=loss.at,
        abandoned_at=loss.at,
        stage=Stage.ABANDONED,
        customer_id=customer.id,
        channel=loss.channel,
        currency=loss.currency,
        total_minor=max(1, loss.line.quantity) * loss.line.unit_price_minor,
        lines=(replaced(loss.line, available=True),),  # sold out or not, it is what the message is about
        line_count=1,
        held_until=loss.due_at if loss.due_at > loss.at else None,
        stands_in_for=loss.stands_in_for,
    )


def _wanted(line: Line) -> Wanted:
    return Wanted(
        sku=line.sku,
        name=line.name,
        quantity=max(1, line.quantity),
        unit_price_minor=line.unit_price_minor,
        url=line.url,
        image_url=line.image_url,
    )
