"""The local Cloud Tasks server, put together."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Self

import grpc
from google.cloud.tasks_v2 import CreateQueueRequest, Queue, RateLimits, RetryConfig, Task

from infra.local.tasks_server.book import QueueBook
from infra.local.tasks_server.certificates import CertificateServer
from infra.local.tasks_server.clock import MovableClock
from infra.local.tasks_server.dispatcher import Dispatcher
from infra.local.tasks_server.identity import TokenIssuer
from infra.local.tasks_server.queue_calls import QueueCalls
from infra.local.tasks_server.service import build_handler
from infra.local.tasks_server.task_calls import view


class TasksServer:
    """A Cloud Tasks service in memory, from `start` to `stop`; it can't be started again.

    `clock` gives epoch seconds, `port` and `certs_port` 0 take free ports, and `workers` bounds the requests
    that are under way at once over all queues. Names stay taken for `name_memory` after their task went: an
    hour, the least one may count on; the real service keeps them for up to a day.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        certs_port: int = 0,
        workers: int = 32,
        name_memory: timedelta = timedelta(hours=1),
    ) -> None:
        self.issuer = TokenIssuer()
        self._clock = MovableClock(clock)
        self._book = QueueBook(self._clock, name_memory)
        self._dispatcher = Dispatcher(self._book, self.issuer, workers)
        self._certificates = CertificateServer(self.issuer, certs_port)
        self._grpc = grpc.server(ThreadPoolExecutor(8, "tasks-rpc"), options=[("grpc.so_reuseport", 0)])
        self._grpc.add_generic_rpc_handlers((build_handler(self._book),))
        self.address = f"127.0.0.1:{self._grpc.add_insecure_port(f'127.0.0.1:{port}')}"
        """host:port of the gRPC API."""

    @property
    def certs_url(self) -> str:
        """Where the certificates that verify the tokens of this server are."""
        return self._certificates.url

    def start(self) -> None:
        """Listen and dispatch, until `stop`."""
        self._certificates.start()
        self._dispatcher.start()
        self._grpc.start()

    def stop(self) -> None:
        """Requests that are under way are cut off; all queues and tasks are lost."""
        self._grpc.stop(grace=None).wait()
        self._dispatcher.stop()
        self._certificates.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_reason: object) -> None:
        self.stop()

    def now(self) -> datetime:
        """The server's time, aware UTC."""
        return self._clock.now()

    def advance(self, by: timedelta) -> None:
        """Move the clock forward and dispatch what has become due.

        Deadlines of requests under way pass too; call `wait_until_idle` first where that isn't wanted.
        """
        with self._book.changed:
            self._clock.advance(by)
            self._book.wake()

    def wake(self) -> None:
        """Look at the clock again: for an own `clock` that was moved from outside."""
        with self._book.changed:
            self._book.wake()

    def wait_until_idle(self, timeout: timedelta = timedelta(seconds=10)) -> bool:
        """Wait until no request is under way and no task could start now; False after `timeout` (real)."""
        with self._book.changed:
            return self._book.changed.wait_for(lambda: self._book.is_idle, timeout.total_seconds())

    def create_queue(
        self, name: str, *, rate_limits: RateLimits | None = None, retry_config: RetryConfig | None = None
    ) -> Queue:
        """Create the queue of this full name, `projects/P/locations/L/queues/Q`."""
        queue = Queue(name=name, rate_limits=rate_limits, retry_config=retry_config)
        request = CreateQueueRequest(parent=name.split("/queues/", maxsplit=1)[0], queue=queue)
        return QueueCalls(self._book).create_queue(request)

    def tasks(self, queue: str) -> list[Task]:
        """Whole copies of all tasks that the queue of this full name holds, the next to run first."""
        with self._book.changed:
            held = sorted(self._book.queue(queue).tasks.values(), key=lambda task: task.due_at)
            return [view(task.message, Task.View.FULL) for task in held]
