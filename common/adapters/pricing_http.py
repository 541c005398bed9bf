"""The pricing algorithm over HTTP, Recoup's or the merchant's own."""

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Thread
from time import monotonic, sleep
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import SplitResult, urlsplit

from common.adapters.clock import SystemClock
from common.application.ports import PricingReply, PricingUnreachable

if TYPE_CHECKING:
    from requests import Response

T = TypeVar("T")
Token = Callable[[], str]
"""Gives the id token for the next attempt. Raises PricingUnreachable."""

PATH = "/v1/decisions"
MOST_BYTES = 256 * 1024 + 1
"""Of an answer: one more than it may have, so that its reader sees that it is too long, and can keep its beginning."""
_LONGER_SECONDS = 1.0
"""The time-outs of the library come after the attempt's own, which counts: they only end what is left behind."""
_CHUNK_BYTES = 64 * 1024
_LOCAL = ("localhost", "127.0.0.1", "::1")
_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)


class HttpPricing:
    """Calls `POST {url}/v1/decisions`. Thread-safe: each attempt has a connection and a session of its own.

    With Google's id token for the audience (None = the URL's origin), as Cloud Run asks for it. None goes to this
    machine, nor over plain http, where anybody on the way could take it. Raises ValueError for an unusable URL.
    """

    def __init__(
        self,
        url: str,
        audience: str | None = None,
        token: Token | None = None,
        traceparent: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`token`: where tokens come from, instead of Google. `traceparent`: the trace that a call belongs to."""
        parts = _checked(url)
        self._url = url.rstrip("/").removesuffix(PATH) + PATH
        self._local = parts.hostname in _LOCAL
        self._token = token
        self._traceparent = traceparent
        if token is None and parts.scheme == "https" and not self._local:
            from common.adapters.google_id_tokens import GoogleIdTokens

            self._token = GoogleIdTokens(audience or f"{parts.scheme}://{parts.netloc}").get

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """One attempt, which takes no longer than its time-out. Raises PricingUnreachable."""
        began, trace = monotonic(), self._traceparent()
        try:
            status, headers, body = _within(
                timeout_seconds, lambda: self._post(request, timeout_seconds, trace)
            )
        except PricingUnreachable as nothing:
            took = monotonic() - began
            raise PricingUnreachable(nothing.detail, took, for_good=nothing.for_good) from nothing
        return PricingReply(
            status=status,
            body=body,
            took_seconds=monotonic() - began,
            retry_after_seconds=_retry_after(headers),
        )

    def rest(self, seconds: float) -> None:
        """Wait for real."""
        sleep(seconds)

    def _post(
        self, request: bytes, timeout_seconds: float, trace: str | None
    ) -> tuple[int, Mapping[str, str], bytes]:
        import requests
        from urllib3.exceptions import HTTPError

        until = monotonic() + timeout_seconds + _LONGER_SECONDS
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        }
        if trace is not None:
            headers["traceparent"] = trace
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token()}"
        try:
            with requests.Session() as session:
                # No proxy stands between two processes of one machine. And an `auth` that does nothing keeps the
                # library from putting a password of ~/.netrc in the token's place.
                session.trust_env = not self._local
                session.auth = _as_it_is
                with session.post(
                    self._url,
                    data=request,
                    headers=headers,
                    timeout=max(_LONGER_SECONDS, until - monotonic()),
                    stream=True,
                    allow_redirects=False,
                ) as answer:
                    return answer.status_code, answer.headers, _body(answer, until)
        except (requests.RequestException, HTTPError, OSError) as error:
            # The error's own words hold addresses and the like; its type says enough.
            raise PricingUnreachable(f"no answer: {type(error).__name__}", 0.0) from error


def _checked(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or re.search(r"\s", url):
        raise ValueError("the pricing URL must be an address such as https://pricing.example.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("the pricing URL must have no user name, no query and no fragment")
    return parts


def _within(seconds: float, work: Callable[[], T]) -> T:
    """The work's result, if it comes in time. Raises PricingUnreachable if it doesn't.

    A thread, since no time-out of the libraries bounds everything: looking up a name, fetching a token, an answer
    that comes byte by byte. One that is given up ends by itself, and what it still does is harmless.
    """
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            future.set_exception(error)

    Thread(target=run, name="pricing", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        raise PricingUnreachable(f"no answer within {seconds:g} seconds", seconds) from None


def _body(answer: "Response", until: float) -> bytes:
    """The body as it comes, to its greatest length; nothing is unpacked, as a few bytes could unpack to any number."""
    received = bytearray()
    for chunk in answer.raw.stream(_CHUNK_BYTES, decode_content=False):
        received += chunk
        if len(received) >= MOST_BYTES:
            break
        if monotonic() > until:
            raise PricingUnreachable("the answer took too long", 0.0)  # nobody waits for it any more
    return bytes(received[:MOST_BYTES])


def _as_it_is(prepared: T) -> T:
    return prepared


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from now (RFC 9110, 10.2.3); a date counts from the answer's own, whatever the clocks here say."""
    value = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    at = _date(value)
    if at is None:
        return None
    return max(0.0, (at - (_date(headers.get("Date", "")) or SystemClock().now())).total_seconds())


def _date(value: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
