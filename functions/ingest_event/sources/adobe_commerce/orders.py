"""Orders, invoices, credit memos and returns."""

from typing import Any

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import (
    Line,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    StorefrontEvent,
)
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.order_lines import readable_lines
from functions.ingest_event.reading import listing, mapping, text_of
from functions.ingest_event.sources.adobe_commerce.body import Body, currency_of, moment_of, number_of
from functions.ingest_event.sources.adobe_commerce.carts import ordered_line
from functions.ingest_event.sources.adobe_commerce.customers import buyer

Kind = type[OrderPlaced | OrderPaid | OrderPaymentFailed | OrderCancelled]

_STATES: dict[str, Kind] = {
    **dict.fromkeys(("new", "pending", "pending_payment", "payment_review", "fraud", "holded"), OrderPlaced),
    **dict.fromkeys(("processing", "complete", "closed"), OrderPaid),
    **dict.fromkeys(("canceled", "cancelled"), OrderCancelled),
}
"""By `state`, of which Magento has these; a `status` is the shop's own, and its standard ones have the same names."""
_PAID_INVOICE, _CANCELLED_MEMO = "2", "3"
_GOODS_ARRIVED = frozenset(
    ("received", "received_on_item", "approved", "approved_on_item", "processed_closed")
)
"""Of an RMA's statuses: before, the return is only announced; denied and rejected ones never happen."""


def read_order(envelope: Envelope, body: Body, id: str, kind: Kind | None = None) -> list[StorefrontEvent]:
    """What an order's state says, and what was given back for it. `kind` is what its topic already tells."""
    state = text_of(body.fields, "state", "status").lower()
    known = _STATES.get(state) or _STATES.get(text_of(body.fields, "status").lower())
    if known is None and state:
        envelope.notes.append(f"{body.path}state is none of Magento's, so the order is only known to exist.")
    facts = _facts(envelope, body)
    person = buyer(envelope, body)
    came_to_be = known in (OrderPlaced, OrderPaid) and not body.announced_at
    at = moment_of(envelope, body, "updated_at", *(("created_at",) if came_to_be else ()))
    told: list[StorefrontEvent] = [
        envelope.event(kind or known or OrderPlaced, id=id, occurred_at=at, order=facts, person=person)
    ]
    if state == "closed" or _came_back(body):
        refunded = _refunded(envelope, body) or (facts.total if state == "closed" else None)
        at = moment_of(envelope, body, "updated_at")
        told.append(_returned(envelope, f"{id}:return", at, facts.id, refunded, person=person))
    return told


def read_invoice(envelope: Envelope, body: Body, id: str) -> list[StorefrontEvent]:
    """A paid invoice pays its order; nothing else about invoices matters."""
    if number_of(body.fields.get("state")) != _PAID_INVOICE:
        return []
    if isinstance(body.fields.get("order"), dict):
        return read_order(envelope, body.inner("order"), id, OrderPaid)
    order_id = reading.read_id(body.fields.get("order_id"), f"{body.path}order_id")
    facts = OrderFacts(id=order_id, total=_total(envelope, body))
    envelope.notes.append("The event knows no total but the invoice's, which was taken for its order's.")
    at = moment_of(envelope, body, "updated_at", "created_at")
    return [envelope.event(OrderPaid, id=id, occurred_at=at, order=facts, person=None)]


def read_credit_memo(envelope: Envelope, body: Body, id: str) -> list[StorefrontEvent]:
    """Goods that were credited. One without goods, such as a goodwill payment, is no return."""
    fields = body.fields
    quantities = [mapping(item).get("qty") for item in listing(fields.get("items"))]
    stated = [quantity for quantity in quantities if quantity is not None]
    only_money = bool(stated) and all(_is_zero(quantity) for quantity in stated)
    if number_of(fields.get("state")) == _CANCELLED_MEMO or only_money:
        return []
    order_id = reading.read_id(fields.get("order_id"), f"{body.path}order_id")
    at = moment_of(envelope, body, "updated_at", "created_at")
    total = _total(envelope, body)
    return [_returned(envelope, id, at, order_id, total, person=buyer(envelope, body))]


def read_rma(envelope: Envelope, body: Body, id: str) -> list[StorefrontEvent]:
    """A return whose goods arrived; until then it is only an intention."""
    fields = body.fields
    status = text_of(fields, "status").lower()
    if not status:
        field = f"{body.path}status"
        raise Refused("field_missing", f"{field} is missing; it says whether the goods arrived.", field)
    if status not in _GOODS_ARRIVED:
        return []
    order_id = number_of(fields.get("order_id")) or number_of(fields.get("order_increment_id"))
    if not order_id:
        order_id = reading.read_id(fields.get("order_id"), f"{body.path}order_id")
    at = moment_of(envelope, body, "updated_at")
    return [_returned(envelope, id, at, order_id, None, person=buyer(envelope, body))]


