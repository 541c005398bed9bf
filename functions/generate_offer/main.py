"""Cloud Tasks: a cart has gone quiet, or an order failed: is it lost, and what is worth offering?"""

import functions_framework
from flask import Request

from common import wiring
from common.application.edge import Answer, answer_task
from common.domain.vocabulary import LookKind
from functions.generate_offer.questions import answer


@functions_framework.http
def generate_offer(request: Request) -> Answer:
    """Look at the case of one task."""
    authorization = request.headers.get("Authorization")
    return answer_task(wiring.engine(), authorization, request.get_data(), LookKind.QUIET, price=answer)
