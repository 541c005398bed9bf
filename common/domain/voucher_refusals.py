"""Whether a code may be used at a checkout; the first reason against it is what the shop is told."""

from datetime import datetime

from common.domain.book import Book
from common.domain.bounds import minor_in
from common.domain.customers import document_ids, follow
from common.domain.discounts import Checkout, discount_of, fits_currency
from common.domain.documents import Order
from common.domain.storefront import Person
from common.domain.triggers import VoucherCalled
from common.domain.vocabulary import OrderState, VoucherRefusal, VoucherState
from common.domain.voucher_policy import VoucherPolicy
from common.domain.vouchers import Incentive, Voucher, VoucherCode


def why_not(
    book: Book, call: VoucherCalled, known: VoucherCode, voucher: Voucher, order: Order
) -> VoucherRefusal | None:
    """The first reason against the code for this order and checkout; None = it may be used."""
    if order.state is OrderState.CANCELLED:
        return VoucherRefusal.ORDER_CANCELLED
    if order.redeemed_code not in (None, voucher.code):
        return VoucherRefusal.ORDER_HAS_VOUCHER
    if refusal := why_not_open(voucher, order, book.now):
        return refusal
    is_judged = is_held_by(voucher, order.order_id, book.now)
    if not is_judged and not _is_theirs(book, call.store, call.person, known):
        return VoucherRefusal.OTHER_CUSTOMER
    return _why_not_for(call.checkout, voucher.incentive, book.policy.vouchers) if call.checkout else None


def why_not_open(voucher: Voucher, order: Order, now: datetime) -> VoucherRefusal | None:
    """What stands against the code itself; what the order holds or has used is open for it."""
    if is_held_by(voucher, order.order_id, now):
        return None
    match voucher.state_at(now):
        case VoucherState.REDEEMED:
            return VoucherRefusal.ALREADY_REDEEMED
        case VoucherState.LOCKED:
            return VoucherRefusal.LOCKED
        case VoucherState.ISSUED | VoucherState.RELEASED | VoucherState.EXPIRED:
            is_open = voucher.is_open_for(order.order_id, moment_of(order, now))
            return None if is_open else VoucherRefusal.EXPIRED
        case VoucherState.REVOKED:
            return VoucherRefusal.REVOKED
        case VoucherState.RESERVED:
            return VoucherRefusal.UNKNOWN_CODE


def is_held_by(voucher: Voucher, order_id: str, now: datetime) -> bool:
    """Whether the order has locked or redeemed the code; whose it is was judged then."""
    if not order_id:
        return False
    match voucher.state_at(now):
        case VoucherState.REDEEMED:
            return voucher.order_id == order_id
        case VoucherState.LOCKED:
            return voucher.lock is not None and voucher.lock.order_id == order_id
        case _:
            return False


def moment_of(order: Order, now: datetime) -> datetime:
    """When the order was made, if it stands already; else now."""
    return order.placed_at if order.state is OrderState.PLACED and order.placed_at else now


def _is_theirs(book: Book, store: str, person: Person | None, known: VoucherCode) -> bool:
    """Bound codes are their customer's only, by any identifier that leads to that one person."""
    if book.policy.vouchers.binding == "bearer":
        return True
    holder = follow(book, known.customer_id)
    stated = [follow(book, id) for id in document_ids(store, person).values()]
    return holder is not None and any(one is not None and one.id == holder.id for one in stated)


def _why_not_for(checkout: Checkout, incentive: Incentive, rules: VoucherPolicy) -> VoucherRefusal | None:
    if not fits_currency(incentive, checkout.currency):
        return VoucherRefusal.CURRENCY_MISMATCH
    if checkout.total_minor < (minor_in(rules.min_total, checkout.currency) or 0):
        return VoucherRefusal.BELOW_MINIMUM
    discount = discount_of(incentive, checkout, rules.floor_percent)
    return VoucherRefusal.NOTHING_TO_DISCOUNT if discount.is_nothing else None
