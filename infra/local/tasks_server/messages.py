"""What the protobuf runtime offers, with the types that it doesn't declare itself."""

from typing import Any, TypeVar

from google.cloud.tasks_v2 import Queue, Task
from google.protobuf.empty_pb2 import Empty  # type: ignore[import-untyped, unused-ignore]
from google.rpc import code_pb2  # type: ignore[import-untyped, unused-ignore]
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped, unused-ignore]

__all__ = ["Empty", "Status", "code_pb2", "copy_of"]

_Message = TypeVar("_Message", Queue, Task)


def copy_of(message: _Message) -> _Message:
    """A message of its own: gRPC serialises answers after the lock is released."""
    kind: Any = type(message)
    copy: _Message = kind.deserialize(kind.serialize(message))
    return copy
