"""Secret Manager's own gRPC API on loopback, for reading secrets; it has no official emulator."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.cloud.secretmanager_v1.types.service import (
    AccessSecretVersionRequest,
    AccessSecretVersionResponse,
)

from common.adapters.crc32c import crc32c
from common.adapters.google_calls import emulator_channel

_SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"


@dataclass(slots=True)
class SecretManagerServer:
    """Bytes by the version's full name; an exact `checksum` may be given in place of the right one."""

    versions: dict[str, bytes] = field(default_factory=dict)
    checksum: int | None = None
    sends_checksum: bool = True
    refusal: grpc.StatusCode | None = None
    accessed: list[str] = field(default_factory=list)
    channel: grpc.Channel | None = None

    def access(self, request: Any, context: grpc.ServicerContext) -> Any:
        """AccessSecretVersion."""
        self.accessed.append(request.name)
        if self.refusal is not None:
            context.abort(self.refusal, "refused by the test")
        if request.name not in self.versions:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{request.name} not found")
        data = self.versions[request.name]
        answer = AccessSecretVersionResponse.pb()(name=request.name)
        answer.payload.data = data
        if self.sends_checksum:
            answer.payload.data_crc32c = crc32c(data) if self.checksum is None else self.checksum
        return answer


@contextmanager
def secret_manager() -> Iterator[SecretManagerServer]:
    """A running server, with a channel to it."""
    secrets = SecretManagerServer()
    server = grpc.server(ThreadPoolExecutor(4))
    method = grpc.unary_unary_rpc_method_handler(
        secrets.access,
        request_deserializer=AccessSecretVersionRequest.pb().FromString,
        response_serializer=AccessSecretVersionResponse.pb().SerializeToString,
    )
    handler = grpc.method_handlers_generic_handler(_SERVICE, {"AccessSecretVersion": method})
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with emulator_channel(f"127.0.0.1:{port}") as secrets.channel:
        yield secrets
    server.stop(None).wait()
