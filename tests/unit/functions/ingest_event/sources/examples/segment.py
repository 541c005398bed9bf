"""Calls of Segment's and RudderStack's libraries, one per listed event and spelling; written for these tests."""

from copy import deepcopy
from typing import Any

from common.application.ports import PubSubMessage
from tests.unit.functions.ingest_event.events import NOW, encode, event_of
from tests.unit.functions.ingest_event.sources.examples.example import Example

ATTRIBUTES = {"source": "segment", "store": "teas"}
AT = "2026-05-01T11:58:00.250Z"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

CONTEXT = {
    "library": {"name": "analytics.js", "version": "next-1.81.0"},
    "locale": "nl-NL",
    "timezone": "Europe/Amsterdam",
    "userAgent": BROWSER,
    "page": {"path": "/kettle", "url": "https://teas.example/kettle", "title": "Kettle"},
    "traits": {
        "email": "Mila.deVries@example.com",
        "phone": "+31612345678",
        "firstName": "Mila",
        "lastName": "de Vries",
        "address": {"city": "Utrecht", "country": "NL"},
        "email_subscribed": True,
        "sms_opt_in": False,
    },
}
KETTLE = {
    "product_id": "p-31",
    "sku": "KETTLE-1L",
    "category": "Kitchen",
    "name": "Kettle",
    "variant": "copper",
    "price": 89.95,
    "quantity": 1,
    "url": "https://teas.example/kettle",
    "image_url": "https://teas.example/kettle.jpg",
}
TEA = {"product_id": "p-32", "sku": "TEA-GREEN", "name": "Green tea", "price": "6.50", "quantity": "3"}
ORDER = {
    "order_id": "T-5001",
    "checkout_id": "ch-77",
    "affiliation": "Web shop",
    "total": 107.40,
    "subtotal": 109.45,
    "revenue": 104.45,
    "shipping": 2.95,
    "tax": 0,
    "discount": 5.0,
    "coupon": "SPRING-5",
    "currency": "EUR",
    "products": [KETTLE, TEA],
}


