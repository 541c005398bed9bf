"""How the twilio library reaches Twilio here. Imports twilio and requests, so import it where it is used."""

import logging
from typing import Any

import requests
from twilio.http import HttpClient
from twilio.http.response import Response

_PUBLIC = "https://api.twilio.com"
_SILENT = logging.Logger("twilio.silent", level=logging.CRITICAL + 1)


class FreshConnectionClient(HttpClient):  # type: ignore[misc]  # the library has no types
    """A connection per request: threads share nothing, and none has died of old age before it is used.

    A pooled connection that broke unnoticed can't be told from one that broke in mid-request, and the outcome
    would be uncertain. Nothing is logged: requests carry phone numbers.
    """

    def __init__(self, base_url: str, timeout_seconds: float) -> None:
        super().__init__(_SILENT, False, timeout_seconds)
        self._base_url = base_url.rstrip("/")

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request, never repeated. Raises requests.RequestException."""
        if url.startswith(_PUBLIC):
            url = self._base_url + url.removeprefix(_PUBLIC)
        arguments: dict[str, Any] = {"params": params, "data": data, "headers": headers, "auth": auth}
        with requests.Session() as session:
            answer = session.request(
                method, url, timeout=timeout or self.timeout, allow_redirects=allow_redirects, **arguments
            )
            return Response(answer.status_code, answer.text, answer.headers)
