"""What every task identity promises: the queue's own header opens the door, and no other."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from common.adapters.task_identity import GoogleTaskIdentity
from common.application.ports import TaskIdentity
from infra.local.identity import LocalIdentity
from infra.local.tasks_server.identity import TokenIssuer
from tests.integration.cloud_tasks import running_worker

EMAIL, AUDIENCE = "tasks@shop.iam.gserviceaccount.com", "https://send-stimulus.example"


@dataclass
class Door:
    """An identity, its queue's header, and that of a queue which is somebody else's."""

    identity: TaskIdentity
    own: Callable[[], str]
    other: Callable[[], str]


@pytest.fixture(params=["local", "google"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    if request.param == "local":
        local = LocalIdentity(b"this machine's key")
        yield Door(local, lambda: local.authorization, lambda: LocalIdentity(b"another key").authorization)
        return
    ours, theirs = TokenIssuer(), TokenIssuer()
    with running_worker() as publisher:
        publisher.content = lambda: json.dumps(ours.certificates()).encode()
        yield Door(
            GoogleTaskIdentity(EMAIL, AUDIENCE, publisher.url),
            lambda: f"Bearer {ours.token(EMAIL, AUDIENCE)}",
            lambda: f"Bearer {theirs.token(EMAIL, AUDIENCE)}",
        )


def test_the_queue_is_let_in_again_and_again(door: Door) -> None:
    """A task is delivered at least once, so its header is good more than once."""
    assert door.identity.verify(door.own())
    assert door.identity.verify(door.own())


def test_another_queue_is_kept_out(door: Door) -> None:
    """A header in the same form from somebody else's key opens nothing."""
    assert not door.identity.verify(door.other())


@pytest.mark.parametrize(
    "damage", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer żółw", "Bearer a.b.c"]
)
def test_anything_else_is_kept_out(door: Door, damage: str | None) -> None:
    """No header, an empty one or nonsense is refused, and never an error."""
    assert not door.identity.verify(damage)


@pytest.mark.parametrize("cut", [1, 8, 40])
def test_a_shortened_header_is_kept_out(door: Door, cut: int) -> None:
    """Not a character may be missing."""
    assert not door.identity.verify(door.own()[:-cut])
