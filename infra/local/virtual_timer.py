"""The Timer on one machine: tasks in the SQLite file, carried out by whoever asks what is due."""

import heapq
import json
from datetime import UTC, datetime, timedelta

from common.application.ports import Clock, Task
from infra.local.database import Database, readable_failures

NAME_KEPT = timedelta(hours=1)
"""How long the name of a finished task stays taken, as in Cloud Tasks."""
MAX_ATTEMPTS = 20
"""After so many failures a task is given up, as a queue would; the sweep finds what it was for."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
_PURGE_EVERY = 1000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_ADD = "INSERT INTO tasks (name, role, at, body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
_FREE_NAME = "DELETE FROM tasks WHERE name = ? AND done_at <= ?"
_PENDING = "SELECT at, seq FROM tasks WHERE done_at IS NULL"
_READ = "SELECT role, name, at, body FROM tasks WHERE seq = ?"
_FAIL = "UPDATE tasks SET at = ?, attempts = attempts + 1 WHERE seq = ?"
_ATTEMPTS = "SELECT attempts FROM tasks WHERE seq = ?"
_DONE = "UPDATE tasks SET done_at = ?, body = '' WHERE seq = ?"
_PURGE = "DELETE FROM tasks WHERE done_at <= ?"


class VirtualTimer:
    """Tasks of one process; they survive it, and what it had begun is then due again. Thread-safe."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._finished = 0
        self._running: dict[str, int] = {}
        with database.lock, readable_failures():
            rows = database.execute(_PENDING).fetchall()
        self._waiting = [(_moment(at), seq) for at, seq in rows]
        heapq.heapify(self._waiting)

    def schedule(self, task: Task) -> None:
        """Keep the task, unless one of that name waits, runs, or ended within the hour."""
        at = task.at.astimezone(UTC)
        row = (task.name, task.role, _microseconds(at), json.dumps(dict(task.body), allow_nan=False))
        with self._database.change():
            added = self._database.execute(_ADD, row)
            if not added.rowcount and self._free(task.name):
                added = self._database.execute(_ADD, row)
            if added.rowcount and added.lastrowid is not None:
                heapq.heappush(self._waiting, (at, added.lastrowid))

    def next_at(self) -> datetime | None:
        """When the earliest waiting task is due; None if none waits."""
        waiting = self._waiting
        return waiting[0][0] if waiting else None

    def pop_due(self, before: datetime, *, inclusive: bool = False) -> Task | None:
        """The earliest task due before `before` (or at it); then call `finish` or `fail`.

        Tasks of the same moment come in the order in which they were scheduled.
        """
        with self._database.lock, readable_failures():
            at = self.next_at()
            if at is None or at > before or (at == before and not inclusive):
                return None
            _, seq = heapq.heappop(self._waiting)
            role, name, due, body = self._database.execute(_READ, (seq,)).fetchone()
            self._running[name] = seq
            return Task(role, name, _moment(due), json.loads(body))

    def finish(self, task: Task) -> None:
        """The task was carried out; its name stays taken for an hour."""
        with self._database.change():
            self._end(task.name)

    def fail(self, task: Task) -> None:
        """The task could not be carried out: it is due again after a growing pause, MAX_ATTEMPTS times."""
        with self._database.change():
            seq = self._running[task.name]
            failures = self._database.execute(_ATTEMPTS, (seq,)).fetchone()[0] + 1
            if failures >= MAX_ATTEMPTS:
                self._end(task.name)
                return
            at = self._clock.now() + pause_after(failures)
            self._database.execute(_FAIL, (_microseconds(at), seq))
            del self._running[task.name]
            heapq.heappush(self._waiting, (at, seq))

    def pending(self) -> int:
        """How many tasks wait."""
        return len(self._waiting)

    def _end(self, name: str) -> None:
        now = _microseconds(self._clock.now())
        self._database.execute(_DONE, (now, self._running.pop(name)))
        self._finished += 1
        if self._finished % _PURGE_EVERY == 0:
            self._database.execute(_PURGE, (now - NAME_KEPT // _MICROSECOND,))

    def _free(self, name: str) -> bool:
        before = _microseconds(self._clock.now() - NAME_KEPT)
        return bool(self._database.execute(_FREE_NAME, (name, before)).rowcount)


def pause_after(failures: int) -> timedelta:
    """How long a task waits after its n-th failure."""
    return min(_FIRST_PAUSE * (1 << (failures - 1)), _LONGEST_PAUSE)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
