"""How an announcement stands on the wire: one JSON object, the same on the bus and in the replay's output."""

from datetime import datetime
from typing import Any

from common.domain.effects import Announce
from common.domain.wire import stamp


def line_of(announcement: Announce) -> dict[str, Any]:
    """The announcement as JSON values; store, case, customer and subject are left out where there is none."""
    line = {
        "at": announcement.at,
        "type": announcement.type,
        "store": announcement.store or None,
        "case_id": announcement.case_id,
        "customer_id": announcement.customer_id,
        "subject": announcement.subject,
    }
    known = {name: value for name, value in line.items() if value is not None}
    return {name: _json(value) for name, value in (known | dict(announcement.fields)).items()}


def _json(value: object) -> object:
    return stamp(value) if isinstance(value, datetime) else value
