"""Segment's order events. A completed order is placed; it counts as paid where a payment status says so."""

from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    Line,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
)
from functions.ingest_event import reading
from functions.ingest_event.sources.segment import calls
from functions.ingest_event.sources.segment.calls import Call
from functions.ingest_event.sources.segment.commerce import PRODUCTS, SPELLING, Reader, Told, currency_of
from functions.ingest_event.sources.segment.people import is_named, person_of
from functions.ingest_event.tracked_items import (
    Goods,
    Item,
    any_priced,
    codes_in,
    goods_of,
    lines_of,
    readable_items,
    skus_of,
    sum_of,
)
from functions.ingest_event.tracking import minor_of, optional_minor
from functions.ingest_event.visitors import known_cart_id, plain

TOTALS = ("total", "order_total", "orderTotal", "grand_total", "grandTotal", "total_price", "value")
_IDS = (
    *("order_id", "orderId", "order_number", "orderNumber"),
    *("transaction_id", "transactionId", "purchase_id", "id"),
)
_CODES = ("coupon", "coupon_code", "couponCode", "discount_code", "discountCode", "coupons", "discount_codes")
_PAYMENT = {
    **dict.fromkeys(("paid", "captured", "settled", "succeeded", "success", "completed"), OrderPaid),
    **dict.fromkeys(("failed", "declined", "error"), OrderPaymentFailed),
}
_STATUS: dict[str, type[StorefrontEvent]] = {
    **_PAYMENT,
    **dict.fromkeys(("cancelled", "canceled", "voided", "expired"), OrderCancelled),
    **dict.fromkeys(("refunded", "returned"), OrderReturned),
}


def read_order(call: Call) -> OrderFacts:
    """The order that the properties state. Raises Refused."""
    items = readable_items(call.facts, call.notes, *PRODUCTS)
    cart_id = known_cart_id(call.facts, call.visitor, calls.VISITOR[0])
    order_id = _order_id(call, cart_id)
    total, discount_minor, lines = _money(call, items)
    return OrderFacts(
        id=order_id,
        cart_id=cart_id,
        total=total,
        discount_minor=discount_minor,
        voucher_codes=codes_in(call.facts, items, *_CODES),
        skus=skus_of(items, SPELLING),
        lines=lines,
    )


def _order_id(call: Call, cart_id: str | None) -> str:
    """The order's own id. A new order without one still ends somebody's cart, so it goes by its call's id (L1)."""
    stated = call.facts.first(*_IDS)
    if stated is not None:
        return reading.read_id(stated.value, stated.field)
    field = f"{call.facts.prefix}order_id"
    whose = cart_id is not None or is_named(person_of(call))
    if not whose or plain(call.topic) not in _PLACED:
        raise Refused("field_missing", f"{field} is missing; send the order's id.", field)
    call.notes.append(f"{field} is missing, so the order goes by the call's id; send the order's id.")
    return f"call:{call.id}"[: reading.MAX_ID]


def _money(call: Call, items: tuple[Item, ...]) -> tuple[Money | None, int, tuple[Line, ...]]:
    """The total, None where no amount is stated at all, the discount in minor units, and the lines. Raises Refused."""
    if call.facts.first(*TOTALS, "revenue") is None and not any_priced(items, SPELLING):
        call.notes.append(f"The order's total is not known; send {call.facts.prefix}total.")
        return None, 0, ()
    currency = currency_of(call, items)
    goods = goods_of(items, currency, SPELLING)
    discount = optional_minor(call.facts.first("discount", "total_discount"), currency, call.notes)
    total = reading.check_total(_total(call, goods, currency, discount), f"{call.facts.prefix}total")
    return Money(total, currency), discount, goods.lines


def _total(call: Call, goods: Goods, currency: str, discount: int) -> int:
    """The stated total; else revenue, which excludes shipping and tax, with these; else the products' sum."""
    if stated := call.facts.first(*TOTALS):
        return minor_of(stated, currency)
    extras = [call.facts.first(name) for name in ("shipping", "tax")]
    more = sum(optional_minor(extra, currency, call.notes) for extra in extras)
    if revenue := call.facts.first("revenue"):
        return minor_of(revenue, currency) + more
    worth = goods.checked_total()
    call.notes.append("The order's total was added up from its products, shipping and tax.")
    return max(worth - discount, 0) + more


def _stated_as(event: type[StorefrontEvent]) -> Reader:
    return lambda call: (event, {"order": read_order(call)})


def _completed(call: Call) -> Told:
    paid = call.facts.stated.get("paid")
    status = plain(call.facts.text("payment_status", "paymentStatus", "financial_status"))
    default = OrderPaid if paid and paid.value is True else OrderPlaced
    return _PAYMENT.get(status, default), {"order": read_order(call)}


def _updated(call: Call) -> Told:
    event = _STATUS.get(plain(call.facts.text("status", "order_status", "orderStatus")))
    if event is OrderReturned:
        return _refunded(call)
    return (event, {"order": read_order(call)}) if event else _completed(call)


def _refunded(call: Call) -> Told:
    stated = call.facts.first(*_IDS)
    if stated is None:
        field = f"{call.facts.prefix}order_id"
        raise Refused("field_missing", f"{field} is missing; send the refunded order's id.", field)
    returned: dict[str, Any] = {
        "return_id": call.facts.text("refund_id", "refundId", "return_id", "returnId") or call.id,
        "order_id": reading.read_id(stated.value, stated.field),
        "total": _given_back(call),
    }
    return OrderReturned, returned


def _given_back(call: Call) -> Money | None:
    """What was paid back; else what the returned products were worth. None if neither is stated."""
    items = readable_items(call.facts, call.notes, *PRODUCTS)
    stated = call.facts.first("total", "refund_amount", "refund_total", "amount", "value", "revenue")
    if stated is None and not items:
        return None
    currency = currency_of(call, items)
    if stated:
        return Money(minor_of(stated, currency), currency)
    try:
        return Money(sum_of(lines_of(items, currency, SPELLING, call.notes)), currency)
    except Refused as refused:
        call.notes.append(
            f"The refund's total was left out: it is not stated, and {refused.field} can't be read."
        )
        return None


_PLACED = frozenset(
    {
        *("ordercompleted", "completedorder", "orderplaced", "placedorder", "ordercreated", "orderpaid"),
        *("purchase", "purchased", "purchasecompleted", "completedpurchase", "checkoutcompleted"),
    }
)
EVENTS: dict[str, Reader] = {
    **dict.fromkeys(_PLACED, _completed),
    "orderpaid": _stated_as(OrderPaid),
    **dict.fromkeys(("orderupdated", "updatedorder"), _updated),
    **dict.fromkeys(("orderpaymentfailed", "paymentfailed"), _stated_as(OrderPaymentFailed)),
    **dict.fromkeys(
        ("ordercancelled", "ordercanceled", "cancelledorder", "canceledorder"), _stated_as(OrderCancelled)
    ),
    **dict.fromkeys(("orderrefunded", "refundedorder", "orderreturned"), _refunded),
}
"""By the event's name in plain letters."""
