"""The Timer on Cloud Tasks."""

import json
import threading
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from common.adapters.clock import SystemClock
from common.application.failures import Unavailable
from common.application.ports import Clock, Task

if TYPE_CHECKING:
    from google.cloud import tasks_v2

_HORIZON = timedelta(days=30) - timedelta(minutes=5)
"""Cloud Tasks refuses what is due in more than 30 days by *its* clock; the rest allows for ours."""


class CloudTasksTimer:
    """Queues and a target per role; `queues`, `target_urls` and `audiences` are keyed by role.

    Tasks of a role are spread over its queues by their names, so that all callers agree where a task is, and a queue
    sees the name again that it is to refuse. While their number changes a task may be in two: timers are hints.
    An audience that isn't given is the target's URL. `endpoint` (host:port) is a local server, spoken to in
    plain text and without credentials; None is Google's. Thread-safe; the client is built by the first call.
    """

    def __init__(
        self,
        *,
        project: str,
        location: str,
        queues: Mapping[str, Sequence[str]],
        target_urls: Mapping[str, str],
        service_account_email: str,
        audiences: Mapping[str, str] | None = None,
        endpoint: str | None = None,
        clock: Clock | None = None,
        dispatch_deadline: timedelta = timedelta(minutes=2),
        timeout_seconds: float = 10.0,
    ) -> None:
        if queues.keys() != target_urls.keys():
            raise ValueError(f"roles with a queue: {sorted(queues)}, with a target: {sorted(target_urls)}")
        self._parent = f"projects/{project}/locations/{location}/queues"
        self._queues = {role: tuple(names) for role, names in queues.items()}
        self._target_urls = dict(target_urls)
        self._audiences = dict(target_urls) | dict(audiences or {})
        self._service_account_email = service_account_email
        self._clock = clock or SystemClock()
        self._endpoint = endpoint
        self._dispatch_deadline = dispatch_deadline
        self._timeout_seconds = timeout_seconds
        self._lock = threading.Lock()
        self._client: tasks_v2.CloudTasksClient | None = None

    def schedule(self, task: Task) -> None:
        """Create the task, in one call; that it exists already, or did until lately, is as good.

        A task due in more than 30 days is made due in 30: timers are hints, and re-arm themselves.
        Raises Unavailable whatever went wrong: the answer isn't known, or it is a no that only the
        configuration can turn into a yes, after which a redelivery succeeds.
        """
        from google.api_core.exceptions import AlreadyExists, GoogleAPIError
        from google.auth.exceptions import GoogleAuthError

        request = self._request(task)
        try:
            self._connect().create_task(request, retry=None, timeout=self._timeout_seconds)
        except AlreadyExists:
            return
        except (GoogleAPIError, GoogleAuthError) as error:
            raise Unavailable(f"Cloud Tasks: {_code(error)}: {error}") from error

    def _request(self, task: Task) -> "tasks_v2.CreateTaskRequest":
        from google.cloud import tasks_v2

        if task.role not in self._queues:
            raise Unavailable(f"Cloud Tasks: no queue is configured for the role {task.role!r}")
        url = self._target_urls[task.role]
        shards = self._queues[task.role]
        queue = f"{self._parent}/{shards[zlib.crc32(task.name.encode()) % len(shards)]}"
        http_request = tasks_v2.HttpRequest(
            url=url,
            http_method=tasks_v2.HttpMethod.POST,
            headers={"Content-Type": "application/json"},
            body=json.dumps(task.body, allow_nan=False).encode(),
            oidc_token=tasks_v2.OidcToken(
                service_account_email=self._service_account_email, audience=self._audiences[task.role]
            ),
        )
        return tasks_v2.CreateTaskRequest(
            parent=queue,
            task=tasks_v2.Task(
                name=f"{queue}/tasks/{task.name}",
                http_request=http_request,
                schedule_time=self._within_horizon(task.at),
                dispatch_deadline=self._dispatch_deadline,
            ),
        )

    def _within_horizon(self, at: datetime) -> datetime:
        return min(at, self._clock.now() + _HORIZON)

    def _connect(self) -> "tasks_v2.CloudTasksClient":
        with self._lock:
            if self._client is None:
                self._client = _build_client(self._endpoint)
            return self._client


def _build_client(endpoint: str | None) -> "tasks_v2.CloudTasksClient":
    from google.cloud import tasks_v2

    if endpoint is None:
        return tasks_v2.CloudTasksClient()
    import grpc
    from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

    channel = grpc.insecure_channel(endpoint, options=[("grpc.enable_http_proxy", 0)])
    return tasks_v2.CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))


def _code(error: Exception) -> str:
    """The gRPC status, such as RESOURCE_EXHAUSTED; the exception's name where there is none."""
    status = getattr(error, "grpc_status_code", None)
    return str(status.name) if status is not None else type(error).__name__
