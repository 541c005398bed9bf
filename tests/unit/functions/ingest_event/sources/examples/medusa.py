"""Medusa's event bus as subscribers and webhook plugins forward it, for versions 1 and 2."""

from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

CREATED = "2026-05-01T11:10:00.000Z"
UPDATED = "2026-05-01T11:20:30.500Z"
ORDER_ID = "order_01HXT4W0N4J7PM8Q2V5E6R3S1A"
CART_ID = "cart_01HXT4V9B2C3D4E5F6G7H8J9KA"
CUSTOMER_ID = "cus_01HXT4V0A1B2C3D4E5F6G7H8JK"
RETURN_ID = "ret_01HXT5A0A1B2C3D4E5F6G7H8JK"

ADDRESS = {
    "id": "addr_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "first_name": "Liv",
    "last_name": "Berg",
    "phone": "40 61 23 45",
    "country_code": "no",
}
CUSTOMER = {
    "id": CUSTOMER_ID,
    "email": "Liv.Berg@Example.com",
    "first_name": "Liv",
    "last_name": "Berg",
    "phone": "+47 40 61 23 45",
    "has_account": True,
    "metadata": {"accepts_marketing": True, "accepts_sms_marketing": "false"},
    "created_at": CREATED,
    "updated_at": UPDATED,
}
REGION = {"id": "reg_01HXT4V5A1B2C3D4E5F6G7H8JK", "name": "Nordics", "currency_code": "nok", "tax_rate": 25}
ITEM_1 = {
    "id": "item_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "title": "Fjord mug",
    "description": "Blue",
    "thumbnail": "https://fjord.example/mug.jpg",
    "unit_price": 12000,
    "includes_tax": False,
    "variant_id": "variant_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "variant": {"title": "Blue", "sku": "MUG-BLUE", "product": {"title": "Fjord mug"}},
    "quantity": 2,
    "should_merge": True,
    "original_total": 30000,
    "original_tax_total": 6000,
}
"""Two at 120.00 NOK without and 150.00 NOK with the tax."""
CART_1: dict[str, Any] = {
    "object": "cart",
    "id": CART_ID,
    "email": "Liv.Berg@Example.com",
    "type": "default",
    "customer_id": CUSTOMER_ID,
    "customer": CUSTOMER,
    "region_id": "reg_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "region": REGION,
    "shipping_address": ADDRESS,
    "items": [ITEM_1],
    "discounts": [],
    "completed_at": None,
    "context": {"ip": "203.0.113.9", "user_agent": "Mozilla/5.0 (X11; Linux x86_64)", "locale": "nb-NO"},
    "created_at": CREATED,
    "updated_at": UPDATED,
    "subtotal": 24000,
    "tax_total": 6000,
    "shipping_total": 4900,
    "total": 34900,
}
ORDER_1: dict[str, Any] = {
    "object": "order",
    "id": ORDER_ID,
    "status": "pending",
    "fulfillment_status": "not_fulfilled",
    "payment_status": "awaiting",
    "display_id": 41,
    "cart_id": CART_ID,
    "customer_id": CUSTOMER_ID,
    "customer": CUSTOMER,
    "email": "liv.berg@example.com",
    "region": REGION,
    "currency_code": "nok",
    "tax_rate": 25,
    "draft_order_id": None,
    "shipping_address": ADDRESS,
    "discounts": [{"id": "disc_01HXT4V5A1B2C3D4E5F6G7H8JK", "code": "VAAR10"}],
    "items": [ITEM_1],
    "returns": [],
    "refunds": [],
    "canceled_at": None,
    "created_at": CREATED,
    "updated_at": UPDATED,
    "discount_total": 3000,
    "total": 31900,
    "refunded_total": 0,
}


def big(value: str) -> dict[str, Any]:
    """An amount as version 2 keeps it exactly."""
    return {"value": value, "precision": 20}


