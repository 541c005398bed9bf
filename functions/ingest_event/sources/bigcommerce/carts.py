"""Carts of the V3 API."""

from collections.abc import Iterator
from typing import Any

from common.application.failures import Refused
from common.domain.storefront import Cart, Line
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.bigcommerce.hook import Hook

_LISTS = ("physical_items", "digital_items", "custom_items", "gift_certificates")
_PRICES = ("sale_price", "list_price", "amount", "price_inc_tax", "price_ex_tax", "base_price")
"""Of one: three of a cart's lines, three of an order's products."""


def read_cart(opened: Envelope, hook: Hook) -> Cart:
    """The whole cart. Raises Refused."""
    resource, path = hook.resource, hook.path
    cart_id = reading.read_id(resource.get("id"), f"{path}id")
    url = _url(opened, resource, path)
    items = list(_items(resource, path))
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0, url=url)
    currency = reading.read_currency(mapping(resource.get("currency")).get("code"), f"{path}currency.code")
    lines = tuple(_line(item, field, quantity, currency, opened.notes) for item, field, quantity in items)
    total = sum(line.quantity * line.unit_price_minor for line in lines)
    if resource.get("cart_amount") is not None:
        total = reading.read_rounded_minor(resource["cart_amount"], currency, f"{path}cart_amount")
    total = reading.check_total(total, f"{path}cart_amount")
    return Cart(id=cart_id, currency=currency, total_minor=total, url=url, lines=lines)


def _items(resource: dict[str, Any], path: str) -> Iterator[tuple[dict[str, Any], str, int]]:
    """The lines with their paths and quantities."""
    stated = resource.get("line_items")
    if not isinstance(stated, dict):
        field = f"{path}line_items"
        reason = "field_missing" if stated is None else "field_invalid"
        raise Refused(reason, f"{field} is not an object; send the cart's line items in it.", field)
    for name in _LISTS:
        entries = stated.get(name)
        field = f"{path}line_items.{name}"
        if entries is None:
            continue
        if not isinstance(entries, list):
            raise Refused("field_invalid", f"{field} is not an array; send the cart's lines in it.", field)
        for index, entry in enumerate(reading.check_lines(entries, field)):
            where = f"{field}[{index}]"
            quantity = 1 if name == "gift_certificates" else _quantity(mapping(entry), f"{where}.quantity")
            if quantity:
                yield mapping(entry), where, quantity


def _quantity(item: dict[str, Any], field: str) -> int:
    quantity = item.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity <= 1_000_000:
        return quantity
    raise Refused("quantity_invalid", f"{field} can't be taken; send a whole number of at least 0.", field)


def ordered_line(item: dict[str, Any], currency: str) -> Line | None:
    """A product of an order of the V2 API; None if there is nothing of it. Raises Refused."""
    field = "products[]"
    quantity = _quantity(item, f"{field}.quantity")
    return _line(item, field, quantity, currency, []) if quantity else None


def _line(item: dict[str, Any], field: str, quantity: int, currency: str, notes: list[str]) -> Line:
    name = next((name for name in _PRICES if item.get(name) is not None), "list_price")
    if item.get(name) is None:
        raise Refused(
            "amount_invalid", f"{field}.{name} is missing; send the price of one.", f"{field}.{name}"
        )
    sku = sku_of(item)
    if not sku:
        raise Refused("field_missing", f"{field}.sku is missing; send the article's sku.", f"{field}.sku")
    return Line(
        sku=sku,
        name=text_of(item, "name")[: reading.MAX_NAME] or sku,
        quantity=quantity,
        unit_price_minor=reading.read_rounded_minor(item[name], currency, f"{field}.{name}"),
        url=_link(text_of(item, "url"), "line_items[].url", notes),
        image_url=_link(text_of(item, "image_url"), "line_items[].image_url", notes),
    )


def sku_of(item: dict[str, Any]) -> str:
    """The article: its sku, else the variant, product or line that the store numbers; else empty."""
    for name in ("sku", "variant_id", "product_id", "id"):
        if item.get(name):
            try:
                return reading.read_id(item[name], name)
            except Refused:
                continue
    return ""


def _url(opened: Envelope, resource: dict[str, Any], path: str) -> str | None:
    urls = mapping(resource.get("redirect_urls"))
    return _link(text_of(urls, "cart_url", "checkout_url"), f"{path}redirect_urls.cart_url", opened.notes)


def _link(text: str, field: str, notes: list[str]) -> str | None:
    return reading.read_link(text, field, notes) if text else None
