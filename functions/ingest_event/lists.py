"""Messages that hold a JSON array: what its entries look like, and each entry as a message of its own."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pydantic_core import from_json, to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from functions.ingest_event import reading
from functions.ingest_event.outcomes import Said

_READ_BY_THEMSELVES = frozenset({"ga4", "saleor", "segment"})
"""Sources that know arrays from their own platform."""
_LOOKED_AT = 20
"""Entries by which a source is guessed; a dataLayer begins with pushes that anybody's could be."""


def shapes_in(data: bytes) -> Iterator[dict[str, Any]]:
    """The objects by which a message's source may be guessed, even if it is cut off."""
    with suppress(ValueError):
        told = from_json(data[: reading.MAX_BYTES], allow_partial=True)
        if isinstance(told, list) and told and isinstance(told[0], str):  # a gtag command
            told = {str(index): part for index, part in enumerate(told[:3])}
        entries = told[:_LOOKED_AT] if isinstance(told, list) else [told]
        yield from (entry for entry in entries if isinstance(entry, dict))


def is_several(source: str) -> bool:
    """Whether the source takes an array one entry at a time."""
    return source not in _READ_BY_THEMSELVES


def entries_of(message: PubSubMessage) -> list[PubSubMessage]:
    """Each entry as a message of its own, in their order. Raises Refused."""
    told = reading.check_lines(reading.listing(reading.read_json(message.data)), "data")
    if not told:
        raise Refused("json_invalid", "The data is an empty JSON array; send one JSON object.")
    return [
        replace(message, id=f"{message.id}[{index}]", data=to_json(entry)) for index, entry in enumerate(told)
    ]


def placed(told: Sequence[Said], index: int) -> Sequence[Said]:
    """What one entry tells; refusals name their field by its place in the array."""
    for refused in told:
        if not isinstance(refused, Refused):
            continue
        if (field := refused.field) and not field.startswith("attributes."):
            refused.field = f"[{index}].{field}"
            refused.detail = refused.detail.replace(field, refused.field, 1)
    return told
