"""Canonical events, version 1."""

from tests.unit.functions.ingest_event.events import CANONICAL_EVENTS
from tests.unit.functions.ingest_event.sources.examples.example import Example

EXAMPLES = tuple(
    Example(f"{event['type']} {number}", {"source": "recoup", "store": "socks"}, event)
    for number, event in enumerate(CANONICAL_EVENTS)
)
