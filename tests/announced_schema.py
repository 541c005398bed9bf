"""The schema of `recovery-events`, as Pub/Sub goes by it: what it would refuse to take."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.message import Message
from grpc_tools import protoc

PROTO = Path(__file__).parent.parent / "infra" / "cloud" / "recovery_events.proto"


@cache
def announcement_type() -> type[Message]:
    """The message that the file defines, compiled by protoc."""
    with TemporaryDirectory() as folder:
        compiled = Path(folder) / "set"
        include = files("grpc_tools") / "_proto"
        status = protoc.main(
            ["protoc", f"-I{include}", f"-I{PROTO.parent}", f"--descriptor_set_out={compiled}", str(PROTO)]
        )
        if status != 0:
            raise ValueError(f"protoc doesn't take {PROTO.name}")
        described = descriptor_pb2.FileDescriptorSet.FromString(compiled.read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in described.file:
        pool.Add(file)
    found: type[Message] = message_factory.GetMessageClass(pool.FindMessageTypeByName("RecoveryEvent"))
    return found


def problem_of(line: Mapping[str, Any]) -> str | None:
    """Why Pub/Sub would refuse the line; None = it would not."""
    try:
        json_format.ParseDict(dict(line), announcement_type()())
    except json_format.ParseError as error:
        return f"{line.get('type')}: {error}"
    return None
