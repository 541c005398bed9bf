"""What a delivery is about: its headers say it, else the shape of its payload."""

import re
from collections.abc import Mapping
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from functions.ingest_event import envelope, reading
from functions.ingest_event.reading import mapping

_HEADER = "X-WC-Webhook-"
_TOPIC = re.compile(r"[a-z0-9_-]{1,60}\.[a-z0-9_./-]{1,120}")
_PING = re.compile(rb"\s*webhook_id=[0-9]{1,18}\s*")
_REST = ("date_created_gmt", "meta_data")
_LEGACY = ("order", "coupon", "customer", "product")


def is_ping(data: bytes) -> bool:
    """Whether it is the form that WooCommerce posts, without any of its headers, when a webhook is saved."""
    return _PING.fullmatch(data) is not None


def stated_topic(message: PubSubMessage) -> str:
    """The topic by the headers, else by the attribute `topic`; else empty. Raises Refused for what is no topic."""
    topic = envelope.topic_of(message, f"{_HEADER}Topic")
    if not topic:
        parts = (message.attribute(f"{_HEADER}{part}") or "" for part in ("Resource", "Event"))
        topic = reading.clean_text(".".join(filter(None, parts)), reading.MAX_ID).lower()
    if topic and topic != "ping" and not _TOPIC.fullmatch(topic):
        field = f"attributes.{_HEADER}Topic"
        raise Refused("topic_unknown", f"{field} is not a topic; send one such as order.updated.", field)
    return topic


def resource_of(payload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The resource and the path to it: the legacy API wraps it in its name, an action in `arg`."""
    for name in (*_LEGACY, "arg"):
        inner = payload.get(name)
        if isinstance(inner, dict) and (len(payload) == 1 or name == "arg"):
            return inner, f"{name}."
    return payload, ""


def action_of(payload: Mapping[str, Any]) -> str:
    """The topic of a WordPress action, by the payload itself; else empty."""
    action = payload.get("action")
    if not isinstance(action, str) or "arg" not in payload:
        return ""
    return f"action.{reading.clean_text(action, reading.MAX_ID).lower()}"


def topic_by_shape(payload: Mapping[str, Any]) -> str:
    """The topic that a payload without headers is of, as far as its fields tell; else empty."""
    if payload.keys() == {"webhook_id"}:
        return "ping"
    for name, fields in _SHAPES:
        if all(field in payload for field in fields):
            return name
    return ""


_SHAPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("webhook.updated", ("delivery_url", "hooks")),
    ("cart.updated", ("items", "totals")),
    ("subscription.updated", ("line_items", "billing_period")),
    ("order.updated", ("line_items", "status")),
    ("order.updated", ("order_key", "status")),
    ("order.updated", ("total", "currency", "status")),
    ("refund.created", ("amount", "refunded_by")),
    ("refund.created", ("amount", "refunded_payment")),
    ("coupon.updated", ("code", "discount_type")),
    ("customer.updated", ("billing", "is_paying_customer")),
    ("customer.updated", ("billing", "username")),
    ("customer.updated", ("billing_address", "username")),
    ("product.updated", ("regular_price", "catalog_visibility")),
)
"""Tried in this order; an existing resource's `updated` is the safe guess."""


def is_woocommerce(payload: Mapping[str, Any]) -> bool:
    """Whether the fields are WooCommerce's own and nobody else's."""
    if str(payload.get("order_key", "")).startswith("wc_order_"):
        return True
    if "currency_minor_unit" in mapping(payload.get("totals")) or "is_paying_customer" in payload:
        return True
    if {"amount", "refunded_by"} <= payload.keys():
        return True
    if action_of(payload).startswith("action.woocommerce_"):
        return True
    resource = topic_by_shape(payload).partition(".")[0]
    return resource in ("order", "coupon", "customer", "refund", "product") and all(
        name in payload for name in _REST
    )
