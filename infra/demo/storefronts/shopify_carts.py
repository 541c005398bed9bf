"""Carts and checkouts as Shopify's webhooks state them (REST, API version 2024-10)."""

from datetime import datetime

from common.domain.money import format_minor
from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import Basket, BasketLine
from infra.demo.storefronts.shopify_money import SHOP_CURRENCY, both, price_set
from infra.demo.storefronts.shopify_people import Payload, address, customer, numeric_id, stamp


def cart(basket: Basket, created_at: datetime, at: datetime) -> Payload:
    """carts/create and carts/update: prices, but nobody's name."""
    return {
        "id": basket.id,
        "token": basket.id,
        "line_items": [_cart_line(basket, line) for line in basket.lines],
        "note": None,
        "updated_at": stamp(at),
        "created_at": stamp(created_at),
    }


def _cart_line(basket: Basket, line: BasketLine) -> Payload:
    price, currency = line.article.price_minor(basket.currency), basket.currency
    variant = numeric_id("variant", line.article.sku)
    return {
        "id": variant,
        "properties": {},
        "quantity": line.quantity,
        "variant_id": variant,
        "key": f"{variant}:{basket.id[:8]}",
        **both("discounted_price", price, currency),
        "discounts": [],
        "gift_card": False,
        "grams": 640,
        **both("line_price", price * line.quantity, currency),
        **both("original_line_price", price * line.quantity, currency),
        "original_price": price_set(price, currency)["shop_money"]["amount"],
        **both("price", price, currency),
        "product_id": numeric_id("product", line.article.sku),
        "sku": line.article.sku,
        "taxable": True,
        "title": line.article.name(basket.language),
        **both("total_discount", 0, currency),
        "vendor": "Lipa & Len",
    }


def checkout(basket: Basket, person: Person, created_at: datetime, at: datetime) -> Payload:
    """checkouts/create and checkouts/update: the contact; plain amounts in the customer's currency."""
    total = format_minor(basket.total_minor, basket.currency)
    nothing = format_minor(0, basket.currency)
    return {
        "id": numeric_id("checkout", basket.id),
        "token": f"co{basket.id[:30]}",
        "cart_token": basket.id,
        "email": person.email,
        "gateway": None,
        "buyer_accepts_marketing": False,
        "created_at": stamp(created_at),
        "updated_at": stamp(at),
        "landing_site": "/",
        "note": None,
        "note_attributes": [],
        "referring_site": "",
        "shipping_lines": [],
        "taxes_included": True,
        "total_weight": 640 * sum(line.quantity for line in basket.lines),
        "currency": SHOP_CURRENCY,
        "completed_at": None,
        "closed_at": None,
        "user_id": None,
        "location_id": None,
        "source_identifier": None,
        "source_url": None,
        "device_id": None,
        "phone": person.phone,
        "customer_locale": person.locale,
        "line_items": [_checkout_line(basket, line) for line in basket.lines],
        "name": f"#{numeric_id('checkout', basket.id)}",
        "source": None,
        "abandoned_checkout_url": f"https://lipa-len.example/checkouts/{basket.id}/recover",
        "discount_codes": [],
        "tax_lines": [],
        "source_name": "web",
        "presentment_currency": basket.currency,
        "buyer_accepts_sms_marketing": False,
        "sms_marketing_phone": None,
        "total_discounts": nothing,
        "total_line_items_price": total,
        "total_price": total,
        "total_tax": nothing,
        "subtotal_price": total,
        "total_duties": None,
        "reservation_token": None,
        "billing_address": None,
        "shipping_address": address(person),
        "customer": customer(person, at),
    }


def _checkout_line(basket: Basket, line: BasketLine) -> Payload:
    price = line.article.price_minor(basket.currency)
    return {
        "applied_discounts": [],
        "discount_allocations": [],
        "key": f"{numeric_id('line', basket.id, line.article.sku):x}",
        "fulfillment_service": "manual",
        "gift_card": False,
        "grams": 640,
        "presentment_title": line.article.name(basket.language),
        "presentment_variant_title": "",
        "product_id": numeric_id("product", line.article.sku),
        "properties": None,
        "quantity": line.quantity,
        "requires_shipping": True,
        "sku": line.article.sku,
        "tax_lines": [],
        "taxable": True,
        "title": line.article.names["en"],
        "variant_id": numeric_id("variant", line.article.sku),
        "variant_title": None,
        "variant_price": format_minor(price, basket.currency),
        "vendor": "Lipa & Len",
        "rank": None,
        "compare_at_price": None,
        "line_price": format_minor(price * line.quantity, basket.currency),
        "price": format_minor(price, basket.currency),
    }
