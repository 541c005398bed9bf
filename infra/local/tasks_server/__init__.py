"""Cloud Tasks on one machine: the real `google.cloud.tasks.v2` gRPC API, because no official emulator exists.

Everything is held in memory and gone when the server stops. It listens on 127.0.0.1 only.
"""

from infra.local.tasks_server.server import TasksServer

__all__ = ["TasksServer"]
