"""Cloud Tasks: a step of a case's sequence is due. Every gate once more, the claim, then the provider."""

import functions_framework
from flask import Request

from common import wiring
from common.application.edge import Answer, answer_task
from common.application.health_checks import asks_health
from common.domain.vocabulary import LookKind
from functions.send_stimulus.delivery import deliver, providers


@functions_framework.http
def send_stimulus(request: Request) -> Answer:
    """Look at the case of one task and send what is claimed."""
    if asks_health(request.method, request.path):
        return wiring.health(request.path, "send_stimulus", {"providers": providers})
    authorization = request.headers.get("Authorization")
    with wiring.call("send_stimulus"):
        return answer_task(wiring.engine(), authorization, request.get_data(), LookKind.STEP, deliver)
