"""How much one client may send: a bucket of tokens each, in this instance's memory."""

import ipaddress
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from time import monotonic


class RateLimiter:
    """Thread-safe. Each instance counts for itself, so the limit holds per instance; memory is bounded.

    When there are more clients than `most_clients`, the one that was quiet the longest starts afresh.
    """

    def __init__(self, elapsed: Callable[[], float] = monotonic, most_clients: int = 10_000) -> None:
        self._elapsed, self._most = elapsed, most_clients
        self._lock = Lock()
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        """Tokens and when they were counted, the longest quiet first."""

    def wait(self, client: Hashable, tokens: int, *, per_minute: int, burst: int) -> float:
        """Take the tokens and return 0; or take none and return after how many seconds to try again.

        More than a whole bucket counts as a whole bucket, or it could never be had.
        """
        wanted = min(tokens, burst)
        with self._lock:
            now = self._elapsed()
            had, counted_at = self._buckets.pop(client, (float(burst), now))
            has = min(burst, had + (now - counted_at) * per_minute / 60)
            granted = has >= wanted
            self._buckets[client] = (has - wanted if granted else has, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0.0 if granted else (wanted - has) * 60 / per_minute

    def wait_for_one(self, client: Hashable, *, per_minute: int, burst: int) -> float:
        """After how many seconds the client could have one more; takes none."""
        with self._lock:
            had, counted_at = self._buckets.get(client, (float(burst), 0.0))
            has = min(burst, had + (self._elapsed() - counted_at) * per_minute / 60)
        return 0.0 if has >= 1 else (1 - has) * 60 / per_minute

    @property
    def clients(self) -> int:
        """How many are known."""
        return len(self._buckets)


def neighbourhood(address: str) -> str:
    """An address as it counts for a limit: whoever has one of IPv6 usually has the 2^64 beside it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
