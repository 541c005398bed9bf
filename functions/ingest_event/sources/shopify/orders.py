"""An order as Shopify states it, whatever the topic."""

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderFacts
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import MAX_ID, listing, mapping, text_of
from functions.ingest_event.sources.shopify.carts import cart_id_of, ordered_line, sku_of
from functions.ingest_event.sources.shopify.customers import own_id
from functions.ingest_event.sources.shopify.money import KINDS, Payload, Plain, stated


def read_order(payload: Payload, notes: list[str]) -> OrderFacts:
    """The order; its total is what was ordered, from which refunds are taken off by themselves."""
    total, kind = _total(payload, notes)
    plain, currency = Plain(payload.get("currency"), "currency"), total.currency
    items = [mapping(item) for item in listing(payload.get("line_items"))]
    return OrderFacts(
        id=own_id(payload),
        cart_id=_cart_id(payload, notes),
        total=total,
        discount_minor=_discount(payload, kind, currency, notes),
        voucher_codes=_codes(payload),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, items)))),
        made_by_shop=_is_made_by_shop(payload),
        lines=readable_lines(items, lambda item: ordered_line(item, plain, currency)),
    )


def _cart_id(payload: Payload, notes: list[str]) -> str | None:
    """The cart that it came from; an order is not lost over an unreadable one."""
    try:
        return cart_id_of(payload, "cart_token", "checkout_token")
    except Refused as refused:
        notes.append(f"{refused.field} was left out: it is not a token.")
        return None


def _is_made_by_shop(payload: Payload) -> bool:
    """Whether staff or a running subscription made the order, and not the customer in the shop (L12).

    A draft order is written by staff, and `user_id` is the member of staff who keyed an order in. At the till
    that is the cashier, while the customer is the one who decides.
    """
    source = text_of(payload, "source_name").lower()
    if source == "shopify_draft_order" or source.startswith("subscription_contract"):
        return True
    return bool(payload.get("user_id")) and source != "pos"


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
    """The codes that the customer typed in; automatic, manual and script discounts have none."""
    applied = [mapping(entry) for entry in listing(payload.get("discount_applications"))]
    entered = [entry for entry in applied if entry.get("type") == "discount_code"]
    stated = (*map(mapping, listing(payload.get("discount_codes"))), *entered)
    return tuple(dict.fromkeys(filter(None, (text_of(entry, "code")[:MAX_ID] for entry in stated))))
