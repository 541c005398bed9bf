"""The topic of storefront events within one process: at least once, in order, redelivered after a pause."""

import heapq
import threading
from collections.abc import Mapping
from datetime import timedelta
from secrets import token_hex

from common.application.ports import Clock, PubSubMessage

_PAUSES = (timedelta(seconds=1), timedelta(seconds=10), timedelta(seconds=60))
"""Before the second delivery, the third, and every one after."""


class LocalTopic:
    """Keeps messages until they are acknowledged; thread-safe. Nothing survives the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._session = token_hex(4)
        """No id of another process is used again: refused messages are stored under theirs."""
        self._published = 0
        self._waiting: list[tuple[float, int]] = []
        self._messages: dict[str, tuple[PubSubMessage, int]] = {}

    def publish(self, data: bytes, attributes: Mapping[str, str]) -> str:
        """Take a message; its id."""
        with self._lock:
            self._published += 1
            now = self._clock.now()
            message = PubSubMessage(f"{self._session}-{self._published}", now, dict(attributes), data)
            self._messages[message.id] = (message, 0)
            heapq.heappush(self._waiting, (now.timestamp(), self._published))
            return message.id

    def pull(self) -> PubSubMessage | None:
        """The next message whose time has come; it stays the puller's until `ack` or `nack`."""
        with self._lock:
            if not self._waiting or self._waiting[0][0] > self._clock.now().timestamp():
                return None
            return self._messages[f"{self._session}-{heapq.heappop(self._waiting)[1]}"][0]

    def ack(self, message: PubSubMessage) -> None:
        """Forget the message; it was dealt with."""
        with self._lock:
            self._messages.pop(message.id, None)

    def nack(self, message: PubSubMessage) -> None:
        """Deliver the message again, after a pause that grows."""
        with self._lock:
            _, failures = self._messages[message.id]
            self._messages[message.id] = (message, failures + 1)
            at = self._clock.now() + _PAUSES[min(failures, len(_PAUSES) - 1)]
            heapq.heappush(self._waiting, (at.timestamp(), int(message.id.rpartition("-")[2])))
