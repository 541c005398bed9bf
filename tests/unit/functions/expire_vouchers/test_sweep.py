"""The scheduler's request: who may make it, what it is answered, and that repeating it is harmless."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.application.ports import Listing, Page
from functions.expire_vouchers import sweep
from tests.builders import ANNA, BEN, Shopper
from tests.stories import Story


@pytest.mark.parametrize("body", [b'{"sweep": true}', b'{"sweep": true, "cursor": "1/x"}'])
def test_a_sweep_is_recognised(body: bytes) -> None:
    """The scheduler's own request, and the task that goes on with it."""
    assert sweep.is_sweep(body)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{}", b'{"sweep": 1}', b'{"sweep": "true"}', b"\xff", b"{"]
)
def test_anything_else_is_no_sweep(body: bytes) -> None:
    """It is left to be read as a task."""
    assert not sweep.is_sweep(body)


def test_only_the_queue_and_the_scheduler_may_ask() -> None:
    """Without their identity: 403, and the store isn't even asked."""
    story = Story()
    engine = replace(story.machine.engine, store=_Broken())
    for authorization in (None, "Bearer forged"):
        _, status = sweep.answer_sweep(engine, authorization, b'{"sweep": true}')
        assert status == 403


def test_an_outage_is_answered_with_try_again() -> None:
    """500 has the scheduler repeat it; nothing escapes as an exception."""
    story = Story()
    engine = replace(story.machine.engine, store=_Broken())
    answer, status = sweep.answer_sweep(engine, story.machine.identity.authorization, b'{"sweep": true}')
    assert (answer, status) == ({"error": "unavailable; try again"}, 500)


def test_flags_are_taken_off_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of lapsed flags, and each is out of the query once it is done."""
    monkeypatch.setattr(sweep, "PAGE", 3)
    story = Story()
    for number in range(8):
        story.returned(f"r{number}", "10:00", f"o{number}", Shopper(email=f"s{number}@shop.test"))
    story.run_until("+91d 00:00")
    assert story.sweep() == {"cases": 0, "flags": 8, "requests": 0}
    assert story.sweep() == {"cases": 0, "flags": 0, "requests": 0}
    assert not any(customer.returned_customer for customer in story.documents("customers"))


def test_flags_that_do_not_fit_are_left_to_the_next_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget holds for flags too; a flag that stands too long decides nothing."""
    monkeypatch.setattr(sweep, "PAGE", 1)
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    story.returned("r2", "10:01", "o2", BEN)
    story.run_until("+91d 00:00")
    assert sweep.sweep(story.machine.engine, budget_seconds=-1.0)["flags"] == 1
    assert story.sweep()["flags"] == 1


def test_only_what_is_late_by_the_grace_is_found() -> None:
    """A timer is late for ten minutes before it counts as lost."""
    story = Story()
    asked: list[tuple[str, datetime]] = []
    engine = replace(story.machine.engine, store=_Asked(asked))
    sweep.sweep(engine)
    now = story.clock.now()
    assert asked == [("cases", now - sweep.GRACE), ("customers", now)]
    assert timedelta(minutes=10) == sweep.GRACE


def test_the_answer_is_json() -> None:
    """What was found can be read in the scheduler's log."""
    story = Story()
    answer, status = sweep.answer_sweep(
        story.machine.engine, story.machine.identity.authorization, b'{"sweep": true}'
    )
    assert (json.loads(json.dumps(answer)), status) == ({"cases": 0, "flags": 0, "requests": 0}, 200)


class _Broken:
    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise Unavailable("the store is away")

        return fail


class _Asked(_Broken):
    def __init__(self, asked: list[tuple[str, datetime]]) -> None:
        self._asked = asked

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        self._asked.append((collection, until))
        return Page((), None)

    def browse(self, *_: Any, **__: Any) -> Listing:
        return Listing({}, None)
