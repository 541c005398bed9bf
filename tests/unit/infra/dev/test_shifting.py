"""Events that move along with a clock that is ahead."""

from datetime import UTC, datetime, timedelta

from infra.dev.incoming import Incoming
from infra.dev.shifting import shifted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = timedelta(days=2, hours=1)


def moved(data: str, by: timedelta = BY, attributes: dict[str, str] | None = None) -> Incoming:
    return shifted(Incoming(attributes or {}, data.encode()), by, NOW)


def test_present_moments_move_along() -> None:
    """What happened just now is told as happening now on the engine's clock, in its own zone."""
    data = moved(
        '{"occurred_at": "2026-03-01T11:59:30Z", "deep": [{"at": "2026-03-01T13:00:00.250+02:00"}]}'
    ).data
    assert b'"2026-03-03T12:59:30+00:00"' in data
    assert b'"2026-03-03T14:00:00.250000+02:00"' in data


def test_attributes_move_along_too() -> None:
    """A platform's own trigger time is an attribute."""
    stated = {"X-Triggered-At": "2026-03-01T12:00:00Z", "X-Topic": "carts/update"}
    assert moved("{}", attributes=stated).attributes == {
        "X-Triggered-At": "2026-03-03T13:00:00+00:00",
        "X-Topic": "carts/update",
    }


def test_history_stays() -> None:
    """Moments long before or after now, dates, and moments without an offset stay, to the byte."""
    old = '{"a":"2019-01-01T00:00:00Z",  "b":"2026-03-01", "amount":1.50}'
    unclear = '{"c":"2026-03-01T12:00:00", "d":"2026-02-30T12:00:00Z"}'
    for data in (old, unclear):
        assert moved(data).data == data.encode()


def test_a_clock_that_is_not_ahead_changes_nothing() -> None:
    """Without a skip an event is carried as it came."""
    data = '{"occurred_at": "2026-03-01T12:00:00Z"}'
    assert moved(data, timedelta()).data == data.encode()


def test_the_end_of_time_is_no_crash() -> None:
    """A moment that can't be moved stays."""
    late = datetime(9999, 12, 31, tzinfo=UTC)
    message = Incoming({}, b'"9999-12-31T12:00:00Z"')
    assert shifted(message, BY, late) == message
