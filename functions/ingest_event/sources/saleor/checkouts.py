"""Checkouts: Saleor's carts, from the first item to the order."""

from collections.abc import Sequence

from common.application.failures import Refused
from common.domain.storefront import Cart, CartUpdated, CartVisited, Line
from functions.ingest_event import reading
from functions.ingest_event.reading import mapping, text_of
from functions.ingest_event.sources.saleor.deliveries import Delivery, checkout_id
from functions.ingest_event.sources.saleor.money import Payload, Plain, Stated, plain_currency, stated
from functions.ingest_event.sources.saleor.people import read_person
from functions.ingest_event.understanding import Said

_UNIT = ("unitPrice", "unit_price_gross_amount", "base_price", "undiscountedUnitPrice")
_WHOLE = ("totalPrice", "total_price_gross_amount")
_TOTAL = ("totalPrice", "total_price_gross_amount", "total_gross_amount")


def read_checkout(delivery: Delivery) -> Sequence[Said]:
    """The checkout as it is now."""
    part, path = delivery.object, delivery.path
    cart_id = cart_id_of(part, path)
    person = read_person(part, delivery.notes)
    moment = delivery.moment("updatedAt", "lastChange", "updated_at", "last_change")
    return (delivery.event(CartUpdated, moment, cart=_state(delivery, cart_id), person=person),)


def read_paid_checkout(delivery: Delivery) -> Sequence[Said]:
    """A checkout that is paid becomes an order any moment, so its cart is nothing to remind of: activity only."""
    part = delivery.object
    moment = delivery.moment("updatedAt", "lastChange", "updated_at", "last_change")
    person = read_person(part, delivery.notes)
    return (delivery.event(CartVisited, moment, cart_id=cart_id_of(part, delivery.path), person=person),)


def cart_id_of(checkout: Payload, path: str) -> str:
    """The checkout's global id. Raises Refused without an id and a token."""
    name = "token" if not checkout.get("id") and checkout.get("token") else "id"
    return checkout_id(checkout.get(name), path + name)


def _state(delivery: Delivery, cart_id: str) -> Cart:
    part, path = delivery.object, delivery.path
    items = _items(delivery)
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0)
    plain = plain_currency(part, path)
    prices = [_price(item, way, plain) for item, way in items]
    currency = prices[0].checked_currency()
    for price in prices:
        if price.checked_currency() != currency:
            why = f"{path}lines has several currencies; a checkout has one."
            raise Refused("currency_mixed", why, f"{path}lines")
    lines = tuple(
        _line(item, way, price, currency, delivery.notes)
        for (item, way), price in zip(items, prices, strict=True)
    )
    total = stated(part, path, _TOTAL, plain)
    if total is not None and total.currency == currency:
        whole, field = total.minor(currency), total.field
    else:
        whole, field = sum(line.quantity * line.unit_price_minor for line in lines), f"{path}lines"
    return Cart(id=cart_id, currency=currency, total_minor=reading.check_total(whole, field), lines=lines)


def _items(delivery: Delivery) -> list[tuple[Payload, str]]:
    lines, field = delivery.object.get("lines"), f"{delivery.path}lines"
    if lines is None:
        selection = (
            "lines { quantity unitPrice { gross { amount currency } } variant { sku name product { name } } }"
        )
        raise delivery.missing(field, selection)
    if not isinstance(lines, list):
        raise Refused("field_invalid", f"{field} is no list; send the checkout's lines.", field)
    kept = []
    for index, item in enumerate(reading.check_lines(lines, field)):
        way = f"{field}[{index}]."
        if _quantity(mapping(item), way):
            kept.append((item, way))
    return kept


def _quantity(item: Payload, way: str) -> int:
    quantity = item.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity <= 1_000_000:
        return quantity
    why = f"{way}quantity can't be taken; send a whole number of at least 0."
    raise Refused("quantity_invalid", why, f"{way}quantity")


def _price(item: Payload, way: str, plain: Plain) -> Stated:
    """The price of one; of a line that states only its whole, an exact part of that is taken."""
    price = stated(item, way, _UNIT, plain)
    if price is None and item["quantity"] == 1:
        price = stated(item, way, _WHOLE, plain)
    if price is None:
        listed = mapping(mapping(mapping(item.get("variant")).get("pricing")))
        price = stated(listed, f"{way}variant.pricing.", ("price",), plain)
    if price is None:
        why = f"{way}unitPrice is missing; select unitPrice {{ gross {{ amount currency }} }} of each line."
        raise Refused("field_missing", why, f"{way}unitPrice")
    return price


def ordered_line(item: Payload, plain: Plain, currency: str) -> Line | None:
    """The same line in an order; None if there is nothing of it, or its currency is another. Raises Refused."""
    way = "lines[]."
    if not _quantity(item, way):
        return None
    price = _price(item, way, plain)
    return _line(item, way, price, currency, []) if price.currency == currency else None


def _line(item: Payload, way: str, price: Stated, currency: str, notes: list[str]) -> Line:
    name = _name(item)
    sku = sku_of(item) or name[: reading.MAX_ID]
    if not sku:
        raise Refused(
            "field_missing", f"{way}variant is missing; select variant {{ id sku }}.", f"{way}variant"
        )
    image = _image(item)
    return Line(
        sku=sku,
        name=name or sku,
        quantity=item["quantity"],
        unit_price_minor=price.minor(currency),
        image_url=reading.read_link(image, "lines[].thumbnail", notes) if image else None,
    )


def _name(item: Payload) -> str:
    """The product with its variant, in the customer's language where that is stated (L47)."""
    variant = mapping(item.get("variant"))
    product = mapping(variant.get("product"))
    title = text_of(mapping(product.get("translation")), "name") or text_of(product, "name")
    title = title or text_of(item, "translated_product_name", "product_name", "productName", "full_name")
    kind = text_of(mapping(variant.get("translation")), "name") or text_of(variant, "name")
    kind = kind or text_of(item, "translated_variant_name", "variant_name", "variantName")
    if kind and kind not in title and kind != text_of(variant, "id"):
        title = f"{title} - {kind}" if title else kind
    return title[: reading.MAX_NAME]


def sku_of(item: Payload) -> str:
    """The article: its sku, else its variant's id or the line's own; else empty."""
    variant = mapping(item.get("variant"))
    stated = (
        item.get("productSku"),
        item.get("product_sku"),
        item.get("sku"),
        variant.get("sku"),
        variant.get("id"),
    )
    for value in (*stated, item.get("variant_id"), item.get("product_variant_id"), item.get("id")):
        if value:
            try:
                return reading.read_id(value, "sku")
            except Refused:
                continue
    return ""


def _image(item: Payload) -> str:
    product = mapping(mapping(item.get("variant")).get("product"))
    return text_of(mapping(item.get("thumbnail")), "url") or text_of(mapping(product.get("thumbnail")), "url")
