"""decide(documents, trigger, policy, now): the whole engine on one page. Pure; each rule is behind a name in here."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from common.domain import ids, inbox, offer_pricing, offer_requests
from common.domain.book import Book, Decision, Document, Place
from common.domain.cart_worth import worth_answered
from common.domain.carts import changed, current_case, updated, visited, without_item
from common.domain.casework import armed, conclude, remember, repeat, settle
from common.domain.changing import replace
from common.domain.closing import called_off
from common.domain.customers import follow, identify
from common.domain.documents import Case, Order, Return
from common.domain.histories import with_returns
from common.domain.lapses import flag_lapsed
from common.domain.looks import looked, message_answered
from common.domain.offer_calls import offer_approved, offer_called, offer_told
from common.domain.optouts import opted_out
from common.domain.orders import codes_with, placed, with_facts
from common.domain.policy import Policy
from common.domain.refunds import with_return
from common.domain.reversals import undone
from common.domain.separation import separate
from common.domain.storefront import (
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    ItemUnavailable,
    OfferAccepted,
    OfferDeclined,
    OfferViewed,
    OrderCancelled,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
    StoreLeft,
    VerificationFailed,
    VoucherRedeemed,
    VoucherWithdrawn,
)
from common.domain.triggers import (
    AlternativesFound,
    CartEvent,
    CustomersSeparated,
    Look,
    MessageAnswered,
    OfferApproved,
    OfferCalled,
    OptedOut,
    PriceAnswered,
    ReturnedFlagLapsed,
    Trigger,
    VoucherCalled,
    WorthAnswered,
)
from common.domain.vocabulary import OrderState, Reason
from common.domain.voucher_calls import voucher_called
from common.domain.withdrawals import store_left, withdrawn


def decide(  # noqa: C901 - the table of everything there is to decide on
    loaded: Mapping[Place, Document | None], trigger: Trigger, policy: Policy, now: datetime
) -> Decision:
    """What follows from the trigger. Raises NotLoaded if that can't be said without further documents."""
    book = Book(loaded, policy, now, message_id(trigger))
    match trigger:
        case CartUpdated() | CartItemsChanged() | CartVisited() | ItemUnavailable():
            return _on_cart(book, trigger)
        case OrderPlaced():
            return _on_order(book, trigger)
        case OrderPaymentFailed() | OrderCancelled() | VerificationFailed():
            return _on_order_undone(book, trigger)
        case OrderReturned():
            return _on_return(book, trigger)
        case VoucherRedeemed():
            return _on_redemption(book, trigger)
        case VoucherWithdrawn():
            return _on_withdrawal(book, trigger)
        case StoreLeft():
            store_left(book, trigger.store)
            return conclude(book, "store_left")
        case CustomerUpdated():
            identify(book, trigger.store, trigger.person, trigger.occurred_at)
            return conclude(book, "customer_updated")
        case CustomersSeparated():
            return conclude(book, separate(book, trigger))
        case Look():
            return looked(book, trigger)
        case MessageAnswered():
            return message_answered(book, trigger)
        case VoucherCalled():
            return voucher_called(book, trigger)
        case OptedOut():
            return opted_out(book, trigger)
        case OfferViewed() | OfferAccepted() | OfferDeclined():
            return offer_told(book, trigger)
        case OfferCalled():
            return offer_called(book, trigger)
        case OfferApproved():
            return offer_approved(book, trigger)
        case AlternativesFound():
            return offer_pricing.alternatives_found(book, trigger)
        case WorthAnswered():
            return worth_answered(book, trigger)
        case PriceAnswered():
            return offer_pricing.price_answered(book, trigger)
        case ReturnedFlagLapsed():
            return _on_flag_lapsed(book, trigger)
        case _:
            assert_never(trigger)


def message_id(trigger: Trigger) -> str:
    """What the trigger is remembered by: unique within a store for its events, everywhere for the rest."""
    return f"{trigger.source}:{trigger.id}" if isinstance(trigger, StorefrontEvent) else trigger.id


def _applied(book: Book, document: Case | Order | None, event: StorefrontEvent) -> Decision | None:
    """The decision on an event that came before: repeat what it owed; or say that its id was used twice."""
    entry = inbox.find(document.inbox, book.message_id) if document else None
    if entry is None:
        return None
    return repeat(entry) if entry.digest == event.digest else Decision("id_reused")


def _on_cart(book: Book, event: CartEvent) -> Decision:
    cart_id = event.cart.id if isinstance(event, CartUpdated) else event.cart_id
    before = current_case(book, event.store, cart_id)
    if applied := _applied(book, before, event):
        return applied
    customer = identify(book, event.store, event.person, event.occurred_at, in_passing=True)
    before = before and book.case(before.id)  # as a merge of two people left it
    case: Case | None
    match event:
        case CartUpdated():
            case = updated(book, before, event, customer)
        case CartItemsChanged():
            case = changed(book, before, event, customer)
        case CartVisited():
            case = visited(book, before, event, customer)
        case ItemUnavailable():
            case = without_item(before, event)
    if case is None:
        return conclude(book, "nobodys_cart")
    if isinstance(event, ItemUnavailable):
        offer_requests.after_item(book, event, case, customer or follow(book, case.customer_id))
    # Remembered even if it says nothing new: told again later, in another state of the case, it still must not.
    remember(book, armed(book, case), event)
    return conclude(book, "cart_seen")


