"""Notices that the intake lags behind, and writes it down for those who are about to send a message."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from common.application.failures import Conflict, Unavailable
from common.application.ports import PubSubMessage, Put, Ref, Store
from common.application.priorities import Priority, priority_of
from common.domain.intake_health import HEALTH, INTAKE, IntakeHealth
from common.logs import log

LATE = timedelta(minutes=2)
"""Since its publication. Pub/Sub's usual redelivery after a failure stays below it."""
WINDOW, FEWEST = timedelta(minutes=1), 3
"""So many different messages within so long are a backlog; one that is redelivered for days is not."""
NOTE_EVERY = timedelta(seconds=30)
"""All instances write one document; Firestore takes about one write a second of it."""


class Backlog:
    """What one instance knows of its own lateness. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._late: dict[str, datetime] = {}
        """When the late messages of the last WINDOW were taken, by id, earliest first."""
        self._noted_at: datetime | None = None

    def heed(self, store: Store, message: PubSubMessage, now: datetime) -> None:
        """A message was taken at `now`, for the first time. Never raises: the message itself is done.

        Browsing is the first to wait, and says nothing about orders.
        """
        lag = now - message.publish_time
        if lag <= LATE or priority_of(message.attributes) is Priority.BROWSE:
            return
        if self._is_to_be_noted(message.id, now):
            with suppress(Conflict, Unavailable):  # another instance noted it; or the next late message will
                _note(store, now, lag)

    def _is_to_be_noted(self, message_id: str, now: datetime) -> bool:
        with self._lock:
            self._late.pop(message_id, None)
            self._late[message_id] = now
            while now - (earliest := next(iter(self._late.items())))[1] > WINDOW:
                del self._late[earliest[0]]
            if len(self._late) > FEWEST:
                del self._late[next(iter(self._late))]
            noted_lately = self._noted_at is not None and now - self._noted_at < NOTE_EVERY
            if noted_lately or len(self._late) < FEWEST:
                return False
            self._noted_at = now
            return True


def _note(store: Store, now: datetime, lag: timedelta) -> None:
    ref = Ref(HEALTH, INTAKE)
    known = store.load([ref])[ref]
    if known.document is not None and now - known.document.late_at < NOTE_EVERY:
        return
    health = replace(known.document or IntakeHealth(), late_at=now, lag_seconds=int(lag.total_seconds()))
    store.save([Put(ref, health, known.version)])
    log("intake_behind", severity="WARNING", lag_seconds=health.lag_seconds)
