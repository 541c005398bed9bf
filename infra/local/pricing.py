"""The pricing algorithm of one machine: the reference one in process, or answers from a file to try outages with."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from common.application.ports import PricingReply, PricingUnreachable
from common.domain.values import dataclass

if TYPE_CHECKING:
    from flask import Request, Response

_FIELDS = ("status", "delay_seconds", "retry_after_seconds", "headers", "body")
_LONGEST_SECONDS = 86_400


class ReferencePricing:
    """The deployed function `price_offer`, called as its framework would. Takes no time. Thread-safe."""

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """What the function answers; it is always in time."""
        from functions.price_offer.main import price_offer

        answer = cast("Response", price_offer(_http(request)))
        return PricingReply(status=answer.status_code, body=answer.get_data())

    def rest(self, seconds: float) -> None:
        """Time is virtual here."""


def _http(request: bytes) -> "Request":
    from flask import Request

    return Request(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/v1/decisions",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request),
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(request)),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """One line of a script: {"status": 503, "delay_seconds": 0, "retry_after_seconds": 2, "body": {...}}."""

    status: int = 200
    delay_seconds: float = 0.0
    retry_after_seconds: float | None = None
    body: Any = ""
    """A text that is sent as it is, or anything that JSON can say."""


class ScriptedPricing:
    """Answers from a file in JSON Lines, in their order, the last one for ever. Thread-safe.

    A body that is an object gets the request's own request_id, as nobody can know it beforehand; anything else is sent
    as it is. Waiting takes no time, but counts.
    Raises ValueError with a sentence that names the line.
    """

    def __init__(self, file: Path) -> None:
        self._answers = _script(file)
        self._next = 0
        self._lock = Lock()

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """The next answer. Raises PricingUnreachable for one that comes after the time-out."""
        with self._lock:
            answer = self._answers[min(self._next, len(self._answers) - 1)]
            self._next += 1
        if answer.delay_seconds > timeout_seconds:
            raise PricingUnreachable(f"no answer within {timeout_seconds:g} seconds", timeout_seconds)
        return PricingReply(
            status=answer.status,
            body=_body(answer.body, request),
            took_seconds=answer.delay_seconds,
            retry_after_seconds=answer.retry_after_seconds,
        )

    def rest(self, seconds: float) -> None:
        """Time is virtual here."""


def _body(body: Any, request: bytes) -> bytes:
    if isinstance(body, str):
        return body.encode(errors="surrogatepass")
    if isinstance(body, dict):
        body = body | _own_id(request)
    return json.dumps(body, separators=(",", ":")).encode()


def _own_id(request: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(request)
    except (ValueError, RecursionError):
        return {}
    return {"request_id": asked["request_id"]} if isinstance(asked, dict) and "request_id" in asked else {}


def _script(file: Path) -> tuple[CannedAnswer, ...]:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{file}: it is not text in UTF-8") from None
    answers = tuple(_answers(file, lines))
    if not answers:
        raise ValueError(f"{file} has no answers; write one JSON object a line")
    return answers


def _answers(file: Path, lines: Iterable[str]) -> Iterable[CannedAnswer]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _answer(line)
            except ValueError as error:
                raise ValueError(f"{file}, line {number}: {error}") from None


def _answer(line: str) -> CannedAnswer:
    try:
        said = json.loads(line)  # NaN and Infinity too, which a broken service might send
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise ValueError('it is not a JSON object such as {"status": 503, "body": {}}')
    if unknown := said.keys() - set(_FIELDS):
        raise ValueError(f"{min(unknown)} is not a field; there are {', '.join(_FIELDS)}")
    status = said.get("status", 200)
    if type(status) is not int or not 100 <= status <= 599:
        raise ValueError("status must be a whole number from 100 to 599")
    return CannedAnswer(
        status=status,
        delay_seconds=_seconds(said, "delay_seconds") or 0.0,
        retry_after_seconds=_seconds(said | _retry_after(said.get("headers")), "retry_after_seconds"),
        body=said.get("body", ""),
    )


def _retry_after(headers: object) -> dict[str, float]:
    """What a canned answer's headers say about when to ask again; the others don't matter here."""
    named = {str(name).lower(): value for name, value in headers.items()} if isinstance(headers, dict) else {}
    try:
        return {"retry_after_seconds": float(named["retry-after"])}
    except (KeyError, TypeError, ValueError):
        return {}


def _seconds(said: dict[str, Any], name: str) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= _LONGEST_SECONDS:
        raise ValueError(f"{name} must be a number from 0 to {_LONGEST_SECONDS}")
    return float(value)
