"""What every bus promises, in process as on Pub/Sub."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage

from common.adapters.google_calls import emulator_channel
from common.adapters.pubsub_bus import PubSubBus
from common.application.failures import Unavailable
from common.application.ports import Bus
from common.application.wire import line_of
from common.domain.effects import Announce
from infra.local.local_bus import LocalBus

Heard = tuple[str, dict[str, Any]]
"""An announcement's id and its line."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A bus, and what a subscriber hears on it."""

    bus: Bus
    hear: Callable[[int], list[Heard]]
    """The next so many announcements, by their ids."""


def an_announcement(id: str = "a1", **changes: Any) -> Announce:
    known: dict[str, Any] = {
        "id": id,
        "type": "stimulus.sent",
        "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "store": "shop",
        "case_id": "case-1",
        "customer_id": "customer-1",
        "subject": "cart-1",
        "fields": {"step": "first", "channel": "email", "recipient": "zażółć+🛒@example.com"},
    }
    return Announce(**known | changes)


class Subscription:
    """A subscription of the emulator, by the same official clients."""

    def __init__(self, address: str, project: str) -> None:
        channel = emulator_channel(address)
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        self._client = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        self._path = f"projects/{project}/subscriptions/watcher"
        topic = f"projects/{project}/topics/recovery-events"
        publisher.create_topic(name=topic)
        self._client.create_subscription(name=self._path, topic=topic)

    def pull(self, wanted: int) -> list[PubsubMessage]:
        """The next messages, acknowledged."""
        messages: list[PubsubMessage] = []
        while len(messages) < wanted:
            answer = self._client.pull(subscription=self._path, max_messages=100, timeout=10)
            acks = [one.ack_id for one in answer.received_messages]
            if acks:
                self._client.acknowledge(subscription=self._path, ack_ids=acks)
            messages += [one.message for one in answer.received_messages]
        return messages


@pytest.fixture
def subscription(pubsub_emulator: str, pubsub_project: str) -> Subscription:
    return Subscription(pubsub_emulator, pubsub_project)


@pytest.fixture(params=["local", "pubsub"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "local":
        heard: list[Heard] = []
        bus = LocalBus(lambda one: heard.append((one.id, json.loads(json.dumps(line_of(one))))))
        return Bench(bus, lambda wanted: sorted(heard[:wanted], key=lambda pair: pair[0]))
    subscription = request.getfixturevalue("subscription")

    def hear(wanted: int) -> list[Heard]:
        messages = subscription.pull(wanted)
        return sorted(
            ((one.attributes["ce-id"], json.loads(one.data)) for one in messages), key=lambda pair: pair[0]
        )

    return Bench(PubSubBus(request.getfixturevalue("pubsub_project")), hear)


def test_what_is_published_is_heard(bench: Bench) -> None:
    """A subscriber gets every announcement under its own id, with all of its fields."""
    announcements = [an_announcement(), an_announcement("a2", case_id=None, subject=None, fields={})]
    bench.bus.publish(announcements)
    assert bench.hear(2) == [(one.id, line_of(one)) for one in announcements]


def test_nothing_to_publish_is_fine(bench: Bench) -> None:
    """An empty call publishes nothing."""
    bench.bus.publish([])
    bench.bus.publish([an_announcement()])
    assert [id for id, _ in bench.hear(1)] == ["a1"]


def test_what_is_repeated_keeps_its_id(bench: Bench) -> None:
    """A repeated announcement is heard again under the same id, by which a consumer drops it."""
    bench.bus.publish([an_announcement()])
    bench.bus.publish([an_announcement()])
    first, second = bench.hear(2)
    assert first == second


def test_many_threads_may_publish(bench: Bench) -> None:
    """Announcements of many threads are all heard."""
    ids = [f"a{number:02}" for number in range(32)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda id: bench.bus.publish([an_announcement(id)]), ids))
    assert [id for id, _ in bench.hear(32)] == ids


def test_a_message_is_a_cloud_event(subscription: Subscription, pubsub_project: str) -> None:
    """On Pub/Sub an announcement is a CloudEvent in binary mode: attributes beside, and JSON as the data."""
    bus = PubSubBus(pubsub_project)
    bus.publish([an_announcement(store="bielik & sons", at=datetime(2026, 3, 1, 12, 0, 0, 500, UTC))])
    (message,) = subscription.pull(1)
    assert dict(message.attributes) == {
        "ce-specversion": "1.0",
        "ce-id": "a1",
        "ce-source": "//recoup/bielik%20%26%20sons",
        "ce-type": "recoup.stimulus.sent",
        "ce-time": "2026-03-01T12:00:00.000500Z",
        "ce-subject": "cart-1",
        "ce-datacontenttype": "application/json",
    }
    assert message.data.decode().startswith('{"at":"2026-03-01T12:00:00.000500Z","type":"stimulus.sent",')


@pytest.mark.parametrize("subject", [None, "", "ł" * 513])
def test_a_subject_that_does_not_fit_is_left_to_the_data(
    subscription: Subscription, pubsub_project: str, subject: str | None
) -> None:
    """Without a subject there is no attribute for it, nor for one beyond Pub/Sub's 1024 bytes."""
    PubSubBus(pubsub_project).publish([an_announcement(subject=subject)])
    (message,) = subscription.pull(1)
    assert "ce-subject" not in message.attributes
    assert json.loads(message.data).get("subject") == subject


def test_a_topic_that_is_not_there_is_unavailable(pubsub_project: str) -> None:
    """Publishing to a missing topic fails at once; nothing is kept back for later."""
    with pytest.raises(Unavailable, match="NOT_FOUND"):
        PubSubBus(pubsub_project).publish([an_announcement()])


def test_a_pubsub_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing answers, publishing says that a retry may help."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:1")
    with pytest.raises(Unavailable, match="Pub/Sub"):
        PubSubBus("nobody-there", timeout_seconds=0.5).publish([an_announcement()])


def test_local_subscribers_are_called_in_order() -> None:
    """In process, announcements come in the order of publishing, to the subscribers in theirs."""
    heard: list[tuple[str, str]] = []
    bus = LocalBus(lambda one: heard.append(("first", one.id)))
    bus.subscribe(lambda one: heard.append(("second", one.id)))
    bus.publish([an_announcement("a1"), an_announcement("a2")])
    assert heard == [("first", "a1"), ("second", "a1"), ("first", "a2"), ("second", "a2")]
