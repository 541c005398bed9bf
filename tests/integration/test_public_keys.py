"""Public keys over real HTTP: small documents only, from the very address, within a bound of time."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from common.application.failures import Unavailable
from functions.storefront_api.signatures.public_keys import MAX_BYTES, PublicKeys, fetch
from functions.storefront_api.signatures.saleor import is_signed
from tests.unit.functions.storefront_api.vectors import BODY, JWS, KEY_SET, NOW

ANSWERS = {
    "/jwks.json": (200, json.dumps(KEY_SET).encode()),
    "/large": (200, b"x" * (MAX_BYTES + 1)),
    "/moved": (302, b""),
    "/error": (500, b"{}"),
}


class Site(BaseHTTPRequestHandler):
    """Answers as listed; `/moved` leads to the key set."""

    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Location", "/jwks.json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def site() -> Iterator[str]:
    """A running site's address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_key_set_is_had_and_verifies() -> None:
    """From the address that the store's secret names, a token that OpenSSL signed is genuine."""
    with site() as address:
        assert is_signed(JWS, BODY, f"{address}/jwks.json", PublicKeys(fetch), NOW)
        assert not is_signed(JWS, BODY + b" ", f"{address}/jwks.json", PublicKeys(fetch), NOW)


@pytest.mark.parametrize("path", ["/large", "/moved", "/error", "/nowhere"])
def test_anything_else_is_unavailable(path: str) -> None:
    """Too large, elsewhere, broken or missing: no redirect is followed, nothing is believed."""
    with site() as address, pytest.raises(Unavailable):
        fetch(address + path)


def test_a_site_that_is_down_is_unavailable() -> None:
    """Nobody can tell then."""
    with pytest.raises(Unavailable, match="ConnectionError"):
        fetch("http://127.0.0.1:1/jwks.json")
