"""WooCommerce: webhooks of every topic and status, and carts as a shop's own few lines of code forward them."""

from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

_HEAD = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
SESSION_TOKEN = (
    _HEAD + "eyJ1c2VyX2lkIjoidF80YzFkIiwiZXhwIjoxNzc3OTAwMDAwLCJpc3MiOiJzdG9yZS1hcGkifQ.c2lnbmF0dXJl"
)
"""A cart token; its claims are {"user_id": "t_4c1d", "exp": 1777900000, "iss": "store-api"}."""
ACCOUNT_TOKEN = _HEAD + "eyJ1c2VyX2lkIjoiNDEiLCJleHAiOjE3Nzc5MDAwMDAsImlzcyI6InN0b3JlLWFwaSJ9.c2lnbmF0dXJl"
"""The same of account 41."""


def headers(topic: str, **others: str) -> dict[str, str]:
    """A delivery's attributes."""
    resource, _, event = topic.partition(".")
    return {
        "source": "woocommerce",
        "store": "tea-house",
        "X-WC-Webhook-Topic": topic,
        "X-WC-Webhook-Resource": resource,
        "X-WC-Webhook-Event": event,
        "X-WC-Webhook-Source": "https://tea-house.example/shop/",
        "X-WC-Webhook-ID": "12",
        "X-WC-Webhook-Delivery-ID": "5c2f0d8e91a64b7f",
        "X-WC-Webhook-Signature": "c2lnbmVk",
        **others,
    }


def meta(**values: Any) -> list[dict[str, Any]]:
    """The values as `meta_data`."""
    return [
        {"id": 900 + index, "key": key, "value": value} for index, (key, value) in enumerate(values.items())
    ]


def order(**facts: Any) -> dict[str, Any]:
    """An order of a guest with a coupon, as the REST API (version 3) states it."""
    return {
        "id": 4711,
        "parent_id": 0,
        "status": "processing",
        "currency": "EUR",
        "currency_symbol": "€",
        "version": "9.8.1",
        "prices_include_tax": True,
        "date_created": "2026-05-01T13:40:10",
        "date_created_gmt": "2026-05-01T11:40:10",
        "date_modified": "2026-05-01T13:42:30",
        "date_modified_gmt": "2026-05-01T11:42:30",
        "date_paid": "2026-05-01T13:42:28",
        "date_paid_gmt": "2026-05-01T11:42:28",
        "date_completed": None,
        "date_completed_gmt": None,
        "discount_total": "4.20",
        "discount_tax": "0.80",
        "shipping_total": "4.12",
        "shipping_tax": "0.78",
        "cart_tax": "6.38",
        "total": "44.88",
        "total_tax": "7.16",
        "customer_id": 0,
        "order_key": "wc_order_Q7hXe2Lk9Tzpa",
        "billing": {
            "first_name": "Jana",
            "last_name": "Horáková",
            "company": "",
            "address_1": "Dlouhá 12",
            "city": "Brno",
            "postcode": "602 00",
            "country": "CZ",
            "email": "Jana.Horakova@example.net",
            "phone": "601 123 456",
        },
        "shipping": {"first_name": "Jana", "last_name": "Horáková", "country": "CZ", "phone": ""},
        "payment_method": "stripe",
        "payment_method_title": "Card",
        "transaction_id": "pi_3Nx",
        "customer_ip_address": "192.0.2.7",
        "customer_user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/137.0",
        "created_via": "checkout",
        "customer_note": "",
        "cart_hash": "0d8b3ef2a4c94b1e8f0c9f6a7b1d2e3f",
        "number": "4711",
        "meta_data": meta(
            is_vat_exempt="no",
            _wc_order_attribution_source_type="organic",
            _wc_order_attribution_device_type="Desktop",
            _wc_order_attribution_session_count="2",
        ),
        "line_items": [
            {
                "id": 81,
                "name": "Sencha &ndash; 100 g",
                "product_id": 210,
                "variation_id": 214,
                "quantity": 2,
                "subtotal": "29.36",
                "subtotal_tax": "5.58",
                "total": "25.16",
                "total_tax": "4.78",
                "sku": "SENCHA-100",
                "price": 12.58,
                "image": {"id": "77", "src": "https://tea-house.example/img/sencha.jpg"},
                "parent_name": "Sencha",
            },
            {
                "id": 82,
                "name": "Tea strainer",
                "product_id": 305,
                "variation_id": 0,
                "quantity": 1,
                "subtotal": "8.44",
                "subtotal_tax": "1.60",
                "total": "8.44",
                "total_tax": "1.60",
                "sku": "",
                "price": 8.44,
                "image": {"id": "", "src": ""},
                "parent_name": None,
            },
        ],
        "shipping_lines": [{"id": 83, "method_title": "Parcel", "total": "4.12", "total_tax": "0.78"}],
        "fee_lines": [],
        "coupon_lines": [{"id": 84, "code": "a2c4-e6g8-hjkm", "discount": "4.2", "discount_tax": "0.8"}],
        "refunds": [],
        "payment_url": "https://tea-house.example/checkout/order-pay/4711/",
        "needs_payment": False,
        "_links": {"self": [{"href": "https://tea-house.example/wp-json/wc/v3/orders/4711"}]},
        **facts,
    }


