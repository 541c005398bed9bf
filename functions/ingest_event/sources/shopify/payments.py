"""Payments: what a single transaction tells about its order."""

from collections.abc import Iterator

from common.domain.money import Money
from common.domain.storefront import OrderFacts, OrderPaymentFailed
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import read_currency, read_minor, text_of
from functions.ingest_event.sources.shopify.customers import resource_id
from functions.ingest_event.sources.shopify.facts import Fact

_CHARGES = ("sale", "authorization")
_FAILED = ("failure", "error")


def transaction(told: Envelope) -> Iterator[Fact]:
    """order_transactions/create: only a failed charge is news.

    A successful one states an amount but not the order, which orders/paid and orders/updated do; a capture
    or refund that fails is between the shop and its gateway; a charge without an order is a checkout's.
    """
    payload = told.payload
    kind, status = text_of(payload, "kind").lower(), text_of(payload, "status").lower()
    if kind not in _CHARGES or status not in _FAILED or payload.get("order_id") is None:
        return
    currency = read_currency(payload.get("currency"), "currency")
    total = Money(read_minor(payload.get("amount"), currency, "amount"), currency)
    order = OrderFacts(id=resource_id(payload["order_id"], "order_id"), total=total)
    yield Fact(OrderPaymentFailed, {"order": order})
