"""GA4 events in the tests of RudderStack's library and of Segment's destination."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from common.application.ports import PubSubMessage
from tests.samples.sample import Sample

AT = datetime(2027, 1, 1, 12, tzinfo=UTC)

_IGNORED = frozenset({"add_to_wishlist", "select_promotion", "view_promotion"})
_REFUSED: dict[str, dict[int, str]] = {
    "rudder-sdk-js/add_to_cart": {0: "field_missing"},  # a gtag call, whose client only the browser knows
    "rudder-sdk-js/remove_from_cart": {0: "field_missing"},
    "segment-google-analytics-4/add_to_cart": dict.fromkeys((1, 3), "currency_missing"),
    "segment-google-analytics-4/begin_checkout": dict.fromkeys((0, 1, 2, 4), "field_missing"),  # no price
}


def samples(root: Path) -> Iterator[Sample]:
    """Every call as it stands in the folder, as a message of one store."""
    for file in sorted((root / "ga4").rglob("*.json")):
        name = f"{file.parent.name}/{file.stem}"
        for index, entry in enumerate(json.loads(file.read_text())):
            refused = _REFUSED.get(name, {}).get(index)
            expected = "ignored" if file.stem in _IGNORED else "understood"
            payload = entry["body"] if "body" in entry else entry["event"]
            message = PubSubMessage(
                "m-1", AT, {"source": "ga4", "store": "samples"}, json.dumps(payload).encode()
            )
            yield Sample("ga4", f"{name}[{index}]", message, f"refused:{refused}" if refused else expected)
