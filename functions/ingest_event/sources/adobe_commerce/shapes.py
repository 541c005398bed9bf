"""What a payload is about when nothing says so: told by the fields that only one kind of entity has."""

from collections.abc import Mapping
from typing import Any

from common.application.failures import Refused
from functions.ingest_event.reading import mapping
from functions.ingest_event.sources.adobe_commerce.body import Body

_ORDER_SAVED = "observer.sales_order_save_after"
_QUOTE_SAVED = "observer.sales_quote_save_after"
_CUSTOMER_SAVED = "observer.customer_save_after"
_ITEM_SAVED = "observer.sales_quote_item_save_after"

_SHAPES: tuple[tuple[str, frozenset[str]], ...] = (
    (_ORDER_SAVED, frozenset(("order", "quote"))),
    ("observer.sales_order_creditmemo_save_after", frozenset(("order_id", "adjustment_negative"))),
    ("observer.sales_order_creditmemo_save_after", frozenset(("order_id", "creditmemo_status"))),
    ("observer.sales_order_invoice_save_after", frozenset(("order_id", "can_void_flag"))),
    ("observer.sales_order_invoice_save_after", frozenset(("order_id", "is_used_for_refund"))),
    ("observer.rma_save_after", frozenset(("order_id", "date_requested"))),
    (_ORDER_SAVED, frozenset(("increment_id", "grand_total"))),
    (_ORDER_SAVED, frozenset(("increment_id", "order_currency_code"))),
    (_ORDER_SAVED, frozenset(("order_currency_code", "grand_total"))),
    (_ORDER_SAVED, frozenset(("real_order_id", "items"))),
    (_QUOTE_SAVED, frozenset(("items_count",))),
    (_QUOTE_SAVED, frozenset(("items_qty",))),
    (_QUOTE_SAVED, frozenset(("is_active", "items", "currency"))),
    (_QUOTE_SAVED, frozenset(("quote_currency_code",))),
    ("observer.newsletter_subscriber_save_after", frozenset(("subscriber_email",))),
    (_CUSTOMER_SAVED, frozenset(("email", "firstname"))),
    (_CUSTOMER_SAVED, frozenset(("email", "group_id"))),
    (_ITEM_SAVED, frozenset(("quote_id", "sku", "qty"))),
    ("rule", frozenset(("simple_action",))),
    ("coupon", frozenset(("coupon_id", "code"))),
    ("shipment", frozenset(("tracks",))),
    ("shipment", frozenset(("track_number",))),
    ("product", frozenset(("sku",))),
    ("stock", frozenset(("sourceItems",))),
    ("stock", frozenset(("stock_id",))),
    ("customer_group", frozenset(("customer_group_code",))),
)
"""In this order: the topic as which the payload is read, and the fields that it has together."""
_WRAPPED = {"order": _ORDER_SAVED, "customer": _CUSTOMER_SAVED}
_OF_INTEREST = ("order", "total", "customer", "email", "increment_id", "items", "coupon")
_ONLY_MAGENTO = (
    frozenset(("increment_id", "base_grand_total")),
    frozenset(("increment_id", "order_currency_code")),
    frozenset(("items_count", "items_qty")),
    frozenset(("firstname", "group_id", "website_id")),
    frozenset(("order_id", "creditmemo_status")),
    frozenset(("order_id", "can_void_flag")),
    frozenset(("event", "eventInfo")),
)
_PAGE = frozenset(("items", "search_criteria", "total_count"))


def is_commerce(payload: Mapping[str, Any]) -> bool:
    """Whether the payload can only be Magento's."""
    if is_page(payload):
        payload = mapping(payload["items"][0]) if payload["items"] else {}
    event = mapping(payload.get("event")) or payload
    kind, webhook = event.get("type"), event.get("eventName")
    if isinstance(kind, str) and kind.startswith("com.adobe.commerce."):
        return True
    if isinstance(webhook, str) and webhook.startswith(("observer.", "plugin.")):
        return True
    data = mapping(event.get("data")) or event
    if "commerceEdition" in mapping(data.get("_metadata")):
        return True
    value = mapping(data.get("value")) or data
    inner = mapping(value.get("order")) or value
    return any(fields <= inner.keys() for fields in _ONLY_MAGENTO)


def is_page(payload: Mapping[str, Any]) -> bool:
    """Whether it is the REST API's answer to a search."""
    return isinstance(payload.get("items"), list) and "total_count" in payload and payload.keys() <= _PAGE


def topic_of(body: Body) -> str:
    """The topic as which to read it. Raises Refused if it may be something of interest and nothing tells what."""
    for topic, fields in _SHAPES:
        if fields <= body.fields.keys():
            return topic
    for name, topic in _WRAPPED.items():
        if isinstance(body.fields.get(name), dict) and len(body.fields[name]) > 1:
            return topic
    if any(word in name for name in body.fields for word in _OF_INTEREST):
        why = "The event's type is missing; set the attribute topic, such as observer.sales_order_save_commit_after."
        raise Refused("topic_missing", why, "attributes.ce-type")
    return "unknown"
