"""Deliveries of WooCommerce's for the tests, and what they are understood as."""

from typing import Any

from common.application.ports import PubSubMessage
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import NOW, encode, event_of
from tests.unit.functions.ingest_event.sources.examples.woocommerce import cart, headers, order


def delivered(topic: str, payload: object, message_id: str = "m-1", **attributes: str) -> PubSubMessage:
    """A delivery; an attribute given as an empty text is left out."""
    stated = {**headers(topic), **attributes} if topic else {"source": "woocommerce", **attributes}
    known = {name: value for name, value in stated.items() if value}
    return PubSubMessage(message_id, NOW, known, encode(payload))


def ordered(topic: str = "order.updated", **facts: Any) -> Any:
    """The event of an order."""
    return event_of(delivered(topic, order(**facts)))


def carted(**facts: Any) -> Any:
    """The event of a cart."""
    return event_of(delivered("cart.updated", cart(**facts)))


def told(message: PubSubMessage) -> tuple[Any, ...]:
    """All that a message tells."""
    return understand(message, NOW)
