"""Saleor's webhooks: subscription payloads over HTTPS and Pub/Sub, and the older lists without a subscription."""

from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

ISSUED = "2026-05-01T11:30:00.250000+00:00"
ORDER_ID = "T3JkZXI6MGE2YjE3YzItNWQzZS00ZjhhLTliMWMtMmQzZTRmNWE2Yjdj"
CHECKOUT_UUID = "7c1d2e3f-4a5b-4c6d-8e7f-9a0b1c2d3e4f"
CHECKOUT_ID = "Q2hlY2tvdXQ6N2MxZDJlM2YtNGE1Yi00YzZkLThlN2YtOWEwYjFjMmQzZTRm"
FULFILLMENT_ID = "RnVsZmlsbG1lbnQ6MTI="
USER_ID = "VXNlcjo5MQ=="

USER = {
    "id": USER_ID,
    "email": "Ewa.Lis@Example.com",
    "firstName": "Ewa",
    "lastName": "Lis",
    "languageCode": "PL_PL",
    "metadata": [
        {"key": "accepts_marketing", "value": "true"},
        {"key": "accepts_sms_marketing", "value": "false"},
    ],
}
ADDRESS = {"firstName": "Ewa", "lastName": "Lis", "phone": "+48600700800", "country": {"code": "PL"}}


def gross(amount: float, currency: str = "PLN") -> dict[str, Any]:
    """A taxed amount as subscriptions select it."""
    return {"gross": {"amount": amount, "currency": currency}}


CHECKOUT_LINE: dict[str, Any] = {
    "id": "Q2hlY2tvdXRMaW5lOjE=",
    "quantity": 2,
    "unitPrice": gross(59.9),
    "totalPrice": gross(119.8),
    "variant": {
        "id": "UHJvZHVjdFZhcmlhbnQ6MzE=",
        "sku": "TEA-200",
        "name": "200 g",
        "product": {"name": "Forest tea", "thumbnail": {"url": "https://tea.example/forest.jpg"}},
    },
}
CHECKOUT: dict[str, Any] = {
    "id": CHECKOUT_ID,
    "token": CHECKOUT_UUID,
    "email": "Ewa.Lis@Example.com",
    "updatedAt": "2026-05-01T11:29:59+00:00",
    "languageCode": "PL_PL",
    "channel": {"slug": "pl", "currencyCode": "PLN"},
    "user": USER,
    "shippingAddress": ADDRESS,
    "lines": [CHECKOUT_LINE],
    "totalPrice": gross(134.79),
    "voucherCode": "LAS15",
}
ORDER_LINE = {
    "id": "T3JkZXJMaW5lOjE=",
    "productSku": "TEA-200",
    "productName": "Forest tea",
    "variantName": "200 g",
    "quantity": 2,
    "unitPrice": gross(59.9),
}
ORDER: dict[str, Any] = {
    "id": ORDER_ID,
    "number": "318",
    "status": "UNFULFILLED",
    "paymentStatus": "NOT_CHARGED",
    "isPaid": False,
    "origin": "CHECKOUT",
    "created": "2026-05-01T11:28:00+00:00",
    "updatedAt": "2026-05-01T11:29:58+00:00",
    "checkoutId": CHECKOUT_ID,
    "userEmail": "ewa.lis@example.com",
    "user": USER,
    "languageCodeEnum": "PL_PL",
    "billingAddress": ADDRESS,
    "channel": {"slug": "pl", "currencyCode": "PLN"},
    "lines": [ORDER_LINE],
    "voucherCode": "LAS15",
    "undiscountedTotal": gross(134.79),
    "total": gross(119.79),
}
FULFILLMENT = {
    "id": FULFILLMENT_ID,
    "status": "REFUNDED_AND_RETURNED",
    "totalRefundedAmount": {"amount": 59.9, "currency": "PLN"},
}
TRANSACTION: dict[str, Any] = {
    "id": "VHJhbnNhY3Rpb25JdGVtOjU=",
    "chargedAmount": {"amount": 0, "currency": "PLN"},
    "events": [{"type": "CHARGE_REQUEST"}, {"type": "CHARGE_FAILURE", "message": "Declined"}],
    "order": ORDER,
    "checkout": None,
}