def _returned(
    envelope: Envelope, id: str, at: Any, order_id: str, total: Money | None, **facts: Any
) -> OrderReturned:
    """One return per order: its closing, its credit memo and its RMA are the same one told three times."""
    return envelope.event(
        OrderReturned, id=id, occurred_at=at, return_id=order_id, order_id=order_id, total=total, **facts
    )


def _facts(envelope: Envelope, body: Body) -> OrderFacts:
    fields = body.fields
    total = _total(envelope, body)
    items = [mapping(item) for item in listing(fields.get("items"))]
    extension = mapping(fields.get("extension_attributes"))
    codes = (text_of(fields, "coupon_code"), *listing(extension.get("coupon_codes")))
    return OrderFacts(
        id=_order_id(envelope, body),
        cart_id=number_of(fields.get("quote_id")) or None,
        total=total,
        discount_minor=_discount(envelope, body, total.currency) if total else 0,
        voucher_codes=_unique(
            reading.clean_text(code, reading.MAX_ID) for code in codes if isinstance(code, str)
        ),
        skus=_unique(text_of(item, "sku")[: reading.MAX_ID] for item in items),
        # Magento keeps the customer's IP address, which an order keyed in by staff hasn't (L12).
        made_by_shop="remote_ip" in fields and not fields["remote_ip"],
        lines=_lines(body, items, total.currency) if total else (),
    )


def _lines(body: Body, items: list[dict[str, Any]], currency: str) -> tuple[Line, ...]:
    prefix = _prefix(body)
    return readable_lines(items, lambda item: ordered_line(item, prefix, currency))


def _order_id(envelope: Envelope, body: Body) -> str:
    """`entity_id`, by which invoices and credit memos name their order; new orders state it in their parts only."""
    fields = body.fields
    for name in ("entity_id", "id"):
        if fields.get(name) is not None:
            return reading.read_id(fields[name], body.path + name)
    parts = [(item.fields, "order_id") for item in body.each("items")]
    parts += [(address.fields, "parent_id") for address in body.each("addresses")]
    parts += [(mapping(fields.get(name)), "parent_id") for name in ("payment", "billing_address")]
    for holder, name in (*parts, (fields, "order_id")):
        if found := number_of(holder.get(name)):
            return found
    if found := number_of(fields.get("increment_id")):
        envelope.notes.append(
            "entity_id is missing, so the order is known by increment_id; subscribe to both."
        )
        return found
    return reading.read_id(None, f"{body.path}entity_id")


def _total(envelope: Envelope, body: Body) -> Money | None:
    """What the customer pays, in the currency of the order; else the same in the shop's own."""
    total = _money(body, "grand_total")
    if total is None:
        envelope.notes.append(
            f"{body.path}grand_total is missing; subscribe to it, or no revenue is counted."
        )
    elif _prefix(body):
        envelope.notes.append("grand_total is missing; base_grand_total was used.")
    return total


def _money(body: Body, name: str) -> Money | None:
    """The named amount, None if it isn't stated. Raises Refused."""
    prefix = _prefix(body)
    amount, field = body.fields.get(prefix + name), f"{body.path}{prefix}{name}"
    if amount is None:
        return None
    if prefix:
        code = body.fields.get("base_currency_code")
        currency = reading.read_currency(code, f"{body.path}base_currency_code")
    else:
        currency = currency_of(body.fields, "order_currency_code", body.path)
    return Money(reading.read_rounded_minor(amount, currency, field), currency)


def _prefix(body: Body) -> str:
    """Of all amounts: empty for the customer's currency, base_ if only the shop's amounts were subscribed."""
    stated = body.fields.get("base_grand_total") is not None and body.fields.get("grand_total") is None
    return "base_" if stated else ""


def _discount(envelope: Envelope, body: Body, currency: str) -> int:
    """Magento states discounts as negative amounts."""
    name = f"{_prefix(body)}discount_amount"
    stated = body.fields.get(name)
    if stated is None:
        return 0
    try:
        amount = reading.amount_text(stated).removeprefix("-")
        return reading.read_rounded_minor(amount, currency, body.path + name)
    except Refused:
        envelope.notes.append(f"{body.path}{name} was left out: it is not an amount.")
        return 0


def _came_back(body: Body) -> bool:
    """Whether something was refunded; if goods are listed, whether any of them was."""
    refunded = body.fields.get(f"{_prefix(body)}total_refunded")
    quantities = [mapping(item).get("qty_refunded") for item in listing(body.fields.get("items"))]
    stated = [quantity for quantity in quantities if quantity is not None]
    only_money = bool(stated) and all(_is_zero(quantity) for quantity in stated)
    return refunded is not None and not _is_zero(refunded) and not only_money


def _refunded(envelope: Envelope, body: Body) -> Money | None:
    try:
        refunded = _money(body, "total_refunded")
    except Refused as refused:
        envelope.notes.append(f"{refused.field} can't be taken, so the return's total was left out.")
        return None
    return refunded if refunded and refunded.minor else None


def _is_zero(value: object) -> bool:
    text = reading.amount_text(value)
    return bool(text) and not text.strip("0.")


def _unique(texts: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
