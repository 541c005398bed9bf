"""The documents that keep what could not be understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from common.domain.documents import SCHEMA_VERSION
from common.domain.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeFailure:
    """`intake_failures/{id}`: a message that could not be understood, whole, with what a person needs to mend it."""

    id: str
    received_at: datetime
    source: str | None
    store: str | None
    reason: str
    detail: str
    field: str | None
    at_stake: Money | None
    message_id: str
    publish_time: datetime
    attributes: Mapping[str, str]
    raw: str
    """The message's data as UTF-8 text, or as base64 of its zlib form (see `encoding`)."""
    encoding: str = "utf-8"
    parts: int = 0
    """A raw message too large for one document goes on in `intake_parts/{id}.{n}`, n from 1 to `parts`."""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePart:
    """`intake_parts/{id}.{n}`: what did not fit into the failure's own document."""

    id: str
    raw: str
    schema_version: int = SCHEMA_VERSION
