"""Public keys that platforms publish, fetched when they are first needed and kept for an hour."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import monotonic

from common.application.failures import Unavailable
from functions.storefront_api.rate_limit import RateLimiter

MAX_BYTES = 65_536
TIMEOUT_SECONDS = (2.0, 3.0)
"""To connect, and between two pieces of the answer; platforms themselves wait for about five."""
_FRESH_SECONDS = 3600.0
_REFETCH_SECONDS = 60.0
"""A document without the wanted key is fetched again after this: made-up key ids must not cause a fetch each."""
_FETCHES_PER_MINUTE = 30
_MOST_DOCUMENTS = 64

Fetch = Callable[[str], bytes]


@dataclass(slots=True)
class _Kept:
    body: bytes | None
    at: float


class PublicKeys:
    """Documents by their address. Thread-safe; bounded in memory and in what it fetches."""

    def __init__(self, fetch: Fetch, elapsed: Callable[[], float] = monotonic) -> None:
        self._fetch, self._elapsed = fetch, elapsed
        self._lock = Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._allowance = RateLimiter(elapsed)

    def document(self, url: str, has_wanted: Callable[[bytes], bool] = bool) -> bytes:
        """The document, fetched anew if it is old or lacks what is wanted. Raises Unavailable."""
        with self._lock:
            kept = self._kept.get(url)
        age = self._elapsed() - kept.at if kept else _FRESH_SECONDS
        lacks = kept is not None and (kept.body is None or not has_wanted(kept.body))
        if kept is None or age >= _FRESH_SECONDS or (lacks and age >= _REFETCH_SECONDS):
            return self._fetched(url)
        if kept.body is None:
            raise Unavailable(f"{url} did not answer a moment ago")
        return kept.body

    def _fetched(self, url: str) -> bytes:
        if self._allowance.wait("all", 1, per_minute=_FETCHES_PER_MINUTE, burst=_FETCHES_PER_MINUTE):
            raise Unavailable("too many public keys are asked for")
        body = None
        try:
            body = self._fetch(url)
            return body
        finally:
            with self._lock:
                self._kept[url] = _Kept(body, self._elapsed())
                if len(self._kept) > _MOST_DOCUMENTS:
                    self._kept.popitem(last=False)


def fetch(url: str) -> bytes:
    """A small document over HTTP; no redirect is followed. Raises Unavailable."""
    import requests

    body = b""
    try:
        with requests.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False, stream=True) as answer:
            for piece in answer.iter_content(8192):
                body += piece
                if len(body) > MAX_BYTES:
                    break
    except (requests.RequestException, OSError) as error:
        raise Unavailable(f"{url}: {type(error).__name__}") from error
    if answer.status_code != 200 or len(body) > MAX_BYTES:
        raise Unavailable(f"{url}: status {answer.status_code}, {len(body)} bytes")
    return body


@cache
def public_keys() -> PublicKeys:
    """The instance's own."""
    return PublicKeys(fetch)
