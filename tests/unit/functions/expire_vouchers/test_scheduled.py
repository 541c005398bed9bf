"""The scheduler's requests: who may make them, what they are answered, and that repeating them is harmless."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from functions.expire_vouchers import flags, scheduled
from functions.expire_vouchers.scheduled import Job, answer_job, job_of
from tests.builders import ANNA, BEN, Shopper
from tests.stories import Story


@pytest.mark.parametrize("job", Job)
def test_a_job_is_recognised(job: Job) -> None:
    """The scheduler's own request, and the task that goes on with it."""
    assert job_of(b'{"job": "%s"}' % job.encode()) is job
    assert job_of(b'{"job": "%s", "cursor": "1/x"}' % job.encode()) is job


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"job": 1}', b'{"job": "SWEEP"}', b'{"job": ["sweep"]}', b"\xff", b"{"],
)
def test_anything_else_is_no_job(body: bytes) -> None:
    """It is left to be read as a task."""
    assert job_of(body) is None


def asked(story: Story, job: Job, authorization: str | None = None, **engine: Any) -> tuple[Any, int]:
    proof = authorization or story.machine.identity.authorization
    return answer_job(
        replace(story.machine.engine, **engine), job, proof, json.dumps({"job": job.value}).encode()
    )


@pytest.mark.parametrize("job", Job)
def test_only_the_queue_and_the_scheduler_may_ask(job: Job) -> None:
    """Without their identity: 403, and the store isn't even asked."""
    story = Story()
    broken = replace(story.machine.engine, store=_Broken())
    for authorization in (None, "Bearer forged"):
        assert answer_job(broken, job, authorization, b"{}")[1] == 403


@pytest.mark.parametrize("job", Job)
def test_an_outage_is_answered_with_try_again(job: Job) -> None:
    """500 has the scheduler's log say so; nothing escapes as an exception."""
    assert asked(Story(), job, store=_Broken()) == ({"error": "unavailable; try again"}, 500)


@pytest.mark.parametrize("job", Job)
def test_each_job_says_what_it_found_and_that_it_was_done(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts in the answer, the same in the log, under the name that an alert listens for."""
    told: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(scheduled, "log", lambda message, **fields: told.append((message, fields)))
    answer, status = asked(Story(), job)
    assert (json.loads(json.dumps(answer)), status) == (answer, 200)
    assert all(isinstance(found, int) for found in answer.values())
    assert told == [(scheduled.DONE[job], answer)]


def test_flags_are_taken_off_in_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any number of lapsed flags, and each is out of the query once it is done."""
    monkeypatch.setattr(flags, "PAGE", 3)
    story = Story()
    for number in range(8):
        story.returned(f"r{number}", "10:00", f"o{number}", Shopper(email=f"s{number}@shop.test"))
    story.run_until("+91d 00:00")
    assert asked(story, Job.FLAGS) == ({"flags": 8}, 200)
    assert asked(story, Job.FLAGS) == ({"flags": 0}, 200)
    assert not any(customer.returned_customer for customer in story.documents("customers"))


def test_flags_that_do_not_fit_are_left_to_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget holds for flags too; a flag that stands too long decides nothing."""
    monkeypatch.setattr(flags, "PAGE", 1)
    story = Story()
    story.returned("r1", "10:00", "o1", ANNA)
    story.returned("r2", "10:01", "o2", BEN)
    story.run_until("+91d 00:00")
    monkeypatch.setattr(scheduled, "BUDGET_SECONDS", -1.0)
    assert asked(story, Job.FLAGS)[0] == {"flags": 1}
    assert asked(story, Job.FLAGS)[0] == {"flags": 1}


def test_what_is_not_well_is_logged_for_somebody_to_be_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A timer that is an hour late is an error; what is well makes no line. Nobody's address is in any."""
    told: list[tuple[str, str, dict[str, Any]]] = []
    monkeypatch.setattr(
        "functions.expire_vouchers.checkup.log",
        lambda message, severity, **fields: told.append((message, severity, fields)),
    )
    story = Story()
    story.cart("k1", "10:00", ANNA)
    answer, _ = asked(story, Job.METRICS)
    assert (answer["fail"], told) == (0, [])
    story.clock.set(story.clock.now() + timedelta(hours=2))
    answer, _ = asked(story, Job.METRICS)
    assert answer["fail"] == 1
    ((message, _, fields),) = [one for one in told if one[1] == "ERROR"]
    assert (message, fields["about"]) == ("unwell", "timers")
    assert ANNA.email is not None
    assert ANNA.email not in json.dumps([fields for *_, fields in told])


class _Broken:
    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise Unavailable("the store is away")

        return fail