ITEM_2: dict[str, Any] = {
    "id": "cali_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "title": "M / Moss",
    "product_title": "Rain jacket",
    "variant_title": "M / Moss",
    "variant_sku": "RAIN-M-MOSS",
    "variant_id": "variant_01HXT4V6A1B2C3D4E5F6G7H8JK",
    "thumbnail": "https://fjord.example/rain.jpg",
    "is_tax_inclusive": True,
    "unit_price": 129.9,
    "raw_unit_price": big("129.9"),
    "quantity": 1,
    "adjustments": [{"code": "SPRING15", "amount": 19.49}],
}
CART_2: dict[str, Any] = {
    "id": CART_ID,
    "email": "otto@example.com",
    "currency_code": "eur",
    "region_id": "reg_01HXT4V6A1B2C3D4E5F6G7H8JK",
    "locale": "de-DE",
    "customer": {
        **CUSTOMER,
        "email": "otto@example.com",
        "has_account": False,
        "phone": None,
        "metadata": None,
    },
    "shipping_address": {
        **ADDRESS,
        "id": "caaddr_01HXT4V6A1B2C3D4E5F6G7H8JK",
        "country_code": "de",
        "phone": None,
    },
    "items": [ITEM_2],
    "promotions": [{"code": "SPRING15", "is_automatic": False}],
    "completed_at": None,
    "created_at": CREATED,
    "updated_at": UPDATED,
    "total": 115.31,
    "raw_total": big("115.31"),
}
ORDER_2: dict[str, Any] = {
    "id": ORDER_ID,
    "display_id": 7,
    "status": "pending",
    "version": 1,
    "is_draft_order": False,
    "payment_status": "authorized",
    "fulfillment_status": "not_fulfilled",
    "currency_code": "eur",
    "email": "otto@example.com",
    "locale": "de-DE",
    "customer_id": CUSTOMER_ID,
    "cart": {"id": CART_ID},
    "shipping_address": {
        "first_name": "Otto",
        "last_name": "Lange",
        "country_code": "de",
        "phone": "030 901820",
    },
    "items": [{**ITEM_2, "id": "ordli_01HXT4V6A1B2C3D4E5F6G7H8JK"}],
    "promotions": [{"code": "SPRING15", "is_automatic": False}, {"code": "AUTO-EU", "is_automatic": True}],
    "discount_total": 19.49,
    "total": 115.31,
    "raw_total": big("115.31"),
    "canceled_at": None,
    "created_at": CREATED,
    "updated_at": UPDATED,
}
RETURN_2 = {"id": "return_01HXT5A0A1B2C3D4E5F6G7H8JK", "status": "received", "refund_amount": 110.41}
PAYMENT_2: dict[str, Any] = {
    "id": "pay_01HXT5B0A1B2C3D4E5F6G7H8JK",
    "amount": 115.31,
    "raw_amount": big("115.31"),
    "currency_code": "eur",
    "payment_collection_id": "pay_col_01HXT5B0A1B2C3D4E5F6G7H8JK",
    "payment_collection": {"id": "pay_col_01HXT5B0A1B2C3D4E5F6G7H8JK", "order": ORDER_2},
    "captured_at": "2026-05-01T11:19:00.000Z",
    "updated_at": UPDATED,
    "refunds": [],
    "data": {"object": "payment_intent", "id": "pi_1"},
}
PAYMENT_1 = {
    "id": "pay_01HXT5B1A1B2C3D4E5F6G7H8JK",
    "order_id": ORDER_ID,
    "cart_id": CART_ID,
    "amount": 31900,
    "amount_refunded": 0,
    "idempotency_key": None,
    "swap_id": None,
    "currency_code": "nok",
    "captured_at": None,
    "updated_at": UPDATED,
}
COLLECTION_2 = {
    "id": "pay_col_01HXT5B0A1B2C3D4E5F6G7H8JK",
    "currency_code": "eur",
    "amount": 115.31,
    "raw_amount": big("115.31"),
    "status": "completed",
    "order": ORDER_2,
    "updated_at": UPDATED,
}
SWAP_1: dict[str, Any] = {
    "id": "swap_01HXT5B1A1B2C3D4E5F6G7H8JK",
    "order_id": ORDER_ID,
    "order": ORDER_1,
    "return_order": {"id": RETURN_ID, "status": "received", "refund_amount": 15000},
    "updated_at": UPDATED,
}
DISCOUNT_1 = {
    "id": "disc_01HXT4V5A1B2C3D4E5F6G7H8JK",
    "code": "VAAR10",
    "is_disabled": True,
    "updated_at": UPDATED,
}


def first(name: str, event: str, data: dict[str, Any]) -> Example:
    """As webhook plugins of version 1 post it."""
    return Example(f"v1 {name}", {"source": "medusa", "store": "fjord"}, {"event": event, "data": data})


def second(name: str, event: str, data: dict[str, Any]) -> Example:
    """As a subscriber of version 2 forwards it, after it loaded the whole object."""
    metadata = {"eventGroupId": "01HXT5B0A1B2C3D4E5F6G7H8JK", "source": "core-flow"}
    payload = {"name": event, "data": data, "metadata": metadata}
    return Example(f"v2 {name}", {"source": "medusa", "store": "fjord"}, payload)


