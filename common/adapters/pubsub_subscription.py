"""A subscription of Pub/Sub that a person empties by hand, such as that of the dead-letter topic."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from google.api_core import exceptions as google_exceptions

from common.adapters.google_calls import OnFirstUse, emulator_channel, unavailable
from common.adapters.pubsub_publisher import EMULATOR
from common.application.dead_letters import NotFound
from common.application.ports import PubSubMessage

if TYPE_CHECKING:
    import grpc
    from google.pubsub_v1.services.subscriber import SubscriberClient

_ACKNOWLEDGE_SECONDS = 10.0


class PubSubSubscription:
    """Pulls in one RPC a call: no streaming thread that holds messages which nobody deals with.

    `name` is the subscription's, or its full projects/.../subscriptions/... path. The client is built by the first
    call, on `channel` if one is given.
    """

    def __init__(
        self,
        project: str,
        name: str,
        *,
        wait_seconds: float = 5.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        """`wait_seconds`: with nothing delivered for so long, there is nothing."""
        self._path = name if "/" in name else f"projects/{project}/subscriptions/{name}"
        self._wait_seconds = wait_seconds
        self._channel = channel
        self._client = OnFirstUse(self._connect)

    def pull(self, limit: int) -> Sequence[tuple[PubSubMessage, str]]:
        """At most `limit` messages, and the name to acknowledge each by. Raises NotFound."""
        request = {"subscription": self._path, "max_messages": limit}
        with unavailable("Pub/Sub"):
            try:
                answer = self._client().pull(request=request, retry=None, timeout=self._wait_seconds)
            except google_exceptions.DeadlineExceeded:
                return ()
            except google_exceptions.NotFound as error:
                raise NotFound(f"there is no subscription {self._path}") from error
        return [(_message(one.message), one.ack_id) for one in answer.received_messages]

    def acknowledge(self, names: Sequence[str]) -> None:
        """Have Pub/Sub forget the messages."""
        if names:
            request = {"subscription": self._path, "ack_ids": list(names)}
            with unavailable("Pub/Sub"):
                self._client().acknowledge(request=request, retry=None, timeout=_ACKNOWLEDGE_SECONDS)

    def _connect(self) -> "SubscriberClient":
        from google.pubsub_v1.services.subscriber import SubscriberClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

        emulator = os.environ.get(EMULATOR)
        channel = self._channel
        if channel is None and emulator:
            channel = emulator_channel(emulator)
        if channel is None:
            return SubscriberClient()
        return SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def _message(received: Any) -> PubSubMessage:
    return PubSubMessage(
        id=received.message_id,
        publish_time=received.publish_time,
        attributes=dict(received.attributes),
        data=received.data,
    )
