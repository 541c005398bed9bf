"""Public samples of Saleor: subscription payloads that its own e-mail app is tried with."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

_RECEIVED_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
_TOPICS = {
    "exampleOrderPayload": ("order_created", "order_updated", "order_fully_paid"),
    "orderCreatedPayload": ("order_created", "order_confirmed", "order_fulfilled", "order_cancelled"),
    "orderRefundedPayload": ("order_refunded",),
    "giftCardSentPayload": ("gift_card_sent",),
}
_IGNORED = {
    "order_refunded": "the payload states neither how much went back nor that goods did",
    "gift_card_sent": "gift cards are no vouchers of ours",
}


def samples(root: Path) -> Iterator[Sample]:
    """Every payload under `root`/other_platforms/saleor: over HTTPS, over Pub/Sub, and without its topic."""
    for file in sorted((root / "other_platforms" / "saleor").glob("*.json")):
        payload = json.loads(file.read_text())
        for topic in _TOPICS[file.stem]:
            expected = "ignored" if topic in _IGNORED else "understood"
            https = {"Saleor-Event": topic, "Saleor-Domain": "samples.saleor.cloud"}
            yield _sample(f"{file.stem} as {topic}", payload, expected, https)
            pubsub = {"eventType": topic, "saleorDomain": "samples.saleor.cloud", "signature": "s"}
            yield _sample(f"{file.stem} published as {topic}", payload, expected, pubsub)
        bare = "ignored" if file.stem == "giftCardSentPayload" else "understood"
        named = {"source": "saleor", "store": "samples"}
        yield _sample(f"{file.stem} without its topic", payload, bare, named)


def _sample(name: str, payload: Any, expected: str, attributes: dict[str, str]) -> Sample:
    message = PubSubMessage(name, _RECEIVED_AT, attributes, json.dumps(payload).encode())
    return Sample("saleor", name, message, expected)
