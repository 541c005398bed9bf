"""Segment's e-commerce events about products, carts, checkouts and coupons, under their old and new names."""

from collections.abc import Callable
from typing import Any

from common.domain.storefront import Cart, CartItemsChanged, CartUpdated, CartVisited, StorefrontEvent
from functions.ingest_event import reading
from functions.ingest_event.sources.segment import calls
from functions.ingest_event.sources.segment.calls import Call
from functions.ingest_event.tracked_items import (
    Item,
    Spelling,
    items_in,
    lines_of,
    name_of,
    present,
    sum_of,
    unpriced_lines,
)
from functions.ingest_event.tracking import Facts, assumed_currency, currency_in, minor_of
from functions.ingest_event.visitors import cart_id

SPELLING = Spelling(
    sku=("sku", "product_id", "productId", "id", "item_id", "variant_id"),
    name=("name", "product_name", "productName", "title", "item_name"),
    variant=("variant",),
    price=("price", "unit_price", "unitPrice"),
    quantity=("quantity", "qty"),
    url=("url", "product_url", "productUrl"),
    image=("image_url", "imageUrl", "image"),
)
PRODUCTS = ("products", "items", "line_items", "lineItems", "cart_items")

Told = tuple[Callable[..., StorefrontEvent], dict[str, Any]]
"""The event's class, and what it has beyond that which every event has."""
Reader = Callable[[Call], Told]

_TOTALS = ("total", "cart_total", "value")
_DEFAULT_CURRENCY = "USD"
"""Segment's specification: amounts without a currency are US dollars."""


def currency_of(call: Call, items: tuple[Item, ...]) -> str:
    """The call's currency, else the store's, else US dollars with a note."""
    assumed = assumed_currency(call.envelope.message) or _DEFAULT_CURRENCY
    return currency_in(call.facts, items, assumed, call.notes)


def _visited(call: Call) -> Told:
    return CartVisited, {"cart_id": cart_id(call.facts, call.visitor, *calls.VISITOR)}


def _added(call: Call) -> Told:
    items = _changed(call)
    currency = currency_of(call, items)
    lines = lines_of(items, currency, SPELLING, call.notes)
    return CartItemsChanged, {
        "cart_id": cart_id(call.facts, call.visitor, *calls.VISITOR),
        "currency": currency,
        "added": lines,
        "url": _cart_url(call.facts, call.notes),
    }


def _removed(call: Call) -> Told:
    return CartItemsChanged, {
        "cart_id": cart_id(call.facts, call.visitor, *calls.VISITOR),
        "currency": None,
        "removed": unpriced_lines(_changed(call), SPELLING, call.notes),
        "url": _cart_url(call.facts, call.notes),
    }


def _changed(call: Call) -> tuple[Item, ...]:
    """The product that the properties are, else those that they list."""
    return _own_product(call) or items_in(call.facts, *PRODUCTS) or (_properties(call),)


def _own_product(call: Call) -> tuple[Item, ...]:
    own = call.facts.text(*SPELLING.sku) or name_of(call.facts, SPELLING)
    return (_properties(call),) if own else ()


def _properties(call: Call) -> Item:
    return Item(call.own("properties"), f"{call.prefix}properties")


def _cart(call: Call) -> Told:
    """The whole cart as listed, none if emptied; without a list nothing is known but the visit."""
    items = items_in(call.facts, *PRODUCTS)
    return _visited(call) if items is None else _state(call, items)


def _checkout(call: Call) -> Told:
    """The cart that is checked out; nobody checks out an empty one, so an empty list says nothing."""
    items = items_in(call.facts, *PRODUCTS) or _own_product(call)
    return _state(call, items) if items else _visited(call)


def _state(call: Call, items: tuple[Item, ...]) -> Told:
    found = cart_id(call.facts, call.visitor, *calls.VISITOR)
    url = _cart_url(call.facts, call.notes)
    if not present(items, SPELLING):
        return CartUpdated, {"cart": Cart(id=found, currency=None, total_minor=0, url=url)}
    currency = currency_of(call, items)
    lines = lines_of(items, currency, SPELLING, call.notes)
    stated = call.facts.first(*_TOTALS)
    total = minor_of(stated, currency) if stated else sum_of(lines)
    field = stated.field if stated else f"{call.facts.prefix}products"
    total = reading.check_total(total, field)
    return CartUpdated, {"cart": Cart(id=found, currency=currency, total_minor=total, url=url, lines=lines)}


def _cart_url(facts: Facts, notes: list[str]) -> str | None:
    stated = facts.first("cart_url", "checkout_url")
    if stated is None or not isinstance(stated.value, str):
        return None
    return reading.read_link(stated.value, stated.field, notes)


EVENTS: dict[str, Reader] = {
    **dict.fromkeys(
        (
            *("productadded", "addedproduct", "addtocart", "addedtocart", "productaddedtocart", "itemadded"),
            "wishlistproductaddedtocart",
        ),
        _added,
    ),
    **dict.fromkeys(
        ("productremoved", "removedproduct", "removefromcart", "removedfromcart", "productremovedfromcart"),
        _removed,
    ),
    **dict.fromkeys(("cartviewed", "viewedcart", "viewcart", "cartupdated", "updatedcart"), _cart),
    **dict.fromkeys(
        ("checkoutstarted", "startedcheckout", "begincheckout", "initiatecheckout", "checkoutinitiated"),
        _checkout,
    ),
    **dict.fromkeys(
        (
            *("checkoutstepviewed", "viewedcheckoutstep", "checkoutstepcompleted", "completedcheckoutstep"),
            *("paymentinfoentered", "enteredpaymentinfo", "paymentinfoadded", "shippinginfoentered"),
            *("couponentered", "couponapplied", "coupondenied", "couponremoved", "enteredcoupon"),
            *("productviewed", "viewedproduct", "productclicked", "clickedproduct"),
            *("productlistviewed", "viewedproductlist", "viewedproductcategory", "productlistfiltered"),
        ),
        _visited,
    ),
}
"""By the event's name in plain letters."""
