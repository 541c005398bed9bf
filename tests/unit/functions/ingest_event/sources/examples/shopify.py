"""Shopify's webhooks, one per listed topic and state, and the ways in which they arrive; written for these tests."""

from typing import Any

from tests.unit.functions.ingest_event.events import (
    SHOPIFY_CART,
    SHOPIFY_CHECKOUT,
    SHOPIFY_CUSTOMER,
    SHOPIFY_ORDER,
    SHOPIFY_REFUND,
    changed,
    money_set,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example

SHOP = "lamps.myshopify.com"
TRIGGERED_AT = "2026-05-01T12:00:01.450036423Z"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def headers(topic: str, **others: str) -> dict[str, str]:
    """The attributes of a native delivery; its moment stands in the payload."""
    return {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "wh-1",
        **{f"X-Shopify-{name.replace('_', '-')}": text for name, text in others.items()},
    }


ATTRIBUTES = [
    {"name": "_anonymous_id", "value": "anon-31f"},
    {"name": "gift_note", "value": "For Ola"},
]
GUEST_CHECKOUT = changed(
    SHOPIFY_CHECKOUT,
    customer=None,
    cart_token=None,
    note_attributes=[*ATTRIBUTES, {"name": "__cart_token", "value": "c9-77aa"}],
    presentment_currency="JPY",
    total_price="4800",
    line_items__0__price="2400",
    line_items__0__line_price="4800",
    buyer_accepts_sms_marketing=True,
    sms_marketing_phone="+46709876543",
)
ORDER: dict[str, Any] = changed(
    SHOPIFY_ORDER,
    admin_graphql_api_id="gid://shopify/Order/5501234567890",
    order_number=1042,
    token="o-token-1",
    financial_status="pending",
    fulfillment_status=None,
    cancelled_at=None,
    processed_at="2026-05-01T11:58:30Z",
    updated_at="2026-05-01T11:59:50Z",
    note_attributes=ATTRIBUTES,
    client_details={"user_agent": BROWSER, "session_hash": None},
    discount_applications=[
        {"type": "discount_code", "code": "WELCOME", "value": "5.0", "value_type": "fixed_amount"},
        {"type": "automatic", "title": "Spring", "value": "2.0", "value_type": "percentage"},
        {"type": "manual", "title": "Goodwill", "value": "1.0", "value_type": "fixed_amount"},
        {"type": "script", "title": "Bundle", "value": "1.0", "value_type": "fixed_amount"},
    ],
    refunds=[],
)
RETURNED = changed(
    SHOPIFY_REFUND, processed_at="2026-05-01T11:52:00Z", admin_graphql_api_id="gid://shopify/Refund/900123"
)
GOODWILL = {
    "id": 900124,
    "order_id": 5501234567890,
    "processed_at": "2026-05-01T11:53:00Z",
    "refund_line_items": [],
    "transactions": [{"kind": "refund", "status": "success", "amount": "20.00", "currency": "SEK"}],
}
REFUNDED_IN_PART = changed(
    ORDER, financial_status="partially_refunded", fulfillment_status="partial", refunds=[RETURNED, GOODWILL]
)
CANCELLED = changed(ORDER, financial_status="voided", cancelled_at="2026-05-01T11:59:40Z")
IN_DINAR = changed(
    ORDER,
    total_price_set=money_set("37.125", "KWD", "121.00"),
    total_discounts_set=money_set("1.500", "KWD", "4.90"),
)
BY_STAFF = changed(
    ORDER, source_name="shopify_draft_order", user_id=901, cart_token=None, checkout_token=None
)
FAILED_PAYMENT = {
    "id": 77001,
    "order_id": 5501234567890,
    "kind": "sale",
    "gateway": "shopify_payments",
    "status": "failure",
    "error_code": "card_declined",
    "amount": "1200.00",
    "currency": "SEK",
    "created_at": "2026-05-01T11:58:20Z",
    "processed_at": "2026-05-01T11:58:21Z",
    "source_name": "web",
}
CUSTOMER = changed(SHOPIFY_CUSTOMER, updated_at="2026-05-01T11:55:00Z", created_at="2024-02-03T10:00:00Z")
EMAIL_CONSENT = {
    "customer_id": 7003456789012,
    "email_address": "greta@example.com",
    "email_marketing_consent": {
        "state": "unsubscribed",
        "opt_in_level": "single_opt_in",
        "consent_updated_at": "2026-05-01T11:57:00Z",
    },
}
SMS_CONSENT = {
    "id": 7003456789012,
    "phone": "+46701234567",
    "sms_marketing_consent": {
        "state": "subscribed",
        "opt_in_level": "confirmed_opt_in",
        "consent_updated_at": "2026-05-01T11:57:30Z",
        "consent_collected_from": "other",
    },
}
REDACT = {
    "shop_id": 954889,
    "shop_domain": SHOP,
    "customer": {"id": 7003456789012, "email": "greta@example.com", "phone": "+46701234567"},
    "orders_to_redact": [5501234567890, "gid://shopify/Order/5501234567891"],
}
DATA_REQUEST = {
    "shop_id": 954889,
    "shop_domain": SHOP,
    "customer": {"id": 7003456789012, "email": "greta@example.com", "phone": "+46701234567"},
    "orders_requested": [5501234567890],
    "data_request": {"id": 4411},
}
THE_SHOP = {"id": 954889, "name": "Lamps", "myshopify_domain": SHOP, "created_at": "2020-01-01T00:00:00Z"}
CODE_REMOVED = {
    "admin_graphql_api_id": "gid://shopify/DiscountCodeNode/31",
    "redeem_code": {"id": "gid://shopify/DiscountRedeemCode/7", "code": "A2C4-E6G8"},
    "updated_at": "2026-05-01T11:56:00.000Z",
}
EVENT_BRIDGE = {
    "version": "0",
    "id": "5c5a7b2e-0000-4000-8000-000000000001",
    "detail-type": "shopifyWebhook",
    "source": "aws.partner/shopify.com/954889/recoup",
    "time": "2026-05-01T12:00:02Z",
    "detail": {
        "metadata": {
            "Content-Type": "application/json",
            "X-Shopify-Topic": "carts/update",
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-Webhook-Id": "wh-2",
            "X-Shopify-Triggered-At": TRIGGERED_AT,
        },
        "payload": SHOPIFY_CART,
    },
}
DELETED_CUSTOMER: dict[str, Any] = {
    "id": 7003456789012,
    "phone": None,
    "addresses": [],
    "email_marketing_consent": None,
}

EXAMPLES = (
    Example("a cart is begun", headers("carts/create", Triggered_At=TRIGGERED_AT), SHOPIFY_CART),
    Example("a cart changes", headers("carts/update"), {**SHOPIFY_CART, "note_attributes": ATTRIBUTES}),
    Example("a cart is emptied", headers("carts/update"), {**SHOPIFY_CART, "line_items": []}),
    Example("a checkout is begun", headers("checkouts/create"), SHOPIFY_CHECKOUT),
    Example("a guest's checkout in yen", headers("checkouts/update"), GUEST_CHECKOUT),
    Example(
        "a checkout is completed",
        headers("checkouts/update"),
        {**SHOPIFY_CHECKOUT, "completed_at": "2026-05-01T11:58:00Z"},
    ),
    Example("an order is placed", headers("orders/create"), ORDER),
    Example("an order is placed and paid", headers("orders/create"), {**ORDER, "financial_status": "paid"}),
    Example("an order of the shop's own", headers("orders/create"), BY_STAFF),
    Example("an order in dinar", headers("orders/create"), IN_DINAR),
    Example("an order is paid", headers("orders/paid"), {**ORDER, "financial_status": "paid"}),
    Example("an order is cancelled", headers("orders/cancelled"), CANCELLED),
    *(
        Example(
            f"an updated order is {state}", headers("orders/updated"), {**ORDER, "financial_status": state}
        )
        for state in ("pending", "authorized", "partially_paid", "paid", "expired", "voided")
    ),
    Example("an updated order is cancelled", headers("orders/updated"), CANCELLED),
    Example("an updated order came back in part", headers("orders/updated"), REFUNDED_IN_PART),
    Example(
        "an updated order is refunded as a whole",
        headers("orders/updated"),
        {**ORDER, "financial_status": "refunded", "fulfillment_status": "fulfilled", "refunds": [GOODWILL]},
    ),
    Example(
        "an order is sent in part",
        headers("orders/partially_fulfilled"),
        {**ORDER, "financial_status": "paid", "fulfillment_status": "partial"},
    ),
    Example(
        "an order is sent",
        headers("orders/fulfilled"),
        {**ORDER, "financial_status": "paid", "fulfillment_status": "fulfilled"},
    ),
    Example("an order is edited, told by a relay", headers("orders/edited"), ORDER),
    Example("an order is deleted, told by a relay", headers("orders/delete"), ORDER),
    Example("goods come back", headers("refunds/create"), SHOPIFY_REFUND),
    Example("a payment fails", headers("order_transactions/create"), FAILED_PAYMENT),
    *(
        Example(f"a customer: {verb}", headers(f"customers/{verb}"), CUSTOMER)
        for verb in ("create", "update", "enable", "disable")
    ),
    Example(
        "a customer takes consent back", headers("customers_email_marketing_consent/update"), EMAIL_CONSENT
    ),
    Example("a customer agrees to SMS", headers("customers_marketing_consent/update"), SMS_CONSENT),
    Example("a customer is deleted", headers("customers/delete"), DELETED_CUSTOMER),
    Example("a customer is erased", headers("customers/redact"), REDACT),
    Example("a customer asks for their data", headers("customers/data_request"), DATA_REQUEST),
    Example("a code is removed", headers("discounts/redeemcode_removed"), CODE_REMOVED),
    Example("the app is removed", headers("app/uninstalled"), THE_SHOP),
    Example("the shop is erased", headers("shop/redact"), {"shop_id": 954889, "shop_domain": SHOP}),
    Example("an EventBridge envelope", {"source": "shopify"}, EVENT_BRIDGE),
    Example("GraphQL's spelling", {"source": "shopify", "store": SHOP, "topic": "ORDERS_PAID"}, ORDER),
    Example("no topic at all", {"source": "shopify", "store": SHOP}, SHOPIFY_CHECKOUT),
    Example("the Admin API's list", {"source": "shopify", "store": SHOP}, {"orders": [ORDER, BY_STAFF]}),
)