EXAMPLES: tuple[Example, ...] = (
    first("cart created", "cart.created", {**CART_1, "items": []}),
    first("cart updated", "cart.updated", CART_1),
    first("cart with a customer", "cart.customer_updated", CART_1),
    first("cart completed", "cart.updated", {**CART_1, "completed_at": UPDATED}),
    first("order placed", "order.placed", ORDER_1),
    first(
        "order of a draft", "order.placed", {**ORDER_1, "draft_order_id": "dorder_01HXT4V5A1B2C3D4E5F6G7H8JK"}
    ),
    first("order awaiting an action", "order.updated", {**ORDER_1, "payment_status": "requires_action"}),
    first("order whose payment was called off", "order.updated", {**ORDER_1, "payment_status": "canceled"}),
    first(
        "order completed", "order.completed", {**ORDER_1, "status": "completed", "payment_status": "captured"}
    ),
    first("payment captured", "order.payment_captured", {**ORDER_1, "payment_status": "captured"}),
    first("payment failed", "order.payment_capture_failed", {**ORDER_1, "payment_status": "requires_action"}),
    first("order canceled", "order.canceled", {**ORDER_1, "status": "canceled", "canceled_at": UPDATED}),
    first(
        "order refunded",
        "order.refund_created",
        {
            **ORDER_1,
            "payment_status": "refunded",
            "fulfillment_status": "shipped",
            "refunded_total": 31900,
            "refunds": [{"id": "ref_01HXT5B1A1B2C3D4E5F6G7H8JK", "amount": 31900, "reason": "other"}],
        },
    ),
    first(
        "items returned",
        "order.items_returned",
        {
            "order": ORDER_1,
            "return_id": RETURN_ID,
            "return_request": {"id": RETURN_ID, "refund_amount": 15000},
        },
    ),
    first("items returned, told by ids", "order.items_returned", {"id": ORDER_ID, "return_id": RETURN_ID}),
    first("swap received", "swap.received", SWAP_1),
    first("claim refunded", "claim.refund_processed", {**SWAP_1, "id": "claim_01HXT5B1A1B2C3D4E5F6G7H8JK"}),
    first("payment of its own", "payment.captured", {**PAYMENT_1, "captured_at": UPDATED}),
    first(
        "payment refunded",
        "payment.refund_created",
        {**PAYMENT_1, "amount_refunded": 31900, "order": ORDER_1},
    ),
    first("customer created", "customer.created", CUSTOMER),
    first("discount disabled", "discount.updated", DISCOUNT_1),
    second("cart updated", "cart.updated", CART_2),
    second("cart of a region", "cart.region_updated", CART_2),
    second("cart transferred", "cart.customer_transferred", CART_2),
    second("cart deleted", "cart.deleted", {"id": CART_ID, "deleted_at": UPDATED}),
    second("order placed", "order.placed", ORDER_2),
    second(
        "order with its summary",
        "order.placed",
        {
            **{name: value for name, value in ORDER_2.items() if name not in ("total", "raw_total")},
            "summary": {"current_order_total": 115.31, "raw_current_order_total": big("115.31")},
        },
    ),
    second(
        "order updated", "order.updated", {**ORDER_2, "payment_status": "captured", "returns": [RETURN_2]}
    ),
    second(
        "order archived", "order.archived", {**ORDER_2, "status": "archived", "payment_status": "captured"}
    ),
    second("order canceled", "order.canceled", {**ORDER_2, "status": "canceled", "canceled_at": UPDATED}),
    second("order canceled, told by id", "order.canceled", {"id": ORDER_ID}),
    second("return received", "order.return_received", {"order_id": ORDER_ID, "return_id": RETURN_2["id"]}),
    second("return received, sent whole", "order.return_received", {"order": ORDER_2, "return": RETURN_2}),
    second("payment captured", "payment.captured", PAYMENT_2),
    second(
        "payment refunded", "payment.refunded", {**PAYMENT_2, "refunds": [{"id": "ref_1", "amount": 115.31}]}
    ),
    second("collection completed", "payment_collection.updated", COLLECTION_2),
    second("collection failed", "payment_collection.updated", {**COLLECTION_2, "status": "failed"}),
    second(
        "collection of a cart",
        "payment_collection.created",
        {"id": "pay_col_01HXT5B0A1B2C3D4E5F6G7H8JK", "status": "not_paid", "cart": {"id": CART_ID}},
    ),
    second("customer updated", "customer.updated", {**CUSTOMER, "addresses": [ADDRESS]}),
    second("customer deleted", "customer.deleted", {"id": CUSTOMER_ID}),
    second(
        "promotion deleted",
        "promotion.deleted",
        {"id": "promo_01HXT5B0A1B2C3D4E5F6G7H8JK", "code": "SPRING15"},
    ),
    Example("v1 cart by itself", {"source": "medusa", "store": "fjord"}, CART_1),
    Example("v2 order by itself", {"source": "medusa", "store": "fjord", "topic": "order.placed"}, ORDER_2),
    Example(
        "v2 answer of the store's API",
        {"source": "medusa", "store": "fjord"},
        {"type": "order", "order": ORDER_2},
    ),
    Example(
        "v1 return by itself",
        {"source": "medusa", "store": "fjord"},
        {
            "id": RETURN_ID,
            "order_id": ORDER_ID,
            "status": "received",
            "refund_amount": 15000,
            "shipping_data": None,
            "swap_id": None,
            "order": ORDER_1,
        },
    ),
    Example(
        "amounts by attribute",
        {"source": "medusa", "store": "fjord", "amounts": "major", "X-Medusa-Event": "order.placed"},
        {"id": ORDER_ID, "email": "liv.berg@example.com", "currency_code": "jpy", "total": 4900},
    ),
)
