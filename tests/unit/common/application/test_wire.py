"""How announcements stand on the wire."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from common.application.wire import line_of
from common.domain.effects import Announce

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def an_announcement(**changes: Any) -> Announce:
    known: dict[str, Any] = {
        "id": "a1",
        "type": "case.abandoned",
        "at": NOON,
        "store": "shop",
        "case_id": "case",
        "customer_id": "customer",
        "subject": "cart-1",
        "fields": {"total": "499.00", "currency": "PLN"},
    }
    return Announce(**known | changes)


def test_a_line_holds_everything_in_a_fixed_order() -> None:
    """A line begins with what every line has and goes on with the event's own fields."""
    assert json.dumps(line_of(an_announcement())) == (
        '{"at": "2026-03-01T12:00:00Z", "type": "case.abandoned", "store": "shop", "case_id": "case",'
        ' "customer_id": "customer", "subject": "cart-1", "total": "499.00", "currency": "PLN"}'
    )


def test_what_does_not_apply_is_left_out() -> None:
    """A line about no case, no customer and no subject doesn't name them; nor a store, where nobody could tell it."""
    line = line_of(an_announcement(case_id=None, customer_id=None, subject=None, fields={}))
    assert line == {"at": "2026-03-01T12:00:00Z", "type": "case.abandoned", "store": "shop"}
    assert "store" not in line_of(an_announcement(store=""))


def test_moments_are_utc_with_microseconds_only_where_there_are_any() -> None:
    """Moments end in Z, wherever they were taken, also among the event's own fields."""
    warsaw = timezone(timedelta(hours=1))
    until = datetime(2026, 3, 8, 13, 0, 0, 250, tzinfo=warsaw)
    line = line_of(an_announcement(at=NOON.astimezone(warsaw), fields={"valid_until": until}))
    assert line["at"] == "2026-03-01T12:00:00Z"
    assert line["valid_until"] == "2026-03-08T12:00:00.000250Z"
