"""What a shop's theme wrote into the attributes of a cart, which Shopify carries through to the order."""

from typing import Any

from functions.ingest_event.reading import MAX_ID, clean_text, listing, mapping


def attribute_of(payload: dict[str, Any], *names: str) -> str:
    """The first of the named attributes that holds a text; empty if none does.

    Leading underscores (which hide an attribute from the customer), case and hyphens don't matter.
    """
    written = {_plain(name): value for name, value in _pairs(payload)}
    return next(filter(None, (written.get(name, "") for name in names)), "")


def anonymous_id(payload: dict[str, Any]) -> str | None:
    """What the shop's tracking knows the browser by."""
    return attribute_of(payload, "anonymous_id", "client_id") or None


def _pairs(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """Orders and checkouts list names with values; a cart may have them as one object."""
    entries = [mapping(entry) for entry in listing(payload.get("note_attributes"))]
    pairs = [(entry.get("name"), entry.get("value")) for entry in entries]
    pairs += mapping(payload.get("attributes")).items()
    return [
        (name, text)
        for name, value in pairs
        if isinstance(name, str) and isinstance(value, str) and (text := clean_text(value, MAX_ID))
    ]


def _plain(name: str) -> str:
    return name.strip().lstrip("_").lower().replace("-", "_")
