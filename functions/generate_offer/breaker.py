"""The circuit breaker: a service that keeps failing is left alone for a while, and nobody waits for it."""

from datetime import datetime, timedelta
from threading import Lock
from weakref import WeakKeyDictionary

from common.application.ports import PricingService

FAILURES = 5
"""Calls in a row that failed, each with all of its attempts, until the circuit opens."""
PAUSE = timedelta(seconds=30)
"""How long an open circuit lets nobody through; then one call, as a trial, and after each pause another."""


class CircuitBreaker:
    """Counts the failures in a row of one service. Thread-safe; its time is what the caller says it is."""

    def __init__(self, failures: int = FAILURES, pause: timedelta = PAUSE) -> None:
        self._failures, self._pause = failures, pause
        self._lock = Lock()
        self._in_a_row = 0
        self._shut_until: datetime | None = None

    def admits(self, now: datetime) -> bool:
        """Whether the service may be called. While the circuit is open, that is one caller after each pause."""
        with self._lock:
            if self._shut_until is None:
                return True
            if now < self._shut_until:
                return False
            # The trial needs no end: should its caller die, the next one is let through a pause later.
            self._shut_until = now + self._pause
            return True

    def succeeded(self) -> None:
        """The service answered, whatever it said: the circuit is whole."""
        with self._lock:
            self._in_a_row, self._shut_until = 0, None

    def failed(self, now: datetime) -> bool:
        """A call came to nothing. Whether this one has opened the circuit; it is open for a pause from now on."""
        with self._lock:
            self._in_a_row += 1
            if self._in_a_row < self._failures:
                return False
            was_open, self._shut_until = self._shut_until is not None, now + self._pause
            return not was_open


_lock = Lock()
_breakers: "WeakKeyDictionary[PricingService, CircuitBreaker]" = WeakKeyDictionary()


def breaker_of(service: PricingService) -> CircuitBreaker:
    """The service's own breaker, the same for all who call it in this process, and gone with the service.

    An instance in the cloud has one service, so one breaker; each replay in one process has its own.
    """
    with _lock:
        return _breakers.setdefault(service, CircuitBreaker())
