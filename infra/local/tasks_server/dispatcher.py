"""Sends due tasks to their workers: one thread that decides, a bounded pool that waits for answers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from infra.local.tasks_server.attempt import HttpAttempt
from infra.local.tasks_server.book import QueueBook
from infra.local.tasks_server.held_queue import HeldQueue
from infra.local.tasks_server.held_task import HeldTask
from infra.local.tasks_server.identity import TokenIssuer
from infra.local.tasks_server.outgoing import build_outgoing

_LONGEST_NAP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, eq=False)
class _Running:
    attempt: HttpAttempt
    queue: HeldQueue
    task: HeldTask
    until: datetime


class Dispatcher:
    """Deadlines are measured on the book's clock, so that a test can let one pass by moving the time."""

    def __init__(self, book: QueueBook, issuer: TokenIssuer, workers: int) -> None:
        self._book = book
        self._issuer = issuer
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="tasks-attempt")
        self._thread = threading.Thread(target=self._dispatch, name="tasks-dispatcher", daemon=True)
        self._running: set[_Running] = set()
        self._is_stopping = False

    def start(self) -> None:
        """Dispatch in a thread, until `stop`."""
        self._thread.start()

    def stop(self) -> None:
        """Cut off what runs and wait for the threads. Nothing is retried or remembered."""
        with self._book.changed:
            self._is_stopping = True
            for running in self._running:
                running.attempt.cut_off()
            self._book.wake()
        self._thread.join()
        self._pool.shutdown()

    def _dispatch(self) -> None:
        with self._book.changed:
            while not self._is_stopping:
                self._cut_off_overdue()
                self._start_forced()
                self._start_ready()
                self._book.is_idle = not self._running
                self._book.changed.notify_all()
                self._book.changed.wait(self._nap_seconds())

    def _cut_off_overdue(self) -> None:
        for running in self._running:
            if running.until <= self._book.clock.now():
                running.attempt.cut_off()

    def _start_forced(self) -> None:
        while self._book.forced and self._has_room():
            queue, task = self._book.forced.pop(0)
            if queue.may_run(task, self._book.clock.now()):
                self._start(queue, task)

    def _start_ready(self) -> None:
        """One task per queue and round, so that a long queue doesn't starve the others."""
        starting = True
        while starting:
            starting = False
            for queue in self._book.queues.values():
                if self._has_room() and (task := queue.take_ready(self._book.clock.now())):
                    self._start(queue, task)
                    starting = True

    def _has_room(self) -> bool:
        return len(self._running) < self._workers

    def _start(self, queue: HeldQueue, task: HeldTask) -> None:
        now = self._book.clock.now()
        task.begin_attempt(now)
        queue.running += 1
        outgoing = build_outgoing(task, self._issuer)
        running = _Running(HttpAttempt(outgoing), queue, task, until=now + outgoing.deadline)
        self._running.add(running)
        self._pool.submit(self._attempt, running)

    def _attempt(self, running: _Running) -> None:
        status = running.attempt.run()
        with self._book.changed:
            self._running.remove(running)
            running.queue.running -= 1
            running.queue.settle(running.task, status, self._book.clock.now())
            self._book.wake()

    def _nap_seconds(self) -> float:
        """Real seconds until something is due; whatever else happens wakes the dispatcher."""
        due_at = [running.until for running in self._running]
        if self._has_room():
            due_at += [at for queue in self._book.queues.values() if (at := queue.next_at()) is not None]
        if not due_at:
            return _LONGEST_NAP_SECONDS
        seconds = (min(due_at) - self._book.clock.now()).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_NAP_SECONDS)
