"""BigCommerce: each webhook as it comes, the same with the resource that a relay adds, and bare resources."""

from copy import deepcopy
from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

ATTRIBUTES = {"source": "bigcommerce", "store": "bikes"}
CART_ID = "5b3a2c1d-7f0e-4c6b-9a55-0c1de2f3a4b5"


def hook(scope: str, data: dict[str, Any], resource: Any = None) -> dict[str, Any]:
    """A webhook, with the resource beside its data if there is one."""
    thin: dict[str, Any] = {
        "store_id": "1009999",
        "producer": "stores/q8w7e6r5t4",
        "scope": scope,
        "data": deepcopy(data),
        "hash": "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        "created_at": 1777636684,
    }
    return thin if resource is None else {**thin, "resource": deepcopy(resource)}


ORDER: dict[str, Any] = {
    "id": 4501,
    "customer_id": 0,
    "date_created": "Fri, 01 May 2026 11:40:00 +0000",
    "date_modified": "Fri, 01 May 2026 11:57:30 +0000",
    "status_id": 11,
    "status": "Awaiting Fulfillment",
    "total_ex_tax": "200.0000",
    "total_inc_tax": "238.0000",
    "items_total": 2,
    "payment_method": "Card",
    "payment_status": "captured",
    "refunded_amount": "0.0000",
    "currency_code": "USD",
    "default_currency_code": "EUR",
    "store_default_currency_code": "USD",
    "discount_amount": "5.0000",
    "coupon_discount": "12.5000",
    "is_deleted": False,
    "cart_id": CART_ID,
    "billing_address": {
        "first_name": "Jonas",
        "last_name": "Weber",
        "country": "Germany",
        "country_iso2": "DE",
        "phone": "030 901820",
        "email": "Jonas.Weber@example.com",
    },
    "is_email_opt_in": True,
    "order_source": "www",
    "customer_locale": "de",
    "products": [
        {
            "id": 1,
            "sku": "HELMET-M",
            "product_id": 77,
            "name": "Helmet",
            "price_ex_tax": "41.5966",
            "price_inc_tax": "49.5000",
            "quantity": 1,
            "quantity_refunded": 0,
        },
        {"id": 2, "sku": "", "variant_id": 812, "product_id": 78, "quantity": 1, "quantity_refunded": 1},
    ],
    "coupons": [{"id": 3, "code": "SPRING", "amount": "12.5000", "discount": "12.5000"}],
}
LINKED = {
    "url": "https://api.bigcommerce.com/stores/q8w7e6r5t4/v2/orders/4501/products",
    "resource": "/orders",
}
CART: dict[str, Any] = {
    "id": CART_ID,
    "customer_id": 31,
    "channel_id": 1,
    "email": "jonas.weber@example.com",
    "currency": {"code": "EUR"},
    "tax_included": True,
    "base_amount": 150.5,
    "discount_amount": 0,
    "cart_amount": 141.37,
    "coupons": [],
    "line_items": {
        "physical_items": [
            {
                "id": "line-1",
                "parent_id": None,
                "variant_id": 811,
                "product_id": 77,
                "sku": "HELMET-M",
                "name": "Helmet",
                "url": "https://bikes.example/helmet/",
                "image_url": "https://bikes.example/helmet.jpg",
                "quantity": 2,
                "list_price": 49.5,
                "sale_price": 44.935,
            }
        ],
        "digital_items": [
            {"id": "line-2", "sku": "", "variant_id": 900, "name": "Map", "quantity": 1, "list_price": 9.5}
        ],
        "custom_items": [
            {"id": "line-3", "sku": "ENGRAVE", "name": "Engraving", "quantity": 1, "list_price": 17}
        ],
        "gift_certificates": [{"id": "line-4", "name": "Gift certificate", "amount": 25, "theme": "General"}],
    },
    "created_time": "2026-05-01T11:30:00+00:00",
    "updated_time": "2026-05-01T11:52:10+00:00",
    "locale": "de",
    "redirect_urls": {"cart_url": "https://bikes.example/cart.php?action=loadInCheckout&id=5b3a"},
}
CUSTOMER: dict[str, Any] = {
    "id": 31,
    "email": "jonas.weber@example.com",
    "first_name": "Jonas",
    "last_name": "Weber",
    "phone": "030 901820",
    "date_created": "2025-03-04T10:00:00Z",
    "date_modified": "2026-05-01T11:45:00Z",
    "addresses": [{"country_code": "DE", "phone": "030 901820"}],
    "accepts_product_review_abandoned_cart_emails": True,
    "channel_ids": None,
}
SUBSCRIBER: dict[str, Any] = {
    "id": 5,
    "email": "jonas.weber@example.com",
    "first_name": "Jonas",
    "last_name": "Weber",
    "source": "storefront",
    "consents": ["marketing_newsletter"],
    "date_modified": "2026-05-01T11:46:00Z",
}
REFUND: dict[str, Any] = {
    "id": 6,
    "order_id": 4501,
    "created": "2026-05-01T11:48:00+00:00",
    "total_amount": 49.5,
    "items": [{"item_type": "PRODUCT", "item_id": 2, "quantity": 1}],
    "payments": [],
}


