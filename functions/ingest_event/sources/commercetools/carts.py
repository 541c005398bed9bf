"""Carts and their lines, as an API Extension, an enriched message or the API itself states them."""

from collections.abc import Iterator
from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import Cart, Line
from functions.ingest_event import reading
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.commercetools.money import Payload, read_money, read_total

_MOST_PIECES = 1_000_000


def read_cart(cart: Payload, path: str, notes: list[str]) -> Cart:
    """The cart as it is now; `path` leads to it. Raises Refused."""
    cart_id = reading.read_id(cart.get("id"), f"{path}id")
    goods = [*_goods(cart, path), *_custom_goods(cart, path)]
    if not goods:
        return Cart(id=cart_id, currency=None, total_minor=0)
    total = read_gross(cart, path, notes)
    lines = tuple(
        _line(item, field, name, total.currency, notes) for item, field, name in _named(goods, cart)
    )
    return Cart(
        id=cart_id,
        currency=total.currency,
        total_minor=reading.check_total(total.minor, f"{path}totalPrice.centAmount"),
        lines=lines,
    )


def read_gross(holder: Payload, path: str, notes: list[str]) -> Money:
    """What the customer pays: the total with its taxes where they are known, else the total itself. Raises Refused."""
    try:
        gross = read_total(mapping(holder.get("taxedPrice")), "totalGross", f"{path}taxedPrice.")
    except Refused as refused:
        gross = None
        notes.append(f"{refused.field} could not be read; totalPrice was used.")
    total = gross or read_total(holder, "totalPrice", path)
    if total is None:
        field = f"{path}totalPrice"
        raise Refused("field_missing", f"{field} is missing; send the total with its currency.", field)
    return total


def skus_of(holder: Payload) -> tuple[str, ...]:
    """The articles of a cart or order, as far as they can be read."""
    skus = (_sku(mapping(item)) for item in listing(holder.get("lineItems")))
    return tuple(dict.fromkeys(filter(None, skus)))


def ordered_lines(order: Payload, currency: str) -> tuple[Line, ...]:
    """The lines of an order that can be read, priced in its currency as a cart's are."""
    locale = text_of(order, "locale")

    def read(item: Payload) -> Line | None:
        field = "lineItems[]"
        name = localized(item.get("name"), locale)[: reading.MAX_NAME]
        return _line(item, field, name, currency, []) if _quantity(item, field) else None

    items = (*listing(order.get("lineItems")), *listing(order.get("customLineItems")))
    return readable_lines(map(mapping, items), read)


def _goods(cart: Payload, path: str) -> Iterator[tuple[Payload, str]]:
    """The lines that have a quantity, each with its path."""
    items = cart.get("lineItems")
    if not isinstance(items, list):
        field = f"{path}lineItems"
        why = f"{field} is missing; send the cart's lines, [] if it is emptied."
        raise Refused("field_missing", why, field)
    yield from _with_quantity(reading.check_lines(items, f"{path}lineItems"), f"{path}lineItems")


def _custom_goods(cart: Payload, path: str) -> Iterator[tuple[Payload, str]]:
    """Lines beyond the catalogue that cost something; the others are discounts and notes."""
    items = reading.check_lines(listing(cart.get("customLineItems")), f"{path}customLineItems")
    for item, field in _with_quantity(items, f"{path}customLineItems"):
        price = read_money(item, "totalPrice", f"{field}.") or read_money(item, "money", f"{field}.")
        if price is not None and price.minor > 0:
            yield item, field


def _with_quantity(items: list[Any], path: str) -> Iterator[tuple[Payload, str]]:
    for index, item in enumerate(items):
        field = f"{path}[{index}]"
        if _quantity(mapping(item), field):
            yield item, field


def _quantity(item: Payload, field: str) -> int:
    quantity = item.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity <= _MOST_PIECES:
        return quantity
    why = f"{field}.quantity can't be taken; send a whole number of at least 0."
    raise Refused("quantity_invalid", why, f"{field}.quantity")


def _named(goods: list[tuple[Payload, str]], cart: Payload) -> Iterator[tuple[Payload, str, str]]:
    locale = text_of(cart, "locale")
    for item, field in goods:
        yield item, field, localized(item.get("name"), locale)[: reading.MAX_NAME]


def localized(name: object, locale: str) -> str:
    """The text in the cart's language (L47), else in English, else in the first language there is."""
    if not isinstance(name, dict):
        return reading.clean_text(name, reading.MAX_NAME) if isinstance(name, str) else ""
    texts = {key.lower().replace("_", "-"): text_of(name, key) for key in name}
    wanted = locale.lower().replace("_", "-")
    language = wanted.partition("-")[0]
    alike = [key for key in texts if language and key.partition("-")[0] == language]
    return next((texts[key] for key in (wanted, *alike, "en", *texts) if texts.get(key)), "")


def _line(item: Payload, field: str, name: str, currency: str, notes: list[str]) -> Line:
    variant = mapping(item.get("variant"))
    sku = _sku(item) or name[: reading.MAX_ID]
    if not sku:
        why = f"{field}.variant.sku is missing; send the article's sku."
        raise Refused("field_missing", why, f"{field}.variant.sku")
    image = next((text_of(mapping(each), "url") for each in listing(variant.get("images"))), "")
    return Line(
        sku=sku,
        name=name or sku,
        quantity=item["quantity"],
        unit_price_minor=_unit_price(item, field, currency),
        image_url=reading.read_link(image, "lineItems[].variant.images[0].url", notes) if image else None,
        available=mapping(variant.get("availability")).get("isOnStock") is not False,
    )


def _sku(item: Payload) -> str:
    """The variant's sku, else what else names the article; else empty."""
    variant = mapping(item.get("variant"))
    found = text_of(variant, "sku", "key") or text_of(item, "productKey", "slug", "productId", "id")
    return found if len(found) <= reading.MAX_ID else ""


def _unit_price(item: Payload, field: str, currency: str) -> int:
    """What one costs as the shop shows it, its discounts in it; a fraction of a cent is rounded half up."""
    price = mapping(item.get("price"))
    stated = (
        (item, "totalPrice", f"{field}.", item["quantity"]),
        (mapping(price.get("discounted")), "value", f"{field}.price.discounted.", 1),
        (price, "value", f"{field}.price.", 1),
        (item, "money", f"{field}.", 1),
    )
    for holder, name, path, pieces in stated:
        whole = read_total(holder, name, path)
        if whole is None:
            continue
        if whole.currency != currency:
            where = f"{path}{name}.currencyCode"
            raise Refused("currency_mixed", f"{where} is not the cart's currency; a cart has one.", where)
        return int((2 * whole.minor + pieces) // (2 * pieces))
    why = f"{field}.totalPrice is missing; send the line's price."
    raise Refused("amount_invalid", why, f"{field}.totalPrice")
