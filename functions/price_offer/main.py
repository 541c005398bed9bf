"""HTTP: what to offer instead of a lost order, and at which price. The contract is `docs/pricing.openapi.yaml`."""

import functions_framework
from flask import Request, Response

from functions.price_offer.http import respond
from functions.price_offer.model import deployed_model


@functions_framework.http
def price_offer(request: Request) -> Response:
    """Answer one call of `POST /v1/decisions`."""
    return respond(request, deployed_model())
