"""The pricing service over HTTP when it, or the way to it, is not as it should be; and the tokens that it is shown."""

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from werkzeug.test import EnvironBuilder

from common import wiring
from common.adapters.google_id_tokens import GoogleIdTokens
from common.adapters.pricing_http import MOST_BYTES, HttpPricing
from common.application.ports import PricingReply, PricingUnreachable
from common.domain.triggers import NotPriced
from common.domain.vocabulary import Reason
from functions.generate_offer.answers import MAX_ANSWER_BYTES
from functions.generate_offer.asking import ask
from tests.unit.functions.generate_offer.builders import a_question, an_engine

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
Answer = Callable[[socket.socket, threading.Event], None]


@contextmanager
def server(answer: Answer | bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Raw TCP on loopback: the answer's bytes, or whatever it does with the socket; and the requests that came."""
    requests: list[bytes] = []
    over = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=answer_one, args=(connection,), daemon=True).start()

    def answer_one(connection: socket.socket) -> None:
        with connection:
            requests.append(received(connection))
            with suppress(OSError):  # the caller hangs up on what it has had enough of
                connection.sendall(answer) if isinstance(answer, bytes) else answer(connection, over)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", requests
    finally:
        over.set()
        listening.close()


def received(connection: socket.socket) -> bytes:
    """One request, head and body, as far as it comes."""
    request = b""
    while more := connection.recv(65_536):
        request += more
        head, end, body = request.partition(b"\r\n\r\n")
        if end and len(body) >= int(headers(head).get("content-length", "0")):
            break
    return request


def headers(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def reply_to(answer: Answer | bytes, timeout_seconds: float = 10.0) -> PricingReply:
    with server(answer) as (url, _):
        return HttpPricing(url).ask(b"{}", timeout_seconds)


def unreachable(answer: Answer | bytes, timeout_seconds: float = 10.0) -> PricingUnreachable:
    with pytest.raises(PricingUnreachable) as caught:
        reply_to(answer, timeout_seconds)
    assert not caught.value.for_good
    return caught.value


def with_header(header: str, status: str = "503 Busy") -> bytes:
    return f"HTTP/1.1 {status}\r\n{header}\r\nContent-Length: 0\r\n\r\n".encode()


def test_the_request_goes_out_as_it_is() -> None:
    """One POST of the bytes to the contract's path, as JSON, that asks for no packing."""
    with server(OK) as (url, requests):
        reply = HttpPricing(url).ask('{"ż": 1}'.encode(), 10)
    assert (reply.status, reply.body) == (200, b"{}")
    [request] = requests
    assert request.startswith(b"POST /v1/decisions HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + '{"ż": 1}'.encode())
    assert headers(request)["content-type"] == "application/json"
    assert headers(request)["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("suffix", "path"),
    [
        ("", "/v1/decisions"),
        ("/", "/v1/decisions"),
        ("/price_offer", "/price_offer/v1/decisions"),
        ("/price_offer/", "/price_offer/v1/decisions"),
        ("/v1/decisions", "/v1/decisions"),
        ("/v1/decisions/", "/v1/decisions"),
    ],
)
def test_the_address_may_be_written_in_several_ways(suffix: str, path: str) -> None:
    """With a path before the contract's, with the contract's own, with a slash at the end."""
    with server(OK) as (url, requests):
        HttpPricing(url + suffix).ask(b"{}", 10)
    assert requests[0].split(b" ")[1].decode() == path


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """A token or a price must not go where somebody else says."""
    with server(OK) as (elsewhere, followed):
        location = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere}/\r\nContent-Length: 0\r\n\r\n"
        assert reply_to(location.encode()).status == status
        assert followed == []


def test_an_answer_that_is_too_long_is_read_to_its_limit_only() -> None:
    """One byte more than allowed comes back, so that it is seen; the rest is never read."""
    sent = threading.Event()

    def endless(connection: socket.socket, over: threading.Event) -> None:
        connection.settimeout(10)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:  # until the other side has had enough, which it shows by hanging up
                connection.sendall(b" " * 65_536)
        except ConnectionError:
            sent.set()
            raise

    reply = reply_to(endless)
    assert len(reply.body) == MOST_BYTES == MAX_ANSWER_BYTES + 1
    assert sent.wait(10), "the connection was closed on the server"


def test_an_answer_that_is_too_long_is_invalid() -> None:
    """For the engine it is no outage, and its beginning is kept."""
    body = b"x" * (MAX_ANSWER_BYTES + 1)
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)) as (url, _):
        outcome = ask(an_engine(), HttpPricing(url), a_question(), "look-1").outcome
    assert isinstance(outcome, NotPriced)
    assert outcome.reason is Reason.PRICING_INVALID
    assert outcome.answer


