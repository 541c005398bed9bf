"""Which of Shopify's topics mean something, and who reads them."""

from common.domain.storefront import OrderCancelled, OrderPaid
from functions.ingest_event.sources.shopify import (
    customers,
    discounts,
    order_topics,
    payments,
    privacy,
    refunds,
)
from functions.ingest_event.sources.shopify.carts import read_cart, read_checkout
from functions.ingest_event.sources.shopify.facts import Reader

TOPICS: dict[str, Reader] = {
    "app/uninstalled": privacy.store_left,
    "carts/create": read_cart,
    "carts/update": read_cart,
    "checkouts/create": read_checkout,
    "checkouts/update": read_checkout,
    "customers/create": customers.customer_updated,
    "customers/data_request": privacy.data_requested,
    "customers/delete": privacy.deleted,
    "customers/disable": customers.customer_updated,
    "customers/enable": customers.customer_updated,
    "customers/redact": privacy.redacted,
    "customers/update": customers.customer_updated,
    "customers_email_marketing_consent/update": customers.email_consent,
    "customers_marketing_consent/update": customers.sms_consent,
    "discounts/redeemcode_removed": discounts.code_removed,
    "order_transactions/create": payments.transaction,
    "orders/cancelled": order_topics.means(OrderCancelled),
    "orders/create": order_topics.created,
    "orders/delete": order_topics.deleted,
    "orders/edited": order_topics.edited,
    "orders/fulfilled": order_topics.updated,
    "orders/paid": order_topics.means(OrderPaid),
    "orders/partially_fulfilled": order_topics.updated,
    "orders/updated": order_topics.updated,
    "refunds/create": refunds.refund_created,
    "shop/redact": privacy.store_erased,
}
"""What the engine acts on; every other topic is Shopify's own business and ignored unread."""

IRRELEVANT = frozenset(
    """
    checkouts/delete customers/merge discounts/create discounts/delete discounts/update disputes/create disputes/update
    draft_orders/create draft_orders/delete draft_orders/update fulfillments/create fulfillments/update
    inventory_items/update inventory_levels/update orders/risk_assessment_changed products/create products/update
    shop/update
    """.split()
)
"""Topics that shops often send along; named here only so that GraphQL's spelling of them is understood.

checkouts/delete is among them on purpose. Shopify removes checkouts by itself, after their order or long after they
were left; that says nothing about what the customer did. To take it for an emptied cart would end a recovery that
an order is about to complete.
"""
