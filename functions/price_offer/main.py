"""HTTP: what to offer instead of a lost order, and at which price. The contract is `docs/pricing.openapi.yaml`."""

import functions_framework
from flask import Request, Response

from common import spans
from common.application.health_checks import asks_health
from functions.price_offer.http import healthy, respond
from functions.price_offer.model import deployed_model


@functions_framework.http
def price_offer(request: Request) -> Response:
    """Answer one call of `POST /v1/decisions`."""
    if asks_health(request.method, request.path):
        return healthy(request)
    with spans.call("price_offer", lambda: request.headers):  # type: ignore[arg-type, return-value]  # by any case
        return respond(request, deployed_model())
