"""Orders of the V2 API, their refunds and transactions."""

from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    CartVisited,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
)
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.bigcommerce.carts import ordered_line, sku_of
from functions.ingest_event.sources.bigcommerce.hook import Hook, moment_of, number_of
from functions.ingest_event.sources.bigcommerce.people import buyer

Kind = type[OrderPlaced | OrderPaid | OrderPaymentFailed | OrderCancelled]

INCOMPLETE, REFUNDED, PARTIALLY_REFUNDED = 0, 4, 14
STATUSES: dict[int, Kind] = {
    **dict.fromkeys((1, 7, 12), OrderPlaced),  # pending, awaiting payment, manual verification required
    **dict.fromkeys((8, 9, 11), OrderPaid),  # awaiting pickup, awaiting shipment, awaiting fulfillment
    **dict.fromkeys((2, 3, 10, 13), OrderPaid),  # shipped, partially shipped, completed, disputed
    **dict.fromkeys((REFUNDED, PARTIALLY_REFUNDED), OrderPaid),
    **dict.fromkeys((5, 6), OrderCancelled),  # cancelled by the buyer or the shop, declined by the shop
}
_NAMES = (
    *("incomplete", "pending", "shipped", "partially shipped", "refunded", "cancelled", "declined"),
    *("awaiting payment", "awaiting pickup", "awaiting shipment", "completed", "awaiting fulfillment"),
    *("manual verification required", "disputed", "partially refunded"),
)
"""By id: the API's names, which orders without an id have."""
_UNSENT = (1, 7, 8, 9, 11, 12)
"""Statuses before the goods leave, in which the payment's own status knows better."""
_PAYMENTS: dict[str, Kind] = {
    **dict.fromkeys(
        ("authorized", "pending", "capture pending", "held for review", "void pending"), OrderPlaced
    ),
    **dict.fromkeys(("captured", "paid"), OrderPaid),
    "declined": OrderPaymentFailed,
}
_CHANNELS = {
    **dict.fromkeys(("www", "mobile"), SalesChannel.WEB),
    **dict.fromkeys(("iphone", "android"), SalesChannel.APP),
    **dict.fromkeys(("pos", "square", "vend"), SalesChannel.POS),
    **dict.fromkeys(("amazon", "ebay", "walmart"), SalesChannel.MARKETPLACE),
    **dict.fromkeys(("facebook", "instagram", "pinterest", "tiktok"), SalesChannel.SOCIAL),
}
_BY_STAFF = "manual"


def read_order(
    opened: Envelope, hook: Hook, id: str, *, kind: Kind | None = None, refunded: bool = False
) -> list[StorefrontEvent]:
    """What a whole order tells. `kind` and `refunded` are what the webhook already says."""
    resource = hook.resource
    status = status_of(opened, hook)
    known = kind or _kind(resource, status)
    came_to_be = known in (OrderPlaced, OrderPaid) and not opened.payload.get("scope")
    at = moment_of(opened, hook, "date_modified", *(("date_created",) if came_to_be else ()))
    person = buyer(opened, resource)
    cart_id = number_of(resource.get("cart_id")) or None
    if (
        status == INCOMPLETE and kind is None
    ):  # the customer saw the payment page and has not paid: no order yet
        if cart_id is None:
            return []
        return [opened.event(CartVisited, id=id, occurred_at=at, cart_id=cart_id, person=person)]
    facts = _facts(hook, opened, cart_id)
    source = text_of(resource, "order_source").lower()
    told: list[StorefrontEvent] = [
        opened.event(
            known,
            id=id,
            occurred_at=at,
            order=facts,
            person=person,
            channel=_CHANNELS.get(source),
        )
    ]
    if refunded or status == REFUNDED or _came_back(resource, status):
        total = _given_back(opened, hook, facts.total, whole=status == REFUNDED)
        told.append(returned(opened, f"{id}:return", at, facts.id, total, person=person))
    return told


def read_thin(
    opened: Envelope, hook: Hook, id: str, kind: Kind, *names: str, cart_id: str | None = None
) -> StorefrontEvent:
    """What a webhook without its order truly tells: which order (by the named id), perhaps whose cart, no amount."""
    opened.notes.append("The order's total is unknown: send the order itself as resource beside data.")
    facts = OrderFacts(id=hook.id_of(*names), cart_id=cart_id, total=None)
    at = moment_of(opened, hook, "updated_time", "date_created")
    return opened.event(kind, id=id, occurred_at=at, order=facts)


