"""A failed payment or a cancelled order gives back what the order had counted for (L26, L45)."""

from datetime import datetime

from common.domain import ids
from common.domain.abandonment import ordered_elsewhere, suppressed
from common.domain.book import CASES, ORDERS, VOUCHER_CODES, Book
from common.domain.carts import current_case
from common.domain.casework import announce, noted, settle
from common.domain.changing import replace
from common.domain.customers import follow
from common.domain.documents import Case, OpenVoucher, Order
from common.domain.gates import purchase_instead
from common.domain.histories import without_purchase
from common.domain.offer_stages import at_stage
from common.domain.refunds import count_refunds
from common.domain.timing import pending_step
from common.domain.vocabulary import OfferStage, OrderState, Reason, Stage, VoucherState

_IN_SEQUENCE = (Stage.ABANDONED, Stage.STIMULATED)
_WATCHED = (*_IN_SEQUENCE, Stage.HELD)


def undone(book: Book, order: Order, reason: Reason, at: datetime) -> tuple[Order, ...]:
    """Give back what the order had counted for: revenue, voucher, cap, and the customer's place in the queue (L26).

    Returns the orders that stand in its place, such as the second try of a payment: they are to be counted anew (L45).
    """
    places = [(CASES, order.case_id)] if order.case_id else []
    codes = [(VOUCHER_CODES, ids.voucher_id(order.store, order.redeemed_code))] if order.redeemed_code else []
    book.need(*places, *codes)
    owner = follow(book, order.customer_id)
    if owner is not None:
        book.put(without_purchase(owner, order.order_id))
    cart_case = current_case(book, order.store, order.cart_id) if order.cart_id else None
    counted = book.case(order.case_id) if order.case_id else None
    instead = [
        _reversed(book, case, order, reason, at)
        for case in {case.id: case for case in (counted, cart_case) if case}.values()
        if case.order_id == order.order_id
    ]
    if order.redeemed_code:
        release(book, order, reason)
    book.need(*((ORDERS, ids.order_id(order.store, id)) for id in instead if id))
    known = [book.order(ids.order_id(order.store, id)) for id in instead if id]
    return tuple(other for other in known if other is not None and other.state is OrderState.PLACED)


def _reversed(book: Book, case: Case, order: Order, reason: Reason, at: datetime) -> str | None:
    """A recovered case is none any more. Whoever could not pay may still be reminded; whoever cancelled may not, nor
    may whoever did not pass a verification.

    Neither may whoever has bought otherwise; returns that order's id if the case was recovered.
    """
    was_recovered, final = case.recovery is not None, reason is not Reason.PAYMENT_FAILED
    if case.recovery is not None:
        count_refunds(book, order, given_back=False)
        announce(
            book,
            case,
            "case.reversed",
            subject=order.order_id,
            order_id=order.order_id,
            reason=reason.value,
            revenue=case.recovery.revenue.major,
            discount=case.recovery.discount.major,
            currency=case.recovery.revenue.currency,
        )
    elif final:
        return None
    case = replace(noted(book, case, "reversed", reason), recovery=None)
    if case.offer is not None and case.offer.stage is OfferStage.ORDERED:
        case = at_stage(book, case, OfferStage.ACCEPTED, "offer open again", order_id=None)
    customer = follow(book, case.customer_id)
    if customer is not None and purchase_instead(case, customer, book.policy) is not None:
        case = settle(book, ordered_elsewhere(book, case, customer))
        return case.order_id if was_recovered else None
    stage = case.stage_before_order or (Stage.OPEN if case.lines else Stage.ORDERED)
    quiet_at = at + book.policy.recovery.abandon_after
    case = replace(
        case,
        stage=stage,
        stage_before_order=None,
        order_id=None,
        ordered_at=None,
        cleared=False,
        last_activity_at=max(case.last_activity_at, at) if stage is Stage.OPEN else case.last_activity_at,
        held_until=max(case.held_until or quiet_at, quiet_at),  # they may be trying again
        stopped=reason.value.replace("_", " ") if final else case.stopped,
    )
    if stage in _IN_SEQUENCE and not case.lines and not final:
        case = suppressed(book, case, Reason.CART_EMPTY)  # emptied since the order (L9)
    settle(book, _back_in_the_queue(book, case))
    return None


def _back_in_the_queue(book: Book, case: Case) -> Case:
    """One open case per customer: it is this one again, unless the customer's newer cart is being recovered (L11)."""
    customer = follow(book, case.customer_id)
    if customer is None or case.stage not in _WATCHED or case.stopped:
        return case
    newer = book.case(customer.open_case_id) if customer.open_case_id else None
    if newer is not None and newer.id != case.id and pending_step(newer, book.policy) is not None:
        return replace(case, superseded_by=newer.id)
    book.put(replace(customer, open_case_id=case.id))
    return case


def release(book: Book, order: Order, reason: Reason) -> None:
    """The voucher that the order redeemed is open again (L26)."""
    code = order.redeemed_code or ""
    known = book.voucher_code(order.store, code)
    case = book.case(known.case_id) if known else None
    if known is None or case is None or case.voucher is None or case.voucher.order_id != order.order_id:
        return
    announce(book, case, "voucher.released", subject=order.order_id, code=code, reason=reason.value)
    voucher = replace(case.voucher, state=VoucherState.RELEASED, order_id=None, redeemed_at=None)
    settle(book, replace(noted(book, case, "voucher released", reason), voucher=voucher))
    customer = follow(book, known.customer_id)
    if customer is None:
        return
    stuck = tuple(one for one in customer.redemptions if (one.code, one.order_id) != (code, order.order_id))
    book.put(
        replace(customer, redemptions=stuck, open_voucher=customer.open_voucher or _promise(case, book.now))
    )


def _promise(case: Case, now: datetime) -> OpenVoucher | None:
    """The voucher as the customer holds it again, while it is valid."""
    voucher = case.voucher
    if voucher is None or voucher.valid_until is None or now >= voucher.valid_until:
        return None
    return OpenVoucher(
        code=voucher.code, case_id=case.id, incentive=voucher.incentive, valid_until=voucher.valid_until
    )
