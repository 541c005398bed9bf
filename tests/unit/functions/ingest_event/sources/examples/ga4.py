"""GA4 events in every shape that they travel in; written for these tests."""

from copy import deepcopy
from typing import Any

from common.application.ports import PubSubMessage
from tests.unit.functions.ingest_event.events import NOW, encode, event_of
from tests.unit.functions.ingest_event.sources.examples.example import Example

ATTRIBUTES = {"source": "ga4", "store": "bikes"}
MICROS = 1777636680250000
"""2026-05-01T11:58:00.250Z."""
CLIENT = "1183921.1777630000"

BELL = {
    "item_id": "BELL-BRASS",
    "item_name": "Bell",
    "item_variant": "brass",
    "price": 24.5,
    "quantity": 2,
    "discount": 2.5,
    "coupon": "RING",
    "item_url": "https://bikes.example/bell",
    "item_image_url": "https://bikes.example/bell.jpg",
}
LOCK = {"item_id": "LOCK-9", "item_name": "Lock", "price": "61.00"}
CART = {"currency": "EUR", "value": 110.0, "items": [BELL, LOCK]}
PURCHASE = {
    "transaction_id": "B-2001",
    "currency": "EUR",
    "value": 110.0,
    "tax": 20.9,
    "shipping": 4.5,
    "coupon": "SUMMER",
    "items": [BELL, LOCK],
}
USER_DATA = {
    "email_address": "Jan.Novak@example.com",
    "phone_number": "+420601123456",
    "address": [{"first_name": "Jan", "last_name": "Novák", "country": "CZ"}],
}


