"""Commerce Layer's webhooks: JSON:API documents, with the topic in X-CommerceLayer-Topic."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money, is_currency
from functions.ingest_event import envelope, reading
from functions.ingest_event.envelope import topic_of
from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.commercelayer.accounts import (
    read_coupon,
    read_customers,
    read_promotion,
)
from functions.ingest_event.sources.commercelayer.document import Reader, opened
from functions.ingest_event.sources.commercelayer.orders import read_orders
from functions.ingest_event.sources.commercelayer.transactions import (
    read_charge,
    read_refund,
    read_return,
    read_void,
)
from functions.ingest_event.understanding import Ignored, Said

NAME = "commercelayer"
ALIASES = ("commerce_layer",)

_READERS: dict[str, Reader] = {
    "orders": read_orders,
    "returns": read_return,
    "authorizations": read_charge,
    "captures": read_charge,
    "transactions": read_charge,
    "voids": read_void,
    "refunds": read_refund,
    "customers": read_customers,
    "coupons": read_coupon,
}
"""By the type of resource; every other one is the platform's own business, but for the kinds of promotions."""
_IRRELEVANT = frozenset(
    """
    addresses cleanups customer_addresses customer_password_resets customer_subscriptions exports gift_cards imports
    in_stock_subscriptions line_items order_copies order_subscriptions parcels prices shipments sku_options skus
    stock_items stock_transfers
    """.split()
)
"""Types of which nothing is read; named here only so that they are known without their headers."""
_MODES = ("test", "live")


def recognises(message: PubSubMessage) -> bool:
    """Whether any attribute is Commerce Layer's."""
    return any(key[:16].lower() == "x-commercelayer-" for key in message.attributes)


def resembles(payload: Mapping[str, Any]) -> bool:
    """Whether it is a JSON:API document of a known type with Commerce Layer's mark of test or live."""
    data = mapping(payload.get("data"))
    kind = data.get("type")
    if not isinstance(kind, str) or mapping(data.get("meta")).get("mode") not in _MODES:
        return False
    return _reader_of(kind) is not None or kind in _IRRELEVANT


store_of = envelope.store_of


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """What the topic and the document state; without a topic, what the document does."""
    topic = topic_of(message, "X-CommerceLayer-Topic")
    kind, _, verb = topic.partition(".")
    if topic and _reader_of(kind) is None:
        return (Ignored(NAME, store_of(message), topic),)
    received = envelope.opened(NAME, message, received_at)
    document = opened(received, kind, verb)
    if not document.type:
        field = "attributes.X-CommerceLayer-Topic"
        raise Refused("topic_missing", f"{field} is missing; set it to a topic such as orders.place.", field)
    # The type that the document has tells authorizations, captures, voids and refunds apart under any topic.
    read = _reader_of(document.data.type) or _reader_of(document.type)
    events = tuple(read(document)) if read else ()
    return events or (Ignored(NAME, received.store, topic or document.type),)


def at_stake(payload: Mapping[str, Any]) -> Money | None:
    """The total of the order, or the amount of the transaction."""
    for resource in (payload.get("data"), *listing(payload.get("included"))[:50]):
        stated = mapping(mapping(resource).get("attributes"))
        currency = stated.get("currency_code")
        for name in ("total_amount_with_taxes_cents", "amount_cents"):
            cents = stated.get(name)
            known = isinstance(currency, str) and is_currency(currency)
            if known and type(cents) is int and 0 < cents <= reading.MAX_TOTAL_MINOR:
                return Money(cents, str(currency))
    return None


def _reader_of(kind: str) -> Reader | None:
    return read_promotion if kind.endswith("_promotions") else _READERS.get(kind)
