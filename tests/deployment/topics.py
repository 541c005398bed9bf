"""The two topics as the storefront sees them: one to publish to, one to hear what the engine did."""

import json
import warnings
from collections.abc import Mapping
from typing import Any

from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage, PushConfig, ReceivedMessage

from common.adapters.google_calls import emulator_channel


class Topics:
    """`storefront-events`, pushed to a function; `recovery-events`, pulled here."""

    def __init__(self, address: str, project: str, push_to: str) -> None:
        channel = emulator_channel(address)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        self._storefront = f"projects/{project}/topics/storefront-events"
        self._listener = f"projects/{project}/subscriptions/listener"
        recovery = f"projects/{project}/topics/recovery-events"
        for topic in (self._storefront, recovery):
            self._publisher.create_topic(name=topic)
        self._subscriber.create_subscription(name=self._listener, topic=recovery)
        # The endpoint carries the topic's name, from which the framework makes the CloudEvent's source.
        push = PushConfig(push_endpoint=f"{push_to}/{self._storefront}")
        name = f"projects/{project}/subscriptions/ingest-event"
        self._subscriber.create_subscription(
            {"name": name, "topic": self._storefront, "push_config": push, "ack_deadline_seconds": 10}
        )
        self.heard: list[PubsubMessage] = []

    def publish(self, data: bytes, attributes: Mapping[str, str]) -> str:
        """Publish one storefront message; returns its id."""
        message = PubsubMessage(data=data, attributes=dict(attributes))
        return self._publisher.publish(topic=self._storefront, messages=[message]).message_ids[0]

    def listen(self) -> list[PubsubMessage]:
        """Everything that the engine has published so far, in the order in which it came."""
        while received := self._pull():
            acks = [one.ack_id for one in received]
            self._subscriber.acknowledge(subscription=self._listener, ack_ids=acks)
            self.heard += [one.message for one in received]
        return self.heard

    def _pull(self) -> list[ReceivedMessage]:
        # Deprecated because a large service may answer too early; whoever listens here asks again.
        request = {"subscription": self._listener, "max_messages": 1000, "return_immediately": True}
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "The return_immediately flag", DeprecationWarning)
            return list(self._subscriber.pull(request).received_messages)


def line(message: PubsubMessage) -> dict[str, Any]:
    """The message's data."""
    content: dict[str, Any] = json.loads(message.data)
    return content
