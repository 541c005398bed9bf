"""The sweep: finds cases whose timer got lost, and flags whose moment has passed. Harmless to repeat.

It decides nothing about a case: it sets the timer again, so that the case is looked at with the retries of a task.
"""

import json
from datetime import datetime, timedelta
from time import monotonic

from common.application.edge import Answer
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Task
from common.application.shell import advance
from common.domain import ids
from common.domain.triggers import ReturnedFlagLapsed
from common.domain.vocabulary import LookKind
from common.logs import log

GRACE = timedelta(minutes=10)
"""How long a timer may be late before it counts as lost (L18)."""
PAGE = 200
BUDGET_SECONDS = 240.0
"""Then the rest is left to a task of its own, well within the function's time-out."""


def is_sweep(body: bytes) -> bool:
    """Whether the request is the scheduler's: {"sweep": true}, with a cursor when it goes on."""
    try:
        request = json.loads(body[:10_000] or b"null")
    except ValueError:
        return False
    return isinstance(request, dict) and request.get("sweep") is True


def answer_sweep(engine: Engine, authorization: str | None, body: bytes) -> Answer:
    """Answer the scheduler: 200 with what was found, 403 not the scheduler, 500 try again."""
    try:
        if not engine.identity.verify(authorization):
            return {"error": "only the scheduler's service account may call this function"}, 403
        found = sweep(engine, json.loads(body).get("cursor"))
        log("swept", cases=found["cases"], flags=found["flags"], requests=found["requests"])
        return found, 200
    except Unavailable as unavailable:
        log("sweep_unavailable", severity="WARNING", detail=str(unavailable))
        return {"error": "unavailable; try again"}, 500


def sweep(
    engine: Engine, cursor: str | None = None, budget_seconds: float = BUDGET_SECONDS
) -> dict[str, int]:
    """Set the timers of overdue cases again, page by page; what doesn't fit into the budget goes on as a task."""
    now, until = engine.clock.now(), monotonic() + budget_seconds
    cases = 0
    while True:
        page = engine.store.due("cases", "next_due_at", now - GRACE, PAGE, cursor)
        for case_id in page.ids:
            engine.timer.schedule(_look_again(case_id, now))
        cases, cursor = cases + len(page.ids), page.cursor
        if cursor is None:
            flags = _lapse_flags(engine, now, until)
            from common.application.privacy import go_on

            return {"cases": cases, "flags": flags, "requests": go_on(engine, until)}
        if monotonic() > until:
            engine.timer.schedule(_go_on(cursor, now))
            return {"cases": cases, "flags": 0, "requests": 0}


def _look_again(case_id: str, now: datetime) -> Task:
    """A look by any function leads to the right one: what is due elsewhere is set for there at once."""
    name = f"{case_id}-sweep-{int(now.timestamp() // 600)}"
    return Task(LookKind.LAPSE.value, name, now, {"id": name, "case_id": case_id})


def _go_on(cursor: str, now: datetime) -> Task:
    name = f"sweep-{int(now.timestamp() // 600)}-{ids.hash_id(cursor)[:12]}"
    return Task(LookKind.LAPSE.value, name, now, {"sweep": True, "cursor": cursor})


def _lapse_flags(engine: Engine, now: datetime, until: float) -> int:
    """Take the flag from customers whose last return left the window; each is out of the query once it is done.

    What doesn't fit into the budget is left to the next sweep: a flag that stands too long decides nothing.
    """
    flags, cursor = 0, None
    while True:
        page = engine.store.due("customers", "returned_until", now, PAGE, cursor)
        for customer_id in page.ids:
            advance(engine, ReturnedFlagLapsed(id=f"flag-{customer_id}", customer_id=customer_id))
        flags, cursor = flags + len(page.ids), page.cursor
        if cursor is None or monotonic() > until:
            return flags
