"""One HTTP request to a worker, which can be cut off at any moment."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urlsplit


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent, and how long the worker has."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    deadline: timedelta


class HttpAttempt:
    """Run once, in a thread of its own. No redirect is followed and no proxy is used."""

    def __init__(self, outgoing: Outgoing) -> None:
        self._outgoing = outgoing
        self._lock = threading.Lock()
        self._connection: HTTPConnection | None = None
        self._socket: socket.socket | None = None
        """Kept here, because the connection lets go of it while the answer's body is read."""
        self._is_cut_off = False

    def run(self) -> int | None:
        """Send and return the answer's status; None when no answer came."""
        try:
            return self._exchange(urlsplit(self._outgoing.url))
        except (OSError, HTTPException, ValueError):
            return None  # refused, cut off, or something that can't be sent: all are "no answer"
        finally:
            self._disconnect()

    def cut_off(self) -> None:
        """Stop listening for the answer: `run` returns None soon. Harmless when it already has."""
        with self._lock:
            self._is_cut_off = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _exchange(self, address: SplitResult) -> int | None:
        connection = self._connect(address)
        path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
        outgoing = self._outgoing
        connection.request(outgoing.method, path, outgoing.body or None, dict(outgoing.headers))
        response = connection.getresponse()
        response.read()
        return None if self._is_cut_off else response.status

    def _connect(self, address: SplitResult) -> HTTPConnection:
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        timeout = self._outgoing.deadline.total_seconds()
        connection = kind(address.hostname or "", address.port, timeout=timeout)
        connection.connect()
        with self._lock:
            self._connection, self._socket = connection, connection.sock
            if self._is_cut_off:
                raise TimeoutError("cut off before the request was sent")
        return connection

    def _disconnect(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
