"""Webhooks as Commerce Layer sends them: JSON:API documents, with the topic in a header."""

from copy import deepcopy
from typing import Any

from tests.unit.functions.ingest_event.sources.examples.example import Example

STORE = "tea-house"


def resource(type: str, id: str, attributes: dict[str, Any] | None = None, **related: Any) -> dict[str, Any]:
    """A resource with its links; `related` are the relationships that the webhook includes."""
    links = {"self": f"/api/{type}/{id}"}
    relationships: dict[str, Any] = {"market": {"links": {"related": f"/api/{type}/{id}/market"}}}
    for name, to in related.items():
        several = [{"type": one["type"], "id": one["id"]} for one in (to if isinstance(to, list) else [to])]
        relationships[name] = {"data": several if isinstance(to, list) else several[0]}
    return {
        "id": id,
        "type": type,
        "links": links,
        "attributes": attributes or {},
        "relationships": relationships,
        "meta": {"mode": "live", "organization_id": "tEaHoUsEoR"},
    }


def line(id: str, item_type: str | None, cents: int, **attributes: Any) -> dict[str, Any]:
    """A line item; only some of them are goods."""
    stated = {
        "sku_code": None,
        "bundle_code": None,
        "quantity": 1,
        "currency_code": "EUR",
        "unit_amount_cents": cents,
        "unit_amount_float": cents / 100,
        "total_amount_cents": cents,
        "name": "Line",
        "image_url": None,
        "item_type": item_type,
        **attributes,
    }
    return resource("line_items", id, stated)


TEA = line(
    "lIneTeAaaa",
    "skus",
    1290,
    sku_code="TEA-ASSAM-250",
    quantity=2,
    total_amount_cents=2580,
    name="Assam, 250 g",
    image_url="https://img.teahouse.example/assam.jpg",
)
SET = line("lIneSeTaaa", "bundles", 4900, bundle_code="SET-BREW", name="Brewing set")
SHIPMENT = line("lIneShIpaa", "shipments", 500, name="Shipment #48211/S/001")
DISCOUNT = line("lIneDiScaa", "percentage_discount_promotions", -748, name="Spring")
CUSTOMER = resource(
    "customers",
    "cUsToMeRid",
    {
        "email": "Ida.Brandt@example.com",
        "status": "repeat",
        "has_password": True,
        "total_orders_count": 3,
        "anonymization_status": None,
        "created_at": "2025-11-02T08:00:00.000Z",
        "updated_at": "2026-04-30T09:15:00.250Z",
        "metadata": {},
    },
)
ADDRESS = {
    "first_name": "Ida",
    "last_name": "Brandt",
    "full_name": "Ida Brandt",
    "line_1": "Teegasse 4",
    "city": "Wien",
    "zip_code": "1010",
    "country_code": "AT",
    "phone": "0664 1234567",
    "email": None,
}
BILLING = resource("addresses", "bIlLiNgadd", ADDRESS)
SHIPPING = resource("addresses", "sHiPpIngad", {**ADDRESS, "phone": None})
ORDER_ATTRIBUTES = {
    "number": "48211",
    "status": "pending",
    "payment_status": "unpaid",
    "fulfillment_status": "unfulfilled",
    "guest": False,
    "editable": True,
    "customer_email": "Ida.Brandt@example.com",
    "language_code": "de",
    "currency_code": "EUR",
    "tax_included": True,
    "country_code": "AT",
    "shipping_country_code_lock": None,
    "coupon_code": "SPRING10",
    "gift_card_code": None,
    "subtotal_amount_cents": 7480,
    "shipping_amount_cents": 500,
    "discount_amount_cents": -748,
    "discount_amount_float": -7.48,
    "total_tax_amount_cents": 1205,
    "total_amount_cents": 7232,
    "total_amount_with_taxes_cents": 7232,
    "total_amount_with_taxes_float": 72.32,
    "skus_count": 3,
    "token": "5d3c1a",
    "cart_url": "https://teahouse.example/cart/oRdErIdaaa",
    "return_url": "https://teahouse.example/",
    "checkout_url": "https://checkout.teahouse.example/oRdErIdaaa",
    "placed_at": None,
    "approved_at": None,
    "cancelled_at": None,
    "payment_updated_at": None,
    "subscription_created_at": None,
    "created_at": "2026-05-01T11:30:00.000Z",
    "updated_at": "2026-05-01T11:48:12.345Z",
    "reference": None,
    "metadata": {},
}
PLACED = {"status": "placed", "payment_status": "authorized", "placed_at": "2026-05-01T11:52:00.000Z"}
MONEY_MOVED = {"payment_updated_at": "2026-05-01T11:56:00.000Z"}
GOODS = [TEA, SET, SHIPMENT, DISCOUNT]


def order(**attributes: Any) -> dict[str, Any]:
    """The order's resource with everything that a webhook can include."""
    return resource(
        "orders",
        "oRdErIdaaa",
        {**ORDER_ATTRIBUTES, **attributes},
        line_items=GOODS,
        customer=CUSTOMER,
        billing_address=BILLING,
        shipping_address=SHIPPING,
    )


def document(data: dict[str, Any], *included: dict[str, Any]) -> dict[str, Any]:
    """The body of a webhook."""
    return deepcopy({"data": data, "included": list(included)} if included else {"data": data})


def order_document(**attributes: Any) -> dict[str, Any]:
    """The body of a webhook about the order."""
    return document(order(**attributes), *GOODS, CUSTOMER, BILLING, SHIPPING)


