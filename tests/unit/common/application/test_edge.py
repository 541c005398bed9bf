"""The edge: what comes in is read or refused, what goes out is one of few answers."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.edge import MAX_TASK_BYTES, answer_task, pubsub_message, receive
from common.application.failures import Refused, Unavailable
from common.application.metrics import heard_name
from common.application.ports import PubSubMessage
from common.domain.storefront import CartVisited
from common.domain.vocabulary import LookKind
from tests.builders import ANNA
from tests.stories import Story

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
TASK = {"id": "t", "case_id": "c"}


def cloud_event(data: Any, time: str | None = None) -> PubSubMessage:
    """The message inside an event's data."""
    return pubsub_message("event-1", time, data, NOW)


def test_a_pubsub_message_is_taken_out_of_its_event() -> None:
    """Id, moment, attributes and the decoded data, in either spelling of the fields."""
    data = base64.b64encode(b"hello").decode()
    for id_field, time_field in (("messageId", "publishTime"), ("message_id", "publish_time")):
        content = {
            id_field: "7",
            time_field: "2026-03-01T09:00:00+01:00",
            "attributes": {"a": "b"},
            "data": data,
        }
        message = cloud_event({"message": content})
        assert (message.id, message.data, message.attributes) == ("7", b"hello", {"a": "b"})
        assert message.publish_time == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (None, PubSubMessage("event-1", NOW, {}, b"null")),
        ("text", PubSubMessage("event-1", NOW, {}, b'"text"')),
        ({"message": 5}, PubSubMessage("event-1", NOW, {}, b'{"message": 5}')),
        ({"message": {}}, PubSubMessage("event-1", NOW, {}, b"")),
        (
            {"message": {"data": "no base64!", "attributes": [1]}},
            PubSubMessage("event-1", NOW, {}, b"no base64!"),
        ),
        ({"message": {"data": 5, "publishTime": "yesterday"}}, PubSubMessage("event-1", NOW, {}, b"")),
        ({"message": {"publishTime": "2026-03-01T09:00:00"}}, PubSubMessage("event-1", NOW, {}, b"")),
    ],
)
def test_a_broken_envelope_is_taken_as_it_is(data: Any, expected: PubSubMessage) -> None:
    """What is missing is replaced by what can be said, so that the message can be refused, not lost."""
    assert cloud_event(data) == expected


def test_an_attribute_is_found_in_any_case() -> None:
    """Header-like names come in every spelling."""
    message = PubSubMessage("1", NOW, {"X-Shopify-Topic": "carts/update"})
    assert message.attribute("x-shopify-topic") == "carts/update"
    assert message.attribute("source") is None


class Irrelevant:
    """A known platform's topic that means nothing here."""

    source = "shopify"
    store = "socks"
    topic = "themes/update"


def test_an_irrelevant_message_is_counted_and_not_stored() -> None:
    """Acknowledged, without a document."""
    story = Story()
    outcome = receive(
        story.machine.engine, PubSubMessage("1", NOW), lambda message, now, rules: [Irrelevant()]
    )
    assert outcome == ("ignored",)
    assert story.counters() == {"intake_ignored": 1, "intake_ignored_shopify": 1}
    assert heard_name("shopify", "socks") in story.machine.store.counters(story.clock.now().date())
    assert story.documents("intake_failures") == []


def test_a_refusal_is_stored_and_acknowledged() -> None:
    """It is announced with its reason; nothing is raised."""
    story = Story()

    def understand(message: PubSubMessage, now: datetime, rules: Any) -> Any:
        return [Refused("because", "It can't be read.", field="cart.id", source="recoup")]

    assert receive(story.machine.engine, PubSubMessage("1", NOW, {}, b"x"), understand) == ("refused",)
    (said,) = story.said("intake.refused")
    assert (said["reason"], said["detail"], said["field"]) == ("because", "It can't be read.", "cart.id")


def test_an_outage_is_raised_for_redelivery() -> None:
    """Unavailable is the only thing that crosses the edge."""
    story = Story()
    engine = replace(story.machine.engine, store=_Away())
    event = CartVisited(id="1", store="s", source="recoup", occurred_at=NOW, cart_id="k")
    with pytest.raises(Unavailable):
        receive(engine, PubSubMessage("1", NOW), lambda message, now, rules: [event])


def task(story: Story, body: bytes, authorization: str | None = "") -> tuple[Mapping[str, Any], int]:
    """The answer to a task."""
    known = story.machine.identity.authorization if authorization == "" else authorization
    return answer_task(story.machine.engine, known, body, LookKind.QUIET)


@pytest.mark.parametrize("authorization", [None, "Bearer forged", "nonsense"])
def test_only_the_queue_may_call(authorization: str | None) -> None:
    """403, and nothing is looked at."""
    story = Story()
    story.machine.engine = replace(story.machine.engine, store=_Away())
    _, status = task(story, json.dumps(TASK).encode(), authorization)
    assert status == 403


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"{}", b'{"id": "t"}', b'{"id": 1, "case_id": "c"}', b'{"id": "", "case_id": "c"}',
     b"[" * 5000, json.dumps(TASK | {"x": "y" * MAX_TASK_BYTES}).encode(), b"\xff"],
)  # fmt: skip
def test_a_task_that_can_not_be_read_is_a_400(body: bytes) -> None:
    """It says what is wrong, and never becomes a 500 that the queue would repeat for a day."""
    answer, status = task(Story(), body)
    assert status == 400
    assert str(answer["error"]).startswith("the task's")


def test_a_task_that_nothing_is_due_for_is_done() -> None:
    """Timers are hints: a case that is gone, or not due, is a 200."""
    story = Story()
    assert task(story, json.dumps(TASK).encode()) == ({"outcome": "case_gone"}, 200)
    story.cart("k1", "10:00", ANNA)
    body = json.dumps({"id": "t", "case_id": story.case("k1").id, "customer_id": None, "more": 1}).encode()
    assert task(story, body) == ({"outcome": "nothing_due"}, 200)


def test_an_outage_is_a_500() -> None:
    """The queue tries again."""
    story = Story()
    story.machine.engine = replace(story.machine.engine, store=_Away())
    answer, status = task(story, json.dumps(TASK).encode())
    assert (answer, status) == ({"error": "unavailable; try again"}, 500)


class _Away:
    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise Unavailable("the store is away")

        return fail
