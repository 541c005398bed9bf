"""What a payload must be, judged by its shape alone: for messages that come without Shopify's headers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from functions.ingest_event.reading import listing, mapping
from functions.ingest_event.sources.shopify.money import Payload

_TOPICS_BY_FIELDS = (
    ("orders/edited", ("order_edit",)),
    ("customers/redact", ("orders_to_redact",)),
    ("customers/data_request", ("orders_requested",)),
    ("customers/data_request", ("data_request", "shop_id")),
    ("customers_email_marketing_consent/update", ("customer_id", "email_marketing_consent")),
    ("draft_orders/update", ("invoice_sent_at",)),
    ("draft_orders/update", ("invoice_url",)),
    ("refunds/create", ("refund_line_items", "order_id")),
    ("order_transactions/create", ("kind", "gateway")),
    ("fulfillments/update", ("tracking_company", "order_id")),
    ("fulfillments/update", ("tracking_numbers",)),
    ("disputes/update", ("evidence_due_by",)),
    ("checkouts/update", ("abandoned_checkout_url",)),
    ("orders/updated", ("order_number",)),
    ("orders/updated", ("financial_status",)),
    ("orders/updated", ("checkout_token", "line_items")),
    ("checkouts/update", ("token", "line_items", "total_price")),
    ("checkouts/update", ("cart_token", "line_items")),
    ("carts/update", ("token", "line_items")),
    ("shop/update", ("myshopify_domain",)),
    ("inventory_levels/update", ("inventory_item_id", "location_id")),
    ("products/update", ("variants",)),
    ("discounts/update", ("admin_graphql_api_id", "title", "status")),
    ("orders/risk_assessment_changed", ("order_id", "risk_level")),
    ("returns/update", ("return_line_items",)),
    ("customers/update", ("first_name",)),
    ("customers/update", ("email_marketing_consent",)),
    ("customers_marketing_consent/update", ("sms_marketing_consent",)),
    ("discounts/redeemcode_removed", ("redeem_code",)),
)
"""The first one whose fields are all there. Order matters: what is rarer stands first."""

_WRAPPERS = {
    "cart": "carts/update",
    "checkout": "checkouts/update",
    "customer": "customers/update",
    "discount_code": "discounts/update",
    "discount_code_creation": "discounts/update",
    "draft_order": "draft_orders/update",
    "fulfillment": "fulfillments/update",
    "gift_card": "gift_cards/update",
    "marketing_event": "marketing_events/update",
    "order": "orders/updated",
    "price_rule": "discounts/update",
    "product": "products/update",
    "refund": "refunds/create",
    "shop": "shop/update",
    "tender_transaction": "tender_transactions/create",
    "transaction": "order_transactions/create",
    "webhook": "webhooks/update",
}
_WRAPPERS |= {f"{name}s": topic for name, topic in _WRAPPERS.items()}
"""What the Admin API puts around a resource, or a list of them."""

_OWN_FIELDS = frozenset({"id", "token", "line_items", "shop_id", "shop_domain", "admin_graphql_api_id"})
"""A payload with one of these is a resource itself, whatever is inside it."""


_ONLY_SHOPIFY = (
    frozenset(("financial_status", "line_items")),
    frozenset(("refund_line_items", "transactions")),
    frozenset(("buyer_accepts_marketing", "line_items")),
    frozenset(("token", "line_items", "note")),
    frozenset(("order_id", "kind", "gateway")),
    frozenset(("email", "verified_email")),
    frozenset(("email", "email_marketing_consent")),
    frozenset(("customer_id", "email_marketing_consent")),
    frozenset(("phone", "sms_marketing_consent")),
    frozenset(("myshopify_domain",)),
    frozenset(("inventory_item_id", "location_id")),
)
_OF_INTEREST = frozenset(
    ("Order", "Refund", "OrderTransaction", "Customer", "Cart", "Checkout", "AbandonedCheckout")
)
"""Kinds of things in global ids that must not be passed over because their other fields are missing."""


class Resource(NamedTuple):
    """One resource of a payload, with the path that leads to it and the topic that its wrapping suggests."""

    path: str
    payload: Any
    topic: str


def resources_of(payload: Payload) -> list[Resource]:
    """The payload itself; or what stands in the Admin API's wrapping."""
    wrapped = [name for name in payload if name in _WRAPPERS and isinstance(payload[name], (dict, list))]
    if len(wrapped) != 1 or payload.keys() & _OWN_FIELDS or len(payload) > 2:
        return [Resource("", payload, topic_of(payload))]
    (name,) = wrapped
    topic, inside = _WRAPPERS[name], payload[name]
    if isinstance(inside, dict):
        return [Resource(f"{name}.", inside, topic)]
    return [Resource(f"{name}[{i}].", one, topic) for i, one in enumerate(inside)]


def topic_of(payload: Mapping[str, Any]) -> str:
    """The topic whose payload looks like this; empty if none does."""
    if payload.keys() >= {"shop_id", "shop_domain"} and payload.keys() <= {"shop_id", "shop_domain"}:
        return "shop/redact"
    fitting = (topic for topic, fields in _TOPICS_BY_FIELDS if all(field in payload for field in fields))
    return next(fitting, "") or _topic_by_id(payload)


def _topic_by_id(payload: Mapping[str, Any]) -> str:
    """What a global id says that something irrelevant is, such as gid://shopify/BulkOperation/1; else empty."""
    kind = str(payload.get("admin_graphql_api_id")).removeprefix("gid://shopify/").partition("/")[0]
    return f"{kind[:60].lower()}/update" if kind.isalpha() and kind not in (*_OF_INTEREST, "None") else ""


def is_shopify_s(payload: Mapping[str, Any]) -> bool:
    """Whether no other platform has payloads like this one."""
    if str(payload.get("source")).startswith("aws.partner/shopify.com"):
        return True
    wrapped = [value for name, value in payload.items() if name in _WRAPPERS]
    inside = [mapping(value or None) for holder in wrapped for value in (holder, *listing(holder)[:1])]
    return any(_is_unmistakable(resource) for resource in (payload, *inside))


def _is_unmistakable(resource: Mapping[str, Any]) -> bool:
    domain, gid = resource.get("shop_domain"), resource.get("admin_graphql_api_id")
    if isinstance(gid, str) and gid.startswith("gid://shopify/"):
        return True
    if isinstance(domain, str) and domain.endswith(".myshopify.com"):
        return True
    if any(fields <= resource.keys() for fields in _ONLY_SHOPIFY):
        return True
    if "token" not in resource or not isinstance(resource.get("line_items"), list):
        return False
    line = mapping(next(iter(resource["line_items"]), None))
    return "abandoned_checkout_url" in resource or "line_price_set" in line or "discounted_price_set" in line
