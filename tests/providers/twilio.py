"""Twilio's Messages resource on loopback: same paths, login, answers and paging; errors on demand."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.providers.messages import CLAIMED_AT

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token"

DROP = "drop"
"""Take the request, then close the connection without an answer."""
DROP_AFTER = "drop after"
"""Create the message, then close the connection without an answer."""
HANG = "hang"
"""Take the request and never answer."""


@dataclass
class Twilio:
    """What the account holds. `next_answer` is used up by one request."""

    url: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    next_answer: tuple[int, Any] | str | None = None
    clock: Callable[[], datetime] = lambda: CLAIMED_AT
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    over: threading.Event = field(default_factory=threading.Event)

    def create(self, fields: dict[str, str]) -> dict[str, Any]:
        """A queued message: it has no date of sending yet."""
        message: dict[str, Any] = {
            "account_sid": ACCOUNT,
            "api_version": "2010-04-01",
            "body": fields["Body"],
            "date_created": format_datetime(self.clock()),
            "date_sent": None,
            "date_updated": format_datetime(self.clock()),
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": fields.get("From"),
            "messaging_service_sid": fields.get("MessagingServiceSid"),
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": None,
            "sid": f"SM{next(self.numbers):032x}",
            "status": "queued",
            "subresource_uris": {},
            "to": fields["To"],
            "uri": "",
        }
        self.messages.insert(0, message)
        return message

    def page(self, wanted: dict[str, str]) -> dict[str, Any]:
        """One page of the list, newest first; only To filters."""
        found = [message for message in self.messages if wanted.get("To") in (None, message["to"])]
        size, page = int(wanted.get("PageSize", 50)), int(wanted.get("Page", 0))
        start = size * page
        more = start + size < len(found)
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        return {
            "end": start + size,
            "first_page_uri": path,
            "messages": found[start : start + size],
            "next_page_uri": f"{path}?{urlencode({**wanted, 'Page': str(page + 1)})}" if more else None,
            "page": page,
            "page_size": size,
            "previous_page_uri": None,
            "start": start,
            "uri": path,
        }


def refusal(status: int, code: int, message: str = "No.") -> tuple[int, dict[str, Any]]:
    """An error as Twilio writes it."""
    info = f"https://www.twilio.com/docs/errors/{code}"
    return status, {"code": code, "message": message, "more_info": info, "status": status}


@contextmanager
def twilio_server() -> Iterator[Twilio]:
    """The endpoint, until the end of the block."""
    account = Twilio()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"account": account}))
    server.daemon_threads = True
    account.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield account
    finally:
        account.over.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    account: Twilio

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self._respond("POST", _flat(self.rfile.read(length).decode()))

    def do_GET(self) -> None:
        self._respond("GET", _flat(urlsplit(self.path).query))

    def _respond(self, method: str, fields: dict[str, str]) -> None:
        self.account.requests.append((method, fields))
        wanted, self.account.next_answer = self.account.next_answer, None
        if wanted == HANG:
            self.account.over.wait(5)
        elif wanted == DROP_AFTER:
            self.account.create(fields)
        elif wanted != DROP:
            self._answer(*(wanted if isinstance(wanted, tuple) else self._serve(method, fields)))

    def _serve(self, method: str, fields: dict[str, str]) -> tuple[int, Any]:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {expected}":
            return refusal(401, 20003, "Authenticate")
        if urlsplit(self.path).path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return refusal(404, 20404)
        return (201, self.account.create(fields)) if method == "POST" else (200, self.account.page(fields))

    def _answer(self, status: int, payload: Any) -> None:
        body = payload.encode() if isinstance(payload, str) else json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def _flat(query: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(query, keep_blank_values=True).items()}
