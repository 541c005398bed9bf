"""Orders by their status, and the refunds that they list."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    CartUpdated,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    Person,
    StorefrontEvent,
)
from common.domain.vocabulary import SalesChannel
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import MAX_ID, listing, mapping, text_of
from functions.ingest_event.sources.woocommerce.amounts import Payload, major, moment
from functions.ingest_event.sources.woocommerce.carts import draft_of, has_tax_in_prices, ordered_line, sku_of
from functions.ingest_event.sources.woocommerce.customers import (
    hints_of,
    id_in,
    meta_of,
    read_person,
    stated_cart_id,
)
from functions.ingest_event.sources.woocommerce.refunds import returns_of
from functions.ingest_event.understanding import Ignored, Said

_OrderEvent = type[OrderPlaced | OrderPaymentFailed | OrderCancelled]
STATES: dict[str, _OrderEvent] = {
    "pending": OrderPlaced,
    "on-hold": OrderPlaced,
    "processing": OrderPaid,
    "completed": OrderPaid,
    "failed": OrderPaymentFailed,
    "cancelled": OrderCancelled,
    "trash": OrderCancelled,
}
"""Besides `refunded`, which is told by the refunds, and the drafts."""
_IN_THE_MAKING = "checkout-draft"
_UNFINISHED = frozenset({"auto-draft", "draft", "new"})
"""Staff are still writing it; no customer has ordered anything."""
_BY_SHOP = frozenset({"admin", "subscription"})
_STAFF = frozenset({"admin", "mobile_app"})
"""Kinds of origin that WooCommerce notes when staff key an order in, also in its app for shop owners."""
_RENEWAL = "_subscription_renewal"
_CHANNELS = {
    **dict.fromkeys(("checkout", "store-api"), SalesChannel.WEB),
    **dict.fromkeys(("pos", "pos-rest-api"), SalesChannel.POS),
}


def read_order(env: Envelope, order: Payload, at: str, topic: str) -> Iterator[Said]:
    """The order as it is now, then each of its refunds. Raises Refused where it names neither itself nor its state."""
    order_id = reading.read_id(order.get("id"), f"{at}id")
    status = _status(order, at)
    if status in _UNFINISHED:
        yield Ignored(env.source, env.store, topic)
        return
    person = _person(env, order)
    if status != "refunded":
        try:
            yield _told(env, order, at, topic, status, person)
        except Refused as refused:
            yield refused
    if status != _IN_THE_MAKING:
        yield from returns_of(env, order, at, order_id, person, whole=status == "refunded")


def read_deletion(env: Envelope, order: Payload, at: str, topic: str, delivery: str) -> StorefrontEvent:
    """An order that went to the trash: its webhook names the number only."""
    facts = OrderFacts(id=reading.read_id(order.get("id"), f"{at}id"), total=None)
    return env.event(
        OrderCancelled,
        id=f"{env.content_id(topic)}:{delivery}",
        occurred_at=moment(env, order, at, "date_modified_gmt", "updated_at"),
        order=facts,
    )


def _status(order: Payload, at: str) -> str:
    status = order.get("status")
    if not isinstance(status, str) or not status.strip():
        reason = "field_missing" if status in (None, "") else "field_invalid"
        raise Refused(reason, f"{at}status is missing; send one such as processing.", f"{at}status")
    return reading.clean_text(status, MAX_ID).lower().removeprefix("wc-")


def _person(env: Envelope, order: Payload) -> Person | None:
    names = ("billing", "billing_address", "shipping", "shipping_address")
    addresses = tuple(mapping(order.get(name)) for name in names)
    meta = meta_of(order)
    return read_person(order.get("customer_id"), addresses, meta, hints_of(meta), env.notes)


def _told(
    env: Envelope, order: Payload, at: str, topic: str, status: str, person: Person | None
) -> StorefrontEvent:
    meta = meta_of(order)
    currency = reading.read_currency(order.get("currency"), f"{at}currency")
    common: dict[str, Any] = {
        "id": env.content_id(topic),
        "person": person,
        "channel": _CHANNELS.get(text_of(order, "created_via").lower()),
        "user_agent": text_of(order, "customer_user_agent")
        or text_of(meta, "_wc_order_attribution_user_agent")
        or None,
    }
    cart_id = _cart_id(order, status, meta)
    if status == _IN_THE_MAKING:
        url = text_of(hints_of(meta), "cart_url")
        cart = draft_of(order, at, cart_id or "", currency, url, env.notes)
        return env.event(CartUpdated, occurred_at=_changed_at(env, order, at), cart=cart, **common)
    facts = _facts(env, order, at, currency, cart_id, meta)
    kind = STATES.get(status) or _custom(order, status, env.notes)
    return env.event(kind, occurred_at=_occurred_at(env, order, at, status), order=facts, **common)


def _custom(order: Payload, status: str, notes: list[str]) -> _OrderEvent:
    """A status of the shop's own tells nothing; whether the order was paid does."""
    notes.append("status is not one of WooCommerce's own; the order counts as paid if it has a date_paid.")
    return OrderPaid if order.get("date_paid_gmt") or order.get("date_paid") else OrderPlaced


