"""Shopify's payloads in public projects: webhooks as delivered, masked ones, and the Admin API's own resources."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHOP = "samples.myshopify.com"

_UNDERSTOOD = frozenset(
    """
    app.uninstalled carts.create carts.update checkouts.create checkouts.update customers.create customers.delete
    customers.update customers_email_marketing_consent.update customers_marketing_consent.update
    discounts.redeemcode_removed orders.cancelled orders.create orders.paid refunds.create
    """.split()
)
_TOLD_TWICE = ("orders.fulfilled", "orders.partially_fulfilled", "orders.updated")
"""Placed, and cancelled: Shopify's test deliveries show a cancelled order."""

_MASKED_TOPICS = {
    "carts": "carts/update",
    "checkouts": "checkouts/update",
    "customers": "customers/update",
    "customers_email_marketing_consent": "customers_email_marketing_consent/update",
    "customers_marketing_consent": "customers_marketing_consent/update",
    "discounts": "discounts/update",
    "order_transactions": "order_transactions/create",
    "orders": "orders/create",
    "refunds": "refunds/create",
}
_MASKED_TOPICS_OF_FILES = {
    "2025-04/orders_2": "orders/edited",
    "2025-04/orders_3": "orders/risk_assessment_changed",
}
_MASKED = {
    "2023-10/checkouts_2": "understood",  # completed, so that its masked amounts don't matter
    "2024-01/checkouts_2": "understood",
    "2024-01/checkouts_6": "understood",
    "2024-01/order_transactions_1": "ignored",  # neither kind nor status can be read
    "2024-01/order_transactions_2": "ignored",
    "2024-04/order_transactions_1": "ignored",
    "2025-04/customers_1": "understood",
    "2025-04/customers_email_marketing_consent_1": "understood",
    "2025-04/customers_marketing_consent_1": "understood",
    "2025-04/discounts_1": "ignored",
    "2025-04/order_transactions_1": "ignored",
    "2025-04/orders_2": "ignored",
    "2025-04/orders_3": "ignored",
    "2025-04/refunds_1": "understood",
    "2025-04/refunds_2": "ignored",  # money without goods
}
"""The others say "example string" where the currency should be, and are refused for it."""

_LIBRARIES = ("go-shopify", "shopify-api-ruby", "shopify_python_api")
_PLACED_PAID_RETURNED = "understood,understood,understood"
_RESOURCES = {
    "go-shopify/customer.json": "understood",
    "go-shopify/order.json": "understood,understood",
    "go-shopify/order_with_transaction.json": "understood,understood",
    "go-shopify/orders.json": "understood,understood",
    "shopify-api-ruby/abandoned_checkout_1.json": "understood",
    **{f"shopify-api-ruby/checkout_{number}.json": "understood" for number in (1, 2, 3, 4)},
    "shopify-api-ruby/customer_1.json": _PLACED_PAID_RETURNED,  # a customer's orders
    "shopify-api-ruby/customer_2.json": _PLACED_PAID_RETURNED,
    "shopify-api-ruby/customer_3.json": "understood,understood",
    "shopify-api-ruby/customer_4.json": "understood",
    "shopify-api-ruby/order_1.json": f"{_PLACED_PAID_RETURNED},understood",  # cancelled as well
    "shopify-api-ruby/order_2.json": f"{_PLACED_PAID_RETURNED},understood",
    "shopify-api-ruby/order_3.json": _PLACED_PAID_RETURNED,
    "shopify-api-ruby/order_4.json": _PLACED_PAID_RETURNED,
    **{f"shopify-api-ruby/refund_{number}.json": "understood" for number in (1, 2, 3)},
    "shopify-api-ruby/price_rule_1.json": "ignored,ignored",
    "shopify_python_api/batch_discount_codes.json": "ignored,ignored,ignored",
    "shopify_python_api/carts.json": "refused:currency_missing,refused:currency_missing",
    "shopify_python_api/checkouts.json": "understood",
    "shopify_python_api/currencies.json": "refused:topic_missing",
    "shopify_python_api/customer.json": "understood",
    "shopify_python_api/customers_search.json": "understood",
    "shopify_python_api/order.json": "understood",
    "shopify_python_api/orders.json": "understood,understood",
    "shopify_python_api/price_rules.json": "ignored,ignored",
    "shopify_python_api/refund.json": "understood",
    "shopify_python_api/refund_calculate.json": "refused:field_missing",  # a calculation has no id
    "shopify_python_api/tender_transactions.json": "ignored,ignored,ignored",
    "shopify_python_api/transactions.json": "ignored",  # a bare list of one, which succeeded
}
"""Whatever is not named here is a resource that means nothing to the engine."""

_FRAGMENTS = "orderlineitem"
"""Files that hold a single line of an order, or its properties only: no payload, and left out."""


def samples(root: Path) -> Iterator[Sample]:
    """Every sample file but fivetran-seeds, which are tables of a data warehouse, and single order lines."""
    folder = root / "shopify"
    yield from _delivered(folder / "hookdeck")
    yield from _masked(folder / "gadget-exemplars")
    for library in _LIBRARIES:
        yield from _resources(folder / library)


def _delivered(folder: Path) -> Iterator[Sample]:
    """Webhooks with the headers that they were delivered with."""
    for file in sorted(folder.rglob("*.json")):
        delivery = json.loads(file.read_text())
        expected = "understood" if file.stem in _UNDERSTOOD else "ignored"
        if file.stem in _TOLD_TWICE:
            expected = "understood,understood"
        yield _sample(
            f"hookdeck/{file.stem}", delivery["headers"], json.dumps(delivery["body"]).encode(), expected
        )


def _masked(folder: Path) -> Iterator[Sample]:
    """Bodies of webhooks, each with the topic that brings such a body."""
    for file in sorted(folder.rglob("*.json")):
        name = f"{file.parent.name}/{file.stem}"
        resource = re.sub(r"_[0-9]+$", "", file.stem)
        attributes = {
            "X-Shopify-Topic": _MASKED_TOPICS_OF_FILES.get(name, _MASKED_TOPICS[resource]),
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-Triggered-At": "2026-05-01T11:59:00.123456789Z",
        }
        expected = _MASKED.get(name, "refused:currency_unknown")
        yield _sample(f"gadget-exemplars/{name}", attributes, file.read_bytes(), expected)


def _resources(folder: Path) -> Iterator[Sample]:
    """The Admin API's answers, which have no topic: the store is all that their sender can name."""
    for file in sorted(folder.glob("*.json")):
        name = f"{folder.name}/{file.name}"
        if not file.name.startswith(_FRAGMENTS):
            attributes = {"source": "shopify", "store": SHOP}
            yield _sample(name, attributes, file.read_bytes(), _RESOURCES.get(name, "ignored"))


def _sample(name: str, attributes: dict[str, str], data: bytes, expected: str) -> Sample:
    return Sample("shopify", name, PubSubMessage(name, AT, attributes, data), expected)
