"""One task that is waiting or running, with what its attempts have told so far."""

from dataclasses import dataclass, field
from datetime import datetime

from google.cloud.tasks_v2 import Attempt, Task

from infra.local.tasks_server.messages import Status, code_pb2

_CODES = {
    400: code_pb2.INVALID_ARGUMENT,
    401: code_pb2.UNAUTHENTICATED,
    403: code_pb2.PERMISSION_DENIED,
    404: code_pb2.NOT_FOUND,
    409: code_pb2.ABORTED,
    429: code_pb2.RESOURCE_EXHAUSTED,
    500: code_pb2.INTERNAL,
    501: code_pb2.UNIMPLEMENTED,
    503: code_pb2.UNAVAILABLE,
    504: code_pb2.DEADLINE_EXCEEDED,
}


@dataclass(slots=True, eq=False)
class HeldTask:
    """Changed only under the lock of the book."""

    message: Task
    due_at: datetime
    is_running: bool = field(default=False, init=False)
    executions: int = field(default=0, init=False)
    """Attempts answered by the worker itself; the real service doesn't count 5xx answers."""
    previous_status: int | None = field(default=None, init=False)

    def reschedule(self, at: datetime) -> None:
        """Make the task due at this time."""
        self.due_at = at
        self.message.schedule_time = at

    def begin_attempt(self, now: datetime) -> None:
        """Note that the worker is being asked."""
        self.is_running = True
        self.message.dispatch_count += 1
        if "first_attempt" not in self.message:
            self.message.first_attempt = Attempt(dispatch_time=now)
        self.message.last_attempt = Attempt(schedule_time=self.due_at, dispatch_time=now)

    def end_attempt(self, status: int | None, now: datetime) -> None:
        """`status` is the worker's HTTP answer; None: there was none before the deadline."""
        self.is_running = False
        self.previous_status = status
        self.message.last_attempt.response_status = _rpc_status(status)
        if status is None:
            return
        self.message.last_attempt.response_time = now
        self.message.response_count += 1
        self.executions += status < 500


def _rpc_status(status: int | None) -> Status:
    if status is None:
        return Status(code=code_pb2.DEADLINE_EXCEEDED, message="DEADLINE_EXCEEDED(4): no response")
    code = code_pb2.OK if 200 <= status < 300 else _CODES.get(status, code_pb2.UNKNOWN)
    return Status(code=code, message=f"{code_pb2.Code.Name(code)}({code}): HTTP status code {status}")
