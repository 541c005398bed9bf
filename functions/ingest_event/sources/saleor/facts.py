"""What a Saleor order states: its facts, whether it is paid, and what went back."""

from collections.abc import Iterable, Sequence

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import Line, OrderFacts
from functions.ingest_event import reading, salvage
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import MAX_ID, listing, mapping, text_of
from functions.ingest_event.sources.saleor.checkouts import ordered_line, sku_of
from functions.ingest_event.sources.saleor.deliveries import Delivery, checkout_id
from functions.ingest_event.sources.saleor.money import Payload, plain_currency, stated

_TOTAL = ("total", "total_gross_amount")
_BEFORE_DISCOUNTS = ("undiscountedTotal", "undiscounted_total_gross_amount")
_REFUNDED = ("totalRefunded", "total_refunded_amount")
_CHARGED = ("totalCharged", "totalCaptured", "total_charged_amount")


def order_facts(delivery: Delivery, order: Payload, path: str, total: Money | None) -> OrderFacts:
    """The order's facts besides its total. Raises Refused without an id."""
    name = "id" if order.get("id") or not order.get("token") else "token"
    items = [mapping(item) for item in listing(order.get("lines"))]
    return OrderFacts(
        id=reading.read_id(order.get(name), path + name),
        cart_id=_cart_id(order, delivery.notes),
        total=total,
        discount_minor=_discount(order, path, total) if total else 0,
        voucher_codes=_codes(order),
        skus=tuple(dict.fromkeys(filter(None, map(sku_of, items)))),
        # By hand, in place of an earlier order, or imported; customers order through a checkout (L12).
        made_by_shop=status_of(order, "origin") in ("DRAFT", "REISSUE", "BULK_CREATE"),
        lines=_lines(order, items, path, total.currency) if total else (),
    )


def _lines(order: Payload, items: Sequence[Payload], path: str, currency: str) -> tuple[Line, ...]:
    plain = plain_currency(order, path)
    return readable_lines(items, lambda item: ordered_line(item, plain, currency))


def total_of(delivery: Delivery, order: Payload, path: str) -> Money:
    """The order's gross total. Raises Refused, also where it is missing."""
    total = stated_total(order, path)
    if total is None:
        field = f"{path}total_gross_amount" if "total_net_amount" in order else f"{path}total.gross.amount"
        raise delivery.missing(field, "total { gross { amount currency } }")
    return total


def stated_total(order: Payload, path: str) -> Money | None:
    """The order's gross total; None if there is none. Raises Refused."""
    price = stated(order, path, _TOTAL, plain_currency(order, path))
    if price is None:
        return None
    currency = price.checked_currency()
    return Money(reading.check_total(price.minor(currency), price.field), currency)


def status_of(holder: Payload, *names: str) -> str:
    """A status in one spelling: older payloads write "partially fulfilled" and "fully-charged"."""
    return text_of(holder, *names).upper().replace("-", "_").replace(" ", "_")


def paid(order: Payload, total: Money | None) -> bool | None:
    """Whether the whole order is paid; None where the payload doesn't tell."""
    if isinstance(order.get("isPaid"), bool):
        return bool(order["isPaid"])
    charge, payment = status_of(order, "chargeStatus", "charge_status"), status_of(order, "paymentStatus")
    if charge or payment:
        return charge in ("FULL", "OVERCHARGED") or payment in ("FULLY_CHARGED", "PARTIALLY_REFUNDED")
    if payments := _payment_statuses(order):
        return any(status in ("FULLY_CHARGED", "PARTIALLY_REFUNDED") for status in payments)
    charged = _sum(order, _CHARGED, "chargedAmount", total)
    return None if charged is None or total is None else charged >= total.minor


def payment_failed(order: Payload) -> bool:
    """Whether every payment was refused or cancelled."""
    states = [status_of(order, "paymentStatus")] if order.get("paymentStatus") else _payment_statuses(order)
    return bool(states) and all(state in ("REFUSED", "CANCELLED") for state in states)


def fully_refunded(order: Payload, total: Money | None) -> bool:
    """Whether all of the order's money went back."""
    if status_of(order, "paymentStatus") == "FULLY_REFUNDED":
        return True
    payments = _payment_statuses(order)
    if payments and all(state == "FULLY_REFUNDED" for state in payments):
        return True
    given_back = refunded_minor(order, total)
    return total is not None and given_back is not None and 0 < total.minor <= given_back


def refunded_minor(order: Payload, total: Money | None) -> int | None:
    """What was given back so far, in the total's currency, if that is stated."""
    return _sum(order, _REFUNDED, "refundedAmount", total)


def _sum(order: Payload, names: tuple[str, ...], of_transactions: str, total: Money | None) -> int | None:
    """The order's own sum, else that of its transactions."""
    if total is None:
        return None
    own = [
        mapping(order.get(name)) or {"amount": order.get(name), "currency": total.currency} for name in names
    ]
    amounts = _readable(own, total.currency)
    if amounts:
        return amounts[0]
    transactions = [mapping(mapping(one).get(of_transactions)) for one in listing(order.get("transactions"))]
    amounts = _readable(transactions, total.currency)
    return sum(amounts) if amounts else None


def _readable(amounts: Iterable[Payload], currency: str) -> list[int]:
    money = (salvage.money_of(one.get("amount"), one.get("currency") or currency) for one in amounts)
    return [one.minor for one in money if one and one.currency == currency]


def _payment_statuses(order: Payload) -> list[str]:
    """Of the payments in use; inactive ones were tries before them."""
    payments = [mapping(one) for one in listing(order.get("payments"))]
    active = [one for one in payments if one.get("is_active", one.get("isActive")) is not False] or payments
    return [state for one in active if (state := status_of(one, "charge_status", "chargeStatus"))]


def _cart_id(order: Payload, notes: list[str]) -> str | None:
    checkout = mapping(order.get("checkout"))
    plain = (order.get(name) for name in ("checkoutId", "checkout_id", "checkoutToken", "checkout_token"))
    for value in (*plain, checkout.get("id"), checkout.get("token")):
        if value:
            try:
                return checkout_id(value, "checkoutId")
            except Refused:
                notes.append("checkoutId was left out: it is not an id.")
    return None


def _discount(order: Payload, path: str, total: Money) -> int:
    """What the order costs less than it would without discounts."""
    before = stated(order, path, _BEFORE_DISCOUNTS, plain_currency(order, path))
    money = salvage.money_of(before.amount, before.currency) if before else None
    return max(0, money.minor - total.minor) if money and money.currency == total.currency else 0


def _codes(order: Payload) -> tuple[str, ...]:
    discounts = [mapping(one) for one in listing(order.get("discounts"))]
    stated = (
        *(text_of(order, "voucherCode", "voucher_code"), text_of(mapping(order.get("voucher")), "code")),
        *(text_of(one, "voucherCode", "voucher_code") for one in discounts),
    )
    return tuple(dict.fromkeys(code[:MAX_ID] for code in stated if code))