def _occurred_at(env: Envelope, order: Payload, at: str, status: str) -> datetime:
    """The last change; but an order is completed when it is sent, perhaps weeks after it was paid."""
    if status == "completed" and order.get("date_paid_gmt"):
        return moment(env, order, at, "date_paid_gmt")
    return _changed_at(env, order, at)


def _changed_at(env: Envelope, order: Payload, at: str) -> datetime:
    return moment(env, order, at, "date_modified_gmt", "updated_at")


def _cart_id(order: Payload, status: str, meta: Payload) -> str | None:
    """The cart that it closes. A block checkout's order is its own cart from its draft on; else the cart's hash."""
    if known := stated_cart_id(hints_of(meta)):
        return known
    if status == _IN_THE_MAKING or text_of(order, "created_via").lower() == "store-api":
        return f"order:{reading.read_id(order.get('id'), 'id')}"[:MAX_ID]
    cart_hash = id_in(order, "cart_hash")
    return f"hash:{cart_hash}"[:MAX_ID] if cart_hash else None


def _facts(
    env: Envelope, order: Payload, at: str, currency: str, cart_id: str | None, meta: Payload
) -> OrderFacts:
    if order.get("total") is None:
        raise Refused("field_missing", f"{at}total is missing; send the order's total.", f"{at}total")
    total = major(order["total"], currency, f"{at}total")
    codes = (text_of(mapping(line), "code")[:MAX_ID] for line in listing(order.get("coupon_lines")))
    items, with_tax = list(map(mapping, listing(order.get("line_items")))), has_tax_in_prices(order)
    return OrderFacts(
        id=reading.read_id(order.get("id"), f"{at}id"),
        cart_id=cart_id,
        total=Money(total, currency),
        discount_minor=_discount(env, order, at, currency),
        voucher_codes=tuple(dict.fromkeys(filter(None, codes))),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, items)))),
        made_by_shop=_made_by_shop(order, meta),
        lines=readable_lines(items, lambda item: ordered_line(item, currency, with_tax)),
    )


def _discount(env: Envelope, order: Payload, at: str, currency: str) -> int:
    """What coupons took off, with the tax on it; the legacy API has it in one field."""
    discount = 0
    for name in ("discount_total", "discount_tax", "total_discount"):
        if order.get(name):
            try:
                discount += major(order[name], currency, at + name)
            except Refused:
                env.notes.append(f"{at}{name} was left out: it is not an amount.")
    return discount


def _made_by_shop(order: Payload, meta: Payload) -> bool:
    """Staff keyed it in, or a subscription renewed itself: no customer came back for it (L12)."""
    by_shop = text_of(order, "created_via").lower() in _BY_SHOP
    by_staff = text_of(meta, "_wc_order_attribution_source_type").lower() in _STAFF
    return by_shop or by_staff or bool(meta.get(_RENEWAL))