def item(**facts: Any) -> dict[str, Any]:
    """An item of a Store API cart."""
    return {
        "key": "9f61408e3afb633e50cdf1b20de6f466",
        "id": 214,
        "type": "variation",
        "quantity": 2,
        "quantity_limits": {"minimum": 1, "maximum": 40, "multiple_of": 1, "editable": True},
        "name": "Sencha",
        "sku": "SENCHA-100",
        "permalink": "https://tea-house.example/sencha/?attribute_size=100",
        "images": [{"id": 77, "src": "https://tea-house.example/img/sencha.jpg", "thumbnail": ""}],
        "variation": [{"raw_attribute": "attribute_size", "attribute": "Size", "value": "100 g"}],
        "prices": {
            "price": "1747",
            "regular_price": "1747",
            "currency_code": "EUR",
            "currency_minor_unit": 2,
        },
        "totals": {
            "line_total": "2516",
            "line_total_tax": "478",
            "currency_code": "EUR",
            "currency_minor_unit": 2,
        },
        **facts,
    }


def cart(**facts: Any) -> dict[str, Any]:
    """A Store API cart (`/wc/store/v1/cart`) with `recoup` added."""
    return {
        "recoup": {
            "cart_id": "wc-7f3a",
            "anonymous_id": "anon-55",
            "customer_id": 41,
            "cart_url": "https://tea-house.example/cart/",
            "locale": "cs_CZ",
            "time_zone": "Europe/Prague",
            "marketing_email": "yes",
            "marketing_sms": "no",
            "occurred_at": "2026-05-01T11:30:00Z",
            "user_agent": "Mozilla/5.0 (iPhone) Safari/605",
        },
        "items": [item()],
        "coupons": [{"code": "spring", "totals": {"total_discount": "500", "currency_code": "EUR"}}],
        "fees": [],
        "totals": {
            "total_items": "2936",
            "total_items_tax": "558",
            "total_discount": "420",
            "total_price": "2994",
            "total_tax": "478",
            "currency_code": "EUR",
            "currency_minor_unit": 2,
        },
        "shipping_address": {"first_name": "", "last_name": "", "country": "CZ", "phone": ""},
        "billing_address": {
            "first_name": "Jana",
            "last_name": "Horáková",
            "country": "CZ",
            "email": "jana@example.net",
            "phone": "+420601123456",
        },
        "items_count": 2,
        "needs_payment": True,
        "errors": [],
        "extensions": {},
        **facts,
    }


