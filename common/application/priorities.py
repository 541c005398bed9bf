"""What is taken first when more comes in than can be taken: orders before carts, carts before browsing.

One table makes the filters of the three subscriptions and `priority_of`, which says the same of one message.
"""

from collections.abc import Mapping
from enum import StrEnum

ATTRIBUTE = "priority"
"""The message's attribute that says it, set by whoever publishes and knows."""


class Priority(StrEnum):
    """Highest first. What doesn't say may be an order, and is taken as one."""

    ORDER = "order"
    CART = "cart"
    BROWSE = "browse"


_NATIVE_TOPIC = "X-Shopify-Topic"
_NATIVE_CARTS = ("carts/", "checkouts/")
"""Of the one platform that publishes to Pub/Sub by itself, and sets no attribute of ours."""
_OF_TYPES = {
    "cart.updated": Priority.CART,
    "cart.items_added": Priority.CART,
    "cart.items_removed": Priority.CART,
    "page.viewed": Priority.BROWSE,
    "checkout.started": Priority.BROWSE,
}
_CART_TOPICS = {
    "x-shopify-topic": _NATIVE_CARTS,
    "x-medusa-event": ("cart.",),
    "x-medusa-topic": ("cart.",),
    "saleor-event": ("checkout_created", "checkout_updated", "checkout_metadata_updated"),
    "x-saleor-event": ("checkout_created", "checkout_updated", "checkout_metadata_updated"),
}
"""By header, how the topics begin that tell of nothing but carts. A checkout that is paid is not among them."""


def priority_of(attributes: Mapping[str, str]) -> Priority:
    """Of a message on the topic: the queue that the filters put it into. Names and values count letter by letter."""
    stated = attributes.get(ATTRIBUTE)
    if stated is None:
        return (
            Priority.CART if attributes.get(_NATIVE_TOPIC, "").startswith(_NATIVE_CARTS) else Priority.ORDER
        )
    return Priority(stated) if stated in (Priority.CART, Priority.BROWSE) else Priority.ORDER


def priority_of_type(type: object) -> Priority:
    """Of a canonical event that is about to be published."""
    return _OF_TYPES.get(type, Priority.ORDER) if isinstance(type, str) else Priority.ORDER


def priority_of_webhook(headers: Mapping[str, str]) -> Priority:
    """Of a platform's webhook, by its headers (names in small letters), as far as they tell."""
    is_cart = any(headers.get(name, "").lower().startswith(topics) for name, topics in _CART_TOPICS.items())
    return Priority.CART if is_cart else Priority.ORDER


def stated(priority: Priority) -> dict[str, str]:
    """The attribute that tells it; none is needed for the highest."""
    return {} if priority is Priority.ORDER else {ATTRIBUTE: priority.value}


def _filters() -> dict[Priority, str]:
    # Without NOT before parentheses, which not every reader of the language takes.
    carts = [f'hasPrefix(attributes.{_NATIVE_TOPIC}, "{prefix}")' for prefix in _NATIVE_CARTS]
    no_carts = " AND ".join(f"NOT {one}" for one in carts)
    browse, cart = (f'attributes.{ATTRIBUTE} = "{one}"' for one in (Priority.BROWSE, Priority.CART))
    return {
        Priority.ORDER: f"NOT {browse} AND NOT {cart} AND (attributes:{ATTRIBUTE} OR ({no_carts}))",
        Priority.CART: f"{cart} OR (NOT attributes:{ATTRIBUTE} AND ({' OR '.join(carts)}))",
        Priority.BROWSE: browse,
    }


FILTERS: Mapping[Priority, str] = _filters()
"""One subscription's filter each, at most 256 bytes; every message passes exactly one of them."""
