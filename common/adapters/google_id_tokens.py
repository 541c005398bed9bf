"""Google's id tokens, which say who calls: for services of Cloud Run that not everybody may invoke."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any

from common.application.ports import PricingUnreachable

_FETCH_TIMEOUT_SECONDS = 5.0


class GoogleIdTokens:
    """Tokens of this process's own service account for one audience. Thread-safe.

    One token is used until shortly before it expires (Google's library says four minutes).
    """

    def __init__(self, audience: str) -> None:
        self._audience = audience
        self._lock = Lock()
        self._credentials: Any = None

    def get(self) -> str:
        """A token that is valid now. Raises PricingUnreachable."""
        from google.auth.exceptions import GoogleAuthError

        with self._lock:
            try:
                return self._fresh()
            except (GoogleAuthError, ValueError, OSError) as error:
                raise PricingUnreachable(f"no id token: {type(error).__name__}", 0.0) from error

    def _fresh(self) -> str:
        from google.auth.credentials import TokenState
        from google.auth.transport.requests import Request
        from google.oauth2.id_token import fetch_id_token_credentials

        request: Callable[..., Any] = partial(Request(), timeout=_FETCH_TIMEOUT_SECONDS)
        if self._credentials is None:
            self._credentials = fetch_id_token_credentials(self._audience, request)  # type: ignore[no-untyped-call]
        if self._credentials.token_state is not TokenState.FRESH:
            self._credentials.refresh(request)
        return str(self._credentials.token)
