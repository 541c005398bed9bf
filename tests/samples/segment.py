"""Calls in the tests of Segment's and RudderStack's own destinations and libraries."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

AT = datetime(2027, 1, 1, 12, tzinfo=UTC)
"""After the latest moment that a sample states."""

_IGNORED = frozenset({"product_added_to_wishlist", "cart_shared"})
_NO_ORDER = (
    *(10, 11, 13, 14, 15, 16, 17, 18, 19, 20, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 35, 36, 37),
    *(62, 67, 68, 69, 99, 102),
)
"""Orders without an id, of nobody."""
_NO_PRODUCT = (4, 5, 6, 8, 11, 16, 17, 18, 21, 22, 24, 25, 26, 30)
_NO_PRICE = (2, 3, 15, 19, 20, 23)
_REFUSED: dict[str, dict[int, str]] = {
    "action-destinations/cart_viewed": dict.fromkeys((4, 5), "field_missing"),  # products without prices
    "action-destinations/checkout_started": {
        10: "currency_unknown",  # "FAKE" and "1234", which are there to be refused
        15: "currency_unknown",
        11: "field_missing",  # a product without any id or name
    },
    "action-destinations/order_completed": dict.fromkeys(_NO_ORDER, "field_missing"),
    "action-destinations/payment_info_entered": dict.fromkeys((0, 1, 2), "field_missing"),  # of nobody
    "action-destinations/product_added": {
        **dict.fromkeys((*_NO_PRODUCT, *_NO_PRICE), "field_missing"),
        9: "currency_unknown",
    },
    "action-destinations/product_removed": {4: "field_missing"},  # no product
    "action-destinations/product_viewed": dict.fromkeys((2, 3), "field_missing"),  # of nobody
    "rudder-sdk-js/checkout_started": {1: "field_missing", 2: "field_missing"},  # of nobody; without prices
    "rudder-sdk-js/order_completed": {10: "field_missing"},
    "rudder-sdk-js/product_added": dict.fromkeys((0, 1), "field_missing"),  # of nobody
    "rudder-sdk-js/product_removed": {0: "field_missing"},
    "rudder-sdk-js/product_viewed": dict.fromkeys((0, 2, 3), "field_missing"),
}
"""The tests' authors left out what their own test didn't need; such a call names nobody, nothing or no price."""


def samples(root: Path) -> Iterator[Sample]:
    """Every call as it stands in the folder, as a message of one store."""
    for file in sorted((root / "segment_rudderstack").rglob("*.json")):
        name = f"{file.parent.name}/{file.stem}"
        for index, entry in enumerate(json.loads(file.read_text())):
            refused = _REFUSED.get(name, {}).get(index)
            expected = "ignored" if file.stem in _IGNORED else "understood"
            source = "rudderstack" if file.parent.name == "rudder-sdk-js" else "segment"
            message = PubSubMessage(
                "m-1", AT, {"source": source, "store": "samples"}, json.dumps(entry["event"]).encode()
            )
            yield Sample(
                "segment", f"{name}[{index}]", message, f"refused:{refused}" if refused else expected
            )
