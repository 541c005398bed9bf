"""HTTP from platforms, storefronts' pages, apps and backends, and from customers who follow a message's link."""

import functions_framework
from flask import Request, Response

from common import wiring
from common.application.health_checks import asks_health
from functions.storefront_api.calls import Answer
from functions.storefront_api.http import call_of, response_of
from functions.storefront_api.routes import answer


@functions_framework.http
def storefront_api(request: Request) -> Response:
    """Answer one call: publish the events that it brings, or decide on the voucher or link that it names."""
    if asks_health(request.method, request.path):
        body, status = wiring.health(request.path, "storefront_api")
        return response_of(Answer(status, body))
    with wiring.call("storefront_api"):
        return response_of(answer(wiring.engine(), call_of(request)))
