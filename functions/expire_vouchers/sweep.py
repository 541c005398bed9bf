"""The sweep: finds cases whose timer got lost.

It decides nothing about a case: it sets the timer again, so that the case is looked at with the retries of a task.
"""

from datetime import datetime, timedelta
from time import monotonic

from common.application.engine import Engine
from common.application.ports import Task
from common.domain import ids
from common.domain.vocabulary import LookKind

GRACE = timedelta(minutes=10)
"""How long a timer may be late before it counts as lost (L18)."""
PAGE = 200
BUDGET_SECONDS = 90.0
"""Then the rest is left to a task of its own. Well within the two minutes that a queue waits for such a task."""


def sweep(engine: Engine, cursor: str | None = None, budget_seconds: float = BUDGET_SECONDS) -> int:
    """Set the timers of overdue cases again, page by page; how many. What doesn't fit goes on as a task."""
    now, until = engine.clock.now(), monotonic() + budget_seconds
    cases = 0
    while True:
        page = engine.store.due("cases", "next_due_at", now - GRACE, PAGE, cursor)
        for case_id in page.ids:
            engine.timer.schedule(_look_again(case_id, now))
        cases, cursor = cases + len(page.ids), page.cursor
        if cursor is None:
            return cases
        if monotonic() > until:
            engine.timer.schedule(_go_on(cursor, now))
            return cases


def _look_again(case_id: str, now: datetime) -> Task:
    """A look by any function leads to the right one: what is due elsewhere is set for there at once."""
    name = f"{case_id}-sweep-{int(now.timestamp() // 600)}"
    return Task(LookKind.LAPSE.value, name, now, {"id": name, "case_id": case_id})


def _go_on(cursor: str, now: datetime) -> Task:
    name = f"sweep-{int(now.timestamp() // 600)}-{ids.hash_id(cursor)[:12]}"
    return Task(LookKind.LAPSE.value, name, now, {"job": "sweep", "cursor": cursor})
