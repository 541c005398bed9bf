"""Who calls a task function: the OIDC token that Cloud Tasks and Cloud Scheduler attach."""

import json
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Any

from common.application.failures import Unavailable
from common.domain.values import dataclass

GOOGLE_CERTS_URL = "https://www.googleapis.com/oauth2/v1/certs"
_ISSUERS = {"https://accounts.google.com", "accounts.google.com"}
_CLOCK_SKEW_SECONDS = 10
_FETCH_TIMEOUT_SECONDS = 5.0
_FRESH_SECONDS = 3600.0
_REFETCH_SECONDS = 60.0
"""An unknown key is looked for again after this; otherwise made-up key ids would cause a fetch each."""


class GoogleTaskIdentity:
    """Trusts tokens that Google issued to one service account, for one audience. Thread-safe."""

    def __init__(self, service_account_email: str, audience: str, certs_url: str = GOOGLE_CERTS_URL) -> None:
        self._service_account_email = service_account_email
        self._audience = audience
        self._certificates = _Certificates(certs_url)

    def verify(self, authorization: str | None) -> bool:
        """Whether the Authorization header carries a valid token; False whatever is wrong with it.

        Raises Unavailable when the certificates can't be fetched: then nobody knows.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return False
        claims = self._claims(token.strip())
        return (
            claims.get("iss") in _ISSUERS
            and claims.get("email") == self._service_account_email
            and claims.get("email_verified") is True
        )

    def _claims(self, token: str) -> Mapping[str, Any]:
        """The claims of a token whose signature, times and audience are right; none otherwise."""
        from google.auth import jwt
        from google.auth.exceptions import GoogleAuthError
        from google.oauth2 import id_token

        try:
            self._certificates.look_for(jwt.decode_header(token).get("kid"))  # type: ignore[no-untyped-call]
            transport: Any = self._certificates
            return id_token.verify_token(
                token, transport, self._audience, clock_skew_in_seconds=_CLOCK_SKEW_SECONDS
            )
        except (GoogleAuthError, ValueError, TypeError, RecursionError):
            return {}  # anybody may send anything; RecursionError is JSON nested a thousand deep


@dataclass(frozen=True, slots=True)
class _Answer:
    """What `verify_token` wants its transport to return."""

    data: bytes
    status: int = 200
    headers: Mapping[str, str] | None = None


class _Certificates:
    """The transport of `verify_token`, which asks it for the certificates anew for each token."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._body = b"{}"
        self._key_ids: frozenset[str] = frozenset()
        self._fetched_at = float("-inf")

    def __call__(self, *_args: object, **_options: object) -> _Answer:
        with self._lock:
            return _Answer(self._body)

    def look_for(self, key_id: object) -> None:
        """Fetch if the certificates are an hour old, or don't have this key. Raises Unavailable."""
        with self._lock:
            age = monotonic() - self._fetched_at
            if age >= _FRESH_SECONDS or (key_id not in self._key_ids and age >= _REFETCH_SECONDS):
                self._body = self._fetch()
                self._key_ids = frozenset(json.loads(self._body))
                self._fetched_at = monotonic()

    def _fetch(self) -> bytes:
        from google.auth.exceptions import TransportError
        from google.auth.transport.requests import Request

        try:
            answer = Request()(self._url, timeout=_FETCH_TIMEOUT_SECONDS)
        except (TransportError, OSError) as error:
            raise Unavailable(f"certificates at {self._url}: {error}") from error
        if answer.status != 200 or not _is_json_object(answer.data):
            raise Unavailable(f"certificates at {self._url}: status {answer.status}, or not a JSON object")
        return bytes(answer.data)


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False
