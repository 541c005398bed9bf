"""Carts: the Store API's own answer, and the draft order that the block checkout keeps while somebody is in it."""

from html import unescape
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import Cart, Line
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.woocommerce.amounts import Payload, major, per_piece, shifted

_SOLD_OUT = ("out_of_stock", "not_purchasable")
"""Ends of the error codes by which a cart says that an item can't be bought (`partially_out_of_stock` still can)."""


def cart_of(payload: Payload, at: str, cart_id: str, url: str, notes: list[str]) -> Cart:
    """A Store API cart. Its prices are as the shop shows them, with or without tax (L34)."""
    items = _lines_of(payload, at, "items")
    link = reading.read_link(url, "cart_url", notes) if url else None
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0, url=link)
    totals = mapping(payload.get("totals"))
    currency = _currency(totals, at, items)
    blocked = _blocked(payload)
    lines = tuple(_item(item, field, currency, blocked, notes) for field, item in items)
    if totals.get("total_price") is None:
        total = sum(line.quantity * line.unit_price_minor for line in lines)
        reading.check_total(total, f"{at}items")
    else:
        unit = totals.get("currency_minor_unit")
        total = shifted(totals["total_price"], unit, currency, f"{at}totals.total_price")
    return Cart(id=cart_id, currency=currency, total_minor=total, url=link, lines=lines)


def draft_of(order: Payload, at: str, cart_id: str, currency: str, url: str, notes: list[str]) -> Cart:
    """The cart that an order in the making stands for; a line's price is the one before coupons, as in carts."""
    link = reading.read_link(url, "cart_url", notes) if url else None
    lines = tuple(
        _order_line(line, field, currency, has_tax_in_prices(order), notes)
        for field, line in _lines_of(order, at, "line_items")
    )
    if not lines:
        return Cart(id=cart_id, currency=None, total_minor=0, url=link)
    total = major(order.get("total"), currency, f"{at}total")
    return Cart(id=cart_id, currency=currency, total_minor=total, url=link, lines=lines)


def ordered_line(line: Payload, currency: str, with_tax: bool) -> Line | None:
    """A line of an order, priced as in its draft; None if there is nothing of it. Raises Refused."""
    field = "line_items[]"
    return _order_line(line, field, currency, with_tax, []) if _quantity(line, field) else None


def has_tax_in_prices(order: Payload) -> bool:
    """Whether the shop enters its prices with tax, which is also how its customers see them."""
    return order.get("prices_include_tax") is True


def sku_of(item: Payload) -> str:
    """The article: its sku, else the number of its variation or product (a cart's item has either in `id`)."""
    names = ("sku", "variation_id", "product_id", *(() if "product_id" in item else ("id",)))
    for name in names:
        if item.get(name):
            try:
                return reading.read_id(item[name], name)
            except Refused:
                continue
    return ""


def _lines_of(holder: Payload, at: str, name: str) -> list[tuple[str, Payload]]:
    """The lines that have a quantity, each with its path."""
    lines = holder.get(name)
    if not isinstance(lines, list):
        why = f"{at}{name} is missing; send the cart's lines, [] if it is emptied."
        raise Refused("field_missing" if lines is None else "field_invalid", why, at + name)
    found = []
    for index, line in enumerate(reading.check_lines(lines, at + name)):
        field = f"{at}{name}[{index}]"
        if _quantity(mapping(line), field):
            found.append((field, line))
    return found


def _quantity(line: Payload, field: str) -> int:
    quantity = line.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity <= 1_000_000:
        return quantity
    why = f"{field}.quantity can't be taken; send a whole number of at least 0."
    raise Refused("quantity_invalid", why, f"{field}.quantity")


def _currency(totals: Payload, at: str, items: list[tuple[str, Payload]]) -> str:
    """The one currency of the cart and of its items."""
    stated = [(f"{at}totals.currency_code", totals.get("currency_code"))]
    stated += [
        (f"{field}.prices.currency_code", mapping(item.get("prices")).get("currency_code"))
        for field, item in items
    ]
    named = [(field, code) for field, code in stated if code] or stated[:1]
    currency = reading.read_currency(named[0][1], named[0][0])
    for field, code in named:
        if code != currency:
            raise Refused("currency_mixed", f"{field} differs from the cart's; a cart has one.", field)
    return currency


def _item(item: Payload, field: str, currency: str, blocked: tuple[str, ...], notes: list[str]) -> Line:
    prices = mapping(item.get("prices"))
    if prices.get("price") is None:
        why = f"{field}.prices.price is missing; send the price of one in smallest units."
        raise Refused("amount_invalid", why, f"{field}.prices.price")
    price = shifted(prices["price"], prices.get("currency_minor_unit"), currency, f"{field}.prices.price")
    plain = unescape(text_of(item, "name"))
    chosen = (text_of(mapping(one), "value") for one in listing(item.get("variation")))
    options = [unescape(value) for value in chosen if value and unescape(value) not in plain]
    name = f"{plain} - {', '.join(options)}" if plain and options else plain
    images = listing(item.get("images"))
    return _line(
        item,
        field,
        name,
        price,
        text_of(mapping(images[0] if images else None), "src", "thumbnail"),
        notes,
        available=not any(plain and plain in message for message in blocked),
    )


def _order_line(line: Payload, field: str, currency: str, with_tax: bool, notes: list[str]) -> Line:
    """What was ordered at the price before coupons."""
    stated = "subtotal" if line.get("subtotal") is not None else "total"
    worth = major(line.get(stated), currency, f"{field}.{stated}")
    if with_tax and line.get(f"{stated}_tax"):
        worth += major(line[f"{stated}_tax"], currency, f"{field}.{stated}_tax")
    price = per_piece(worth, line["quantity"])
    name = unescape(text_of(line, "name", "parent_name"))
    return _line(line, field, name, price, text_of(mapping(line.get("image")), "src"), notes)


def _line(
    item: Payload, field: str, name: str, price: int, image: str, notes: list[str], **facts: Any
) -> Line:
    sku = sku_of(item) or name[: reading.MAX_ID]
    if not sku:
        raise Refused("field_missing", f"{field}.sku is missing; send the article's sku.", f"{field}.sku")
    link = text_of(item, "permalink")
    return Line(
        sku=sku,
        name=name[: reading.MAX_NAME] or sku,
        quantity=item["quantity"],
        unit_price_minor=price,
        url=reading.read_link(link, f"{field}.permalink", notes) if link else None,
        image_url=reading.read_link(image, "image.src", notes) if image else None,
        **facts,
    )


def _blocked(payload: Payload) -> tuple[str, ...]:
    """What the cart says about items that sold out. It names them by their names only."""
    errors = [mapping(error) for error in listing(payload.get("errors"))]
    return tuple(
        unescape(text_of(error, "message"))
        for error in errors
        if text_of(error, "code").endswith(_SOLD_OUT) and "partially" not in text_of(error, "code")
    )
