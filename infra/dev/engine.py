"""The composition root of `recoup dev`: one machine on a lasting file, in real time, with somebody at work on it."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from common.application.backlog import Backlog
from common.application.failures import Unavailable
from common.domain.vocabulary import Channel
from infra.dev.clock import SkippingClock
from infra.dev.incoming import Incoming
from infra.dev.journal import Journal
from infra.dev.rules import Rules
from infra.dev.secrets import DevSecrets
from infra.dev.shifting import shifted
from infra.dev.worker import Worker
from infra.local.database import Database
from infra.local.local_inlet import LocalInlet
from infra.local.local_topic import LocalTopic
from infra.local.machine import Machine
from infra.local.mailbox import MailboxSender


class Unusable(Exception):
    """The engine can't be started; the sentence says why."""


class DevEngine:
    """An engine at work. It goes on where it was when its file is opened again."""

    def __init__(
        self,
        data: Path,
        policy: Path | None = None,
        *,
        fast: bool = False,
        complain: Callable[[str], None] = lambda sentence: None,
    ) -> None:
        """Raises Unusable. `complain` hears what goes wrong while the engine is at work, in the worker's thread."""
        self.data = data
        self.fast = fast
        self._closed = False
        self._lock = _taken(data)
        try:
            self.database = Database(data)
            self.clock = SkippingClock(self.database)
            self.journal = Journal(self.database)
        except (sqlite3.Error, Unavailable) as error:
            self._lock.close()
            raise Unusable(f"{data} can't be used: {error}") from error
        self.rules = Rules(policy)
        self.topic = LocalTopic(self.clock)
        sender = MailboxSender(self.database, lambda: self.rules.current().shop, self.journal.keep)
        senders = dict.fromkeys((Channel.EMAIL, Channel.SMS), sender)
        inlet = LocalInlet(lambda data, attributes: self.publish([Incoming(attributes, data)]))
        self.machine = Machine(
            self.database,
            self.clock,
            self.rules.policies,
            senders,
            lasting=True,
            inlet=inlet,
            secrets=DevSecrets(),
            backlog=Backlog(),
            archives=[self.journal],
        )
        self.machine.bus.subscribe(self.journal.add)
        self.worker = Worker(self.machine, self.topic, self.clock, complain, fast=fast)

    def start(self) -> None:
        """Begin to work."""
        self.worker.start()

    def close(self) -> None:
        """End after what is under way; everything is in the file. A second call is harmless."""
        if self._closed:
            return
        self._closed = True
        self.worker.stop()
        self.database.close()
        self._lock.close()

    def publish(self, messages: Iterable[Incoming]) -> list[str]:
        """Put messages onto the topic, moved along with the clock; their ids."""
        real_now = self.clock.now() - self.clock.ahead
        moved = (shifted(message, self.clock.ahead, real_now) for message in messages)
        return [self.topic.publish(message.data, message.attributes) for message in moved]

    def next_due(self) -> datetime | None:
        """When the earliest pending task is due."""
        return self.machine.timer.next_at()

    def skip(self) -> bool:
        """Make it the next due moment; False if nothing is pending."""
        due = self.next_due()
        if due is not None:
            self.clock.skip_to(due)
        return due is not None


def _taken(data: Path) -> "_Lock":
    """The file is one engine's at a time: two would each carry out the same tasks."""
    return _Lock(data.with_name(data.name + ".lock"), data)


class _Lock:
    def __init__(self, path: Path, data: Path) -> None:
        try:
            self._file = path.open("w")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unusable(
                f"{data} is in use by another recoup dev; stop that one, or choose a file with --data"
            ) from None
        except OSError as error:
            raise Unusable(f"{data} can't be used: {error.strerror}") from None
        self._path = path

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._file.close()
