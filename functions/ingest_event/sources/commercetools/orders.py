"""Orders: their facts, and which event an order's state and payment state amount to."""

from collections.abc import Iterator

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
)
from functions.ingest_event import reading
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.commercetools.carts import ordered_lines, read_gross, skus_of
from functions.ingest_event.sources.commercetools.customers import optional_id
from functions.ingest_event.sources.commercetools.money import Payload, read_money

OrderKind = type[OrderPlaced] | type[OrderPaymentFailed] | type[OrderCancelled]

BY_PAYMENT: dict[str, OrderKind] = {
    "Pending": OrderPlaced,
    "BalanceDue": OrderPlaced,
    "Paid": OrderPaid,
    "CreditOwed": OrderPaid,
    "Failed": OrderPaymentFailed,
}
"""Credit is owed where more than the total was paid."""
_CAME_BACK = ("Returned", "BackInStock", "Unusable")
_BY_SHOP = ("Merchant", "Quote", "RecurringOrder")


def kind_of(order: Payload) -> OrderKind:
    """What the order's states say; an unknown payment state says only that there is an order."""
    if order.get("orderState") == "Cancelled":
        return OrderCancelled
    return BY_PAYMENT.get(text_of(order, "paymentState"), OrderPlaced)


def read_order(order: Payload, path: str, notes: list[str], *, by_shop: bool = False) -> OrderFacts:
    """The facts of a whole order; `path` leads to it. Raises Refused without its id or total."""
    total = read_gross(order, path, notes)
    reading.check_total(total.minor, f"{path}totalPrice.centAmount")
    return OrderFacts(
        id=reading.read_id(order.get("id"), f"{path}id"),
        cart_id=optional_id(mapping(order.get("cart")), "id", notes),
        total=total,
        discount_minor=_discount(order, total, notes),
        voucher_codes=tuple(_codes(order, notes)),
        skus=skus_of(order),
        made_by_shop=by_shop or _is_by_shop(order),
        lines=ordered_lines(order, total.currency),
    )


def known_only_by_id(order_id: str) -> OrderFacts:
    """An order of which a message says nothing but its id; what is known of it stays."""
    return OrderFacts(id=order_id, total=None)


def came_back(items: object) -> bool:
    """Whether goods of a return arrived, or their money was given back; announced ones have done neither."""
    return any(
        item.get("shipmentState") in _CAME_BACK or item.get("paymentState") == "Refunded"
        for item in map(mapping, listing(items))
    )


def arrived(shipment_state: object) -> bool:
    """Whether the state of one returned item says that it is back."""
    return shipment_state in _CAME_BACK


def code_of(discount_code: object) -> str:
    """The code that an expanded reference states; else empty."""
    stated = mapping(discount_code)
    return (text_of(mapping(stated.get("obj")), "code") or text_of(stated, "code"))[: reading.MAX_ID]


def discounts_of(order: Payload, path: str) -> Iterator[tuple[Money, int]]:
    """Every discount that a cart rule or code gave, and how many times."""
    total = mapping(order.get("discountOnTotalPrice"))
    if whole := read_money(total, "discountedAmount", f"{path}discountOnTotalPrice."):
        yield whole, 1
    for name in ("lineItems", "customLineItems"):
        for item in map(mapping, listing(order.get(name))):
            for share in map(mapping, listing(item.get("discountedPricePerQuantity"))):
                pieces = share.get("quantity")
                portions = mapping(share.get("discountedPrice")).get("includedDiscounts")
                for portion in map(mapping, listing(portions)):
                    amount = read_money(portion, "discountedAmount", f"{path}{name}[].")
                    if amount is not None and isinstance(pieces, int) and 0 < pieces <= 1_000_000:
                        yield amount, pieces


def _discount(order: Payload, total: Money, notes: list[str]) -> int:
    try:
        found = list(discounts_of(order, ""))
    except Refused as refused:
        notes.append(f"The discount was left out: {refused.field} can't be read.")
        return 0
    amount = sum(abs(money.minor) * pieces for money, pieces in found if money.currency == total.currency)
    return min(amount, reading.MAX_TOTAL_MINOR)


def _codes(order: Payload, notes: list[str]) -> Iterator[str]:
    codes = [code_of(mapping(used).get("discountCode")) for used in listing(order.get("discountCodes"))]
    if not all(codes):
        notes.append(
            "discountCodes names a code only by its id; expand discountCode to have vouchers redeemed."
        )
    yield from dict.fromkeys(filter(None, codes))


def _is_by_shop(order: Payload) -> bool:
    """Made by staff, by their quote, or by a subscription; the Merchant Center is the platform's own client."""
    return order.get("origin") in _BY_SHOP or mapping(order.get("createdBy")).get("isPlatformClient") is True


def states_return(order: Payload) -> bool:
    """Whether an order says that goods of it are back."""
    return any(came_back(mapping(info).get("items")) for info in listing(order.get("returnInfo")))
