"""Messages for the tests, in the shapes that storefronts send; written for this project."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.intake_rules import IntakePolicy
from common.domain.storefront import StorefrontEvent
from functions.ingest_event.understanding import Ignored, Said, understand

NOW = datetime(2026, 5, 1, 12, 0, 5, tzinfo=UTC)
EMOJI_NAME = "Zażółć \U0001f9e6 \U0001f468‍\U0001f469‍\U0001f467"


def canonical(kind: str, **facts: Any) -> dict[str, Any]:
    """A canonical event; `facts` are what its type asks for."""
    return {"id": "evt-1", "type": kind, "occurred_at": "2026-05-01T14:00:00+02:00", **deepcopy(facts)}


CUSTOMER = {
    "id": "c-17",
    "email": "Anna.Nowak@Example.com",
    "phone": "600 123 456",
    "name": "Anna Nowak",
    "locale": "pl_PL",
    "time_zone": "Europe/Warsaw",
    "country": "pl",
    "consent": {"email": True, "sms": False, "push": None},
}
CART = {
    "id": "cart-9",
    "currency": "PLN",
    "url": "https://shop.example/cart/9",
    "lines": [
        {"sku": "SOCKS-42", "name": "Wool socks", "quantity": 2, "unit_price": "39.90"},
        {
            "sku": "BOOTS-42",
            "name": "Boots",
            "quantity": 1,
            "unit_price": "499.00",
            "url": "https://shop.example/boots",
            "image_url": "https://shop.example/boots.jpg",
            "available": False,
        },
    ],
}
ORDER = {
    "id": "o-1",
    "cart_id": "cart-9",
    "currency": "PLN",
    "total": "549.80",
    "discount": "29.00",
    "voucher_codes": ["A2C4-E6G8", "a2c4-e6g8 ", "A2C4-E6G8"],
    "lines": [{"sku": "SOCKS-42", "quantity": 2}, {"sku": "BOOTS-42"}],
}
RETURN = {"id": "r-1", "order_id": "o-1", "currency": "PLN", "total": "39.90", "lines": [{"sku": "SOCKS-42"}]}

VERIFICATION = {
    "id": "v-1",
    "order_id": "o-1",
    "reason": "credit",
    "approved_amount": "300.00",
    "currency": "PLN",
}

CANONICAL_EVENTS = [
    canonical("cart.updated", cart=CART, customer=CUSTOMER, channel="web"),
    canonical("page.viewed", cart_id="cart-9"),
    canonical("checkout.started", cart=CART, customer=CUSTOMER, channel="app"),
    canonical("order.placed", order=ORDER, customer=CUSTOMER),
    canonical("order.paid", order=ORDER),
    canonical("order.payment_failed", order=ORDER),
    canonical("order.cancelled", order=ORDER),
    canonical("order.returned", **{"return": RETURN}),
    canonical("voucher.redeemed", voucher={"code": "A2C4-E6G8", "order_id": "o-1"}),
    canonical("customer.updated", customer=CUSTOMER),
    canonical("cart.items_added", cart=CART, customer={"anonymous_id": "browser-5"}),
    canonical("cart.items_removed", cart=CART),
    canonical("item.unavailable", item={"sku": "BOOTS-42", "name": "Boots"}, cart_id="cart-9"),
    canonical("verification.failed", verification=VERIFICATION, order=ORDER, customer=CUSTOMER),
    canonical("customer.erased", customer={"email": "Anna.Nowak@Example.com"}),
    canonical("customer.data_requested", customer={"id": "c-17"}),
]


def encode(data: object) -> bytes:
    """The bytes of a message's data; bytes are taken as they are."""
    return data if isinstance(data, bytes) else json.dumps(data).encode()


def from_recoup(data: object, **attributes: str) -> PubSubMessage:
    """A canonical message."""
    return PubSubMessage("m-1", NOW, {"source": "recoup", "store": "socks", **attributes}, encode(data))


def money_set(amount: str, currency: str, shop_amount: str, shop_currency: str = "USD") -> dict[str, Any]:
    """An amount as Shopify states it twice."""
    return {
        "shop_money": {"amount": shop_amount, "currency_code": shop_currency},
        "presentment_money": {"amount": amount, "currency_code": currency},
    }


