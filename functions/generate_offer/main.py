"""Cloud Tasks: a cart has gone quiet, or an order failed: is it lost, and what is worth offering?"""

import functions_framework
from flask import Request

from common import wiring
from common.application.edge import Answer, answer_task
from common.application.health_checks import asks_health
from common.domain.vocabulary import LookKind
from functions.generate_offer.questions import answer


@functions_framework.http
def generate_offer(request: Request) -> Answer:
    """Look at the case of one task."""
    if asks_health(request.method, request.path):
        return wiring.health(request.path, "generate_offer", {"pricing": wiring.pricing_service})
    authorization = request.headers.get("Authorization")
    with wiring.call("generate_offer"):
        return answer_task(wiring.engine(), authorization, request.get_data(), LookKind.QUIET, price=answer)
