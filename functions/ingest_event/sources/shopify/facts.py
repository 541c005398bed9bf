"""What a reader makes of a payload: the event's class, and what it has beyond that which every event has."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from common.application.failures import Refused
from common.domain.storefront import StorefrontEvent
from functions.ingest_event.envelope import Envelope


class Fact(NamedTuple):
    """One thing that a payload states."""

    kind: type[StorefrontEvent]
    facts: dict[str, Any]
    part: str = ""
    """Tells the facts of one payload apart; becomes part of the event's id."""
    occurred_at: datetime | None = None
    """None = the moment of the delivery."""


Reader = Callable[[Envelope], Iterable[Fact | Refused]]
"""Reads a topic's payload; nothing stated = the message is ignored. Raises Refused for the whole payload."""


def placed_within(refused: Refused, path: str, store: str | None = None) -> Refused:
    """The refusal of a part, its field named by its path in the whole payload."""
    field, detail = refused.field, refused.detail
    if field is not None and not field.startswith("attributes."):
        detail, field = detail.replace(field, path + field, 1), path + field
    return Refused(refused.reason, detail, field, store=refused.store or store)
