"""Public samples of WooCommerce: webhooks with their headers, and the REST API's answers, which webhooks carry too."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

_RECEIVED_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
_TOPICS = {
    "orders": "order.updated",
    "order-refunds": "refund.created",
    "customers": "customer.updated",
    "coupons": "coupon.updated",
}
_EXPECTED = {
    # It has the number only, not the code, so nothing can be told; see docs/sources.md for the shop's own line of code.
    "hookdeck/coupon.deleted": "ignored",
    # It is back from the trash, but ended in 2023, long before it is received here.
    "hookdeck/coupon.restored": "understood",
}


def samples(root: Path) -> Iterator[Sample]:
    """Every payload under `root`/woocommerce, as it would have been delivered."""
    folder = root / "woocommerce"
    for file in sorted((folder / "hookdeck").glob("*.json")):
        recorded = json.loads(file.read_text())
        name = f"hookdeck/{file.stem}"
        attributes = {"source": "woocommerce", "store": "samples", **recorded["headers"]}
        yield _sample(name, attributes, recorded["body"], _EXPECTED.get(name, "ignored"))
    for file in sorted((folder / "rest-docs").glob("*.json")):
        yield from _of_answer(file)


def _of_answer(file: Path) -> Iterator[Sample]:
    """Each resource of an answer by itself, under its topic and without any, as its shape tells."""
    resource, _, operation = file.stem.partition(".")
    if "downloads" in operation:
        return  # download permissions of a customer: no webhook carries them
    for index, payload in enumerate(_resources(json.loads(file.read_text()))):
        name = f"rest-docs/{file.stem}/{index}"
        bare = {"source": "woocommerce", "store": "samples"}
        if resource == "webhooks":  # a webhook's settings, not a delivery; recognised and of no interest
            yield _sample(name, bare, payload, "ignored")
            continue
        told = 1 + len(payload.get("refunds", ())) if resource == "orders" else 1
        expected = "ignored" if resource == "coupons" else ",".join(["understood"] * told)
        topic = _TOPICS[resource]
        yield _sample(name, {**bare, "X-WC-Webhook-Topic": topic}, payload, expected)
        yield _sample(f"{name} without its topic", bare, payload, expected)


def _resources(answer: Any) -> Iterator[dict[str, Any]]:
    """One resource, a list of them, or a batch's lists by what was done."""
    if isinstance(answer, list):
        yield from answer
    elif isinstance(answer, dict) and answer.keys() <= {"create", "update", "delete"}:
        for done in answer.values():
            yield from done
    else:
        yield answer


def _sample(name: str, attributes: dict[str, str], payload: object, expected: str) -> Sample:
    message = PubSubMessage(name, _RECEIVED_AT, attributes, json.dumps(payload).encode())
    return Sample("woocommerce", name, message, expected)
