"""GA4's recommended e-commerce events, read from hits of any shape."""

from collections.abc import Callable
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    Line,
    OrderFacts,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
)
from functions.ingest_event import reading
from functions.ingest_event.sources.ga4.shapes import Hit
from functions.ingest_event.tracked_items import (
    Goods,
    Item,
    Spelling,
    any_priced,
    codes_in,
    goods_of,
    items_in,
    lines_of,
    present,
    quantity_of,
    readable_items,
    skus_of,
    sum_of,
    unpriced_lines,
)
from functions.ingest_event.tracking import (
    assumed_currency,
    currency_in,
    minor_of,
    optional_minor,
)
from functions.ingest_event.visitors import cart_id, known_cart_id

SPELLING = Spelling(
    sku=("item_id", "id", "sku", "product_id"),
    name=("item_name", "name"),
    variant=("item_variant", "variant"),
    price=("price",),
    quantity=("quantity",),
    url=("item_url", "url"),
    image=("item_image_url", "image_url"),
)
Told = tuple[Callable[..., StorefrontEvent], dict[str, Any]]
"""The event's class, and what it has beyond that which every event has."""

_ITEMS = ("items", "products")
_IDS = ("transaction_id", "transactionId", "order_id")
_VALUES = ("value", "purchase_revenue")
_CLIENT = "client"


def _cart_id(hit: Hit) -> str:
    return cart_id(hit.facts, hit.visitor, _CLIENT, f"{hit.about.prefix}client_id")


def _visited(hit: Hit) -> Told:
    return CartVisited, {"cart_id": _cart_id(hit)}


def _currency(hit: Hit, items: tuple[Item, ...]) -> str:
    """The event's currency, else its items', else the store's. Raises Refused: GA4 asks for it with every value."""
    return currency_in(hit.facts, items, assumed_currency(hit.envelope.message), hit.notes)


def _added(hit: Hit) -> Told:
    items = _changed(hit)
    currency = _currency(hit, items)
    lines = lines_of(items, currency, SPELLING, hit.notes)
    return CartItemsChanged, {"cart_id": _cart_id(hit), "currency": currency, "added": lines}


def _removed(hit: Hit) -> Told:
    lines = unpriced_lines(_changed(hit), SPELLING, hit.notes)
    return CartItemsChanged, {"cart_id": _cart_id(hit), "currency": None, "removed": lines}


def _changed(hit: Hit) -> tuple[Item, ...]:
    items = items_in(hit.facts, *_ITEMS)
    if not items:
        field = f"{hit.facts.prefix}items"
        raise Refused(
            "field_missing", f"{field} is missing; send the items that were added or removed.", field
        )
    return items


def _viewed_cart(hit: Hit) -> Told:
    """The whole cart as listed, none if emptied; without a list nothing is known but the visit."""
    items = items_in(hit.facts, *_ITEMS)
    return _visited(hit) if items is None else _state(hit, items)


def _checkout(hit: Hit) -> Told:
    """The cart that is checked out; nobody checks out an empty one, so an empty list says nothing."""
    items = items_in(hit.facts, *_ITEMS)
    return _state(hit, items) if items else _visited(hit)


def _state(hit: Hit, items: tuple[Item, ...]) -> Told:
    found = _cart_id(hit)
    if not present(items, SPELLING):
        return CartUpdated, {"cart": Cart(id=found, currency=None, total_minor=0)}
    currency = _currency(hit, items)
    lines = lines_of(items, currency, SPELLING, hit.notes)
    stated = hit.facts.first("value")
    total = minor_of(stated, currency) if stated else sum_of(lines)
    total = reading.check_total(total, stated.field if stated else f"{hit.facts.prefix}items")
    return CartUpdated, {"cart": Cart(id=found, currency=currency, total_minor=total, lines=lines)}


def _purchased(hit: Hit) -> Told:
    items = readable_items(hit.facts, hit.notes, *_ITEMS)
    cart = known_cart_id(hit.facts, hit.visitor, _CLIENT)
    order_id = _order_id(hit, cart)
    total, discount_minor, lines = _money(hit, items)
    order = OrderFacts(
        id=order_id,
        cart_id=cart,
        total=total,
        discount_minor=discount_minor,
        voucher_codes=codes_in(hit.facts, items, "coupon"),
        skus=skus_of(items, SPELLING),
        lines=lines,
    )
    return OrderPlaced, {"order": order}


