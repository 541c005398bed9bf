"""What an order states of itself, wherever in a payload it stands."""

from collections.abc import Sequence
from dataclasses import replace

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import Line, OrderFacts
from functions.ingest_event import reading
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import MAX_ID, listing, mapping, text_of
from functions.ingest_event.sources.medusa.carts import ordered_line, sku_of
from functions.ingest_event.sources.medusa.deliveries import Delivery
from functions.ingest_event.sources.medusa.money import Payload, read_currency

_SUMMARY_TOTALS = ("current_order_total", "original_order_total")


def order_facts(delivery: Delivery, order: Payload, path: str, total: Money | None) -> OrderFacts:
    """The order's facts besides its total. Raises Refused without an id."""
    items = [mapping(item) for item in listing(order.get("items"))]
    return OrderFacts(
        id=reading.read_id(order.get("id"), f"{path}id"),
        cart_id=_cart_id(order, delivery.notes),
        total=total,
        discount_minor=_discount(delivery, order, path, total.currency) if total else 0,
        voucher_codes=_codes(order),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, items)))),
        made_by_shop=bool(order.get("draft_order_id"))
        or order.get("is_draft_order") is True
        or text_of(mapping(order.get("cart")), "type") == "draft_order",
        lines=_lines(delivery, items, total.currency) if total else (),
    )


def _lines(delivery: Delivery, items: Sequence[Payload], currency: str) -> tuple[Line, ...]:
    amounts = replace(delivery.amounts, notes=[])  # nobody has to hear how the price of one line was rounded
    return readable_lines(items, lambda item: ordered_line(item, currency, amounts))


def total_of(delivery: Delivery, order: Payload, path: str) -> Money:
    """The order's total. Raises Refused, also where it is missing."""
    total = stated_total(delivery, order, path)
    if total is None:
        what = "the order's total, currency_code, status, payment_status and items"
        raise delivery.missing(f"{path}total", what)
    return total


def stated_total(delivery: Delivery, order: Payload, path: str) -> Money | None:
    """The order's total, in version 2 also from its summary; None if there is none. Raises Refused."""
    summary = mapping(order.get("summary"))
    for holder, name, way in (
        (order, "total", path),
        *((summary, name, f"{path}summary.") for name in _SUMMARY_TOTALS),
    ):
        if holder.get(name) is None and holder.get(f"raw_{name}") is None:
            continue
        currency = read_currency(order, path, (mapping(order.get("region")), f"{path}region."))
        minor = delivery.amounts.read(holder, name, way, currency)
        if minor is None:
            raise Refused(
                "amount_invalid", f"{way}{name} is no amount; send the order's total.", f"{way}{name}"
            )
        return Money(reading.check_total(minor, f"{way}{name}"), currency)
    return None


def _discount(delivery: Delivery, order: Payload, path: str, currency: str) -> int:
    try:
        return delivery.amounts.read(order, "discount_total", path, currency) or 0
    except Refused:
        delivery.notes.append("discount_total was left out: it is not an amount.")
        return 0


def _cart_id(order: Payload, notes: list[str]) -> str | None:
    """Version 1 names the cart in the order; version 2 only where the subscriber loads it, or in our metadata key."""
    places = (
        order.get("cart_id"),
        mapping(order.get("cart")).get("id"),
        mapping(order.get("metadata")).get("cart_id"),
    )
    for value in places:
        if value:
            try:
                return reading.read_id(value, "cart_id")
            except Refused:
                notes.append("cart_id was left out: it is not an id.")
    return None


def _codes(order: Payload) -> tuple[str, ...]:
    """The codes that customers enter: of discounts, promotions, and adjustments of items and shipping."""
    promotions = [mapping(one) for one in listing(order.get("promotions"))]
    automatic = {text_of(one, "code") for one in promotions if one.get("is_automatic") is True}
    adjusted = [*listing(order.get("items")), *listing(order.get("shipping_methods"))]
    adjustments = [one for item in adjusted for one in listing(mapping(item).get("adjustments"))]
    stated = (
        text_of(mapping(one), "code") for one in (*listing(order.get("discounts")), *promotions, *adjustments)
    )
    return tuple(dict.fromkeys(code[:MAX_ID] for code in stated if code and code not in automatic))
