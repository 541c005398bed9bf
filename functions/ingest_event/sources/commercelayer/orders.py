"""Orders, which Commerce Layer keeps from the first item on: until it is placed, an order is the cart."""

from collections.abc import Iterator

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartUpdated,
    CartVisited,
    Line,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
)
from functions.ingest_event import reading
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import text_of
from functions.ingest_event.sources.commercelayer.document import Document, Resource
from functions.ingest_event.sources.commercelayer.people import read_buyer

CART_STATES = ("draft", "pending", "placing")
"""An order that is being placed may still fail to be."""
_CART_VERBS = ("create", "draft", "pending", "placing")
_PAID = ("paid", "free", "partially_refunded")
_NOT_SENT = ("unfulfilled", "not_required")
_GOODS = ("sku", "skus", "bundle", "bundles", "gift_card", "gift_cards")
"""What a line may be of; documents of old say it in the singular. The rest is shipping, payment, discounts."""
_TOTALS = ("total_amount_with_taxes_cents", "total_amount_cents")
_MOMENTS = {
    "place": "placed_at",
    "approve": "approved_at",
    "cancel": "cancelled_at",
    **dict.fromkeys(("authorize", "void", "pay", "refund"), "payment_updated_at"),
}
_UNTOUCHED = (
    "tagged",
    "cleanup_completed",
    "start_fulfilling",
    "cancel_fulfilling",
    "fulfill",
    "rebuild_shipments",
    "create_subscriptions",
)
"""Topics about orders that change neither the cart nor what was paid."""


def read_orders(document: Document) -> Iterator[StorefrontEvent]:
    """A webhook about an order. A destroyed one has nothing but its id, and was never placed."""
    if document.verb == "destroy":
        cart = Cart(id=document.data.read_id(), currency=None, total_minor=0)
        yield document.event(CartUpdated, cart=cart)
    elif document.verb not in _UNTOUCHED:
        yield from order_state(document, document.data)


def order_state(document: Document, order: Resource) -> Iterator[StorefrontEvent]:
    """The order as it stands: a cart still, or what became of it. Raises Refused."""
    verb, moments = document.verb, (_MOMENTS.get(document.verb, "updated_at"),)
    status, payment = _states(document, order)
    person = read_buyer(document, order)
    if status in CART_STATES and verb not in ("place", "approve", "cancel", "pay"):
        if order is document.data and verb not in ("authorize", "void"):
            yield document.event(CartUpdated, cart=_cart(document, order), person=person)
        else:  # a step of paying, which comes before the order is placed
            yield document.event(CartVisited, moments=moments, cart_id=order.read_id(), person=person)
        return
    facts = read_facts(document, order)
    refunded = payment == "refunded" or (verb == "refund" and payment != "partially_refunded")
    if refunded and order.attributes.get("fulfillment_status") not in _NOT_SENT:
        yield document.event(
            OrderReturned,
            moments=moments,
            return_id=f"refund:{facts.id}"[: reading.MAX_ID],
            order_id=facts.id,
            total=facts.total,
            person=person,
        )
    elif refunded or verb == "cancel" or status == "cancelled" or payment == "voided":
        yield document.event(OrderCancelled, moments=moments, order=facts, person=person)
    elif verb != "refund":  # part of the money went back, which alone says nothing of the goods
        kind = OrderPaid if verb == "pay" or payment in _PAID else OrderPlaced
        yield document.event(kind, moments=moments, order=facts, person=person)


def read_facts(document: Document, order: Resource) -> OrderFacts:
    """The facts of an order that is included. Raises Refused without its id or total."""
    total = read_total(order)
    if total is None:
        field = order.field(_TOTALS[0])
        raise Refused("field_missing", f"{field} is missing; send the order's total.", field)
    order_id = order.read_id()
    code = text_of(order.attributes, "coupon_code")[: reading.MAX_ID]
    goods = _goods(document, order)
    skus = (text_of(item.attributes, "sku_code", "bundle_code") for item in goods)
    return OrderFacts(
        id=order_id,
        cart_id=order_id,
        total=total,
        discount_minor=_discount(order, document.notes),
        voucher_codes=(code,) if code else (),
        skus=tuple(dict.fromkeys(sku for sku in skus if 0 < len(sku) <= reading.MAX_ID)),
        made_by_shop=_is_renewal(document, order),
        lines=readable_lines(goods, lambda item: _ordered_line(item, total.currency)),
    )


