"""Canonical events, version 1."""

from typing import Any

from tests.unit.functions.ingest_event.events import CANONICAL_EVENTS, CUSTOMER, ORDER, canonical
from tests.unit.functions.ingest_event.sources.examples.example import Example

_LINES = [{"sku": "fox-128", "name": "Fox 128", "quantity": 1, "unit_price": "200.00"}]
_OFFER = "37bcdac2384e4ea0ab874ce99edd27ac-1"
_ABOUT_OFFERS: tuple[dict[str, Any], ...] = (
    canonical("order.payment_failed", order={**ORDER, "lines": _LINES}, final=True),
    canonical("order.payment_failed", order={**ORDER, "final": True}),
    canonical("item.unavailable", sku="BOOTS-42", cart_id="cart-9"),
    canonical("offer.viewed", offer_id=_OFFER, customer=CUSTOMER, channel="app"),
    canonical("offer.accepted", offer_id=_OFFER, customer=CUSTOMER),
    canonical("offer.declined", order_id="o-1", customer=CUSTOMER),
    canonical("order.placed", order={**ORDER, "offer_id": _OFFER}, customer=CUSTOMER),
)
EXAMPLES = tuple(
    Example(f"{event['type']} {number}", {"source": "recoup", "store": "socks"}, event)
    for number, event in enumerate((*CANONICAL_EVENTS, *_ABOUT_OFFERS))
)