OLD_META = {"issued_at": ISSUED, "version": "3.20.80", "issuing_principal": {"id": USER_ID, "type": "user"}}
OLD_ADDRESS = {
    "type": "Address",
    "first_name": "Ewa",
    "last_name": "Lis",
    "phone": "+48600700800",
    "country": "PL",
}
OLD_CHECKOUT: dict[str, Any] = {
    "type": "Checkout",
    "token": CHECKOUT_UUID,
    "meta": OLD_META,
    "email": "ewa.lis@example.com",
    "currency": "PLN",
    "language_code": "pl",
    "last_change": "2026-05-01T11:29:59.100Z",
    "user": {
        "type": "User",
        "id": USER_ID,
        "email": "ewa.lis@example.com",
        "first_name": "Ewa",
        "last_name": "Lis",
    },
    "shipping_address": OLD_ADDRESS,
    "lines": [
        {
            "sku": "TEA-200",
            "variant_id": "UHJvZHVjdFZhcmlhbnQ6MzE=",
            "quantity": 2,
            "base_price": "59.90",
            "currency": "PLN",
            "full_name": "Forest tea (200 g)",
            "product_name": "Forest tea",
            "variant_name": "200 g",
        }
    ],
}
OLD_ORDER: dict[str, Any] = {
    "type": "Order",
    "id": ORDER_ID,
    "meta": OLD_META,
    "channel": {"type": "Channel", "slug": "pl", "currency_code": "PLN"},
    "created": "2026-05-01T11:28:00.000Z",
    "status": "unfulfilled",
    "origin": "checkout",
    "user_email": "ewa.lis@example.com",
    "checkout_token": CHECKOUT_UUID,
    "total_net_amount": "97.390",
    "total_gross_amount": "119.790",
    "undiscounted_total_gross_amount": "134.790",
    "billing_address": OLD_ADDRESS,
    "payments": [{"type": "Payment", "is_active": True, "charge_status": "not-charged", "currency": "PLN"}],
    "discounts": [{"type": "OrderDiscount", "name": "LAS15", "amount_value": "15.000"}],
    "lines": [{"type": "OrderLine", "product_sku": "TEA-200", "product_name": "Forest tea", "quantity": 2}],
    "fulfillments": [],
    "metadata": {"accepts_marketing": "true"},
}
OLD_USER = {
    "type": "User",
    "id": USER_ID,
    "meta": OLD_META,
    "email": "ewa.lis@example.com",
    "first_name": "Ewa",
    "last_name": "Lis",
    "language_code": "pl",
    "metadata": {"accepts_marketing": "false"},
    "default_shipping_address": OLD_ADDRESS,
}
VOUCHER = {
    "id": "Vm91Y2hlcjo3",
    "name": "Forest",
    "codes": {
        "edges": [
            {"node": {"code": "LAS15", "isActive": False}},
            {"node": {"code": "LAS20", "isActive": True}},
        ]
    },
}


def https(name: str, topic: str, payload: Any, **attributes: str) -> Example:
    """As Saleor posts it, its headers forwarded as attributes."""
    headers = {
        "Saleor-Event": topic,
        "Saleor-Domain": "tea.saleor.cloud",
        "Saleor-Api-Url": "https://tea.saleor.cloud/graphql/",
        "Saleor-Signature": "eyJhbGciOiJSUzI1NiJ9..c2ln",
    }
    return Example(f"{topic} {name}".strip(), {**headers, **attributes}, payload)


def event(name: str, topic: str, **objects: Any) -> Example:
    """A subscription's payload, which selects when it was issued."""
    return https(name, topic, {"issuedAt": ISSUED, "version": "3.21.4", **objects})


