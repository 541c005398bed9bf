"""Public samples of Medusa: the objects that its version 1 answers with, as a subscriber forwards them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

_RECEIVED_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
_TOPICS = {
    "cart": ("cart.created", "cart.updated", "cart.customer_updated"),
    "order": ("order.placed", "order.updated", "order.payment_captured", "order.canceled"),
    "swap": ("swap.received",),
    "discount": ("discount.updated",),
    "payment_collection": ("payment_collection.updated",),
}
_EXPECTED = {"cart": "understood", "order": "understood"}
"""The swap's goods are only asked for, the discount is in use, the collection is of an order's edit; regions and
notifications are Medusa's own business."""


def samples(root: Path) -> Iterator[Sample]:
    """Every object under `root`/other_platforms/medusa: by itself, and under each of its topics."""
    for file in sorted((root / "other_platforms" / "medusa").glob("*.json")):
        whole = json.loads(file.read_text())
        expected = _EXPECTED.get(file.stem, "ignored")
        yield _sample(f"{file.stem} by itself", whole, expected)
        for topic in _TOPICS.get(file.stem, (f"{file.stem}.updated",)):
            yield _sample(f"{file.stem} as {topic}", {"event": topic, "data": whole}, expected)
            yield _sample(f"{file.stem} with topic {topic}", whole, expected, topic=topic)
    yield _sample(
        "order by its id", {"event": "order.placed", "data": {"id": "order_1"}}, "refused:field_missing"
    )


def _sample(name: str, payload: Any, expected: str, **attributes: str) -> Sample:
    headers = {"source": "medusa", "store": "samples", **attributes}
    message = PubSubMessage(name, _RECEIVED_AT, headers, json.dumps(payload).encode())
    return Sample("medusa", name, message, expected)
