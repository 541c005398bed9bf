"""The topic of storefront events within one process."""

from datetime import UTC, datetime, timedelta

from common.application.ports import PubSubMessage
from infra.local.clocks import VirtualClock
from infra.local.local_topic import LocalTopic

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_messages_come_in_the_order_of_publishing() -> None:
    """A puller gets each message once, as it was published, with an id and its time."""
    topic = LocalTopic(VirtualClock(NOON))
    ids = [topic.publish(b"one", {"source": "recoup"}), topic.publish(b"two", {})]
    assert topic.pull() == PubSubMessage(ids[0], NOON, {"source": "recoup"}, b"one")
    assert topic.pull() == PubSubMessage(ids[1], NOON, {}, b"two")
    assert topic.pull() is None


def test_what_was_not_acknowledged_comes_again_after_a_pause() -> None:
    """A message that failed is delivered again, later each time, until it is acknowledged."""
    clock = VirtualClock(NOON)
    topic = LocalTopic(clock)
    topic.publish(b"one", {})
    for pause in (1, 10, 60, 60):
        message = topic.pull()
        assert message is not None
        topic.nack(message)
        clock.advance(timedelta(seconds=pause - 0.5))
        assert topic.pull() is None
        clock.advance(timedelta(seconds=0.5))
    last = topic.pull()
    assert last is not None
    topic.ack(last)
    clock.advance(timedelta(days=1))
    assert topic.pull() is None
