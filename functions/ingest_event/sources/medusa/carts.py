"""Carts: the whole state, under the id that the order will name."""

from collections.abc import Sequence
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import Cart, CartUpdated, CartVisited, Line
from functions.ingest_event import reading
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.medusa.deliveries import Delivery
from functions.ingest_event.sources.medusa.money import Amounts, Payload, read_currency
from functions.ingest_event.sources.medusa.people import read_person
from functions.ingest_event.understanding import Ignored, Said

_STAFF = frozenset({"draft_order", "swap", "claim"})
"""Types of carts that Medusa 1 makes for the shop's own work."""
_UNNAMED_VARIANTS = ("default", "default variant", "default title", "default option value")


def read_cart(delivery: Delivery) -> Sequence[Said]:
    """The cart as it is now; a completed one has become an order, which comes by itself."""
    part, path = delivery.object, delivery.path
    if text_of(part, "type") in _STAFF:
        return (Ignored(delivery.envelope.source, delivery.envelope.store, delivery.topic),)
    facts: dict[str, Any] = {
        "person": read_person(part, delivery.notes),
        "user_agent": text_of(mapping(part.get("context")), "user_agent") or None,
    }
    moment = delivery.moment("updated_at", "created_at")
    cart_id = reading.read_id(part.get("id"), f"{path}id")
    if part.get("completed_at"):
        return (delivery.event(CartVisited, moment, cart_id=cart_id, **facts),)
    return (delivery.event(CartUpdated, moment, cart=_state(delivery, cart_id), **facts),)


def read_deleted_cart(delivery: Delivery) -> Sequence[Said]:
    """A cart that is gone holds nothing any more; its id is enough."""
    cart_id = reading.read_id(delivery.object.get("id"), f"{delivery.path}id")
    emptied = Cart(id=cart_id, currency=None, total_minor=0)
    return (delivery.event(CartUpdated, delivery.moment("deleted_at"), cart=emptied),)


def _state(delivery: Delivery, cart_id: str) -> Cart:
    part, path = delivery.object, delivery.path
    items = items_of(delivery)
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0)
    currency = read_currency(part, path, (mapping(part.get("region")), f"{path}region."))
    lines = tuple(_line(item, way, currency, delivery.amounts, delivery.notes) for item, way in items)
    total = delivery.amounts.read(part, "total", path, currency)
    if total is None:
        total = sum(line.quantity * line.unit_price_minor for line in lines)
    return Cart(
        id=cart_id, currency=currency, total_minor=reading.check_total(total, f"{path}total"), lines=lines
    )


def items_of(delivery: Delivery) -> list[tuple[Payload, str]]:
    """The items that are in the cart, each with its path."""
    items = delivery.object.get("items")
    field = f"{delivery.path}items"
    if items is None:
        raise delivery.missing(field, "the cart's items, [] if it is empty")
    if not isinstance(items, list):
        raise Refused(
            "field_invalid", f"{field} is no list; send the cart's items, [] if it is empty.", field
        )
    kept = []
    for index, item in enumerate(reading.check_lines(items, field)):
        way = f"{field}[{index}]."
        if not isinstance(item, dict):
            raise Refused(
                "field_invalid", f"{field}[{index}] is no object; send one per item.", f"{field}[{index}]"
            )
        if quantity := _quantity(item, way):
            kept.append(({**item, "quantity": quantity}, way))
    return kept


def _quantity(item: Payload, way: str) -> int:
    quantity = item.get("quantity")
    if isinstance(quantity, float) and quantity.is_integer():
        quantity = int(quantity)
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= 1_000_000:
        why = f"{way}quantity can't be taken; send a whole number of at least 0."
        raise Refused("quantity_invalid", why, f"{way}quantity")
    return quantity


def ordered_line(item: Payload, currency: str, amounts: Amounts) -> Line | None:
    """The same line in an order; None if there is nothing of it. Raises Refused."""
    way = "items[]."
    quantity = _quantity(item, way)
    return _line({**item, "quantity": quantity}, way, currency, amounts, []) if quantity else None


def _line(item: Payload, way: str, currency: str, amounts: Amounts, notes: list[str]) -> Line:
    name = _name(item)
    sku = sku_of(item) or name[: reading.MAX_ID]
    if not sku:
        raise Refused("field_missing", f"{way}variant_id is missing; send it or the sku.", f"{way}variant_id")
    image = text_of(item, "thumbnail")
    return Line(
        sku=sku,
        name=name or sku,
        quantity=item["quantity"],
        unit_price_minor=_unit_price(item, way, currency, amounts),
        image_url=reading.read_link(image, "items[].thumbnail", notes) if image else None,
    )


def _unit_price(item: Payload, way: str, currency: str, amounts: Amounts) -> int:
    """With its tax, if the price is without and the item's totals say how much it is."""
    price = amounts.read(item, "unit_price", way, currency)
    if price is None:
        raise Refused(
            "field_missing", f"{way}unit_price is missing; send the price of one.", f"{way}unit_price"
        )
    if item.get("is_tax_inclusive") is True or item.get("includes_tax") is True:
        return price
    try:
        whole = amounts.read(item, "original_total", way, currency)
        tax = amounts.read(item, "original_tax_total", way, currency)
    except Refused:
        return price
    if whole and tax and whole == price * item["quantity"] + tax:
        quantity = int(item["quantity"])
        return (2 * whole + quantity) // (2 * quantity)  # rounded half up
    return price


def _name(item: Payload) -> str:
    """The product with its variant: version 2 names both, version 1 has them as title and description."""
    variant = mapping(item.get("variant"))
    title = text_of(item, "product_title") or text_of(mapping(variant.get("product")), "title")
    title = title or text_of(item, "title")
    kind = text_of(item, "variant_title") or text_of(variant, "title")
    if kind and kind.lower() not in _UNNAMED_VARIANTS and kind not in title:
        title = f"{title} - {kind}" if title else kind
    return title[: reading.MAX_NAME]


def sku_of(item: Payload) -> str:
    """The article: its sku, else the variant, product or line that Medusa numbers; else empty."""
    stated = (
        *(item.get("variant_sku"), mapping(item.get("variant")).get("sku"), item.get("variant_id")),
        *(item.get("product_id"), item.get("id")),
    )
    for value in stated:
        if value:
            try:
                return reading.read_id(value, "sku")
            except Refused:
                continue
    return ""