def test_a_packed_answer_is_not_unpacked() -> None:
    """A few bytes could become any number of them; it was asked for as it is."""
    packed = b"\x1f\x8b\x08\x00"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n"
    assert reply_to(head + packed).body == packed


def test_an_answer_in_chunks_is_put_together() -> None:
    """As servers send what they make as they go."""
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"
    assert reply_to(chunked).body == b"{}"


BROKEN = {
    "closed": b"",
    "not HTTP": b"hello\r\n\r\n",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{}",
    "no chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_breaks_off_is_no_answer(answer: bytes) -> None:
    """Half of an answer is never taken for a whole one."""
    assert unreachable(answer).detail.startswith("no answer: ")


def test_an_answer_that_breaks_off_unnoticeably_is_at_most_unreadable() -> None:
    """Without a length nobody can tell; what came is all there is, and no half JSON can be read."""
    assert reply_to(b"HTTP/1.1 200 OK\r\nContent-Le").body == b""
    assert reply_to(b'HTTP/1.1 200 OK\r\n\r\n{"request_id": "ca').body == b'{"request_id": "ca'


def test_a_rest_takes_its_time() -> None:
    """Outside of a replay time is real."""
    began = monotonic()
    HttpPricing("http://127.0.0.1").rest(0.05)
    assert monotonic() - began >= 0.05


def test_nobody_there_is_no_answer() -> None:
    """A port at which nobody listens, at once."""
    with socket.socket() as bound:  # so that nobody else gets the port meanwhile
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(PricingUnreachable) as caught:
            HttpPricing(f"http://127.0.0.1:{bound.getsockname()[1]}").ask(b"{}", 10)
    assert caught.value.detail == "no answer: ConnectionError"
    assert caught.value.took_seconds < 10


def dripping(what: bytes) -> Answer:
    """One byte at a time, so that no time-out of a single read is ever reached."""

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(what)
        while not over.wait(0.05):
            connection.sendall(b"x")

    return drip


SLOW: dict[str, Answer] = {
    "nothing": lambda connection, over: over.wait(30) and None,
    "head": dripping(b"HTTP/1.1 200 OK\r\nX-Slow: "),
    "body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_an_attempt_never_takes_longer_than_its_time_out(answer: Answer) -> None:
    """However the time is wasted: silence, a head or a body that comes byte by byte."""
    began = monotonic()
    slow = unreachable(answer, 0.4)
    assert 0.4 <= monotonic() - began < 4
    assert 0.4 <= slow.took_seconds < 4


def test_a_slow_token_counts_as_part_of_the_attempt() -> None:
    """The time-out bounds all of it."""
    over = threading.Event()
    with server(OK) as (url, requests):
        service = HttpPricing(url, token=lambda: str(over.wait(30)))
        with pytest.raises(PricingUnreachable) as caught:
            service.ask(b"{}", 0.3)
        assert 0.3 <= caught.value.took_seconds < 4
        assert requests == []
        over.set()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("Retry-After: 7", 7.0),
        ("Retry-After:   120  ", 120.0),
        ("Retry-After: 0", 0.0),
        ("Retry-After: 999999999", 999_999_999.0),
        ("Retry-After: Mon, 02 Mar 2026 10:00:09 GMT\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT", 9.0),
        ("Retry-After: Mon, 02 Mar 2026 09:00:00 GMT\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT", 0.0),
        ("Retry-After: Monday, 02-Mar-26 10:00:09 GMT\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT", 9.0),
        ("Retry-After: Mon Mar  2 10:00:09 2026\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT", 9.0),
        ("Retry-After: Mon, 02 Mar 2026 12:00:09 +0200\r\nDate: Mon, 02 Mar 2026 10:00:00 GMT", 9.0),
        ("Retry-After: soon", None),
        ("Retry-After: -5", None),
        ("Retry-After: 1.5", None),
        ("Retry-After: 9999999999999999999999", None),
        ("Retry-After: Mon, 99 Mar 2026 10:00:00 GMT", None),
        ("Retry-After:", None),
        ("X-Other: 1", None),
    ],
)
def test_retry_after_is_read(header: str, seconds: float | None) -> None:
    """Seconds, or a date in any of HTTP's forms (RFC 9110, 10.2.3); what is neither says nothing."""
    assert reply_to(with_header(header)).retry_after_seconds == seconds