def _order_id(hit: Hit, cart: str | None) -> str:
    """The transaction's id. A purchase without one still ends its visitor's cart, so it goes by its event's id (L1)."""
    stated = hit.facts.first(*_IDS)
    if stated is not None:
        return reading.read_id(stated.value, stated.field)
    field = f"{hit.facts.prefix}transaction_id"
    if cart is None:
        raise Refused("field_missing", f"{field} is missing; send the order's id.", field)
    hit.notes.append(f"{field} is missing, so the order goes by the event's id; send the order's id.")
    return f"event:{hit.id}"[: reading.MAX_ID]


def _money(hit: Hit, items: tuple[Item, ...]) -> tuple[Money | None, int, tuple[Line, ...]]:
    """The total, None where no amount is stated at all, the discount in minor units, and the lines. Raises Refused."""
    if hit.facts.first("total", *_VALUES) is None and not any_priced(items, SPELLING):
        hit.notes.append(f"The order's total is not known; send {hit.facts.prefix}value.")
        return None, 0, ()
    currency = _currency(hit, items)
    goods = goods_of(items, currency, SPELLING)
    total = reading.check_total(_total(hit, goods, currency), f"{hit.facts.prefix}value")
    return Money(total, currency), _discount(hit, items, currency), goods.lines


def _total(hit: Hit, goods: Goods, currency: str) -> int:
    """What the customer paid. Google wants `value` without shipping and tax, and many shops send the grand total:
    it is the former where it equals the items' sum, and only then the two are added.
    """
    whole = hit.facts.first("total")
    if whole:
        return minor_of(whole, currency)
    extras = [hit.facts.first(name) for name in ("shipping", "tax")]
    more = sum(optional_minor(extra, currency, hit.notes) for extra in extras)
    if stated := hit.facts.first(*_VALUES):
        value = minor_of(stated, currency)
        return value + more if value == goods.total_minor else value
    hit.notes.append("The order's total was added up from its items, shipping and tax.")
    return goods.checked_total() + more


def _discount(hit: Hit, items: tuple[Item, ...], currency: str) -> int:
    """The event's discount, else its items', each of which is for one piece."""
    if stated := hit.facts.first("discount"):
        return optional_minor(stated, currency, hit.notes)
    total = 0
    for item in items:
        facts = item.facts
        if (each := facts.first("discount")) is not None:
            try:
                total += quantity_of(facts, SPELLING) * optional_minor(each, currency, hit.notes)
            except Refused as refused:
                hit.notes.append(f"{each.field} was left out: {refused.field} can't be read.")
    return total


def _refunded(hit: Hit) -> Told:
    stated = hit.facts.first(*_IDS)
    if stated is None:
        field = f"{hit.facts.prefix}transaction_id"
        raise Refused("field_missing", f"{field} is missing; send the refunded order's id.", field)
    return OrderReturned, {
        "return_id": hit.id,
        "order_id": reading.read_id(stated.value, stated.field),
        "total": _given_back(hit),
    }


def _given_back(hit: Hit) -> Money | None:
    """What was paid back; else what the returned items were worth. None if neither is stated."""
    items = readable_items(hit.facts, hit.notes, *_ITEMS)
    stated = hit.facts.first("total", "value", "refund_value")
    if stated is None and not items:
        return None
    try:
        currency = _currency(hit, items)
    except Refused as refused:
        hit.notes.append(f"The refund's total was left out: {refused.field} is no currency.")
        return None
    total = minor_of(stated, currency) if stated else goods_of(items, currency, SPELLING).total_minor
    return Money(total, currency) if total is not None else None


EVENTS: dict[str, Callable[[Hit], Told]] = {
    "addtocart": _added,
    "removefromcart": _removed,
    "viewcart": _viewed_cart,
    "begincheckout": _checkout,
    **dict.fromkeys(("purchase", "ecommercepurchase"), _purchased),
    "refund": _refunded,
    **dict.fromkeys(
        (
            *("viewitem", "viewitemlist", "selectitem", "pageview", "screenview"),
            *("addshippinginfo", "addpaymentinfo"),
        ),
        _visited,
    ),
}
"""By the event's name in plain letters."""
