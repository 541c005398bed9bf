"""Between Flask and our plain values."""

import json
from functools import cache

from flask import Request, Response
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from functions.storefront_api.calls import MAX_BYTES, Answer, Call

_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def call_of(request: Request) -> Call:
    """The call, its body read to the limit and no further, whether or not it states its length."""
    return Call(
        method=request.method,
        path=tuple(request.path.split("/")[1:]),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.args.to_dict(),
        body=_body(request),
        client=_client(request.headers.get("X-Forwarded-For", ""), request.remote_addr or "", _proxy_hops()),
    )


def _body(request: Request) -> bytes | None:
    # One byte more than allowed: at exactly its limit a stream of unknown length is cut without a word.
    request.max_content_length = MAX_BYTES + 1
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        return None
    except ClientDisconnected:
        return b""
    return body if len(body) <= MAX_BYTES else None


def _client(forwarded: str, peer: str, hops: int) -> str:
    """The address that the outermost of our proxies saw; whatever stands before it anybody may have written."""
    seen = [address.strip() for address in forwarded.split(",") if address.strip()]
    return seen[-hops] if 0 < hops <= len(seen) else peer


@cache
def _proxy_hops() -> int:
    from common import config

    return config.read(config.StorefrontApiSettings).proxy_hops


def response_of(answer: Answer) -> Response:
    """The answer as Flask sends it."""
    if answer.page is not None:
        page = Response(answer.page, answer.status, mimetype="text/html")
        page.headers.update({**_ALWAYS, **answer.headers})
        return page
    text = "" if answer.body is None else json.dumps(answer.body) + "\n"
    # Given in parts, as a stream: the framework would read the whole of a refused body before sending it.
    content = iter([text]) if answer.status == 413 else text
    response = Response(content, answer.status, mimetype="application/json")
    response.headers.update({**_ALWAYS, **answer.headers})
    if answer.body is None:
        del response.headers["Content-Type"]
    return response
