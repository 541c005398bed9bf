"""What is done by the clock: the jobs of Cloud Scheduler. Each is harmless to repeat, and to leave out once."""

import json
from enum import StrEnum
from time import monotonic
from typing import Any

from common.application.edge import Answer
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.logs import log
from functions.expire_vouchers.checkup import check_up
from functions.expire_vouchers.flags import lapse_flags
from functions.expire_vouchers.sweep import sweep

BUDGET_SECONDS = 240.0
"""How long a job works: well within the function's time-out. What is left is found by the next one."""


class Job(StrEnum):
    """The jobs, as their requests name them: {"job": "sweep"}."""

    SWEEP = "sweep"
    """Cases whose timer got lost are looked at after all: steps, vouchers and offers that lapse (L18)."""
    RECONCILE = "reconcile"
    """Erasures that didn't fit into the call that brought them go on."""
    FLAGS = "flags"
    """Customers whose last return left the window are no longer flagged."""
    METRICS = "metrics"
    """The engine is examined as by `recoup doctor`, and what isn't well becomes a log line that alerts count."""


DONE = {
    Job.SWEEP: "swept",
    Job.RECONCILE: "reconciled",
    Job.FLAGS: "flags_lapsed",
    Job.METRICS: "examined",
}
"""What the log says once a job was carried out. Alerts listen for it."""


def job_of(body: bytes) -> Job | None:
    """Which job a request asks for; None if it is no job but a task."""
    try:
        request = json.loads(body[:10_000] or b"null")
        return Job(request["job"]) if isinstance(request, dict) and "job" in request else None
    except ValueError:
        return None


def answer_job(engine: Engine, job: Job, authorization: str | None, body: bytes) -> Answer:
    """Carry it out: 200 with what was found, 403 not the scheduler, 500 try again."""
    try:
        if not engine.identity.verify(authorization):
            return {"error": "only the scheduler's service account may call this function"}, 403
        found = _carry_out(engine, job, json.loads(body).get("cursor"))
        log(DONE[job], **found)
        return found, 200
    except Unavailable as unavailable:
        log("job_unavailable", severity="WARNING", job=job.value, detail=str(unavailable))
        return {"error": "unavailable; try again"}, 500


def _carry_out(engine: Engine, job: Job, cursor: str | None) -> dict[str, Any]:
    until = monotonic() + BUDGET_SECONDS
    match job:
        case Job.SWEEP:
            return {"cases": sweep(engine, cursor)}
        case Job.RECONCILE:
            from common.application.privacy import go_on

            return {"requests": go_on(engine, until)}
        case Job.FLAGS:
            return {"flags": lapse_flags(engine, until)}
        case Job.METRICS:
            return check_up(engine)