def coupon(**facts: Any) -> dict[str, Any]:
    """A coupon as the REST API states it."""
    return {
        "id": 61,
        "code": "a2c4-e6g8-hjkm",
        "amount": "10.00",
        "status": "publish",
        "date_created_gmt": "2026-04-20T08:00:00",
        "date_modified": "2026-05-01T13:00:00",
        "date_modified_gmt": "2026-05-01T11:00:00",
        "discount_type": "percent",
        "date_expires": None,
        "date_expires_gmt": None,
        "usage_count": 0,
        "usage_limit": 1,
        "meta_data": [],
        **facts,
    }


def customer(**facts: Any) -> dict[str, Any]:
    """A customer as the REST API states it."""
    return {
        "id": 41,
        "date_created_gmt": "2026-01-10T09:00:00",
        "date_modified": "2026-05-01T12:15:00",
        "date_modified_gmt": "2026-05-01T10:15:00",
        "email": "jana@example.net",
        "first_name": "Jana",
        "last_name": "Horáková",
        "role": "customer",
        "username": "jana",
        "billing": {
            "first_name": "J.",
            "last_name": "H.",
            "country": "CZ",
            "email": "",
            "phone": "601 123 456",
        },
        "shipping": {"first_name": "", "last_name": "", "country": "SK", "phone": ""},
        "is_paying_customer": True,
        "avatar_url": "https://gravatar.example/a",
        "meta_data": meta(recoup_marketing_email="no", recoup_marketing_sms="yes", recoup_locale="cs"),
        **facts,
    }


REFUND = {
    "id": 4790,
    "parent_id": 4711,
    "date_created": "2026-05-01T13:50:00",
    "date_created_gmt": "2026-05-01T11:50:00",
    "amount": "17.47",
    "currency": "EUR",
    "reason": "Too bitter",
    "refunded_by": 1,
    "refunded_payment": True,
    "line_items": [],
}
REFUNDED_TWICE = [
    {"id": 4790, "reason": "Too bitter", "total": "-17.47"},
    {"id": 4791, "reason": "", "total": "-10.04"},
]
LEGACY_ORDER = {
    "order": {
        "id": 318,
        "order_number": "318",
        "created_at": "2026-05-01T11:01:00Z",
        "updated_at": "2026-05-01T11:02:00Z",
        "status": "on-hold",
        "currency": "GBP",
        "total": "26.40",
        "total_discount": "2.00",
        "payment_details": {"method_id": "bacs", "method_title": "Bank transfer", "paid": False},
        "billing_address": {
            "first_name": "Amir",
            "last_name": "Khan",
            "country": "GB",
            "email": "amir@example.org",
            "phone": "020 7946 0018",
        },
        "shipping_address": {"first_name": "Amir", "last_name": "Khan", "country": "GB"},
        "customer_id": 9,
        "customer_user_agent": "Mozilla/5.0",
        "line_items": [
            {"id": 1, "total": "24.40", "quantity": 1, "name": "Assam", "product_id": 5, "sku": "ASSAM"}
        ],
        "coupon_lines": [{"id": 3, "code": "welcome", "amount": "2.00"}],
    }
}

STATUSES = (
    *("pending", "on-hold", "processing", "completed", "failed", "cancelled", "trash", "refunded"),
    *("checkout-draft", "wc-processing", "wc-cancelled", "wc-checkout-draft", "shipped"),
)
"""Of orders, each of which tells something; `shipped` is a shop's own."""

