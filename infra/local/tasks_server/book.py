"""All queues of the server, in memory, behind one lock."""

import threading
from datetime import timedelta

from google.cloud.tasks_v2 import Queue

from infra.local.tasks_server.clock import MovableClock
from infra.local.tasks_server.defaults import fill_queue
from infra.local.tasks_server.held_queue import HeldQueue
from infra.local.tasks_server.held_task import HeldTask
from infra.local.tasks_server.limits import check_queue
from infra.local.tasks_server.name_memory import NameMemory
from infra.local.tasks_server.names import queue_of
from infra.local.tasks_server.rejection import (
    existing_queue,
    finished_task,
    missing_queue,
    missing_task,
    recently_deleted_queue,
)

_QUEUE_NAME_MEMORY = timedelta(days=3)


class QueueBook:
    """Hold `changed` around every use; call `wake` after every change, for the dispatcher waits on it."""

    def __init__(self, clock: MovableClock, task_name_memory: timedelta) -> None:
        self.clock = clock
        self.changed = threading.Condition()
        self.queues: dict[str, HeldQueue] = {}
        self.forced: list[tuple[HeldQueue, HeldTask]] = []
        """Tasks that RunTask wants dispatched whatever the queue's state and limits."""
        self.is_idle = True
        """Whether nothing runs and nothing could start at this moment; the dispatcher says so."""
        self._task_name_memory = task_name_memory
        self._deleted_queues = NameMemory()

    def wake(self) -> None:
        """Tell the dispatcher that something changed."""
        self.is_idle = False
        self.changed.notify_all()

    def open_queue(self, queue: Queue) -> HeldQueue:
        """Hold a new queue; ALREADY_EXISTS, or FAILED_PRECONDITION within three days of its deletion."""
        if queue.name in self.queues:
            raise existing_queue()
        if self._deleted_queues.has(queue.name, self.clock.now() - _QUEUE_NAME_MEMORY):
            raise recently_deleted_queue()
        fill_queue(queue)
        check_queue(queue)
        queue.state = Queue.State(Queue.State.RUNNING)
        self.queues[queue.name] = HeldQueue(queue)
        return self.queues[queue.name]

    def close_queue(self, name: str) -> None:
        """Delete the queue and its tasks; its name stays taken for three days."""
        now = self.clock.now()
        self.queue(name).drop_all(now)
        del self.queues[name]
        self._deleted_queues.add(name, now)

    def queue(self, name: str) -> HeldQueue:
        """The queue of this name, or NOT_FOUND."""
        if name not in self.queues:
            raise missing_queue()
        return self.queues[name]

    def task(self, name: str) -> tuple[HeldQueue, HeldTask]:
        """The task and its queue; NOT_FOUND when it was never there, or has finished or been deleted."""
        queue = self.queue(queue_of(name))
        if name in queue.tasks:
            return queue, queue.tasks[name]
        raise finished_task() if self.is_name_taken(queue, name) else missing_task()

    def is_name_taken(self, queue: HeldQueue, name: str) -> bool:
        """Whether a task of this name is there, or went not long ago."""
        return name in queue.tasks or queue.gone.has(name, self.clock.now() - self._task_name_memory)
