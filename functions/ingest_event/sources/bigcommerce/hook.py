"""A webhook of BigCommerce's, which only names what changed, and the resource that a relay may have put beside it."""

import re
from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from common.application.failures import Refused
from common.domain.values import dataclass
from functions.ingest_event import reading
from functions.ingest_event.envelope import Envelope, topic_of
from functions.ingest_event.reading import listing, mapping, text_of

_CHANNEL = re.compile(r"store/channel/[^/]+/")
_LATEST = 10**11
"""Seconds since 1970 of a year with four digits."""
_SHAPES: tuple[tuple[str, frozenset[str]], ...] = (
    ("order/product", frozenset(("order_id", "product_id"))),
    ("order/coupon", frozenset(("order_id", "coupon_id"))),
    ("order/transaction", frozenset(("order_id", "event", "gateway"))),
    ("shipment", frozenset(("order_id", "tracking_number"))),
    ("checkout", frozenset(("cart", "grand_total"))),
    ("order", frozenset(("status_id",))),
    ("order", frozenset(("total_inc_tax",))),
    ("order", frozenset(("status", "currency_code", "date_created"))),
    ("cart", frozenset(("line_items",))),
    ("cart", frozenset(("cart_amount",))),
    ("refund", frozenset(("order_id", "total_amount"))),
    ("subscriber", frozenset(("email", "consents"))),
    ("subscriber", frozenset(("email", "source"))),
    ("customer", frozenset(("email",))),
)
"""The kinds of resources by fields that only they have, in this order."""
_OF_AN_ORDER = ("order/transaction", "checkout")
"""Kinds that name their order as thin webhooks do."""
_ONLY_BIGCOMMERCE = (
    frozenset(("status_id", "total_inc_tax")),
    frozenset(("currency_code", "total_inc_tax")),
    frozenset(("cart_amount", "line_items", "currency")),
    frozenset(("cart", "grand_total", "consignments")),
    frozenset(("order_id", "event", "gateway", "reference_transaction_id")),
    frozenset(("email", "accepts_product_review_abandoned_cart_emails")),
    frozenset(("email", "customer_group_id", "date_created")),
    frozenset(("order_id", "total_amount", "uses_merchant_override_values")),
)


@dataclass(frozen=True, slots=True)
class Hook:
    """What one message says: its scope, the ids of the thin webhook, and the resource if it is there."""

    scope: str
    """Lower case, without a channel: store/cart/lineitem/created."""
    thin: dict[str, Any]
    kind: str = ""
    """Of the resource: order, cart, checkout, refund, order/transaction, customer or subscriber; empty without one."""
    resource: dict[str, Any] = field(default_factory=dict)
    path: str = ""
    """Where the resource's fields stand in the payload, with a dot at its end."""

    def id_of(self, *names: str) -> str:
        """The first of the webhook's ids that is stated. Raises Refused."""
        for name in names:
            if self.thin.get(name) is not None:
                return reading.read_id(self.thin[name], f"data.{name}")
        return reading.read_id(None, f"data.{names[0]}")


def hooks_in(opened: Envelope) -> list[Hook]:
    """The webhook with its resource; of a list of resources, one for each. Raises Refused without a scope."""
    payload = opened.payload
    thin = mapping(payload.get("data"))
    stated = text_of(payload, "scope")[: reading.MAX_ID] or topic_of(opened.message)
    scope = normalised(stated)
    resources = [found for found in _resources(payload) if found[0]]
    if not resources and not scope:
        why = "scope is missing; send the webhook with its scope, or set the attribute topic."
        raise Refused("topic_missing", why, "scope")
    if not resources:
        return [Hook(scope, thin)]
    return [
        Hook(
            scope or f"store/{kind}/updated", resource if kind in _OF_AN_ORDER else thin, kind, resource, path
        )
        for kind, resource, path in resources
    ]


def normalised(scope: str) -> str:
    """The scope as this module knows it; a channel's events are the store's."""
    scope = _CHANNEL.sub("store/", scope.strip().lower(), count=1)
    return scope.replace("/lineitems/", "/lineitem/")


def kind_of(resource: Mapping[str, Any]) -> str:
    """What sort of resource it is; empty if it is none, such as a webhook's bare ids."""
    return next((kind for kind, fields in _SHAPES if fields <= resource.keys()), "")


def is_a_resource(payload: Mapping[str, Any]) -> bool:
    """Whether nobody else's resources look like this one, or like what V3 wraps in data."""
    inner = payload.get("data")
    first = inner[0] if isinstance(inner, list) and inner else inner
    return any(fields <= part.keys() for part in (payload, mapping(first)) for fields in _ONLY_BIGCOMMERCE)


def _resources(payload: dict[str, Any]) -> list[tuple[str, dict[str, Any], str]]:
    """Beside the webhook's data, in their place, or the whole payload; V3 wraps what it answers in data."""
    beside = payload.get("resource")
    if isinstance(beside, dict):
        inner, path = (beside["data"], "resource.data") if "data" in beside else (beside, "resource")
    else:
        inner, path = payload.get("data"), "data"
    if isinstance(inner, list):
        return [
            (kind_of(mapping(one)), mapping(one), f"{path}[{i}].") for i, one in enumerate(listing(inner))
        ]
    if kind := kind_of(mapping(inner)):
        return [(kind, mapping(inner), f"{path}.")]
    return [(kind_of(payload), payload, "")]


def event_id(opened: Envelope, hook: Hook) -> str:
    """The webhook's own, the same when it is delivered again; with a resource, that of the state it has."""
    digest, created_at = opened.payload.get("hash"), opened.payload.get("created_at")
    if hook.resource or not isinstance(digest, str) or not isinstance(created_at, int):
        return opened.content_id(hook.scope) + hook.path.partition("[")[2]
    return reading.clean_text(f"{hook.scope}:{digest}:{created_at % _LATEST}", reading.MAX_ID)


def moment_of(opened: Envelope, hook: Hook, *names: str) -> datetime:
    """When the resource says that it changed; else when the webhook says that something happened."""
    told_at = opened.payload.get("created_at") if opened.payload.get("scope") else None
    for name in names:
        stated = hook.resource.get(name)
        if not stated:
            continue
        try:
            return reading.read_moment(_with_offset(stated), hook.path + name, opened.received_at)
        except Refused:
            if told_at is None:
                raise
            opened.notes.append(f"{hook.path}{name} was left out: it is not a time.")
    if told_at is None:
        return opened.published_at
    return reading.read_moment(_of_epoch(told_at), "created_at", opened.received_at)


def _with_offset(stated: object) -> object:
    """RFC 3339 of an RFC 2822 date, which V2 resources have."""
    if not isinstance(stated, str) or stated[:1].isdigit():
        return stated
    try:
        moment = parsedate_to_datetime(stated)
    except (ValueError, TypeError, IndexError):
        return stated
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


def _of_epoch(stated: object) -> object:
    if isinstance(stated, int) and not isinstance(stated, bool) and 0 < stated < _LATEST:
        return datetime.fromtimestamp(stated, UTC).isoformat()
    return stated


def number_of(value: object) -> str:
    """An id of the store's, "" for a missing one, 0 (nobody) or anything that is no id."""
    try:
        text = reading.read_id(value, "id")
    except Refused:
        return ""
    return "" if text == "0" else text