EXAMPLES: tuple[Example, ...] = (
    event("", "checkout_created", checkout={**CHECKOUT, "lines": []}),
    event("", "checkout_updated", checkout=CHECKOUT),
    event("", "checkout_metadata_updated", checkout=CHECKOUT),
    event("", "checkout_fully_paid", checkout=CHECKOUT),
    event("", "checkout_fully_authorized", checkout=CHECKOUT),
    event("", "order_created", order=ORDER),
    event("by staff", "order_created", order={**ORDER, "origin": "DRAFT"}),
    event("", "order_confirmed", order=ORDER),
    event("", "order_paid", order={**ORDER, "isPaid": True}),
    event("in part", "order_paid", order={**ORDER, "paymentStatus": "PARTIALLY_CHARGED"}),
    event("", "order_fully_paid", order={**ORDER, "isPaid": True, "paymentStatus": "FULLY_CHARGED"}),
    event("", "order_updated", order={**ORDER, "paymentStatus": "PENDING"}),
    event("with a refused payment", "order_updated", order={**ORDER, "paymentStatus": "REFUSED"}),
    event(
        "with a return",
        "order_updated",
        order={**ORDER, "isPaid": True, "status": "PARTIALLY_RETURNED", "fulfillments": [FULFILLMENT]},
    ),
    event("", "order_metadata_updated", order=ORDER),
    event("", "order_fulfilled", order={**ORDER, "status": "FULFILLED", "isPaid": True}),
    event("", "order_cancelled", order={**ORDER, "status": "CANCELED"}),
    event("told by id", "order_cancelled", order={"id": ORDER_ID}),
    event("", "order_expired", order={**ORDER, "status": "EXPIRED"}),
    event(
        "with goods",
        "order_refunded",
        order={
            **ORDER,
            "status": "RETURNED",
            "paymentStatus": "PARTIALLY_REFUNDED",
            "totalRefunded": {"amount": 59.9, "currency": "PLN"},
            "fulfillments": [FULFILLMENT],
        },
    ),
    event(
        "", "order_fully_refunded", order={**ORDER, "status": "FULFILLED", "paymentStatus": "FULLY_REFUNDED"}
    ),
    event("before it was sent", "order_fully_refunded", order={**ORDER, "paymentStatus": "FULLY_REFUNDED"}),
    event("", "fulfillment_created", fulfillment={**FULFILLMENT, "order": ORDER}),
    event("", "customer_created", user=USER),
    event("", "customer_updated", user={**USER, "defaultBillingAddress": ADDRESS}),
    event("", "customer_metadata_updated", user=USER),
    event("", "customer_deleted", user={"id": USER_ID, "email": "ewa.lis@example.com"}),
    event("", "account_deleted", user={"id": USER_ID}),
    event("of an order", "transaction_item_metadata_updated", transaction=TRANSACTION),
    event(
        "of a checkout",
        "transaction_item_metadata_updated",
        transaction={**TRANSACTION, "order": None, "checkout": CHECKOUT, "events": []},
    ),
    event("", "voucher_deleted", voucher=VOUCHER),
    event("", "voucher_updated", voucher=VOUCHER),
    event("", "voucher_codes_deleted", voucherCodes=[{"id": "1", "code": "LAS15", "isActive": True}]),
    https("", "order_bulk_created", {"order": {**ORDER, "origin": "BULK_CREATE"}}),
    https("in a whole answer", "", {"data": {"event": {"__typename": "OrderCreated", "order": ORDER}}}),
    https("bare", "", ORDER),
    https("without a topic", "", {"checkout": CHECKOUT}, source="saleor"),
    https("older", "checkout_updated", [OLD_CHECKOUT]),
    https("older", "order_created", [OLD_ORDER]),
    https("older", "order_fully_paid", [{**OLD_ORDER, "payments": [{"charge_status": "fully-charged"}]}]),
    https("older", "order_cancelled", [{**OLD_ORDER, "status": "canceled"}]),
    https("older", "customer_updated", [OLD_USER]),
    https(
        "older",
        "voucher_deleted",
        [{"id": "Vm91Y2hlcjo3", "name": "Forest", "code": "LAS15", "meta": OLD_META}],
    ),
    Example(
        "published to Pub/Sub",
        {
            "saleorDomain": "tea.saleor.cloud",
            "saleorApiUrl": "https://tea.saleor.cloud/graphql/",
            "eventType": "order_created",
            "signature": "eyJhbGciOiJSUzI1NiJ9..c2ln",
        },
        {"issuedAt": ISSUED, "order": ORDER},
    ),
)
