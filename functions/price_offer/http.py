"""Between Flask's request and the decision: `POST /v1/decisions`, and an error that names the field."""

import json

from flask import Request, Response
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from functions.price_offer.answering import answer_bytes
from functions.price_offer.deciding import decide
from functions.price_offer.model import Model, deployed_model
from functions.price_offer.parsing import MAX_BYTES, parse
from functions.price_offer.reading import InvalidRequest

PATH = "/v1/decisions"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def respond(request: Request, model: Model | None) -> Response:
    """Answer one call; who may call at all is the platform's to decide (IAM), before it comes here."""
    if request.path.rstrip("/") != PATH:
        return _error(404, None, f"there is nothing at this address; decisions are made at {PATH}")
    if request.method != "POST":
        refusal = _error(405, None, f"{PATH} takes POST")
        refusal.headers["Allow"] = "POST"
        return refusal
    body = _body(request)
    if body is None:
        return _error(413, None, f"the body must not have more than {MAX_BYTES} bytes")
    try:
        asked = parse(body)
    except InvalidRequest as invalid:
        return _error(400, invalid.field, invalid.message)
    return _response(200, answer_bytes(asked, decide(asked, model), model))


def healthy(request: Request) -> Response:
    """How this function is; all it needs is the model that it ships with."""
    from common import config
    from common.application.health_checks import Readiness, answer_health

    version = config.read(config.PlatformSettings).revision
    body, status = answer_health(request.path, "price_offer", version, Readiness(lambda: {"model": _model}))
    return _response(status, json.dumps(body).encode() + b"\n")


def _model() -> None:
    if deployed_model() is None:
        raise ValueError("the model can't be read")


def _body(request: Request) -> bytes | None:
    """The body, read to the limit and no further; None = there is more."""
    # One byte more than allowed: at exactly its limit a stream of unknown length is cut without a word.
    request.max_content_length = MAX_BYTES + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        return None
    except ClientDisconnected:
        return b""
    return body if len(body) <= MAX_BYTES else None


def _error(status: int, field: str | None, message: str) -> Response:
    return _response(status, json.dumps({"error": {"field": field, "message": message}}).encode() + b"\n")


def _response(status: int, body: bytes) -> Response:
    # In parts, as a stream: the framework would read the whole of a refused body before sending the answer.
    content = iter([body]) if status == 413 else body
    return Response(content, status, mimetype="application/json", headers=_HEADERS)
