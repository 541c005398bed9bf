"""The Inlet on Pub/Sub: the topic that storefronts publish to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from common.adapters.pubsub_publisher import PubSubPublisher
from common.application.ports import Incoming

if TYPE_CHECKING:
    import grpc


class PubSubInlet:
    """Thread-safe; the client is built by the first call, on `channel` if one is given."""

    def __init__(
        self,
        project: str,
        topic: str = "storefront-events",
        *,
        timeout_seconds: float = 4.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        """`timeout_seconds`: platforms hang up after about five, and retry."""
        self._publisher = PubSubPublisher(project, topic, timeout_seconds=timeout_seconds, channel=channel)

    def publish(self, messages: Sequence[Incoming]) -> None:
        """Returns when Pub/Sub has stored all of them."""
        self._publisher.publish({"data": one.data, "attributes": dict(one.attributes)} for one in messages)
