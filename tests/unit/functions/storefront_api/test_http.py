"""From Flask's request to our plain call, and back."""

import io
from typing import Any

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from functions.storefront_api import http
from functions.storefront_api.calls import MAX_BYTES, TOO_LARGE, Answer
from functions.storefront_api.http import call_of, response_of


class Body(io.BytesIO):
    """Knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.taken += len(piece)
        return piece

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def request(body: bytes = b"", chunked: bool = False, **changes: Any) -> tuple[Request, Body]:
    """A request, with or without its length, and the stream that its body comes from."""
    environ = EnvironBuilder(method="POST", **{"path": "/webhooks/shopify/bielik", **changes}).get_environ()
    stream = Body(body)
    environ |= {"wsgi.input": stream, "wsgi.input_terminated": chunked, "CONTENT_LENGTH": str(len(body))}
    if chunked:
        del environ["CONTENT_LENGTH"]
    return Request(environ), stream


@pytest.fixture(autouse=True)
def _one_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_proxy_hops", lambda: 1)


def test_a_call_is_what_was_sent() -> None:
    """Method, segments, headers in small letters, parameters, and the body to the byte."""
    headers = {"X-Shopify-Topic": "orders/paid", "Content-Type": "text/plain"}
    sent, _ = request(
        b"\x00 {}\r\n", path="/webhooks/shopify/my%2Eshop", query_string="key=a&key=b", headers=headers
    )
    call = call_of(sent)
    assert (call.method, call.path, call.body) == ("POST", ("webhooks", "shopify", "my.shop"), b"\x00 {}\r\n")
    assert call.header("x-shopify-topic") == "orders/paid"
    assert call.header("content-type") == "text/plain"
    assert call.query == {"key": "a"}


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_is_taken_up_to_the_limit(chunked: bool) -> None:
    """A million bytes pass; one more is too many, and not much more than that is ever read."""
    assert call_of(request(b"x" * MAX_BYTES, chunked)[0]).body == b"x" * MAX_BYTES
    for size in (MAX_BYTES + 1, MAX_BYTES + 2, 5 * MAX_BYTES):
        sent, stream = request(b"x" * size, chunked)
        assert call_of(sent).body is None
        assert stream.taken <= MAX_BYTES + 1


def test_a_form_is_not_taken_apart() -> None:
    """WooCommerce's ping is a form; its bytes are the body all the same."""
    sent, _ = request(b"webhook_id=1", content_type="application/x-www-form-urlencoded")
    assert call_of(sent).body == b"webhook_id=1"


def test_a_body_that_breaks_off_is_nothing() -> None:
    """A caller that hangs up early has sent nothing that can be verified."""
    environ = EnvironBuilder(method="POST", path="/").get_environ()
    broken = Request(environ | {"wsgi.input": io.BytesIO(b"half"), "CONTENT_LENGTH": "8"})
    assert call_of(broken).body == b""


@pytest.mark.parametrize(
    ("forwarded", "hops", "client"),
    [
        ("203.0.113.7", 1, "203.0.113.7"),
        ("6.6.6.6, 203.0.113.7", 1, "203.0.113.7"),
        ("6.6.6.6,203.0.113.7,35.191.0.1", 2, "203.0.113.7"),
        ("203.0.113.7", 2, "127.0.0.1"),
        ("", 1, "127.0.0.1"),
        (" , ", 1, "127.0.0.1"),
        ("203.0.113.7", 0, "127.0.0.1"),
    ],
)
def test_the_client_is_whom_our_proxies_saw(
    forwarded: str, hops: int, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a caller writes in front of that is not believed."""
    monkeypatch.setattr(http, "_proxy_hops", lambda: hops)
    sent, _ = request(headers={"X-Forwarded-For": forwarded}, environ_base={"REMOTE_ADDR": "127.0.0.1"})
    assert call_of(sent).client == client


def test_the_hops_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """RECOUP_PROXY_HOPS, read when it is first needed."""
    monkeypatch.undo()
    monkeypatch.setenv("RECOUP_PROXY_HOPS", "2")
    assert http._proxy_hops.__wrapped__() == 2


def test_an_answer_is_json_that_nobody_keeps() -> None:
    """With the headers of every answer and its own."""
    response = response_of(Answer(202, {"accepted": 1}, {"Vary": "Origin"}))
    assert (response.status_code, response.get_json()) == (202, {"accepted": 1})
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Vary"] == "Origin"


def test_an_answer_without_a_body_has_no_type() -> None:
    """204 is nothing but headers."""
    response = response_of(Answer(204, None, {"Allow": "POST"}))
    assert response.data == b""
    assert "Content-Type" not in response.headers


def test_the_framework_does_not_read_what_is_too_large() -> None:
    """It reads the rest of a request before any answer that is not a stream."""
    assert response_of(TOO_LARGE).is_streamed
    assert not response_of(Answer(200, {})).is_streamed