def transaction(type: str, *, succeeded: bool | None, **order_attributes: Any) -> dict[str, Any]:
    """The body of a webhook about a payment, its order included."""
    of = order(**order_attributes)
    stated = {
        "number": "48211/T/001",
        "currency_code": "EUR",
        "amount_cents": 7232,
        "succeeded": succeeded,
        "message": None,
        "error_code": None if succeeded else "card_declined",
        "created_at": "2026-05-01T11:51:00.000Z",
        "updated_at": "2026-05-01T11:51:02.000Z",
    }
    return document(resource(type, "tRaNsAcTio", stated, order=of), of, CUSTOMER, BILLING)


def return_document(status: str, **attributes: Any) -> dict[str, Any]:
    """The body of a webhook about a return, its order included."""
    of = order(status="approved", payment_status="paid", fulfillment_status="fulfilled")
    stated = {
        "number": "48211/R/001",
        "status": status,
        "customer_email": "Ida.Brandt@example.com",
        "skus_count": 1,
        "estimated_refund_amount_cents": 1290,
        "received_at": "2026-05-01T11:57:00.000Z" if status == "received" else None,
        "created_at": "2026-05-01T09:00:00.000Z",
        "updated_at": "2026-05-01T11:57:01.000Z",
        **attributes,
    }
    return document(resource("returns", "rEtUrNidaa", stated, order=of, customer=CUSTOMER), of, CUSTOMER)


def emptied(type: str, id: str) -> dict[str, Any]:
    """What is left of a destroyed resource: its id, and attributes without values."""
    return {"data": {"id": id, "type": type, "attributes": {"created_at": None}, "meta": {"mode": "live"}}}


def example(name: str, topic: str, payload: dict[str, Any]) -> Example:
    """A webhook as the HTTP endpoint forwards it."""
    headers = {"X-CommerceLayer-Topic": topic, "X-CommerceLayer-Signature": "c2lnbmF0dXJl"}
    return Example(name, {"source": "commercelayer", "store": STORE, **headers}, payload)


REFUND = transaction("refunds", succeeded=True, **PLACED, **MONEY_MOVED)
REFUND["data"]["relationships"]["return"] = {"data": {"type": "returns", "id": "rEtUrNidaa"}}
COUPON = resource("coupons", "cOuPoNidaa", {"code": "SPRING10", "expires_at": None, "updated_at": None})

EXAMPLES = (
    example(
        "an empty order is created",
        "orders.create",
        document(
            resource(
                "orders",
                "oRdErIdaaa",
                {**ORDER_ATTRIBUTES, "status": "draft", "skus_count": 0, "total_amount_with_taxes_cents": 0},
            )
        ),
    ),
    example("a draft with goods", "orders.draft", order_document(status="draft", customer_email=None)),
    example("a pending cart", "orders.pending", order_document()),
    example("a guest's cart", "orders.pending", order_document(guest=True, cart_url=None)),
    example("placing takes its time", "orders.placing", order_document(status="placing")),
    example("a payment is authorized first", "orders.authorize", order_document(payment_status="authorized")),
    example("an order is placed", "orders.place", order_document(**PLACED)),
    example("a free order is placed", "orders.place", order_document(**{**PLACED, "payment_status": "free"})),
    example(
        "an order is approved",
        "orders.approve",
        order_document(**{**PLACED, "status": "approved", "approved_at": "2026-05-01T11:54:00.000Z"}),
    ),
    example(
        "an order is paid",
        "orders.pay",
        order_document(**{**PLACED, **MONEY_MOVED, "status": "approved", "payment_status": "paid"}),
    ),
    example(
        "an order is cancelled",
        "orders.cancel",
        order_document(
            **{**PLACED, "status": "cancelled", "payment_status": "voided"},
            cancelled_at="2026-05-01T11:55:00.000Z",
        ),
    ),
    example(
        "an authorization is voided",
        "orders.void",
        order_document(**{**PLACED, **MONEY_MOVED, "payment_status": "voided"}),
    ),
    example(
        "an order is refunded before it was sent",
        "orders.refund",
        order_document(**{**PLACED, **MONEY_MOVED, "status": "cancelled", "payment_status": "refunded"}),
    ),
    example(
        "an order is refunded after it was sent",
        "orders.refund",
        order_document(
            **{**PLACED, **MONEY_MOVED, "status": "cancelled", "payment_status": "refunded"},
            fulfillment_status="fulfilled",
        ),
    ),
    example("a draft is destroyed", "orders.destroy", emptied("orders", "oRdErIdaaa")),
    example("a card is declined", "authorizations.failed", transaction("authorizations", succeeded=False)),
    example("a capture fails", "captures.failed", transaction("captures", succeeded=False, **PLACED)),
    example(
        "a capture succeeds",
        "captures.succeeded",
        transaction("captures", succeeded=True, **{**PLACED, "payment_status": "paid"}),
    ),
    example(
        "an authorization is given back",
        "voids.succeeded",
        transaction("voids", succeeded=True, **{**PLACED, "payment_status": "voided"}),
    ),
    example("a refund for a return", "refunds.succeeded", REFUND),
    example("a return is received", "returns.receive", return_document("received")),
    example("a customer is created", "customers.create", document(CUSTOMER)),
    example("a customer bought again", "customers.repeat", document(CUSTOMER)),
    example("a customer is destroyed", "customers.destroy", emptied("customers", "cUsToMeRid")),
    example(
        "a customer is anonymised",
        "customers.anonymization_completed",
        document({**CUSTOMER, "attributes": {**CUSTOMER["attributes"], "anonymization_status": "completed"}}),
    ),
    example("a coupon is destroyed", "coupons.destroy", document(COUPON)),
    example(
        "a promotion with coupons is disabled",
        "percentage_discount_promotions.disable",
        document(
            resource(
                "percentage_discount_promotions",
                "pRoMoTiOna",
                {"name": "Spring", "disabled_at": "2026-05-01T11:00:00.000Z"},
                coupons=[COUPON],
            ),
            COUPON,
        ),
    ),
)
