"""Real Shopify payloads of many public projects, run through the engine's front door."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.storefront import StorefrontEvent
from functions.ingest_event.understanding import Ignored, understand

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)

DELIVERED = {
    "carts.create": "CartUpdated",
    "carts.update": "CartUpdated",
    "checkouts.create": "CartUpdated",
    "checkouts.update": "CartUpdated",
    "customers.update": "CustomerUpdated",
    "orders.cancelled": "OrderCancelled",
    "orders.create": "OrderPlaced",
    "orders.paid": "OrderPaid",
    "refunds.create": "OrderReturned",
}
"""Webhooks with their headers; every other one is ignored."""

MASKED_TOPICS = {
    "carts": "carts/update",
    "checkouts": "checkouts/update",
    "customers": "customers/update",
    "orders": "orders/create",
    "refunds": "refunds/create",
}
MASKED_OTHER = {"2025-04/orders_2": "orders/edited", "2025-04/orders_3": "orders/risk_assessment_changed"}
MASKED = {
    "2023-10/checkouts_2": "CartVisited",
    "2024-01/checkouts_2": "CartVisited",
    "2024-01/checkouts_6": "CartVisited",
    "2025-04/customers_1": "CustomerUpdated",
    "2025-04/refunds_1": "OrderReturned",
}
"""Masked payloads say "example string" for amounts and currencies; these ones can do without."""

WRAPPED_TOPICS = {
    **dict.fromkeys(("cart", "carts"), "carts/update"),
    **dict.fromkeys(("checkout", "checkouts"), "checkouts/update"),
    **dict.fromkeys(("customer", "customers"), "customers/update"),
    **dict.fromkeys(("order", "orders"), "orders/create"),
    **dict.fromkeys(("refund", "refunds"), "refunds/create"),
}
WRAPPED = {
    "carts/update": "currency_missing",
    "checkouts/update": "CartUpdated",
    "customers/update": "CustomerUpdated",
    "orders/create": "OrderPlaced",
    "refunds/create": "OrderReturned",
}
WRAPPED_OTHERWISE = {
    "shopify-api-ruby/checkout_2.json": "CartVisited",
    "shopify-api-ruby/refund_4.json": "Ignored",
    "shopify_python_api/refund_calculate.json": "field_missing",
}
"""A completed checkout; a refund without goods; a calculation, which is no refund and has no id."""


def outcome(attributes: dict[str, str], payload: Any) -> tuple[str, Any]:
    """The event's class, Ignored, or the reason of the refusal; and the thing itself."""
    message = PubSubMessage("m", NOW, attributes, json.dumps(payload).encode())
    (said,) = understand(message, NOW)
    return (said.reason if isinstance(said, Refused) else type(said).__name__), said


def headers(topic: str) -> dict[str, str]:
    return {"X-Shopify-Topic": topic, "X-Shopify-Shop-Domain": "samples.myshopify.com"}


def test_every_delivered_webhook_is_understood_or_ignored(shared_data: Path) -> None:
    """Webhooks as Shopify delivered them lead to exactly the event that their topic means (L34)."""
    files = sorted((shared_data / "shopify/hookdeck").rglob("*.json"))
    assert len(files) > 20
    seen = {}
    for file in files:
        delivery = json.loads(file.read_text())
        kind, event = outcome(delivery["headers"], delivery["body"])
        seen[file.stem] = kind
        if kind in DELIVERED.values():
            assert isinstance(event, StorefrontEvent), file
            assert (event.store, event.notes) == ("shop.myshopify.com", ()), file
        else:
            assert event == Ignored(
                "shopify", "shop.myshopify.com", delivery["headers"]["x-shopify-topic"]
            ), file
    assert seen == {file.stem: DELIVERED.get(file.stem, "Ignored") for file in files}


def test_delivered_money_is_exact(shared_data: Path) -> None:
    """Totals of the delivered samples are those that stand in them (L34)."""
    folder = shared_data / "shopify/hookdeck/2024-10"

    def read(name: str) -> Any:
        delivery = json.loads((folder / f"{name}.json").read_text())
        return outcome(delivery["headers"], delivery["body"])[1]

    assert (read("carts.create").cart.total_minor, read("carts.create").cart.currency) == (5_997, "USD")
    assert read("checkouts.create").cart.total_minor == 42_188
    assert [line.name for line in read("checkouts.create").cart.lines] == ["IPod Nano - 8GB - Pink"] * 2
    assert (read("orders.create").order.total.major, read("orders.create").order.discount_minor) == (
        "388.00",
        2_000,
    )
    assert read("carts.create").cart.id == read("checkouts.update").cart.id


def test_masked_payloads_are_refused_by_the_masked_field(shared_data: Path) -> None:
    """A masked amount or currency is refused by its path; what needs none is understood all the same."""
    files = sorted((shared_data / "shopify/gadget-exemplars").rglob("*.json"))
    assert len(files) > 20
    for file in files:
        name = f"{file.parent.name}/{file.stem}"
        resource = re.sub(r"_[0-9]+$", "", file.stem)
        topic = MASKED_OTHER.get(name) or MASKED_TOPICS.get(resource) or f"{resource}/update"
        kind, answer = outcome(headers(topic), json.loads(file.read_text()))
        if kind == "currency_unknown":
            assert answer.field.endswith(("currency", "currency_code")), name
            assert name not in MASKED
            assert topic.partition("/")[0] in ("carts", "checkouts", "orders"), name
        else:
            other = topic not in MASKED_TOPICS.values() or name == "2025-04/refunds_2"
            assert kind == MASKED.get(name, "Ignored" if other else "refused"), (name, answer)


def test_payloads_of_client_libraries_are_understood(shared_data: Path) -> None:
    """Fixtures of three client libraries, each as its webhook would bring it, have the right outcome."""
    seen = set()
    for name, key, payload in wrapped(shared_data / "shopify"):
        topic = WRAPPED_TOPICS[key]
        kind, answer = outcome(headers(topic), payload)
        assert kind == WRAPPED_OTHERWISE.get(name, WRAPPED[topic]), (name, answer)
        seen.add(kind)
    assert seen == {*WRAPPED.values(), *WRAPPED_OTHERWISE.values()}


def wrapped(folder: Path) -> Iterator[tuple[str, str, Any]]:
    """Name of the file, name of the resource, and the resource."""
    for library in ("go-shopify", "shopify-api-ruby", "shopify_python_api"):
        for file in sorted((folder / library).glob("*.json")):
            content = json.loads(file.read_text())
            for key, value in content.items() if isinstance(content, dict) else ():
                resources = value if isinstance(value, list) else [value]
                if key in WRAPPED_TOPICS:
                    yield from ((f"{library}/{file.name}", key, resource) for resource in resources)


@pytest.mark.parametrize("topic", ["orders/create", "checkouts/update", "carts/update"])
def test_a_sample_under_a_wrong_topic_is_refused_not_misread(shared_data: Path, topic: str) -> None:
    """A refund's payload under an order's topic is refused, never half understood."""
    delivery = json.loads((shared_data / "shopify/hookdeck/2024-10/refunds.create.json").read_text())
    assert outcome(headers(topic), delivery["body"])[0] == "field_missing"
