"""Orders and refunds as Shopify's webhooks state them (REST, API version 2024-10)."""

from datetime import datetime

from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import BasketLine
from infra.demo.storefronts.shopify_money import SHOP_CURRENCY, both, price_set
from infra.demo.storefronts.shopify_people import Payload, address, customer, numeric_id, stamp
from infra.demo.storefronts.storefront import Purchase


def order(purchase: Purchase, person: Person, placed_at: datetime, at: datetime, status: str) -> Payload:
    """orders/create, orders/paid and orders/cancelled."""
    basket, currency = purchase.basket, purchase.basket.currency
    number = int(purchase.id) % 100_000
    return {
        "id": int(purchase.id),
        "admin_graphql_api_id": f"gid://shopify/Order/{purchase.id}",
        "app_id": None,
        "buyer_accepts_marketing": False,
        "cancel_reason": "customer" if status == "voided" else None,
        "cancelled_at": stamp(at) if status == "voided" else None,
        "cart_token": basket.id if purchase.from_cart else None,
        "checkout_id": numeric_id("checkout", basket.id) if purchase.from_cart else None,
        "checkout_token": f"co{basket.id[:30]}" if purchase.from_cart else None,
        "closed_at": None,
        "confirmed": True,
        "contact_email": person.email,
        "created_at": stamp(placed_at),
        "currency": SHOP_CURRENCY,
        "customer_locale": person.locale,
        "discount_codes": _codes(purchase),
        "email": person.email,
        "financial_status": status,
        "fulfillment_status": None,
        "landing_site": "/",
        "name": f"#{number}",
        "note": None,
        "note_attributes": [],
        "number": number,
        "order_number": number,
        "payment_gateway_names": ["shopify_payments"],
        "phone": person.phone,
        "presentment_currency": currency,
        "processed_at": stamp(placed_at),
        "referring_site": None,
        "source_name": "shopify_draft_order" if purchase.by_staff else "web",
        **both("subtotal_price", purchase.total_minor, currency),
        "tags": "",
        "tax_lines": [],
        "taxes_included": True,
        "test": False,
        "token": f"{numeric_id('order', purchase.id):x}",
        **both("total_discounts", purchase.discount_minor, currency),
        **both("total_line_items_price", basket.total_minor, currency),
        **both("total_price", purchase.total_minor, currency),
        **both("total_tax", 0, currency),
        "total_weight": 640 * sum(line.quantity for line in basket.lines),
        "updated_at": stamp(at),
        "user_id": None,
        "billing_address": address(person),
        "customer": customer(person, at),
        "fulfillments": [],
        "line_items": [_order_line(purchase, line) for line in basket.lines],
        "refunds": [],
        "shipping_address": address(person),
        "shipping_lines": [],
    }


def _codes(purchase: Purchase) -> list[Payload]:
    if purchase.code is None:
        return []
    amount = price_set(purchase.discount_minor, purchase.basket.currency)["shop_money"]["amount"]
    return [{"code": purchase.code, "amount": amount, "type": "fixed_amount"}]


def _order_line(purchase: Purchase, line: BasketLine) -> Payload:
    currency = purchase.basket.currency
    price = line.article.price_minor(currency)
    id = numeric_id("line", purchase.id, line.article.sku)
    return {
        "id": id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{id}",
        "current_quantity": line.quantity,
        "fulfillable_quantity": line.quantity,
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": 640,
        "name": line.article.name(purchase.basket.language),
        **both("price", price, currency),
        "product_exists": True,
        "product_id": numeric_id("product", line.article.sku),
        "properties": [],
        "quantity": line.quantity,
        "requires_shipping": True,
        "sku": line.article.sku,
        "taxable": True,
        "title": line.article.name(purchase.basket.language),
        **both("total_discount", 0, currency),
        "variant_id": numeric_id("variant", line.article.sku),
        "variant_inventory_management": "shopify",
        "variant_title": None,
        "vendor": "Lipa & Len",
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def refund(purchase: Purchase, at: datetime) -> Payload:
    """refunds/create: goods that came back, and the money for them."""
    currency = purchase.basket.currency
    items = [
        {
            "id": numeric_id("refund line", purchase.id, line.article.sku),
            "quantity": line.quantity,
            "line_item_id": numeric_id("line", purchase.id, line.article.sku),
            "location_id": 61,
            "restock_type": "return",
            "subtotal_set": price_set(line.quantity * line.article.price_minor(currency), currency),
            "total_tax_set": price_set(0, currency),
            "line_item": _order_line(purchase, line),
        }
        for line in purchase.basket.lines
    ]
    return {
        "id": numeric_id("refund", purchase.id),
        "order_id": int(purchase.id),
        "created_at": stamp(at),
        "note": "Did not suit the room",
        "user_id": None,
        "processed_at": stamp(at),
        "restock": True,
        "duties": [],
        "admin_graphql_api_id": f"gid://shopify/Refund/{numeric_id('refund', purchase.id)}",
        "order_adjustments": [],
        "refund_line_items": items,
        "transactions": [
            {
                "id": numeric_id("transaction", purchase.id),
                "order_id": int(purchase.id),
                "kind": "refund",
                "status": "success",
                "amount": purchase.total,
                "currency": currency,
            }
        ],
    }
