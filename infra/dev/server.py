"""Serves the page on this machine only, until it is told to stop."""

import errno
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from infra.dev.app import create_app
from infra.dev.engine import DevEngine, Unusable

HOST = "127.0.0.1"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """The page asks every second; only what goes wrong is worth a line, and that the app tells itself."""


def bound(port: int) -> socket.socket:
    """The listening socket; 0 = any free port. Raises Unusable."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(64)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise Unusable(f"port {port} is in use; choose another one with --port") from None
        raise Unusable(f"port {port} can't be used: {error.strerror}") from None
    return listening


def server_of(engine: DevEngine, listening: socket.socket) -> BaseWSGIServer:
    """The server on a bound socket; `serve_forever` runs it, `shutdown` from another thread ends it."""
    port = listening.getsockname()[1]
    return make_server(
        HOST, port, create_app(engine), threaded=True, request_handler=_Quiet, fd=listening.fileno()
    )


def serve(engine: DevEngine, listening: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is told the address first."""
    server = server_of(engine, listening)
    for end in (signal.SIGINT, signal.SIGTERM):  # a shell may have started us with Ctrl-C ignored
        signal.signal(end, _interrupt)
    engine.start()
    ready(f"http://localhost:{server.port}/")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C doesn't cut short what is being saved
        server.server_close()
        engine.close()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
