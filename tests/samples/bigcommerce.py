"""Public samples of BigCommerce: its thin webhooks, with the headers of their delivery."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

_RECEIVED_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
_EXPECTED = {
    "store.cart.converted": "understood",
    "store.cart.couponApplied": "understood",
    "store.order.refund.created": "understood",
    "store.order.statusUpdated": "understood",
    "store.order.transaction.created": "understood",
}
"""The others name a metafield, an address or a customer of whom nothing is said."""


def samples(root: Path) -> Iterator[Sample]:
    """Every webhook under `root`/other_platforms/bigcommerce, as it was delivered."""
    for file in sorted((root / "other_platforms" / "bigcommerce").rglob("*.json")):
        recorded = json.loads(file.read_text())
        attributes = {"source": "bigcommerce", "store": "samples", **recorded["headers"]}
        data = json.dumps(recorded["body"]).encode()
        message = PubSubMessage(file.stem, _RECEIVED_AT, attributes, data)
        yield Sample("bigcommerce", file.stem, message, _EXPECTED.get(file.stem, "ignored"))