EXAMPLES: tuple[Example, ...] = (
    *(Example(f"order {status}", headers("order.updated"), order(status=status)) for status in STATUSES),
    Example("order created", headers("order.created"), order(status="pending", date_paid_gmt=None)),
    Example("order restored", headers("order.restored"), order()),
    Example("order deleted", headers("order.deleted"), {"id": 4711}),
    Example("order refunded twice", headers("order.updated"), order(refunds=REFUNDED_TWICE)),
    Example(
        "order refunded whole", headers("order.updated"), order(status="refunded", refunds=REFUNDED_TWICE)
    ),
    Example(
        "order of an account, tied to its cart",
        headers("order.updated"),
        order(
            customer_id=41,
            customer_user_agent="",
            meta_data=meta(
                _recoup_cart_id="wc-7f3a",
                _recoup_anonymous_id="anon-55",
                _recoup_marketing_sms="yes",
                _mc4wp_optin="1",
                wpml_language="cs",
                _wc_order_attribution_user_agent="Mozilla/5.0 (Android 15) Chrome/135",
            ),
        ),
    ),
    Example("order by block checkout", headers("order.updated"), order(created_via="store-api")),
    Example(
        "order tied by its cart token",
        headers("order.created"),
        order(meta_data=meta(recoup_cart_token=SESSION_TOKEN)),
    ),
    Example(
        "order by staff",
        headers("order.created"),
        order(created_via="admin", cart_hash="", date_paid_gmt=None),
    ),
    Example(
        "subscription renewal",
        headers("order.created"),
        order(created_via="subscription", meta_data=meta(_subscription_renewal="4002")),
    ),
    Example(
        "order in yen",
        headers("order.updated"),
        order(currency="JPY", total="4488", discount_total="500", discount_tax="0"),
    ),
    Example("order in dinars", headers("order.updated"), order(currency="KWD", total="13.755")),
    Example("order of the legacy API", headers("order.updated"), LEGACY_ORDER),
    Example(
        "order without headers",
        {"source": "woocommerce", "store": "tea-house"},
        order(meta_data=[], status="on-hold"),
    ),
    Example("order by an action", headers("action.woocommerce_new_order"), {"action": "x", "arg": order()}),
    Example(
        "order cancelled by an action",
        headers("action.woocommerce_order_status_cancelled"),
        {"action": "woocommerce_order_status_cancelled", "arg": 4711},
    ),
    Example("refund", headers("refund.created"), REFUND),
    Example(
        "refund as the REST API answers",
        headers("refund.created"),
        {
            **{name: value for name, value in REFUND.items() if name not in ("parent_id", "currency")},
            "_links": {"up": [{"href": "https://tea-house.example/wp-json/wc/v3/orders/4711"}]},
        },
    ),
    Example("cart", headers("cart.updated"), cart()),
    Example("cart of a guest", headers("cart.updated", **{"Cart-Token": SESSION_TOKEN}), cart(recoup={})),
    Example("cart of an account", headers("cart.updated"), cart(recoup={"cart_token": ACCOUNT_TOKEN})),
    Example(
        "cart of an extended Store API",
        headers("cart.updated"),
        cart(recoup=None, extensions={"recoup": {"cart_id": "wc-8", "occurred_at": "2026-05-01T11:31:00"}}),
    ),
    Example("cart known by its hash", headers("cart.updated", **{"Cart-Hash": "ab12"}), cart(recoup={})),
    Example(
        "cart with a sold-out item",
        headers("cart.updated"),
        cart(
            errors=[
                {
                    "code": "woocommerce_rest_product_out_of_stock",
                    "message": "&quot;Sencha&quot; is out of stock and cannot be purchased.",
                }
            ]
        ),
    ),
    Example("cart emptied", headers("cart.updated"), cart(items=[], items_count=0)),
    Example("customer created", headers("customer.created"), customer()),
    Example("customer updated", headers("customer.updated"), customer(meta_data=[])),
    Example("customer deleted", headers("customer.deleted"), {"id": 41}),
    Example("coupon deleted", headers("coupon.deleted"), {"id": 61, "code": "a2c4-e6g8-hjkm"}),
    Example("coupon into the trash", headers("coupon.updated"), coupon(status="trash")),
    Example("coupon back to a draft", headers("coupon.restored"), coupon(status="draft")),
    Example("coupon past its end", headers("coupon.updated"), coupon(date_expires_gmt="2026-04-30T22:00:00")),
)
