"""Orders and refunds."""

from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderFacts, OrderReturned
from functions.ingest_event import salvage
from functions.ingest_event.reading import MAX_ID, listing, mapping, text_of
from functions.ingest_event.sources.shopify.carts import cart_id_of, sku_of
from functions.ingest_event.sources.shopify.customers import read_person, resource_id
from functions.ingest_event.sources.shopify.money import KINDS, Payload, Plain, stated


def read_order(payload: Payload, notes: list[str]) -> dict[str, Any]:
    """The order and its buyer."""
    total, kind = _total(payload, notes)
    source = text_of(payload, "source_name").lower()
    items = map(mapping, listing(payload.get("line_items")))
    order = OrderFacts(
        id=resource_id(payload.get("id"), "id"),
        cart_id=cart_id_of(payload.get("cart_token"), payload.get("checkout_token")),
        total=total,
        discount_minor=_discount(payload, kind, total.currency, notes),
        voucher_codes=_codes(payload),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, items)))),
        # A draft order is written by staff, and `user_id` is the member of staff who keyed an order in (L12).
        # At the till that is the cashier, while the customer is the one who decides.
        made_by_shop=source == "shopify_draft_order" or (bool(payload.get("user_id")) and source != "pos"),
    )
    return {"order": order, "person": read_person(payload, notes)}


def _total(payload: Payload, notes: list[str]) -> tuple[Money, str]:
    """The first total that can be read, the customer's own first: an order is not lost over the others."""
    problem: Refused | None = None
    for kind in KINDS:
        price = stated(payload, "", ("total_price",), kind, Plain(payload.get("currency"), "currency"))
        if price is None:
            continue
        try:
            currency = price.checked_currency()
            total = Money(price.minor(currency), currency)
        except Refused as refused:
            problem = problem or refused
            continue
        if problem:
            notes.append(f"{problem.field} could not be read; {price.field} was used.")
        return total, kind
    missing = "total_price is missing; send the order's total."
    raise problem or Refused("field_missing", missing, "total_price")


def _discount(payload: Payload, kind: str, currency: str, notes: list[str]) -> int:
    discount = stated(payload, "", ("total_discounts",), kind, Plain(currency, "currency"))
    try:
        return discount.minor(currency) if discount and discount.currency == currency else 0
    except Refused:
        notes.append("total_discounts was left out: it is not an amount.")
        return 0


def _codes(payload: Payload) -> tuple[str, ...]:
    codes = (text_of(mapping(code), "code")[:MAX_ID] for code in listing(payload.get("discount_codes")))
    return tuple(dict.fromkeys(filter(None, codes)))


def read_refund(payload: Payload, notes: list[str]) -> tuple[type[OrderReturned], dict[str, Any]] | None:
    """None where money went back but no goods did: items that were never sent, shipping, goodwill."""
    items = [mapping(item) for item in listing(payload.get("refund_line_items"))]
    if all(item.get("restock_type") == "cancel" for item in items):
        return None
    return OrderReturned, {
        "return_id": resource_id(payload.get("id"), "id"),
        "order_id": resource_id(payload.get("order_id"), "order_id"),
        "total": _refunded(payload, items, notes),
    }


def _refunded(payload: Payload, items: list[Payload], notes: list[str]) -> Money | None:
    """What was paid back; else what the returned goods were worth. None if neither can be read."""
    paid = [
        salvage.money_of(transaction.get("amount"), transaction.get("currency"))
        for transaction in map(mapping, listing(payload.get("transactions")))
        if transaction.get("kind") == "refund" and transaction.get("status") in ("success", "pending")
    ]
    prices = (mapping(mapping(item.get("subtotal_set")).get("presentment_money")) for item in items)
    worth = [salvage.money_of(price.get("amount"), price.get("currency_code")) for price in prices]
    for amounts in (paid, worth):
        readable = [money for money in amounts if money]
        if readable and len(readable) == len(amounts) and len({money.currency for money in readable}) == 1:
            return Money(sum(money.minor for money in readable), readable[0].currency)
    notes.append("The refund's total was left out: neither transactions nor refund_line_items state it.")
    return None