def read_total(order: Resource) -> Money | None:
    """What the customer pays, taxes and shipping included. Raises Refused."""
    for name in _TOTALS:
        if (total := order.amount(name)) is not None:
            return total
    return None


def _states(document: Document, order: Resource) -> tuple[str, str]:
    """The order's own state and that of its payment. Raises Refused if neither it nor the topic says what it is."""
    status = text_of(order.attributes, "status").lower()
    if not status and document.verb in _CART_VERBS:
        status = "draft"
    if not status and (order is not document.data or document.verb not in _MOMENTS):
        field = order.field("status")
        raise Refused("field_missing", f"{field} is missing; send the order with its status.", field)
    return status, text_of(order.attributes, "payment_status").lower()


def _cart(document: Document, order: Resource) -> Cart:
    cart_id, notes = order.read_id(), document.notes
    address = text_of(order.attributes, "cart_url", "checkout_url")
    url = reading.read_link(address, "cart_url", notes) if address else None
    if order.attributes.get("skus_count") != 0 and not _has_items(document):
        why = "included has no line_items; add line_items to the webhook's included resources (include_resources)."
        raise Refused("field_missing", why, "included")
    items = [(item, quantity) for item in _goods(document, order) if (quantity := _quantity(item))]
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0, url=url)
    currency = order.currency()
    lines = tuple(_line(item, quantity, currency, notes) for item, quantity in items)
    total = read_total(order)
    worth = sum(line.unit_price_minor * line.quantity for line in lines) if total is None else total.minor
    total_minor = reading.check_total(worth, order.field(_TOTALS[0]))
    return Cart(id=cart_id, currency=currency, total_minor=total_minor, url=url, lines=lines)


def _has_items(document: Document) -> bool:
    return any(type == "line_items" for type, _ in document.included)


def _goods(document: Document, order: Resource) -> list[Resource]:
    """The order's lines that are goods, as far as they are included."""
    named = document.related(order, "line_items")
    if not named and order is document.data:
        named = list(document.included.values())
    lines = [item for item in named if item.type == "line_items" and item.attributes]
    reading.check_lines(lines, "included")
    return [item for item in lines if item.attributes.get("item_type") in (*_GOODS, None, "")]


def _quantity(item: Resource) -> int:
    quantity = item.attributes.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= 1_000_000:
        why = f"{item.field('quantity')} can't be taken; send a whole number of at least 0."
        raise Refused("quantity_invalid", why, item.field("quantity"))
    return quantity


def _ordered_line(item: Resource, currency: str) -> Line | None:
    quantity = _quantity(item)
    return _line(item, quantity, currency, []) if quantity else None


def _line(item: Resource, quantity: int, currency: str, notes: list[str]) -> Line:
    stated = item.attributes
    name = text_of(stated, "name")[: reading.MAX_NAME]
    sku = text_of(stated, "sku_code", "bundle_code") or name[: reading.MAX_ID]
    if not sku or len(sku) > reading.MAX_ID:
        why = f"{item.field('sku_code')} can't be taken; send the article's code of 1 to {reading.MAX_ID} characters."
        raise Refused("field_missing" if not sku else "field_invalid", why, item.field("sku_code"))
    if stated.get("currency_code") not in (None, "", currency):
        why = f"{item.field('currency_code')} is not the order's currency; a cart has one."
        raise Refused("currency_mixed", why, item.field("currency_code"))
    price = item.cents("unit_amount_cents")
    if price is None or not 0 <= price <= reading.MAX_TOTAL_MINOR:
        why = f"{item.field('unit_amount_cents')} can't be taken; send the price of one."
        raise Refused("amount_invalid", why, item.field("unit_amount_cents"))
    image = text_of(stated, "image_url")
    return Line(
        sku=sku,
        name=name or sku,
        quantity=quantity,
        unit_price_minor=price,
        image_url=reading.read_link(image, "image_url", notes) if image else None,
    )


def _is_renewal(document: Document, order: Resource) -> bool:
    """Made by a subscription; the order that began the subscription was the customer's own."""
    began = order.attributes.get("subscription_created_at")
    return not began and document.only(order, "order_subscription") is not None


def _discount(order: Resource, notes: list[str]) -> int:
    try:
        return min(abs(order.cents("discount_amount_cents") or 0), reading.MAX_TOTAL_MINOR)
    except Refused:
        notes.append("discount_amount_cents was left out: it is not an amount.")
        return 0
