"""The queues of Cloud Tasks, as operations see them: running or paused."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from common.adapters.google_calls import OnFirstUse, emulator_channel, unavailable

if TYPE_CHECKING:
    from google.cloud import tasks_v2

_SERVICE = "Cloud Tasks"


class CloudTasksQueues:
    """Every method is one call. `endpoint` (host:port) is a local server; None is Google's."""

    def __init__(
        self,
        *,
        project: str,
        location: str,
        names: Sequence[str],
        endpoint: str | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        self.names = tuple(names)
        self._parent = f"projects/{project}/locations/{location}/queues"
        self._endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        self._client = OnFirstUse(self._connect)

    def is_running(self, name: str) -> bool:
        """Whether the queue dispatches."""
        from google.cloud import tasks_v2

        with unavailable(_SERVICE):
            queue = self._client().get_queue(
                tasks_v2.GetQueueRequest(name=self._path(name)), retry=None, timeout=self._timeout_seconds
            )
        return queue.state == tasks_v2.Queue.State.RUNNING

    def pause(self, name: str) -> None:
        """Dispatch no more; what is under way goes on."""
        from google.cloud import tasks_v2

        with unavailable(_SERVICE):
            self._client().pause_queue(
                tasks_v2.PauseQueueRequest(name=self._path(name)), retry=None, timeout=self._timeout_seconds
            )

    def resume(self, name: str) -> None:
        """Dispatch again."""
        from google.cloud import tasks_v2

        with unavailable(_SERVICE):
            self._client().resume_queue(
                tasks_v2.ResumeQueueRequest(name=self._path(name)), retry=None, timeout=self._timeout_seconds
            )

    def _path(self, name: str) -> str:
        return f"{self._parent}/{name}"

    def _connect(self) -> "tasks_v2.CloudTasksClient":
        from google.cloud import tasks_v2
        from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

        if self._endpoint is None:
            return tasks_v2.CloudTasksClient()
        return tasks_v2.CloudTasksClient(
            transport=CloudTasksGrpcTransport(channel=emulator_channel(self._endpoint))
        )
