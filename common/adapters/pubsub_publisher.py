"""One topic of Pub/Sub to publish to, for whatever is published there."""

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from common.adapters.google_calls import OnFirstUse, emulator_channel, unavailable

if TYPE_CHECKING:
    import grpc
    from google.pubsub_v1.services.publisher import PublisherClient

EMULATOR = "PUBSUB_EMULATOR_HOST"
"""The environment variable that Google's own clients read too."""


class PubSubPublisher:
    """Publishes in one RPC a call: no batching thread that works on after the answer is given.

    Thread-safe; the client is built by the first call, on `channel` if one is given.
    """

    def __init__(
        self, project: str, topic: str, *, timeout_seconds: float, channel: "grpc.Channel | None" = None
    ) -> None:
        self.topic = f"projects/{project}/topics/{topic}"
        self._timeout_seconds = timeout_seconds
        self._channel = channel
        self._client = OnFirstUse(self._connect)

    def publish(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Returns when Pub/Sub has stored all {"data", "attributes"}; without any, nothing is called."""
        listed = list(messages)
        if not listed:
            return
        with unavailable("Pub/Sub"):
            self._client().publish(
                request={"topic": self.topic, "messages": listed},
                retry=None,
                timeout=self._timeout_seconds,
            )

    def _connect(self) -> "PublisherClient":
        from google.pubsub_v1.services.publisher import PublisherClient
        from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

        emulator = os.environ.get(EMULATOR)
        channel = self._channel
        if channel is None and emulator:
            channel = emulator_channel(emulator)
        if channel is None:
            return PublisherClient()
        return PublisherClient(transport=PublisherGrpcTransport(channel=channel))
