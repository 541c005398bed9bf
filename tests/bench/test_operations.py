"""What `recoup cost` is built on is what the engine does today."""

from typing import Any

import pytest

from infra.cost.measured import MEASURED, Day, day_of, measured
from tests.bench.operations import EVENTS, measure
from tests.bench.shop_day import lines

_STALE = f"{MEASURED.name} is stale; run: .venv/bin/python -m tests.bench.operations --write"


@pytest.fixture(scope="module")
def today() -> dict[str, Any]:
    return measure()


def _without_times(day: Day) -> list[dict[str, Any]]:
    return [{name: value for name, value in row._asdict().items() if name != "cpu_ms"} for row in day.calls]


def test_the_file_is_what_is_measured_now(today: dict[str, Any]) -> None:
    """Except for the CPU time, which is never the same twice."""
    kept, now = measured(), day_of(today)
    assert _without_times(kept) == _without_times(now), _STALE
    assert (kept.events, kept.carts, kept.messages) == (now.events, now.carts, now.messages), _STALE
    assert (kept.kept, kept.hot) == (now.kept, now.hot), _STALE


def test_the_cpu_time_is_of_the_same_order(today: dict[str, Any]) -> None:
    kept, now = (sum(row.cpu_ms for row in day.calls) for day in (measured(), day_of(today)))
    assert kept / 5 < now < kept * 5, _STALE


def test_every_line_of_the_day_is_one_call_and_every_task_too(today: dict[str, Any]) -> None:
    day = day_of(today)
    calls = {row.kind: row.calls for row in day.calls}
    received = sum(row.calls for row in day.calls if row.function == "ingest_event")
    assert received == day.events == sum(1 for _ in lines(EVENTS))
    assert calls["order.placed"] == calls["order.paid"] > 0
    # A timer that was set again for another function, or named as one before it, is set but never fires.
    fired = sum(row.calls for row in day.calls if row.function != "ingest_event")
    assert fired == sum(row.tasks for row in day.calls)


def test_an_event_about_a_known_cart_is_two_round_trips_at_best(today: dict[str, Any]) -> None:
    for row in day_of(today).calls:
        assert row.round_trips <= 7 * row.calls, row.kind
        if row.kind in ("page.viewed", "checkout.started"):
            assert row.round_trips == 2 * row.calls


def test_counting_and_moving_in_the_index_never_cost_more_than_the_commits(today: dict[str, Any]) -> None:
    """docs/scale.md reckons with both."""
    day = day_of(today)
    commits = sum(row.writes for row in day.calls)
    assert 0 < day.hot["metrics"] < commits
    assert 2 * day.carts < day.hot["next_due_at"] < commits


def test_pubsub_bills_a_thousand_bytes_at_least(today: dict[str, Any]) -> None:
    for row in day_of(today).calls:
        assert row.received_billed_bytes >= row.received_bytes
        if row.function == "ingest_event":
            assert row.received_billed_bytes >= 1000 * row.calls
        assert row.published_billed_bytes >= row.published_bytes