SHOPIFY_CUSTOMER = {
    "id": 7003456789012,
    "email": "Greta@example.com",
    "first_name": "Greta",
    "last_name": "Lind",
    "phone": "+46701234567",
    "email_marketing_consent": {"state": "subscribed", "opt_in_level": "single_opt_in"},
    "sms_marketing_consent": {"state": "not_subscribed"},
    "default_address": {"country_code": "SE", "phone": "08-123 456"},
}
SHOPIFY_CART = {
    "id": "c1-6f2b",
    "token": "c1-6f2b?key=secret",
    "line_items": [
        {
            "id": 451,
            "quantity": 2,
            "variant_id": 451,
            "product_id": 77,
            "sku": "LAMP-OAK",
            "title": "Oak lamp",
            "price": "60.00",
            "discounted_price": "54.00",
            "line_price": "108.00",
            "price_set": money_set("640.00", "SEK", "60.00"),
            "discounted_price_set": money_set("575.50", "SEK", "54.00"),
            "line_price_set": money_set("1151.00", "SEK", "108.00"),
        }
    ],
    "updated_at": "2026-05-01T11:59:00.000Z",
    "created_at": "2026-05-01T11:40:00.000Z",
}
SHOPIFY_CHECKOUT = {
    "id": 30123456789,
    "token": "ch-88aa",
    "cart_token": "c1-6f2b",
    "email": "greta@example.com",
    "phone": None,
    "buyer_accepts_marketing": False,
    "buyer_accepts_sms_marketing": False,
    "sms_marketing_phone": None,
    "customer_locale": "sv-SE",
    "currency": "USD",
    "presentment_currency": "SEK",
    "completed_at": None,
    "updated_at": "2026-05-01T13:58:00+02:00",
    "abandoned_checkout_url": "https://lamps.example/checkouts/ch-88aa/recover?key=k",
    "source_name": "web",
    "subtotal_price": "1151.00",
    "total_price": "1200.00",
    "total_discounts": "0.00",
    "discount_codes": [],
    "line_items": [
        {
            "key": "f00",
            "quantity": 2,
            "sku": "",
            "variant_id": 451,
            "product_id": 77,
            "title": "Oak lamp",
            "presentment_title": "Eklampa",
            "presentment_variant_title": "Stor",
            "price": "575.50",
            "line_price": "1151.00",
        }
    ],
    "shipping_address": {"country_code": "SE", "name": "Greta Lind", "phone": "08-123 456"},
    "customer": SHOPIFY_CUSTOMER,
}
SHOPIFY_ORDER = {
    "id": 5501234567890,
    "cart_token": "c1-6f2b",
    "checkout_token": "ch-88aa",
    "email": "greta@example.com",
    "contact_email": "greta@example.com",
    "buyer_accepts_marketing": True,
    "currency": "USD",
    "presentment_currency": "SEK",
    "customer_locale": "sv",
    "created_at": "2026-05-01T11:58:30Z",
    "updated_at": "2026-05-01T11:58:31Z",
    "source_name": "web",
    "user_id": None,
    "total_price": "112.50",
    "total_price_set": money_set("1200.00", "SEK", "112.50"),
    "total_discounts": "5.00",
    "total_discounts_set": money_set("53.30", "SEK", "5.00"),
    "discount_codes": [{"code": "WELCOME", "amount": "5.00", "type": "fixed_amount"}],
    "line_items": [
        {
            "id": 1,
            "sku": "LAMP-OAK",
            "variant_id": 451,
            "title": "Oak lamp",
            "quantity": 2,
            "price": "54.00",
            "price_set": money_set("575.50", "SEK", "54.00"),
        }
    ],
    "billing_address": {"country_code": "SE", "name": "Greta Lind"},
    "customer": SHOPIFY_CUSTOMER,
}
SHOPIFY_REFUND = {
    "id": 900123,
    "order_id": 5501234567890,
    "created_at": "2026-05-01T11:50:00Z",
    "refund_line_items": [
        {
            "quantity": 1,
            "restock_type": "return",
            "subtotal": 54.0,
            "subtotal_set": money_set("575.50", "SEK", "54.00"),
        }
    ],
    "transactions": [{"kind": "refund", "status": "success", "amount": "575.50", "currency": "SEK"}],
}

SHOPIFY_EVENTS = [
    ("carts/create", SHOPIFY_CART),
    ("carts/update", SHOPIFY_CART),
    ("checkouts/create", SHOPIFY_CHECKOUT),
    ("checkouts/update", {**SHOPIFY_CHECKOUT, "completed_at": "2026-05-01T11:58:00Z"}),
    ("orders/create", SHOPIFY_ORDER),
    ("orders/paid", SHOPIFY_ORDER),
    ("orders/cancelled", SHOPIFY_ORDER),
    ("refunds/create", SHOPIFY_REFUND),
    ("customers/update", SHOPIFY_CUSTOMER),
]


def from_shopify(topic: str, data: object, **attributes: str) -> PubSubMessage:
    """A webhook as Shopify publishes it; further attributes are written with underscores."""
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": "Lamps.myshopify.com",
        "X-Shopify-Webhook-Id": "wh-1",
        "X-Shopify-Triggered-At": "2026-05-01T12:00:01.450036423Z",
        **{f"X-Shopify-{name.replace('_', '-')}": value for name, value in attributes.items()},
    }
    return PubSubMessage("m-2", NOW, {name: value for name, value in headers.items() if value}, encode(data))


def changed(payload: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A copy with other fields; a double underscore leads further in: cart__currency, cart__lines__0__sku."""
    copy = deepcopy(payload)
    for name, value in fields.items():
        *way, last = [int(step) if step.isdigit() else step for step in name.split("__")]
        holder: Any = copy
        for step in way:
            holder = holder[step]
        if value is DROPPED:
            holder.pop(last, None)
        else:
            holder[last] = value
    return copy


DROPPED = object()


def told_by(message: PubSubMessage) -> Any:
    """The one thing that a message tells: an event, Ignored or Refused."""
    (said,) = understand(message, NOW)
    return said


def event_of(message: PubSubMessage) -> Any:
    """The event that a message is understood as."""
    event = told_by(message)
    assert isinstance(event, StorefrontEvent), event
    return event


def refusal_of(message: PubSubMessage) -> Refused:
    """How a message is refused."""
    refused = told_by(message)
    assert isinstance(refused, Refused), refused
    assert refused.reason != "not_understood", refused.__cause__
    return refused


def outcome_of(message: PubSubMessage, policy: IntakePolicy | None = None) -> str:
    """`understood`, `ignored` or the reason of the refusal; of several, joined by commas. A mistake of ours raises."""
    return ",".join(_outcome(said) for said in understand(message, NOW, policy or IntakePolicy()))


def _outcome(said: Said) -> str:
    if isinstance(said, Refused):
        if said.reason == "not_understood":
            raise AssertionError("a source failed") from said.__cause__
        return said.reason
    return "ignored" if isinstance(said, Ignored) else "understood"
