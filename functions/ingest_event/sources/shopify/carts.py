"""Carts and checkouts: the same lost order at two moments, under one id."""

from collections.abc import Iterator

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Cart, CartUpdated, Line
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import text_of
from functions.ingest_event.sources.shopify.attributes import anonymous_id, attribute_of
from functions.ingest_event.sources.shopify.customers import read_person, resource_id
from functions.ingest_event.sources.shopify.facts import Fact
from functions.ingest_event.sources.shopify.money import KINDS, Payload, Plain, Stated, stated

_UNIT = ("discounted_price", "price")
"""What the customer pays for one, where a discount is already in it; else the list price."""


def read_cart(told: Envelope) -> Iterator[Fact]:
    """The cart as its webhooks state it: with prices, without a contact."""
    payload = told.payload
    cart_id = cart_id_of(payload, "token" if payload.get("token") else "id")
    if cart_id is None:
        raise Refused("field_missing", "token is missing; send the cart's token.", "token")
    person, _ = contact.describe_person(anonymous_id=anonymous_id(payload))
    yield Fact(CartUpdated, {"cart": _cart_state(cart_id, payload, "currency", told.notes), "person": person})


def read_checkout(told: Envelope) -> Iterator[Fact]:
    """The checkout as the cart that it came from, with the person who typed in a contact."""
    payload = told.payload
    cart_id = cart_id_of(payload, "cart_token", "token")
    if cart_id is None:
        why = "cart_token is missing; send it or the checkout's token."
        raise Refused("field_missing", why, "cart_token")
    person = read_person(payload, told.notes)
    if payload.get("completed_at"):
        # Nothing is left to remind of, whether or not its order is delivered.
        bought = Cart(id=cart_id, currency=None, total_minor=0)
        yield Fact(CartUpdated, {"cart": bought, "person": person})
        return
    named_in = "presentment_currency" if payload.get("presentment_currency") else "currency"
    yield Fact(CartUpdated, {"cart": _cart_state(cart_id, payload, named_in, told.notes), "person": person})


def cart_id_of(payload: Payload, cart_field: str, checkout_field: str = "") -> str | None:
    """The one rule by which carts, checkouts and orders find each other; the fields name the tokens of both.

    A checkout that no cart of Shopify's led to may carry its shop's own `cart_token` among its attributes.
    """
    for token in (payload.get(cart_field), attribute_of(payload, "cart_token")):
        if token:  # ?key=... is its password
            text = reading.read_id(token, cart_field).partition("?")[0]
            return resource_id(text, cart_field) if text else None
    if payload.get(checkout_field):
        return "checkout:" + reading.read_id(payload[checkout_field], checkout_field)
    return None


def _cart_state(cart_id: str, payload: Payload, named_in: str, notes: list[str]) -> Cart:
    """The cart; `named_in` is the field that names the currency of plain amounts."""
    plain = Plain(payload.get(named_in), named_in)
    url = _url(text_of(payload, "abandoned_checkout_url"), "abandoned_checkout_url", notes)
    items = _items(payload)
    if not items:
        return Cart(id=cart_id, currency=None, total_minor=0, url=url)
    kind, currency = _money_of(items, plain)
    lines, total = [], 0
    for field, item in items:
        line = _line(item, field, stated(item, f"{field}.", _UNIT, kind, plain), currency, notes)
        whole = stated(item, f"{field}.", ("line_price",), kind, plain)
        total += whole.minor(currency) if whole else line.unit_price_minor * line.quantity
        lines.append(line)
    if payload.get("total_price") is not None and plain.currency == currency:
        total = reading.read_minor(payload["total_price"], currency, "total_price")
    total = reading.check_total(total, "total_price")
    return Cart(id=cart_id, currency=currency, total_minor=total, url=url, lines=tuple(lines))


def _items(payload: Payload) -> list[tuple[str, Payload]]:
    """The lines that have a quantity, each with its path."""
    lines = payload.get("line_items")
    if not isinstance(lines, list):
        why = "line_items is missing; send the cart's lines, [] if it is emptied."
        raise Refused("field_missing", why, "line_items")
    items = []
    for index, item in enumerate(reading.check_lines(lines, "line_items")):
        field = f"line_items[{index}]"
        if not isinstance(item, dict):
            raise Refused("field_invalid", f"{field} is not an object; send the line as Shopify does.", field)
        if _quantity(item, field):
            items.append((field, item))
    return items


def _quantity(item: Payload, field: str) -> int:
    quantity = item.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool) and 0 <= quantity <= 1_000_000:
        return quantity
    why = f"{field}.quantity can't be taken; send a whole number of at least 0."
    raise Refused("quantity_invalid", why, f"{field}.quantity")


def _money_of(items: list[tuple[str, Payload]], plain: Plain) -> tuple[str, str]:
    """The first kind of amount that every line states in one currency, and that currency."""
    several = False
    for kind in KINDS:
        prices = [stated(item, f"{field}.", _UNIT, kind, plain) for field, item in items]
        known = [price for price in prices if price and isinstance(price.currency, str)]
        if len(known) < len(items):
            continue
        if len({price.currency for price in known}) == 1:
            return kind, known[0].checked_currency()
        several = True
    if several:
        raise Refused("currency_mixed", "line_items has several currencies; a cart has one.", "line_items")
    reading.read_currency(plain.currency, plain.field)
    unpriced = (field for field, item in items if stated(item, "", _UNIT, "plain", plain) is None)
    field = f"{next(unpriced, items[0][0])}.price"
    raise Refused("amount_invalid", f"{field} is missing; send the price of one.", field)


def ordered_line(item: Payload, plain: Plain, currency: str) -> Line | None:
    """The same line in an order; None if there is nothing of it, or no price in that currency. Raises Refused."""
    field = "line_items[]"
    if not _quantity(item, field):
        return None
    prices = (stated(item, f"{field}.", _UNIT, kind, plain) for kind in KINDS)
    price = next((one for one in prices if one and one.currency == currency), None)
    return _line(item, field, price, currency, []) if price else None


def _line(item: Payload, field: str, price: Stated | None, currency: str, notes: list[str]) -> Line:
    name = _name(item)
    sku = sku_of(item) or name[: reading.MAX_ID]
    if not sku or price is None:
        raise Refused("field_missing", f"{field}.sku is missing; send the article's sku.", f"{field}.sku")
    image = text_of(item, "image_url", "image")
    return Line(
        sku=sku,
        name=name or sku,
        quantity=item["quantity"],
        unit_price_minor=price.minor(currency),
        url=_url(text_of(item, "url"), "line_items[].url", notes),
        image_url=_url(f"https:{image}" if image[:2] == "//" else image, "line_items[].image_url", notes),
    )


def _name(item: Payload) -> str:
    """The article in the customer's language, with its variant where there is one (L47)."""
    title = text_of(item, "presentment_title", "title", "name")
    variant = text_of(item, "presentment_variant_title", "variant_title")
    if variant and variant != "Default Title" and variant not in title:
        title = f"{title} - {variant}" if title else variant
    return title[: reading.MAX_NAME]


def sku_of(item: Payload) -> str:
    """The article: its sku, else the variant, product or line that Shopify numbers; else empty."""
    for name in ("sku", "variant_id", "product_id", "id", "key"):
        if item.get(name):
            try:
                return resource_id(item[name], name)
            except Refused:
                continue
    return ""


def _url(text: str, field: str, notes: list[str]) -> str | None:
    return reading.read_link(text, field, notes) if text else None