def with_facts(original: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """A copy with other facts."""
    return {**deepcopy(original), **facts}


def transaction(**facts: Any) -> dict[str, Any]:
    """The data of a transaction's webhook."""
    return {
        "type": "transaction",
        "order_id": 4501,
        "transaction_id": "176342",
        "transaction_status": "complete",
        "transaction_type": "capture",
        "result": {"code": "captured", "message": "Captured", "type": "success"},
        **facts,
    }


THIN_ORDER = {"type": "order", "id": 4501}
THIN_CART = {"type": "cart", "id": CART_ID}
THIN_CUSTOMER = {"type": "customer", "id": 31}
NAMES = (
    *("Incomplete", "Pending", "Shipped", "Partially Shipped", "Refunded", "Cancelled", "Declined"),
    *("Awaiting Payment", "Awaiting Pickup", "Awaiting Shipment", "Completed", "Awaiting Fulfillment"),
    *("Manual Verification Required", "Disputed", "Partially Refunded"),
)

_THIN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("store/cart/created", THIN_CART),
    ("store/cart/updated", THIN_CART),
    ("store/cart/deleted", THIN_CART),
    ("store/cart/couponApplied", {**THIN_CART, "couponId": 1}),
    ("store/cart/converted", {**THIN_CART, "orderId": 4501}),
    ("store/cart/lineItem/created", {"type": "cart_line_item", "id": "line-1", "cartId": CART_ID}),
    ("store/channel/1/cart/lineItems/created", {"cart_id": CART_ID, "cart_item_id": "line-1"}),
    ("store/order/created", THIN_ORDER),
    ("store/order/refund/created", {**THIN_ORDER, "refund": {"refund_id": 6}}),
    ("store/order/transaction/created", transaction()),
    ("store/order/transaction/updated", transaction(result={"type": "declined"})),
    ("store/order/transaction/created", transaction(transaction_type="authorization")),
    ("store/customer/deleted", THIN_CUSTOMER),
    ("store/app/uninstalled", {"type": "app", "id": 1}),
)
_WHOLE: tuple[tuple[str, str, dict[str, Any], Any], ...] = (
    ("cart created", "store/cart/created", THIN_CART, CART),
    ("cart updated", "store/cart/updated", THIN_CART, {"data": CART, "meta": {}}),
    ("cart abandoned", "store/cart/abandoned", {**THIN_CART, "token": "1eed"}, CART),
    ("line added", "store/cart/lineItem/created", {"id": "line-1", "cartId": CART_ID}, CART),
    ("coupon applied", "store/cart/couponApplied", THIN_CART, CART),
    ("cart converted", "store/cart/converted", {**THIN_CART, "orderId": 4501}, ORDER),
    ("cart emptied", "store/cart/updated", THIN_CART, with_facts(CART, line_items={"physical_items": []})),
    ("order created", "store/order/created", THIN_ORDER, ORDER),
    (
        "order with links",
        "store/order/updated",
        THIN_ORDER,
        with_facts(ORDER, products=LINKED, coupons=LINKED),
    ),
    ("order refunded", "store/order/refund/created", THIN_ORDER, with_facts(ORDER, refunded_amount="49.5")),
    ("refund", "store/order/refund/created", THIN_ORDER, REFUND),
    ("order paid", "store/order/transaction/created", transaction(), ORDER),
    ("order keyed in by staff", "store/order/created", THIN_ORDER, with_facts(ORDER, order_source="manual")),
    ("customer created", "store/customer/created", THIN_CUSTOMER, CUSTOMER),
    ("customers", "store/customer/updated", THIN_CUSTOMER, {"data": [CUSTOMER], "meta": {}}),
    ("customer deleted", "store/customer/deleted", THIN_CUSTOMER, CUSTOMER),
    ("subscriber", "store/subscriber/created", {"type": "subscriber", "id": 5}, SUBSCRIBER),
    ("subscriber gone", "store/subscriber/deleted", {"type": "subscriber", "id": 5}, SUBSCRIBER),
)


def order_in(status: int, **facts: Any) -> dict[str, Any]:
    """The order in that status."""
    return with_facts(ORDER, status_id=status, status=NAMES[status], **facts)


def status_hook(status: int, previous: int = 0) -> dict[str, Any]:
    """The webhook of a new status."""
    change = {"previous_status_id": previous, "new_status_id": status}
    return hook("store/order/statusUpdated", {**THIN_ORDER, "status": change})


EXAMPLES: tuple[Example, ...] = (
    *(
        Example(f"thin {number} {scope}", ATTRIBUTES, hook(scope, data))
        for number, (scope, data) in enumerate(_THIN)
    ),
    *(Example(f"thin {NAMES[status]}", ATTRIBUTES, status_hook(status)) for status in range(1, 15)),
    *(Example(name, ATTRIBUTES, hook(scope, data, whole)) for name, scope, data, whole in _WHOLE),
    *(
        Example(NAMES[status], ATTRIBUTES, hook("store/order/statusUpdated", THIN_ORDER, order_in(status)))
        for status in range(15)
    ),
    Example("order in data", ATTRIBUTES, hook("store/order/updated", ORDER)),
    Example("cart in data", ATTRIBUTES, hook("store/cart/updated", CART)),
    Example("bare order", ATTRIBUTES, ORDER),
    Example("bare cart", ATTRIBUTES, {"data": CART, "meta": {}}),
    Example("bare customer", {**ATTRIBUTES, "topic": "store/customer/updated"}, CUSTOMER),
    Example("bare refund", ATTRIBUTES, REFUND),
)
