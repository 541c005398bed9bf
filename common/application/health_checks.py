"""What a function answers to those who ask how it is: whether it lives, and whether it could do its work.

Imports next to nothing, as every function does it: most requests are work, not questions.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from time import monotonic
from typing import Any

from common.application.failures import Unavailable
from common.logs import log

LIVES = ("/health", "/healthz")
READY = ("/ready", "/readyz")
"""Each by two names: Cloud Run's front end keeps `/healthz` to itself, and may do so with any path that ends with z;
probes, which ask the container directly, get through by either."""
FRESH_SECONDS = 5.0
"""So long an answer is repeated: whoever may ask can't have the store read more often than that."""
Answer = tuple[Mapping[str, Any], int]
Check = Callable[[], object]
"""Raises Unavailable, KeyError or ValueError if what it is about can't be used."""


def asks_health(method: str, path: str) -> bool:
    """Whether the request asks how the function is; anything else is work."""
    return method in ("GET", "HEAD") and (path in LIVES or path in READY)


class Readiness:
    """The checks of one function, in their order. Thread-safe."""

    def __init__(
        self, checks: Callable[[], Mapping[str, Check]], elapsed: Callable[[], float] = monotonic
    ) -> None:
        """`checks` by name; they are asked for each time, so nothing is built before somebody wants to know."""
        self._checks, self._elapsed = checks, elapsed
        self._lock = Lock()
        self._failing: tuple[str, ...] = ()
        self._looked_at = float("-inf")

    def failing(self) -> tuple[str, ...]:
        """The names of the checks that fail."""
        with self._lock:
            if self._elapsed() - self._looked_at >= FRESH_SECONDS:
                self._failing = tuple([name for name, check in self._checks().items() if _fails(name, check)])
                self._looked_at = self._elapsed()
            return self._failing


def answer_health(path: str, function: str, version: str, readiness: Readiness) -> Answer:
    """200 if it lives, and if asked for, could work; else 503 with the names of what fails, and nothing else.

    What is wrong with it stands in the log, as whoever asks need not be one of us.
    """
    known = {"function": function, "version": version}
    failing = readiness.failing() if path in READY else ()
    if failing:
        return {**known, "status": "unavailable", "failing": list(failing)}, 503
    return {**known, "status": "ok"}, 200


def _fails(name: str, check: Check) -> bool:
    try:
        check()
    except (Unavailable, KeyError, ValueError) as problem:
        log("not_ready", severity="WARNING", check=name, detail=f"{type(problem).__name__}: {problem}")
        return True
    return False
