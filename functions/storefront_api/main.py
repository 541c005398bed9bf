"""HTTP from platforms, storefronts' pages, apps and backends, and from customers who follow a message's link."""

import functions_framework
from flask import Request, Response

from common import wiring
from functions.storefront_api.http import call_of, response_of
from functions.storefront_api.routes import answer


@functions_framework.http
def storefront_api(request: Request) -> Response:
    """Answer one call: publish the events that it brings, or decide on the voucher or link that it names."""
    return response_of(answer(wiring.engine(), call_of(request)))
