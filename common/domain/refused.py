"""The documents that keep what could not be understood."""

from collections.abc import Mapping
from dataclasses import field as made
from datetime import datetime
from enum import StrEnum

from common.domain.documents import SCHEMA_VERSION
from common.domain.money import Money
from common.domain.values import dataclass


class FailureState(StrEnum):
    """What has become of a refused message."""

    OPEN = "open"
    """Nobody has dealt with it."""
    ACCEPTED = "accepted"
    """Replayed, and taken: it should not have been refused, or no longer is."""
    IGNORED = "ignored"
    """Replayed, and found to be on a topic that doesn't concern the engine."""
    REPLACED = "replaced"
    """Replayed, and refused for another reason, which has a failure of its own."""
    DROPPED = "dropped"
    """Somebody decided that it is of no use."""


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
    delivery: Mapping[str, str] = made(default_factory=dict)
    """What Pub/Sub noted when it gave the message up, such as the number of deliveries."""
    expire_at: datetime | None = None
    """From then on it may be deleted: Firestore's TTL field."""
    state: FailureState = FailureState.OPEN
    replayed_at: datetime | None = None
    """The last time that it was sent through the gates again, whatever came of it."""
    closed_at: datetime | None = None
    """When it left the state `open`."""
    closed_by: str | None = None
    outcome: str | None = None
    """What the engine made of it, the reason it is refused for now, or why it was dropped."""
    replaced_by: str | None = None
    """The failure for the other reason."""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePart:
    """`intake_parts/{id}.{n}`: what did not fit into the failure's own document."""

    id: str
    raw: str
    expire_at: datetime | None = None
    schema_version: int = SCHEMA_VERSION