def call(*events: tuple[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A Measurement Protocol call; None leaves a field out."""
    payload = {
        "client_id": CLIENT,
        "user_id": "acc-8",
        "timestamp_micros": MICROS,
        "user_properties": {"email_opt_in": {"value": "true"}, "tier": {"value": "gold"}},
        "events": [{"name": name, "params": {"session_id": "177", **params}} for name, params in events],
        **fields,
    }
    return deepcopy({name: value for name, value in payload.items() if value is not None})


def former(action: str, **fields: Any) -> dict[str, Any]:
    """A dataLayer push of the older enhanced e-commerce."""
    products = [{"id": "BELL-BRASS", "name": "Bell", "variant": "brass", "price": "24.50", "quantity": 2}]
    return {
        "event": "eec." + action,
        "client_id": f"GA1.2.{CLIENT}",
        "ecommerce": {"currencyCode": "EUR", action: {"products": products, **fields}},
    }


def row(name: str, params: dict[str, dict[str, Any]], **fields: Any) -> dict[str, Any]:
    """A row of the BigQuery export as JSON, where whole numbers are texts."""
    return {
        "event_date": "20260501",
        "event_timestamp": str(MICROS),
        "event_name": name,
        "event_params": [{"key": key, "value": value} for key, value in params.items()],
        "user_pseudo_id": CLIENT,
        "user_id": None,
        "user_properties": [{"key": "sms_opt_in", "value": {"string_value": "no"}}],
        "device": {"category": "desktop", "language": "cs-cz"},
        "geo": {"country": "Czechia", "city": "Brno"},
        "platform": "WEB",
        **fields,
    }


def value(**stated: Any) -> dict[str, Any]:
    """A parameter's value as the export writes it: one kind is stated, the others are null."""
    return {"string_value": None, "int_value": None, "float_value": None, "double_value": None, **stated}


ROW_ITEM = {
    "item_id": "BELL-BRASS",
    "item_name": "Bell",
    "item_variant": "(not set)",
    "price": 24.5,
    "quantity": "2",
    "coupon": "(not set)",
}
_EUR = {"currency": value(string_value="EUR")}
_ROW_ORDER = {
    "total_item_quantity": "2",
    "purchase_revenue": 49.0,
    "refund_value": None,
    "shipping_value": 4.5,
    "tax_value": 9.3,
    "transaction_id": "B-2002",
}
_REFUND_ROW = {"transaction_id": "B-2002", "refund_value": 24.5}
SERVER = {
    "event_name": "view_cart",
    "client_id": CLIENT,
    "x-ga-measurement_id": "G-TEST123",
    "x-ga-protocol_version": "2",
    "language": "cs-cz",
    "user_agent": "Mozilla/5.0 (Macintosh) Safari/605.1.15",
    "page_location": "https://bikes.example/cart",
    "user_data": {"email_address": "jan.novak@example.com"},
    **CART,
}
_PAID = {
    "actionField": {"id": "B-2003", "revenue": "58.30", "tax": "9.30", "shipping": "4.50", "coupon": "RING"}
}


def _example(name: str, payload: Any) -> Example:
    return Example(name, ATTRIBUTES, payload)


_VISITS = (
    *("view_item", "view_item_list", "select_item", "add_shipping_info", "add_payment_info"),
    *("page_view", "screen_view"),
)
EXAMPLES: tuple[Example, ...] = (
    _example("added", call(("add_to_cart", {"currency": "EUR", "value": 49.0, "items": [BELL]}))),
    _example("added in the app", call(("add_to_cart", {**CART}), client_id=None, app_instance_id="0f3a9c")),
    _example("removed", call(("remove_from_cart", {"items": [LOCK]}))),
    _example("cart", call(("view_cart", CART), user_data=USER_DATA, user_location={"country_id": "CZ"})),
    _example("cart, emptied", call(("view_cart", {"items": []}))),
    _example("cart of its own id", call(("view_cart", {"cart_id": "basket-9", **CART}))),
    _example("checkout", call(("begin_checkout", CART), user_data=USER_DATA)),
    *(_example(name, call((name, {"items": [BELL]}))) for name in _VISITS),
    _example("purchase", call(("purchase", PURCHASE))),
    _example(
        "purchase of a grand total", call(("purchase", {**PURCHASE, "value": 135.4, "event_id": "ev-9"}))
    ),
    _example("purchase without a value", call(("purchase", {"transaction_id": 77}))),
    _example("refund", call(("refund", {"transaction_id": "B-2001", "currency": "EUR", "value": 24.5}))),
    _example(
        "refund of items", call(("refund", {"transaction_id": "B-2001", "currency": "EUR", "items": [LOCK]}))
    ),
    _example("refund of all", call(("refund", {"transaction_id": "B-2001"}))),
    _example("sign-up", call(("sign_up", {"method": "form"}), user_data=USER_DATA)),
    _example(
        "several events",
        call(
            ("add_to_cart", {"currency": "EUR", "items": [BELL]}), ("view_cart", CART), ("purchase", PURCHASE)
        ),
    ),
    _example("dataLayer", {"event": "add_to_cart", "client_id": CLIENT, "ecommerce": CART}),
    _example("dataLayer, flat", {"event": "purchase", "client_id": CLIENT, **PURCHASE}),
    *(
        _example(f"former {action}", former(action))
        for action in ("add", "remove", "checkout", "detail", "click")
    ),
    _example("former purchase", former("purchase", **_PAID)),
    _example("former refund", former("refund", actionField={"id": "B-2003"})),
    _example("gtag", ["event", "view_cart", {**CART, "client_id": CLIENT, "user_id": "acc-8"}]),
    _example("gtag as an object", {"0": "event", "1": "purchase", "2": {**PURCHASE, "client_id": CLIENT}}),
    _example("gtag by name", {"event": "begin_checkout", "params": {**CART, "client_id": CLIENT}}),
    _example(
        "several pushes", [{"event": "view_cart", "client_id": CLIENT, "ecommerce": CART}, former("add")]
    ),
    _example("server container", SERVER),
    _example("row: added", row("add_to_cart", {**_EUR, "value": value(double_value=49.0)}, items=[ROW_ITEM])),
    _example("row: cart", row("view_cart", {**_EUR, "value": value(int_value="49")}, items=[ROW_ITEM])),
    _example("row: purchase", row("purchase", _EUR, items=[ROW_ITEM], ecommerce=_ROW_ORDER)),
    _example("row: refund", row("refund", _EUR, items=[], ecommerce=_REFUND_ROW)),
    _example("row: app", row("screen_view", {}, platform="ANDROID")),
)


def sent(payload: Any, message_id: str = "m-1", **attributes: str) -> PubSubMessage:
    """A message of the store, published now."""
    return PubSubMessage(message_id, NOW, {**ATTRIBUTES, **attributes}, encode(payload))


def example(name: str) -> Any:
    """The event of the example of that name."""
    return event_of(sent(next(one.payload for one in EXAMPLES if one.name == name)))