def _order_of(book: Book, event: StorefrontEvent, order_id: str) -> Order:
    id = ids.order_id(event.store, order_id)
    return book.order(id) or Order(id=id, store=event.store, order_id=order_id)


def _on_order(book: Book, event: OrderPlaced) -> Decision:
    order, at = _order_of(book, event, event.order.id), event.occurred_at
    if applied := _applied(book, order, event):
        return applied
    customer = identify(book, event.store, event.person, at)
    order = with_facts(order, event.order, customer, at)
    if order.state is OrderState.CANCELLED or not _is_newer_than_failure(order, event):
        remember(book, order, event)
        return conclude(book, "order_undone_before")
    revived = order.state is OrderState.FAILED
    placed_at = at if revived or order.placed_at is None else min(order.placed_at, at)
    state_at = max(order.state_at or at, at)
    order = replace(order, state=OrderState.PLACED, placed_at=placed_at, state_at=state_at)
    order = placed(book, order, event.order, customer, placed_at)
    remember(book, order, event)
    return conclude(book, "order_placed")


def _is_newer_than_failure(order: Order, event: OrderPlaced) -> bool:
    """An order placed or paid after its payment had failed stands again; of the same moment the payment wins."""
    if order.state is not OrderState.FAILED or order.state_at is None:
        return True
    at = event.occurred_at
    return at > order.state_at or (at == order.state_at and isinstance(event, OrderPaid))


def _on_order_undone(book: Book, event: OrderPaymentFailed | OrderCancelled | VerificationFailed) -> Decision:
    order, at = _order_of(book, event, event.order.id), event.occurred_at
    if applied := _applied(book, order, event):
        return applied
    customer = identify(book, event.store, event.person, at)
    order = with_facts(order, event.order, customer, at, undone=True)
    reason = _why_undone(event)
    state = OrderState.CANCELLED if reason is Reason.ORDER_CANCELLED else OrderState.FAILED
    overtaken = order.state_at is not None and at < order.state_at and state is OrderState.FAILED
    if order.state is OrderState.CANCELLED and isinstance(event, VerificationFailed):
        offer_requests.after_order(
            book, event, order, follow(book, order.customer_id)
        )  # why it was cancelled
    elif order.state is not OrderState.CANCELLED and not overtaken:
        if order.state is not OrderState.FAILED or order.redeemed_code is not None:
            for other in undone(book, order, reason, at):
                book.put(placed(book, other, None, None, other.placed_at or at))
        if _never_stood(order, reason):
            called_off(book, order, event.order, customer, reason, at)
        if order.state is OrderState.FAILED and state is OrderState.CANCELLED:
            offer_requests.called_off(book, order)
        state_at = max(order.state_at or at, at)
        order = replace(order, state=state, state_at=state_at, case_id=None, redeemed_code=None)
        offer_requests.after_order(book, event, order, follow(book, order.customer_id))
    remember(book, order, event)
    return conclude(book, reason.value)


def _never_stood(order: Order, reason: Reason) -> bool:
    """Whether its cart has to be closed now: no placing did. A failed payment leaves it open, to be recovered."""
    if reason is Reason.VERIFICATION_FAILED:
        return order.state is not OrderState.PLACED
    return reason is Reason.ORDER_CANCELLED and order.state is None


def _why_undone(event: OrderPaymentFailed | OrderCancelled | VerificationFailed) -> Reason:
    match event:
        case OrderCancelled():
            return Reason.ORDER_CANCELLED
        case VerificationFailed():
            return Reason.VERIFICATION_FAILED
        case OrderPaymentFailed():
            return Reason.PAYMENT_FAILED


def _on_return(book: Book, event: OrderReturned) -> Decision:
    order = _order_of(book, event, event.order_id)
    if applied := _applied(book, order, event):
        return applied
    customer = identify(book, event.store, event.person, event.occurred_at) or follow(book, order.customer_id)
    returned = Return(event.return_id, event.occurred_at)
    order = with_return(book, order, returned, event.total)
    if customer is not None:
        book.put(with_returns(customer, (returned,), book.policy, book.now))
        order = replace(order, customer_id=order.customer_id or customer.id)
    remember(book, order, event)
    return conclude(book, "goods_returned")


def _on_redemption(book: Book, event: VoucherRedeemed) -> Decision:
    order = _order_of(book, event, event.order_id)
    if applied := _applied(book, order, event):
        return applied
    customer = identify(book, event.store, event.person, event.occurred_at)
    order = replace(order, codes=codes_with(order, (event.code,), event.occurred_at))
    if order.state in (None, OrderState.PLACED):
        order = placed(book, order, None, customer, order.placed_at or event.occurred_at)
    remember(book, order, event)
    return conclude(book, "voucher_redeemed")


def _on_withdrawal(book: Book, event: VoucherWithdrawn) -> Decision:
    known = book.voucher_code(event.store, event.code)
    case = book.case(known.case_id) if known else None
    if applied := _applied(book, case, event):
        return applied
    if case is None:
        return conclude(book, "nobodys_voucher")
    remember(book, settle(book, withdrawn(book, case, event.code)), event)
    return conclude(book, "voucher_withdrawn")


def _on_flag_lapsed(book: Book, trigger: ReturnedFlagLapsed) -> Decision:
    customer = book.customer(trigger.customer_id)
    if customer is not None:
        book.put(flag_lapsed(customer, book.now))
    return conclude(book, "flag_lapsed")