def track(event: str, properties: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A tracked event as the browser's library sends it through Segment; None leaves a field out."""
    call = {
        "type": "track",
        "event": event,
        "messageId": "ajs-next-" + event.lower().replace(" ", "-"),
        "anonymousId": "b4d7e2f0-anon",
        "userId": "cust-12",
        "channel": "client",
        "context": CONTEXT,
        "properties": properties,
        "originalTimestamp": "2026-05-01T11:57:58.000Z",
        "sentAt": "2026-05-01T11:57:59.000Z",
        "receivedAt": "2026-05-01T11:58:01.250Z",
        "timestamp": AT,
        "version": 2,
        **fields,
    }
    return deepcopy({name: value for name, value in call.items() if value is not None})


def rudder(event: str, properties: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The same as RudderStack's app library sends it: no timestamp worked out, its own ids beside ours."""
    context = {
        "library": {"name": "com.rudderstack.android.sdk.core", "version": "1.20.0"},
        "device": {"type": "Android", "model": "Pixel 9"},
        "locale": "fr-CA",
        "timezone": "America/Toronto",
        "traits": {"anonymousId": "and-901"},
    }
    call = {
        "channel": "mobile",
        "type": "track",
        "messageId": "1777636680-7f2c",
        "rudderId": "8f0a1c",
        "request_ip": "203.0.113.9",
        "anonymousId": "and-901",
        "userId": "",
        "event": event,
        "properties": properties,
        "context": context,
        "originalTimestamp": "2026-05-01T11:55:00.000Z",
        "sentAt": "2026-05-01T11:55:02.000Z",
        "integrations": {"All": True},
        **fields,
    }
    return deepcopy(call)


IDENTIFY = {
    "type": "identify",
    "messageId": "ajs-identify-1",
    "anonymousId": "b4d7e2f0-anon",
    "userId": "cust-12",
    "timestamp": AT,
    "context": {
        "locale": "nl-NL",
        "consent": {"categoryPreferences": {"Analytics": True, "SMS Marketing": False}},
        "messaging_subscriptions": [
            {"key": "mila.devries@example.com", "type": "EMAIL", "status": "SUBSCRIBED"},
            {"key": "+31612345678", "type": "WHATSAPP", "status": "UNSUBSCRIBED"},
        ],
    },
    "traits": {
        "email": "mila.devries@example.com",
        "phone": "0612345678",
        "name": "Mila de Vries",
        "address": {"country": "Netherlands"},
        "timezone": "Europe/Amsterdam",
    },
}
PAGE = {
    "type": "page",
    "name": "Kettle",
    "messageId": "ajs-page-1",
    "anonymousId": "b4d7e2f0-anon",
    "timestamp": AT,
    "properties": {"url": "https://teas.example/kettle", "path": "/kettle"},
    "context": CONTEXT,
}
SCREEN = {"type": "screen", "name": "Cart", "messageId": "ios-1", "anonymousId": "ios-7", "timestamp": AT}
ALIAS = {
    "type": "alias",
    "messageId": "al-1",
    "previousId": "b4d7e2f0-anon",
    "userId": "cust-12",
    "timestamp": AT,
}
DELETE = {"type": "delete", "messageId": "del-1", "userId": "cust-12", "timestamp": AT}
BATCH = {
    "batch": [
        track("Product Added", {"currency": "EUR", **KETTLE}),
        track("Cart Viewed", {"cart_id": "basket-4", "currency": "EUR", "products": [KETTLE, TEA]}),
        IDENTIFY,
    ],
    "sentAt": "2026-05-01T11:58:01.000Z",
    "writeKey": "wk",
}
_CART = {"cart_id": "basket-4", "currency": "EUR", "total": 109.45, "products": [KETTLE, TEA]}
_CHECKOUT = {
    "checkout_id": "ch-77",
    "checkout_url": "https://teas.example/checkout/ch-77",
    "currency": "EUR",
    "value": 112.40,
    "products": [KETTLE, TEA],
}
_STEP = {"checkout_id": "ch-77", "step": 2, "shipping_method": "Post"}
_COUPON = {"cart_id": "basket-4", "coupon_id": "SPRING-5", "coupon_name": "Spring", "discount": 5}
_OLD_ORDER = {
    "orderId": "T-5002",
    "revenue": 89.95,
    "shipping": 2.95,
    "tax": "1.10",
    "currency": "EUR",
    "discountCode": "OLD-1",
    "products": [
        {
            "id": "p-31",
            "productName": "Kettle",
            "unitPrice": "89.95",
            "imageUrl": "https://teas.example/k.jpg",
        }
    ],
}
_VISITS = (
    *("Checkout Step Viewed", "Viewed Checkout Step", "Checkout Step Completed", "Completed Checkout Step"),
    *("Payment Info Entered", "payment_info_entered"),
    *(
        "Product Viewed",
        "Viewed Product",
        "Product Clicked",
        "Product List Viewed",
        "Viewed Product Category",
    ),
)
_COUPONS = ("Coupon Entered", "Coupon Applied", "Coupon Denied", "Coupon Removed")


def _example(name: str, payload: dict[str, Any]) -> Example:
    return Example(name, ATTRIBUTES, payload)


EXAMPLES: tuple[Example, ...] = (
    _example("product added", track("Product Added", {"cart_id": "basket-4", "currency": "EUR", **KETTLE})),
    _example(
        "product added by a guest without a cart id",
        track("Product Added", {"currency": "EUR", **TEA}, userId=None),
    ),
    _example(
        "product added, old spelling",
        track("Added Product", {"id": "p-31", "name": "Kettle", "price": 89.95}),
    ),
    _example(
        "products added as a list", track("productAdded", {"currency": "EUR", "products": [KETTLE, TEA]})
    ),
    _example("product added in the app", rudder("Product Added", {"currency": "CAD", **KETTLE})),
    _example(
        "product removed",
        track("Product Removed", {"cart_id": "basket-4", "product_id": "p-31", "quantity": 1}),
    ),
    _example("product removed, old spelling", track("removed_product", {"id": "p-31", "name": "Kettle"})),
    _example("cart viewed", track("Cart Viewed", _CART)),
    _example("cart viewed, emptied", track("Cart Viewed", {"cart_id": "basket-4", "products": []})),
    _example("cart viewed without its products", track("Viewed Cart", {"cart_id": "basket-4"})),
    _example("checkout started", track("Checkout Started", _CHECKOUT)),
    _example("checkout started with one product", rudder("Started Checkout", {"currency": "CAD", **KETTLE})),
    *(_example(name, track(name, _STEP)) for name in _VISITS),
    *(_example(name, track(name, _COUPON)) for name in _COUPONS),
    _example("order completed", track("Order Completed", ORDER)),
    _example("order completed, old spelling", track("Completed Order", _OLD_ORDER)),
    _example("order completed and paid", track("order_completed", {**ORDER, "payment_status": "captured"})),
    _example(
        "order completed, payment failed", track("Order Completed", {**ORDER, "payment_status": "declined"})
    ),
    _example("order completed without a total", rudder("Order Completed", {"order_id": 77})),
    _example("order updated", track("Order Updated", ORDER)),
    _example("order updated to cancelled", track("Order Updated", {**ORDER, "status": "Cancelled"})),
    _example("order updated to refunded", track("Order Updated", {**ORDER, "status": "refunded"})),
    _example("order paid", track("Order Paid", ORDER)),
    _example("order payment failed", track("Payment Failed", ORDER)),
    _example("order cancelled", track("Order Cancelled", ORDER)),
    _example(
        "order refunded",
        track(
            "Order Refunded", {"order_id": "T-5001", "refund_id": "rf-1", "total": 89.95, "currency": "EUR"}
        ),
    ),
    _example(
        "order refunded in part",
        track("Order Refunded", {"order_id": "T-5001", "currency": "EUR", "products": [TEA]}),
    ),
    _example("order refunded as a whole", track("Order Refunded", {"order_id": "T-5001"})),
    _example("page", PAGE),
    _example("screen", SCREEN),
    _example("identify", IDENTIFY),
    _example("alias", ALIAS),
    _example("delete", DELETE),
    _example("batch", BATCH),
    _example("on an event bus", {"detail-type": "track", "detail": track("Order Completed", ORDER)}),
)


def sent(payload: Any, message_id: str = "m-1", **attributes: str) -> PubSubMessage:
    """A message of the store, published now."""
    return PubSubMessage(message_id, NOW, {**ATTRIBUTES, **attributes}, encode(payload))


def example(name: str) -> Any:
    """The event of the example of that name."""
    return event_of(sent(next(one.payload for one in EXAMPLES if one.name == name)))
