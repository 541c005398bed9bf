"""What a storefront under development may post: Pub/Sub messages in any of the shapes that they come in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from common.application.edge import pubsub_message

MAX_BYTES = 10 * 2**20
"""Of one request; Pub/Sub's own limit."""
_UNUSED = datetime(1970, 1, 1, tzinfo=UTC)


class NotMessages(ValueError):
    """The body can't be taken; the sentence says where and what to send instead."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message to be published."""

    attributes: Mapping[str, str]
    data: bytes


def read(body: bytes, headers: Mapping[str, str]) -> list[Incoming]:
    """The messages of a request: one, a JSON array, or JSON Lines. All or none; raises NotMessages.

    Each is {"attributes", "data"}, a push request of Pub/Sub ({"message": ...}), or a CloudEvent, which may
    also be in binary mode (in the `headers`). What the data says is the engine's to judge.
    """
    cloud_event = _cloud_event_headers(headers)
    messages = [_incoming(item, where, cloud_event) for where, item in _items(body)]
    if not messages:
        raise NotMessages("there is no message in the request; send one, a JSON array, or JSON Lines")
    return messages


def _items(body: bytes) -> Iterator[tuple[str, Any]]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        yield from _lines(body)
        return
    if isinstance(whole, list):
        yield from ((f"message {number}", item) for number, item in enumerate(whole, start=1))
    else:
        yield "the body", whole


def _lines(body: bytes) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(body.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except (ValueError, RecursionError):
            raise NotMessages(f"line {number} is not JSON; send one JSON object a line") from None


def _incoming(item: Any, where: str, cloud_event: Mapping[str, str]) -> Incoming:
    if not isinstance(item, Mapping):
        raise NotMessages(f"{where} is not a JSON object with attributes and data")
    if isinstance(item.get("message"), Mapping):
        pushed = pubsub_message("", None, item, _UNUSED)
        return Incoming(_attributes(pushed.attributes, where), pushed.data)
    if cloud_event:
        return Incoming(cloud_event, _bytes(item))
    if "specversion" in item:
        return _from_cloud_event(item, where)
    if "data" not in item:
        example = '{"attributes": {"source": "recoup", "store": "my-shop"}, "data": {...}}'
        raise NotMessages(f"{where} has no data; wrap the event: {example}")
    return Incoming(_attributes(item.get("attributes") or {}, where), _bytes(item["data"]))


def _from_cloud_event(event: Mapping[str, Any], where: str) -> Incoming:
    """The Pub/Sub message inside; of another event, its context as Pub/Sub's binding for CloudEvents has it."""
    data = event.get("data")
    if isinstance(data, Mapping) and isinstance(data.get("message"), Mapping):
        return _incoming(data, where, {})
    context = {
        f"ce-{name}": str(value) for name, value in event.items() if name not in ("data", "data_base64")
    }
    return Incoming(context, _bytes(data))


def _cloud_event_headers(headers: Mapping[str, str]) -> dict[str, str]:
    found = {name.lower(): value for name, value in headers.items() if name.lower().startswith("ce-")}
    return found if "ce-specversion" in found else {}


def _attributes(attributes: Any, where: str) -> Mapping[str, str]:
    if not isinstance(attributes, Mapping) or not all(
        isinstance(value, str) for value in attributes.values()
    ):
        raise NotMessages(f"attributes of {where} is not an object of strings")
    return attributes


def _bytes(data: Any) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return text.encode(errors="replace")