def test_a_date_counts_from_now_if_the_answer_has_none() -> None:
    """By this machine's clock then."""
    at = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    wait = reply_to(with_header(f"Retry-After: {at}")).retry_after_seconds
    assert wait is not None
    assert 3_500 < wait <= 3_600


@pytest.mark.parametrize(
    "url",
    [
        "",
        "pricing.example.com",
        "ftp://pricing.example.com",
        "https://",
        "https:///v1",
        "https://pricing.example.com:port",
        "https://pricing.example.com:99999",
        "https://[::1",
        "https://pricing example.com",
        "https://me:secret@pricing.example.com",
        "https://pricing.example.com/?key=secret",
        "https://pricing.example.com/#top",
    ],
)
def test_an_unusable_address_is_refused_at_once(url: str) -> None:
    """With a sentence that doesn't repeat it, as it may hold a password."""
    with pytest.raises(ValueError, match=r"^the pricing URL must ") as caught:
        HttpPricing(url)
    assert "secret" not in str(caught.value)


def test_the_token_is_shown_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what a .netrc of the machine has for the host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    with server(OK) as (url, requests):
        HttpPricing(url, token=lambda: "t-1").ask(b"{}", 10)
        HttpPricing(url).ask(b"{}", 10)
    assert [headers(request).get("authorization") for request in requests] == ["Bearer t-1", None]


@pytest.mark.parametrize("spans", [False, True])
def test_the_trace_goes_on_at_the_algorithm(monkeypatch: pytest.MonkeyPatch, *, spans: bool) -> None:
    """Its log lines and spans are found by the request's trace: beneath our own span, if there is one."""
    trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    if spans:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    wiring.use(None)
    request = EnvironBuilder(headers=[("traceparent", f"00-{trace}-{span}-01")]).get_environ()
    try:
        asked = Flask("asks").request_context(request)
        with server(OK) as (url, requests), asked, wiring.call("generate_offer"):
            wiring.pricing_at(url).ask(b"{}", 5.0)
    finally:
        wiring.use(None)
    version, named, parent, flags = headers(requests[0])["traceparent"].split("-")
    assert (version, named, flags) == ("00", trace, "01")
    assert (parent == span) is not spans


def test_outside_of_a_request_there_is_no_trace() -> None:
    with server(OK) as (url, requests):
        wiring.pricing_at(url).ask(b"{}", 5.0)
    assert "traceparent" not in headers(requests[0])


def test_this_machine_is_reached_without_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look for the address on its own machine."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert reply_to(OK).status == 200


@pytest.fixture(scope="module")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()


