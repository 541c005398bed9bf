"""Google's provider as far as a plan goes, over Terraform's plugin protocol (version 6).

It has the real one's schema, and knows before anything is made what the real one knows too, such as the address of a
service account. Names that Google builds from a resource's own are told as they will be.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import msgpack  # type: ignore[import-untyped]

from tests.deployment_cloud.protobuf import message, read
from tests.deployment_cloud.provider_schema import GoogleProvider
from tests.deployment_cloud.schema import Block

ADDRESS = "registry.terraform.io/hashicorp/google"
PROJECT_NUMBER = "123456789012"
_SERVICE = "tfplugin6.Provider"
_UNKNOWN = msgpack.ExtType(0, b"\0")
_ACCOUNT = "{account_id}@{project}.iam.gserviceaccount.com"
TOLD: Mapping[str, Mapping[str, str]] = {
    "google_service_account": {
        "email": _ACCOUNT,
        "member": f"serviceAccount:{_ACCOUNT}",
        "name": f"projects/{{project}}/serviceAccounts/{_ACCOUNT}",
        "id": f"projects/{{project}}/serviceAccounts/{_ACCOUNT}",
    },
    "google_pubsub_topic": {"id": "projects/{project}/topics/{name}"},
    "google_pubsub_subscription": {"id": "projects/{project}/subscriptions/{name}"},
    "google_secret_manager_secret": {"id": "projects/{project}/secrets/{secret_id}"},
    "google_cloud_tasks_queue": {"id": "projects/{project}/locations/{location}/queues/{name}"},
    "google_logging_metric": {"id": "{name}"},
}
_DATA: Mapping[str, Mapping[str, str]] = {"google_project": {"number": PROJECT_NUMBER}}


class StandIn:
    """Serves the types that a configuration names; a type that the provider hasn't is missing here too."""

    def __init__(self, provider: GoogleProvider, types: set[str]) -> None:
        self._provider = provider
        self._resources = {type: block for type in types if (block := provider.resource(type))}
        self._data = {type: block for type in types if (block := provider.data_source(type))}
        self._project = ""

    @contextmanager
    def serving(self) -> Iterator[Mapping[str, str]]:
        """Listen on loopback; gives the environment with which Terraform finds it."""
        server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.max_receive_message_length", -1)])
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, self._handlers()),))
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        address = {"Network": "tcp", "String": f"127.0.0.1:{port}"}
        # Terraform gives up a call when that process ends, which it looks for each second; `Test` = it never ends it.
        process = {"Pid": os.getpid(), "Test": True}
        attached = {"Protocol": "grpc", "ProtocolVersion": 6, **process, "Addr": address}
        try:
            yield {"TF_REATTACH_PROVIDERS": json.dumps({ADDRESS: attached})}
        finally:
            server.stop(None).wait()

    def _handlers(self) -> "dict[str, grpc.RpcMethodHandler[bytes, bytes]]":
        answers: dict[str, Callable[[dict[int, bytes]], bytes]] = {
            "GetProviderSchema": self._schemas,
            "ConfigureProvider": self._configure,
            "PlanResourceChange": self._plan,
            "ReadDataSource": self._read,
        }
        silent = (
            "ValidateProviderConfig",
            "ValidateResourceConfig",
            "ValidateDataResourceConfig",
            "StopProvider",
        )
        answers |= dict.fromkeys(silent, lambda request: b"")
        return {name: _handler(answer) for name, answer in answers.items()}

    def _schemas(self, request: dict[int, bytes]) -> bytes:
        return message(
            (1, self._provider.configuration.schema()),
            *((2, message((1, type), (2, block.schema()))) for type, block in self._resources.items()),
            *((3, message((1, type), (2, block.schema()))) for type, block in self._data.items()),
        )

    def _configure(self, request: dict[int, bytes]) -> bytes:
        self._project = _value(request[2])["project"]
        return b""

    def _plan(self, request: dict[int, bytes]) -> bytes:
        type = request[1].decode()
        planned = _value(request[3])
        if planned is not None:
            self._fill_in(type, planned)
            _leave_open(self._resources[type], planned)
        legacy = (5, True)  # as the real one: it may say more than was asked
        return message((1, _dynamic(planned)), legacy)

    def _read(self, request: dict[int, bytes]) -> bytes:
        type = request[1].decode()
        found = _value(request[2])
        found.update(_DATA.get(type, {}))
        return message((1, _dynamic(found)))

    def _fill_in(self, type: str, planned: dict[str, Any]) -> None:
        if "project" in planned and planned["project"] is None:
            planned["project"] = self._project
        for name, text in TOLD.get(type, {}).items():
            if planned.get(name) is None:
                planned[name] = text.format_map(planned)


def _leave_open(block: Block, planned: dict[str, Any]) -> None:
    """Unknown until it is made: whatever the provider computes and nobody has said."""
    for name, attribute in block.attributes.items():
        if attribute.computed and planned.get(name) is None:
            planned[name] = _UNKNOWN
    for name, nested in block.blocks.items():
        inner = planned.get(name)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                _leave_open(nested.block, one)


def _handler(answer: Callable[[dict[int, bytes]], bytes]) -> "grpc.RpcMethodHandler[bytes, bytes]":
    def respond(request: bytes, context: grpc.ServicerContext) -> bytes:
        return answer(read(request))

    return grpc.unary_unary_rpc_method_handler(respond)


def _value(dynamic: bytes) -> Any:
    return msgpack.unpackb(read(dynamic)[1], strict_map_key=False)


def _dynamic(value: Any) -> bytes:
    return message((1, msgpack.packb(value)))
