"""What every inlet promises, in process as on Pub/Sub."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from common.adapters.clock import SystemClock
from common.adapters.google_calls import emulator_channel
from common.adapters.pubsub_inlet import PubSubInlet
from common.application.failures import Unavailable
from common.application.ports import Incoming, Inlet
from infra.local.local_inlet import LocalInlet
from infra.local.local_topic import LocalTopic
from tests.round_trips import RoundTrips


@dataclass(frozen=True, slots=True)
class Bench:
    """An inlet, and what the engine gets of it."""

    inlet: Inlet
    hear: Callable[[int], list[Incoming]]
    """The next so many messages, by their data."""


def local_bench() -> Bench:
    topic = LocalTopic(SystemClock())

    def hear(wanted: int) -> list[Incoming]:
        pulled = [topic.pull() for _ in range(wanted)]
        return sorted(Incoming(one.data, dict(one.attributes)) for one in pulled if one)

    return Bench(LocalInlet(topic.publish), hear)


def pubsub_bench(address: str, project: str) -> Bench:
    channel = emulator_channel(address)
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
    topic = f"projects/{project}/topics/storefront-events"
    path = f"projects/{project}/subscriptions/engine"
    publisher.create_topic(name=topic)
    subscriber.create_subscription(name=path, topic=topic)

    def hear(wanted: int) -> list[Incoming]:
        heard: list[Incoming] = []
        while len(heard) < wanted:
            received = subscriber.pull(subscription=path, max_messages=200, timeout=10).received_messages
            if received:
                subscriber.acknowledge(subscription=path, ack_ids=[one.ack_id for one in received])
            heard += [Incoming(one.message.data, dict(one.message.attributes)) for one in received]
        return sorted(heard, key=lambda one: one.data)

    return Bench(PubSubInlet(project), hear)


@pytest.fixture(params=["local", "pubsub"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "local":
        return local_bench()
    project = request.getfixturevalue("pubsub_project")
    return pubsub_bench(request.getfixturevalue("pubsub_emulator"), project)


def test_what_goes_in_comes_out_to_the_byte(bench: Bench) -> None:
    """Data of any bytes and attributes of any text arrive as they were."""
    message = Incoming(b'\x00\xff {"a" :1}\r\n', {"source": "shopify", "x-shopify-name": "zażółć 🛒"})
    bench.inlet.publish([message])
    assert bench.hear(1) == [message]


def test_a_batch_arrives_whole(bench: Bench) -> None:
    """A hundred messages with a hundred attributes each are a hundred messages."""
    attributes = {f"name-{number}": "v" * 50 for number in range(100)}
    batch = [Incoming(f"{number:03}".encode(), attributes) for number in range(100)]
    bench.inlet.publish(batch)
    assert bench.hear(100) == batch


def test_nothing_is_nothing(bench: Bench) -> None:
    """An empty call publishes nothing."""
    bench.inlet.publish([])
    bench.inlet.publish([Incoming(b"only", {"source": "recoup"})])
    assert [one.data for one in bench.hear(1)] == [b"only"]


def test_many_threads_may_publish(bench: Bench) -> None:
    """Messages of many threads all arrive."""
    batch = [Incoming(f"{number:02}".encode(), {"n": str(number)}) for number in range(32)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda one: bench.inlet.publish([one]), batch))
    assert bench.hear(32) == batch


def test_a_batch_is_one_round_trip(pubsub_emulator: str, pubsub_project: str) -> None:
    """However many messages a call brings, Pub/Sub is called once."""
    pubsub_bench(pubsub_emulator, pubsub_project)
    trips = RoundTrips(pubsub_emulator)
    inlet = PubSubInlet(pubsub_project, channel=trips.channel)
    inlet.publish([Incoming(str(number).encode(), {}) for number in range(100)])
    assert trips.taken() == {"Publish": 1}


def test_a_topic_that_is_not_there_is_unavailable(pubsub_project: str) -> None:
    """Publishing to a missing topic fails at once; nothing is kept back for later."""
    with pytest.raises(Unavailable, match="NOT_FOUND"):
        PubSubInlet(pubsub_project).publish([Incoming(b"x", {})])


def test_a_pubsub_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing answers, publishing says that a retry may help."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:1")
    with pytest.raises(Unavailable, match="Pub/Sub"):
        PubSubInlet("nobody-there", timeout_seconds=0.5).publish([Incoming(b"x", {})])
