"""CloudEvents 1.0 in a Pub/Sub message: binary mode (attributes `ce-...`) and structured mode (JSON around the data).

What the wrapping says becomes an attribute `ce-...`, whichever mode it came in. Its own `source` is whoever produced
the event, so the platform is named by the extension `recoupsource`, the store by the extension `store`; plain Pub/Sub
attributes `source` and `store` do as well and go first.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic_core import to_json

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from functions.ingest_event.salvage import salvage

_EXTENSIONS = {"recoupsource": "source", "store": "store"}
"""What an event says about itself, as the attribute that a plain message would have."""


def unwrapped(message: PubSubMessage) -> PubSubMessage:
    """The message as if it had been sent without the CloudEvent around it. Raises Refused."""
    if message.attribute("ce-specversion"):
        stated = {name[3:].lower(): text for name, text in message.attributes.items() if _is_ours(name)}
        return _with(message, stated, message.data)
    envelope = salvage(message.data)
    if not isinstance(envelope.get("specversion"), str):
        return message
    stated = {
        name: text for name, text in envelope.items() if isinstance(text, str) and name != "data_base64"
    }
    stated.pop("data", None)
    return _with(message, stated, _data_of(envelope))


def _is_ours(name: str) -> bool:
    return name[:3].lower() == "ce-"


def _with(message: PubSubMessage, stated: Mapping[str, str], data: bytes) -> PubSubMessage:
    attributes = {
        name: text
        for name, text in message.attributes.items()
        if not _is_ours(name) and name.lower() != "content-type"
    }
    for extension, name in _EXTENSIONS.items():
        if extension in stated:
            attributes.setdefault(name, stated[extension])
    attributes.update({f"ce-{name}": text for name, text in stated.items()})
    return replace(message, attributes=attributes, data=data)


def _data_of(envelope: Mapping[str, Any]) -> bytes:
    encoded = envelope.get("data_base64")
    if encoded is None:
        data = envelope.get("data")
        return data.encode() if isinstance(data, str) else to_json(data)
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError, TypeError):
        why = "data_base64 is not base64; send the event's data in base64, or as JSON in data."
        raise Refused("field_invalid", why, "data_base64") from None
