"""Commerce Layer's webhooks as it delivered them to a public project, with their headers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
STORE = "samples"

_UNDERSTOOD = ("customers.create", "orders.create")


def samples(root: Path) -> Iterator[Sample]:
    """Every file: the webhook's body, and its headers as an HTTP endpoint forwards them."""
    for file in sorted((root / "other_platforms/commercelayer").glob("*.json")):
        delivery = json.loads(file.read_text())
        attributes = {"source": "commercelayer", "store": STORE, **delivery["headers"]}
        message = PubSubMessage(file.stem, AT, attributes, json.dumps(delivery["body"]).encode())
        expected = "understood" if file.stem in _UNDERSTOOD else "ignored"
        yield Sample("commercelayer", file.stem, message, expected)
