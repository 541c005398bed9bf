"""Public samples of Adobe Commerce: the events reference, the integration starter kit, and synchronous webhooks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

_RECEIVED_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
_ATTRIBUTES = {"source": "adobe_commerce", "store": "samples"}
_EVENTS = {
    "original-data.create_event_subscriptions_with_original_1": ("catalog_product_save_after", "ignored"),
    "reference.observer_cataloginventory_stock_item_sav_5": (
        "cataloginventory_stock_item_save_commit_after",
        "ignored",
    ),
    "reference.observer_checkout_submit_all_after_18": (
        "checkout_submit_all_after",
        "refused:currency_unknown",
    ),
    "reference.observer_checkout_submit_all_after_19": (
        "checkout_submit_all_after",
        "refused:currency_unknown",
    ),
    "reference.observer_customer_login_12": ("customer_login", "understood"),
    "reference.observer_customer_register_success_13": ("customer_register_success", "understood"),
    "reference.observer_rma_save_commit_after_23": ("rma_save_commit_after", "ignored"),
    "reference.observer_sales_order_creditmemo_save_aft_25": (
        "sales_order_creditmemo_save_after",
        "refused:currency_unknown",
    ),
    "reference.observer_sales_order_invoice_save_after_26": ("sales_order_invoice_save_after", "ignored"),
    "reference.observer_sales_order_shipment_track_save_30": (
        "sales_order_shipment_track_save_after",
        "ignored",
    ),
    "reference.observer_salesrule_rule_save_after_35": ("salesrule_rule_save_after", "ignored"),
    "reference.plugin_sales_api_order_repository_save_33": (
        "plugin.sales.api.order_repository.save",
        "refused:currency_unknown",
    ),
    "reference.plugin_sales_rule_api_rule_repository_sa_36": (
        "plugin.sales_rule.api.rule_repository.save",
        "ignored",
    ),
    "reference.plugin_sales_rule_model_resource_model_c_37": (
        "plugin.sales_rule.model.resource_model.coupon.delete",
        "understood",
    ),
    "reference.plugin_sales_rule_model_resource_model_c_38": (
        "plugin.sales_rule.model.resource_model.coupon.save",
        "ignored",
    ),
}
"""Each file's code and what becomes of it. The reference names types instead of values, so no amount can be read;
a status, state or flag that says "mixed" or "int" is none that matters."""


def samples(root: Path) -> Iterator[Sample]:
    """Every payload under `root`/other_platforms/adobe-commerce, as it would have been delivered."""
    folder = root / "other_platforms" / "adobe-commerce"
    for file in sorted(folder.glob("*.json")):
        payload = json.loads(file.read_text())
        if _is_schema(payload):
            continue
        kind, _, name = file.stem.partition("_")
        if kind == "events":
            yield _event(file.stem, name.removeprefix("events-"), payload)
        else:  # what the starter kit exchanges with a back office, and webhooks that ask the merchant's own app
            yield _sample(file.stem, _ATTRIBUTES, payload, "ignored")
    # storefront-events/order.json is a JSON schema of Snowplow's, not an event.


def _is_schema(payload: object) -> bool:
    """The starter kit's validation schemas are no payloads."""
    return isinstance(payload, dict) and payload.get("type") in ("object", "array")


def _event(stem: str, name: str, value: object) -> Sample:
    """The reference shows an event's fields; they are delivered as a CloudEvent's data."""
    code, expected = _EVENTS[name]
    code = code if code.startswith("plugin.") else f"observer.{code}"
    payload = {
        "specversion": "1.0",
        "id": stem,
        "source": "urn:uuid:00000000-0000-4000-8000-000000000000",
        "type": f"com.adobe.commerce.{code}",
        "time": "2026-05-01T11:59:00Z",
        "event_id": stem,
        "data": {"key": stem, "value": value, "source": "samples.production"},
    }
    return _sample(stem, _ATTRIBUTES, payload, expected)


def _sample(name: str, attributes: dict[str, str], payload: object, expected: str) -> Sample:
    message = PubSubMessage(name, _RECEIVED_AT, attributes, json.dumps(payload).encode())
    return Sample("adobe_commerce", name, message, expected)