def returned(
    opened: Envelope, id: str, at: datetime, order_id: str, total: Money | None, **facts: Any
) -> OrderReturned:
    """One return per order: its status, its refund and its refunded amount are the same one told three times."""
    return opened.event(
        OrderReturned, id=id, occurred_at=at, return_id=order_id, order_id=order_id, total=total, **facts
    )


def status_of(opened: Envelope, hook: Hook) -> int:
    """The order's status: the resource's, or the new one of the webhook. Raises Refused."""
    resource, thin = hook.resource, mapping(hook.thin.get("status"))
    stated, field = resource.get("status_id"), f"{hook.path}status_id"
    if stated is None:
        name = text_of(resource, "status").lower()
        stated = _NAMES.index(name) if name in _NAMES else None
    if stated is None and "new_status_id" in thin:
        stated, field = thin["new_status_id"], "data.status.new_status_id"
    text = str(stated) if isinstance(stated, int | str) and not isinstance(stated, bool) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        reason = "field_missing" if stated is None else "field_invalid"
        raise Refused(reason, f"{field} is not a status; send the order's status_id.", field)
    if int(text) not in (INCOMPLETE, *STATUSES):
        opened.notes.append(f"{field} is none of BigCommerce's, so the order is only known to exist.")
    return int(text)


def _kind(resource: dict[str, Any], status: int) -> Kind:
    kind = STATUSES.get(status, OrderPlaced)
    payment = text_of(resource, "payment_status").lower()
    if status in _UNSENT:
        kind = _PAYMENTS.get(payment, kind)
    elif kind is OrderCancelled and payment == "declined":
        kind = OrderPaymentFailed if status != 5 else kind
    return OrderCancelled if resource.get("is_deleted") is True and kind is OrderPlaced else kind


def _facts(hook: Hook, opened: Envelope, cart_id: str | None) -> OrderFacts:
    resource, path = hook.resource, hook.path
    # The shopper pays in the transactional currency, which is called default here; currency_code is for display.
    name = "default_currency_code" if resource.get("default_currency_code") else "currency_code"
    currency = reading.read_currency(resource.get(name), path + name)
    total = reading.read_rounded_minor(resource.get("total_inc_tax"), currency, f"{path}total_inc_tax")
    coupons = (text_of(mapping(one), "code")[: reading.MAX_ID] for one in listing(resource.get("coupons")))
    products = [mapping(one) for one in listing(resource.get("products"))]
    return OrderFacts(
        id=reading.read_id(resource.get("id"), f"{path}id"),
        cart_id=cart_id,
        total=Money(total, currency),
        discount_minor=sum(
            _optional(opened, hook, name, currency) for name in ("discount_amount", "coupon_discount")
        ),
        voucher_codes=tuple(dict.fromkeys(filter(None, coupons))),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, products)))),
        made_by_shop=text_of(resource, "order_source").lower() == _BY_STAFF,
        lines=readable_lines(products, lambda item: ordered_line(item, currency)),
    )


def _optional(opened: Envelope, hook: Hook, name: str, currency: str) -> int:
    """An amount that the order can do without."""
    if hook.resource.get(name) in (None, ""):
        return 0
    try:
        return reading.read_rounded_minor(hook.resource[name], currency, hook.path + name)
    except Refused:
        opened.notes.append(f"{hook.path}{name} was left out: it is not an amount.")
        return 0


def _came_back(resource: dict[str, Any], status: int) -> bool:
    """Whether a part was refunded; if the products are listed, whether any of them was."""
    quantities = [mapping(one).get("quantity_refunded") for one in listing(resource.get("products"))]
    only_money = bool(quantities) and all(quantity == 0 for quantity in quantities)
    refunded = reading.amount_text(resource.get("refunded_amount")).strip("0.")
    return not only_money and (status == PARTIALLY_REFUNDED or bool(refunded))


def _given_back(opened: Envelope, hook: Hook, total: Money | None, *, whole: bool) -> Money | None:
    if total is None:
        return None
    refunded = _optional(opened, hook, "refunded_amount", total.currency)
    return Money(refunded, total.currency) if refunded else total if whole else None
