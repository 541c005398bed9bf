"""The Timer for a run in virtual time: as VirtualTimer, but nothing outlives the process."""

import heapq
from collections import deque
from datetime import UTC, datetime

from common.application.ports import Clock, Task
from infra.local.virtual_timer import MAX_ATTEMPTS, NAME_KEPT, pause_after


class MemoryTimer:
    """Tasks in memory, in the order of their moments. For one thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scheduled = 0
        self._waiting: list[tuple[datetime, int, Task, int]] = []
        self._names: set[str] = set()
        self._ended: deque[tuple[datetime, str]] = deque()
        self._failures: dict[str, int] = {}

    def schedule(self, task: Task) -> None:
        """Keep the task, unless one of that name waits, runs, or ended within the hour."""
        self._free_names()
        if task.name not in self._names:
            self._names.add(task.name)
            self._push(task.at.astimezone(UTC), task, 0)

    def next_at(self) -> datetime | None:
        """When the earliest waiting task is due; None if none waits."""
        return self._waiting[0][0] if self._waiting else None

    def pop_due(self, before: datetime, *, inclusive: bool = False) -> Task | None:
        """The earliest task due before `before` (or at it); then call `finish` or `fail`."""
        if not self._waiting:
            return None
        at = self._waiting[0][0]
        if at > before or (at == before and not inclusive):
            return None
        _, _, task, failures = heapq.heappop(self._waiting)
        if failures:
            self._failures[task.name] = failures
        return Task(task.role, task.name, at, task.body)

    def finish(self, task: Task) -> None:
        """The task was carried out; its name stays taken for an hour."""
        self._failures.pop(task.name, None)
        self._ended.append((self._clock.now() + NAME_KEPT, task.name))

    def fail(self, task: Task) -> None:
        """The task could not be carried out: it is due again after a growing pause, MAX_ATTEMPTS times."""
        failures = self._failures.pop(task.name, 0) + 1
        if failures >= MAX_ATTEMPTS:
            self.finish(task)
        else:
            self._push(self._clock.now() + pause_after(failures), task, failures)

    def pending(self) -> int:
        """How many tasks wait."""
        return len(self._waiting)

    def _push(self, at: datetime, task: Task, failures: int) -> None:
        self._scheduled += 1
        heapq.heappush(self._waiting, (at, self._scheduled, task, failures))

    def _free_names(self) -> None:
        now = self._clock.now()
        while self._ended and self._ended[0][0] <= now:
            self._names.discard(self._ended.popleft()[1])
