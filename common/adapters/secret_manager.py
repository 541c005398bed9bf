"""The Secrets in Secret Manager."""

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from common.adapters.crc32c import crc32c
from common.adapters.google_calls import OnFirstUse, unavailable
from common.application.failures import Unavailable

if TYPE_CHECKING:
    import grpc
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient


class SecretManagerSecrets:
    """`versions` maps each name to `projects/<project>/secrets/<secret>/versions/<number>`.

    A version's bytes never change, so each is fetched once in the life of the instance. Thread-safe; the
    client is built by the first call, on `channel` if one is given.
    """

    def __init__(
        self,
        versions: Mapping[str, str],
        *,
        timeout_seconds: float = 10.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        self._versions = dict(versions)
        self._timeout_seconds = timeout_seconds
        self._channel = channel
        self._client = OnFirstUse(self._connect)
        self._lock = threading.Lock()
        self._known: dict[str, bytes] = {}

    def get(self, name: str) -> bytes:
        """The secret's bytes. A version that is missing, disabled or not ours to read is Unavailable."""
        version = self._versions[name]
        with self._lock:
            if version not in self._known:
                self._known[version] = self._fetch(version)
            return self._known[version]

    def _fetch(self, version: str) -> bytes:
        with unavailable("Secret Manager"):
            answer = self._client().access_secret_version(
                request={"name": version}, retry=None, timeout=self._timeout_seconds
            )
        payload = answer.payload
        # Field presence has to be asked of the protobuf message: 0 is a checksum too.
        if type(payload).pb(payload).HasField("data_crc32c") and payload.data_crc32c != crc32c(payload.data):
            raise Unavailable(f"Secret Manager: {version} was damaged on its way here")
        return bytes(payload.data)

    def _connect(self) -> "SecretManagerServiceClient":
        from google.cloud.secretmanager_v1 import SecretManagerServiceClient
        from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
            SecretManagerServiceGrpcTransport,
        )

        if self._channel is None:
            return SecretManagerServiceClient()
        transport = SecretManagerServiceGrpcTransport(channel=self._channel)
        return SecretManagerServiceClient(transport=transport)
