"""One queue: its tasks, its timetable and the names it remembers."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from google.cloud.tasks_v2 import Queue, RetryConfig

from infra.local.tasks_server.backoff import is_exhausted, retry_delay
from infra.local.tasks_server.held_task import HeldTask
from infra.local.tasks_server.limits import RETENTION
from infra.local.tasks_server.name_memory import NameMemory
from infra.local.tasks_server.pace import Pace


@dataclass(slots=True, eq=False)
class HeldQueue:
    """Changed only under the lock of the book."""

    message: Queue
    tasks: dict[str, HeldTask] = field(default_factory=dict, init=False)
    running: int = field(default=0, init=False)
    gone: NameMemory = field(default_factory=NameMemory, init=False)
    """The names of finished and deleted tasks."""
    _timetable: list[tuple[datetime, int, HeldTask]] = field(default_factory=list, init=False)
    _turns: Iterator[int] = field(default_factory=count, init=False)
    _pace: Pace = field(default_factory=Pace, init=False)

    def add(self, task: HeldTask) -> None:
        """Take in a new task."""
        self.tasks[task.message.name] = task
        self._enter(task)

    def reschedule(self, task: HeldTask, at: datetime) -> None:
        """Give a task that is held another due time."""
        task.reschedule(at)
        self._enter(task)

    def drop(self, name: str, now: datetime) -> None:
        """Forget a task but not its name; an attempt that is under way becomes its last."""
        del self.tasks[name]
        self.gone.add(name, now)

    def drop_all(self, now: datetime) -> None:
        """Forget all tasks but not their names."""
        for name in list(self.tasks):
            self.drop(name, now)

    def next_at(self) -> datetime | None:
        """When the next task may be dispatched; None: not before something else happens."""
        while self._timetable and not self._is_current(self._timetable[0][0], self._timetable[0][2]):
            heapq.heappop(self._timetable)
        if not self._timetable or not self._is_open():
            return None
        return max(self._timetable[0][0], self._pace.free_at(self.message.rate_limits))

    def take_ready(self, now: datetime) -> HeldTask | None:
        """Take the task whose turn it is, if the queue's state and limits let it go now."""
        while (at := self.next_at()) is not None and at <= now:
            task = heapq.heappop(self._timetable)[2]
            if task.message.create_time + RETENTION > now:
                self._pace.spend(self.message.rate_limits, now)
                return task
            self.drop(task.message.name, now)
        return None

    def may_run(self, task: HeldTask, now: datetime) -> bool:
        """Whether the task still waits and is due, whatever the queue's state and limits."""
        return self._is_current(task.due_at, task) and task.due_at <= now

    def settle(self, task: HeldTask, status: int | None, now: datetime) -> None:
        """Finish the task, give it up, or arrange its retry, after an attempt answered by `status`."""
        task.end_attempt(status, now)
        if self.tasks.get(task.message.name) is not task:
            return
        failures, first_attempt_at = task.message.dispatch_count, task.message.first_attempt.dispatch_time
        if (status is not None and 200 <= status < 300) or is_exhausted(
            self._retries_of(task), failures, first_attempt_at, now
        ):
            self.drop(task.message.name, now)
        else:
            self.reschedule(task, now + retry_delay(self._retries_of(task), failures))

    def _retries_of(self, task: HeldTask) -> RetryConfig:
        return task.message.retry_config if "retry_config" in task.message else self.message.retry_config

    def _enter(self, task: HeldTask) -> None:
        heapq.heappush(self._timetable, (task.due_at, next(self._turns), task))

    def _is_current(self, at: datetime, task: HeldTask) -> bool:
        return self.tasks.get(task.message.name) is task and task.due_at == at and not task.is_running

    def _is_open(self) -> bool:
        return (
            self.message.state == Queue.State.RUNNING
            and self.running < self.message.rate_limits.max_concurrent_dispatches
        )