class Google:
    """The token endpoint: each call is another token, which lasts as long as is said."""

    def __init__(self, lasts: timedelta) -> None:
        self.lasts = lasts
        self.issued: list[str] = []
        self.asked: list[bytes] = []

    def answer(self, connection: socket.socket, over: threading.Event) -> None:
        """One token."""
        expires_at = int((datetime.now(UTC) + self.lasts).timestamp())
        self.issued.append(jwt(number=len(self.issued), exp=expires_at, iat=expires_at - 3_600))
        body = json.dumps({"id_token": self.issued[-1]}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)


def jwt(**claims: Any) -> str:
    parts = ({"alg": "RS256", "typ": "JWT"}, claims, "signature")
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts)
    return ".".join(part.rstrip("=") for part in encoded)


@contextmanager
def service_account(
    google: Google, key: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[bytes]]:
    """This process has a service account whose token endpoint is the given one."""
    with server(google.answer) as (url, requests):
        account = {
            "type": "service_account",
            "client_email": "engine@bielik.iam.gserviceaccount.com",
            "private_key": key,
            "private_key_id": "1",
            "token_uri": f"{url}/token",
        }
        (folder / "account.json").write_text(json.dumps(account))
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(folder / "account.json"))
        yield requests


def audience_of(request: bytes) -> str:
    """What the token was asked for, as the signed assertion says."""
    assertion = request.rpartition(b"assertion=")[2].partition(b"&")[0].split(b".")[1]
    claims: dict[str, str] = json.loads(base64.urlsafe_b64decode(assertion + b"=" * (-len(assertion) % 4)))
    return claims["target_audience"]


def test_one_token_is_used_until_shortly_before_it_expires(
    private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google is asked once an hour, not once an offer."""
    google = Google(timedelta(hours=1))
    with service_account(google, private_key, tmp_path, monkeypatch) as requests:
        tokens = GoogleIdTokens("https://pricing.example.com")
        assert {tokens.get() for _ in range(5)} == {google.issued[0]}
        assert [audience_of(request) for request in requests] == ["https://pricing.example.com"]


def test_a_token_that_is_about_to_expire_is_not_used_again(
    private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could expire on the way."""
    google = Google(timedelta(minutes=1))
    with service_account(google, private_key, tmp_path, monkeypatch):
        tokens = GoogleIdTokens("https://pricing.example.com")
        assert [tokens.get(), tokens.get()] == google.issued
        assert len(google.issued) == 2


def test_the_audience_is_the_origin_unless_another_is_named(
    private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The token is asked for before anything is sent; here nothing can be, as the name leads nowhere."""
    google = Google(timedelta(hours=1))
    with service_account(google, private_key, tmp_path, monkeypatch) as requests:
        for service in (
            HttpPricing("https://pricing.invalid/price_offer/"),
            HttpPricing("https://pricing.invalid:8443", "https://other.example.com/price_offer"),
            HttpPricing("http://pricing.invalid"),
            HttpPricing("https://localhost:1"),
        ):
            with pytest.raises(PricingUnreachable):
                service.ask(b"{}", 20)
        assert [audience_of(request) for request in requests] == [
            "https://pricing.invalid",
            "https://other.example.com/price_offer",
        ]


def test_without_credentials_there_is_no_attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage with its cause, which names no file and no account."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))
    with pytest.raises(PricingUnreachable) as caught:
        HttpPricing("https://pricing.invalid").ask(b"{}", 20)
    assert caught.value.detail == "no id token: DefaultCredentialsError"


def test_a_token_endpoint_that_fails_is_an_outage(
    private_key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next attempt asks again."""
    google = Google(timedelta(hours=1))
    refused = b"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    answers: list[Answer] = [lambda connection, _: connection.sendall(refused), google.answer]
    google.answer = lambda connection, over: answers.pop(0)(connection, over)  # type: ignore[method-assign]
    with service_account(google, private_key, tmp_path, monkeypatch):
        tokens = GoogleIdTokens("https://pricing.example.com")
        with pytest.raises(PricingUnreachable) as caught:
            tokens.get()
        assert caught.value.detail == "no id token: RefreshError"
        assert tokens.get() == google.issued[0]
