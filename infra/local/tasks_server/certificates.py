"""Publishes the certificates that verify the server's tokens: `GET /certs` on 127.0.0.1."""

import json
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.tasks_server.identity import TokenIssuer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, issuer: TokenIssuer, *connection: Any) -> None:
        self._issuer = issuer
        super().__init__(*connection)

    def do_GET(self) -> None:
        body = json.dumps(self._issuer.certificates()).encode()
        if self.path != "/certs":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a fetch of certificates is no news."""


class CertificateServer:
    """Serves from `start` to `stop`; `port` 0 takes a free one."""

    def __init__(self, issuer: TokenIssuer, port: int) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", port), partial(_Handler, issuer))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where the certificates are."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/certs"

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more, and free the port."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
