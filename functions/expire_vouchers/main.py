"""Cloud Tasks: a voucher or a case lapses. Cloud Scheduler: the sweep for what timers forgot, and other jobs."""

import functions_framework
from flask import Request

from common import wiring
from common.application.edge import Answer, answer_task
from common.application.health_checks import asks_health
from common.domain.vocabulary import LookKind
from functions.expire_vouchers.scheduled import answer_job, job_of


@functions_framework.http
def expire_vouchers(request: Request) -> Answer:
    """Look at the case of one task, or do a job of the scheduler's."""
    if asks_health(request.method, request.path):
        return wiring.health(request.path, "expire_vouchers")
    engine, authorization, body = wiring.engine(), request.headers.get("Authorization"), request.get_data()
    with wiring.call("expire_vouchers"):
        if (job := job_of(body)) is not None:
            return answer_job(engine, job, authorization, body)
        return answer_task(engine, authorization, body, LookKind.LAPSE)
