"""GET on a function that takes CloudEvents: the framework leads only POST to it, and answers 405 to the rest."""

from flask import current_app, has_app_context, request
from flask.typing import ResponseReturnValue

from common import wiring
from common.application.health_checks import LIVES, READY

FUNCTION = "ingest_event"


def serve_health() -> None:
    """Have the framework's app, which runs this function's module while it is set up, answer such questions too.

    Whoever else imports the module has nothing changed.
    """
    if has_app_context() and current_app.name == FUNCTION:
        for path in (*LIVES, *READY):
            current_app.add_url_rule(path, "health", _answer, methods=["GET"])


def _answer() -> ResponseReturnValue:
    body, status = wiring.health(request.path, FUNCTION)
    return dict(body), status
