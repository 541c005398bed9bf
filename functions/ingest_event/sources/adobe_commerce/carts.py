"""Quotes, which is what Magento calls carts."""

import re
from decimal import Decimal
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import Cart, CartUpdated, CartVisited, Line
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.adobe_commerce.body import Body, currency_of, flag, moment_of, number_of
from functions.ingest_event.sources.adobe_commerce.customers import buyer

_MOST = 1_000_000
"""Pieces of one line."""
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)


def read_quote(
    envelope: Envelope, body: Body, id: str, *, deleted: bool = False
) -> CartUpdated | CartVisited:
    """The cart as it is now, as far as the subscribed fields say; an inactive one was ordered or merged away."""
    cart_id = quote_id(body)
    at = moment_of(envelope, body, "updated_at")
    if deleted or flag(body.fields.get("is_active")) is False or _is_empty(body.fields):
        cart = Cart(id=cart_id, currency=None, total_minor=0)
    elif not body.fields.get("items"):
        envelope.notes.append(f"{body.path}items is missing, so the cart is known to be active and no more.")
        person = buyer(envelope, body)
        return envelope.event(CartVisited, id=id, occurred_at=at, cart_id=cart_id, person=person)
    else:
        cart = _cart(envelope, body, cart_id)
    person = buyer(envelope, body)
    return envelope.event(CartUpdated, id=id, occurred_at=at, cart=cart, person=person)


def read_item(envelope: Envelope, body: Body, id: str) -> CartVisited:
    """One line that was changed; what the cart holds then comes with the quote itself."""
    return envelope.event(
        CartVisited,
        id=id,
        occurred_at=moment_of(envelope, body, "updated_at"),
        cart_id=reading.read_id(body.fields.get("quote_id"), f"{body.path}quote_id"),
    )


def quote_id(body: Body) -> str:
    """The quote's id, which its order states as `quote_id`. Raises Refused."""
    for name in ("entity_id", "id", "quote_id"):
        if body.fields.get(name) is not None:
            return reading.read_id(body.fields[name], body.path + name)
    for item in body.each("items"):
        if found := number_of(item.fields.get("quote_id")):
            return found
    return reading.read_id(None, f"{body.path}entity_id")


def _is_empty(fields: dict[str, Any]) -> bool:
    count = fields.get("items_count")
    if count is None:
        count = fields.get("items_qty")
    if count is None:
        return fields.get("items") == []
    return str(count) in ("0", "0.0", "0.0000") and not fields.get("items")


def _cart(envelope: Envelope, body: Body, cart_id: str) -> Cart:
    stated = body.fields["items"]
    if not isinstance(stated, list):
        field = f"{body.path}items"
        raise Refused("field_invalid", f"{field} is not an array; send the quote's items.", field)
    reading.check_lines(stated, f"{body.path}items")
    currency = currency_of(body.fields, "quote_currency_code", body.path)
    found = [
        _line(mapping(item), f"{body.path}items[{index}]", "qty", "", currency, envelope.notes)
        for index, item in enumerate(stated)
        if not _is_part(mapping(item))
    ]
    lines = tuple(line for line in found if line)
    total = sum(line.quantity * line.unit_price_minor for line in lines)
    if lines and body.fields.get("grand_total") is not None:
        total = reading.read_rounded_minor(body.fields["grand_total"], currency, f"{body.path}grand_total")
    total = reading.check_total(total, f"{body.path}grand_total")
    return Cart(id=cart_id, currency=currency if lines else None, total_minor=total, lines=lines)


def ordered_line(item: dict[str, Any], prefix: str, currency: str) -> Line | None:
    """A line of an order, whose prices have that prefix; None if there is nothing of it, or it isn't one by itself.

    Raises Refused.
    """
    return None if _is_part(item) else _line(item, "items[]", "qty_ordered", prefix, currency, [])


def _is_part(item: dict[str, Any]) -> bool:
    """The parts of a bundle and the chosen kind of a configurable product stand below the line that is paid."""
    return bool(item.get("parent_item_id"))


def _line(
    item: dict[str, Any], field: str, pieces: str, prefix: str, currency: str, notes: list[str]
) -> Line | None:
    """`pieces` is the field with the quantity; the names of prices begin with `prefix`."""
    quantity = _quantity(item.get(pieces), f"{field}.{pieces}")
    if not quantity:
        return None
    sku = reading.read_id(item.get("sku"), f"{field}.sku")
    name = text_of(item, "name")[: reading.MAX_NAME] or sku
    if quantity != quantity.to_integral_value():
        notes.append("A quantity with decimals, such as a weight, is told as one piece of that size.")
        price = _price(item, field, prefix, currency, quantity)
        return Line(sku=sku, name=name, quantity=1, unit_price_minor=price)
    price = _price(item, field, prefix, currency, Decimal(1))
    return Line(sku=sku, name=name, quantity=int(quantity), unit_price_minor=price)


def _quantity(value: object, field: str) -> Decimal:
    text = reading.amount_text(value)
    quantity = Decimal(text) if _NUMBER.fullmatch(text) else None
    if quantity is None or quantity > _MOST:
        raise Refused("quantity_invalid", f"{field} can't be taken; send a number of at least 0.", field)
    return quantity


def _price(item: dict[str, Any], field: str, prefix: str, currency: str, quantity: Decimal) -> int:
    """What one costs as the shop shows it, with tax where that is stated; or what `quantity` of it costs."""
    name = prefix + ("price_incl_tax" if item.get(f"{prefix}price_incl_tax") is not None else "price")
    if item.get(name) is None:
        raise Refused("amount_invalid", f"{field}.price is missing; send the price of one.", f"{field}.price")
    price = item[name]
    if quantity != 1:
        reading.read_rounded_minor(price, currency, f"{field}.{name}")
        price = f"{Decimal(reading.amount_text(price)) * quantity:.6f}"
    return reading.read_rounded_minor(price, currency, f"{field}.{name}")
