"""What may be posted to an engine under development."""

import base64
import json
from typing import Any

import pytest

from infra.dev.incoming import Incoming, NotMessages, read

ATTRIBUTES = {"source": "recoup", "store": "my-shop"}
EVENT = {"id": "1", "name": "Zażółć"}
DATA = json.dumps(EVENT, ensure_ascii=False).encode()
PLAIN = {"attributes": ATTRIBUTES, "data": EVENT}
PUSHED = {
    "message": {"attributes": ATTRIBUTES, "data": base64.b64encode(DATA).decode(), "messageId": "7"},
    "subscription": "projects/p/subscriptions/s",
}
CLOUD_EVENT = {
    "specversion": "1.0",
    "type": "google.cloud.pubsub.topic.v1.messagePublished",
    "source": "//pubsub.googleapis.com/projects/p/topics/t",
    "id": "7",
    "data": PUSHED,
}
TAKEN = Incoming(ATTRIBUTES, DATA)


def body(*items: Any, separator: str = "\n") -> bytes:
    return separator.join(json.dumps(item) for item in items).encode()


@pytest.mark.parametrize("shape", [PLAIN, PUSHED, CLOUD_EVENT, {**PLAIN, "data": DATA.decode()}])
def test_every_shape_is_the_same_message(shape: dict[str, Any]) -> None:
    """A plain message, a push request and a CloudEvent carry one message, with the same attributes and data."""
    assert read(body(shape), {}) == [TAKEN]


def test_a_cloud_event_in_binary_mode_is_the_same_message() -> None:
    """With the event's context in the headers the body is the push request itself."""
    assert read(body(PUSHED), {"Ce-Specversion": "1.0", "Ce-Type": "x"}) == [TAKEN]


def test_another_cloud_event_keeps_its_context_as_attributes() -> None:
    """An event that Pub/Sub did not wrap is carried as Pub/Sub's binding for CloudEvents carries it."""
    event = {"specversion": "1.0", "type": "cart", "source": "/shop", "id": "1", "data": EVENT}
    context = {"ce-specversion": "1.0", "ce-type": "cart", "ce-source": "/shop", "ce-id": "1"}
    assert read(body(event), {}) == [Incoming(context, DATA)]
    headers = {name.title(): value for name, value in context.items()}
    assert read(DATA, headers) == [Incoming(context, DATA)]


def test_many_messages_come_as_an_array_or_as_lines() -> None:
    """A JSON array and JSON Lines give their messages in order; empty lines are none."""
    assert read(body([PLAIN, PUSHED]), {}) == [TAKEN, TAKEN]
    assert read(body(PLAIN, PUSHED) + b"\n\n", {}) == [TAKEN, TAKEN]


def test_a_message_over_several_lines_is_one() -> None:
    """An indented message is one message, not a line each."""
    assert read(json.dumps(PLAIN, indent=2).encode(), {}) == [TAKEN]


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        (b"", "no message"),
        (b"[]", "no message"),
        (b"nope", "line 1 is not JSON"),
        (b'{"data": 1}\n{"data":', "line 2 is not JSON"),
        (b"\xff\xfe\x00", "line 1 is not JSON"),
        (b"[" * 100_000, "line 1 is not JSON"),
        (b"12", "the body is not a JSON object"),
        (b'[{"data": 1}, 2]', "message 2 is not a JSON object"),
        (b'{"id": "1", "type": "cart.updated"}', "wrap the event"),
        (b'{"data": 1, "attributes": {"a": 1}}', "attributes of the body"),
        (b'{"data": 1, "attributes": [1]}', "attributes of the body"),
        (b'{"message": {"attributes": {"a": {}}}}', "attributes of the body"),
    ],
)
def test_what_cannot_be_taken_is_named(sent: bytes, named: str) -> None:
    """Each mistake is one sentence that says where it is, and nothing of the request is taken."""
    with pytest.raises(NotMessages, match=named):
        read(sent, {})


@pytest.mark.parametrize("data", [None, 0, "", [], "\ud800"])
def test_what_the_data_says_is_left_to_the_engine(data: Any) -> None:
    """Data of any kind is carried, for the engine to judge."""
    assert len(read(body({"attributes": {}, "data": data}), {})) == 1
