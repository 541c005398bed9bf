"""Carts in canonical events, and their lines."""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from common.application.failures import Refused
from common.domain.money import InvalidAmount, is_currency, parse_minor
from common.domain.storefront import Cart, Line
from functions.ingest_event import canonical, reading


def read_cart(stated: canonical.Cart, notes: list[str]) -> Cart:
    """The whole cart as it is now. Raises Refused."""
    cart_id = reading.read_id(stated.id, "cart.id")
    if not any(line.quantity for line in stated.lines):
        # An emptied cart stops what is pending (L9), so nothing about its money may refuse it.
        currency = stated.currency if stated.currency and is_currency(stated.currency) else None
        return Cart(id=cart_id, currency=currency, total_minor=0, url=_url(stated.url, "cart.url", notes))
    currency = reading.read_currency(stated.currency, "cart.currency")
    lines = tuple(
        _line(line, currency, index, notes) for index, line in enumerate(stated.lines) if line.quantity
    )
    total = (
        sum(line.quantity * line.unit_price_minor for line in lines)
        if stated.total is None
        else reading.read_minor(stated.total, currency, "cart.total")
    )
    return Cart(
        id=cart_id,
        currency=currency,
        total_minor=reading.check_total(total, "cart.total"),
        url=_url(stated.url, "cart.url", notes),
        lines=lines,
    )


def read_order_lines(stated: Sequence[canonical.OrderLine], currency: str) -> tuple[Line, ...]:
    """Those of an order's lines that say what was wanted and for how much; the others are left out."""
    lines = []
    for line in stated:
        sku = reading.clean_text(line.sku, reading.MAX_ID)
        quantity = 1 if line.quantity is None else line.quantity
        if not sku or line.unit_price is None or not 0 < quantity <= 1_000_000:
            continue
        with suppress(InvalidAmount):
            price = parse_minor(line.unit_price, currency)
            name = reading.clean_text(line.name or "", reading.MAX_NAME) or sku
            lines.append(Line(sku=sku, name=name, quantity=quantity, unit_price_minor=price))
    return tuple(lines)


def _line(stated: canonical.CartLine, currency: str, index: int, notes: list[str]) -> Line:
    known = _plain_line(
        stated.sku,
        stated.name,
        stated.quantity,
        stated.unit_price,
        currency,
        stated.url,
        stated.image_url,
        stated.available,
    )
    return known or _line_with_care(stated, currency, index, notes)


@lru_cache(maxsize=4096)
def _plain_line(
    sku: str,
    name: str,
    quantity: int,
    unit_price: str,
    currency: str,
    url: str | None,
    image_url: str | None,
    available: bool,
) -> Line | None:
    """A line that nothing has to be said about; a shop's carts have the same ones over and over. Else None."""
    known = reading.clean_text(sku, reading.MAX_ID)
    links = [reading.read_url(link) if link else None for link in (url, image_url)]
    if not known or (url and not links[0]) or (image_url and not links[1]):
        return None
    try:
        price = parse_minor(unit_price, currency)
    except InvalidAmount:
        return None
    return Line(
        sku=known,
        name=reading.clean_text(name, reading.MAX_NAME) or known,
        quantity=quantity,
        unit_price_minor=price,
        url=links[0],
        image_url=links[1],
        available=available,
    )


def _line_with_care(stated: canonical.CartLine, currency: str, index: int, notes: list[str]) -> Line:
    try:
        price = parse_minor(stated.unit_price, currency)
    except InvalidAmount as error:
        field = f"cart.lines[{index}].unit_price"
        raise Refused("amount_invalid", f"{field} can't be taken: {error}.", field) from None
    sku = reading.clean_text(stated.sku, reading.MAX_ID)
    if not sku:
        reading.read_id(sku, f"cart.lines[{index}].sku")
    return Line(
        sku=sku,
        name=reading.clean_text(stated.name, reading.MAX_NAME) or sku,
        quantity=stated.quantity,
        unit_price_minor=price,
        url=_url(stated.url, "cart.lines[].url", notes),
        image_url=_url(stated.image_url, "cart.lines[].image_url", notes),
        available=stated.available,
    )


def _url(stated: str | None, field: str, notes: list[str]) -> str | None:
    return reading.read_link(stated, field, notes) if stated else None
