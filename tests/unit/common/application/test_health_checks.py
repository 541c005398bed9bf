"""What a function says of its health: which check fails, to whom, and how often it looks."""

import json
import logging

import pytest

from common.application.failures import Unavailable
from common.application.health_checks import FRESH_SECONDS, Readiness, answer_health, asks_health


def fine() -> None:
    """A check with nothing to complain of."""


def unavailable() -> None:
    raise Unavailable("Firestore: UNAVAILABLE: 10.0.0.7")


def missing() -> None:
    raise KeyError("RECOUP_SECRET_VOUCHER_KEY is not set")


@pytest.mark.parametrize("path", ["/healthz", "/health", "/readyz", "/ready"])
def test_a_question_is_a_get_of_these_paths(path: str) -> None:
    assert asks_health("GET", path)
    assert asks_health("HEAD", path)
    assert not asks_health("POST", path)
    assert not asks_health("GET", f"/o{path}")


def test_whoever_only_lives_looks_at_nothing() -> None:
    readiness = Readiness(lambda: {"store": unavailable})
    assert answer_health("/healthz", "f", "f-00001", readiness) == (
        {"function": "f", "version": "f-00001", "status": "ok"},
        200,
    )


def test_what_fails_is_named_and_nothing_else_told(caplog: pytest.LogCaptureFixture) -> None:
    """The reason, with its addresses, is for those who read the log."""
    readiness = Readiness(lambda: {"secrets": missing, "store": unavailable, "policy": fine})
    with caplog.at_level(logging.WARNING, "recoup"):
        body, status = answer_health("/ready", "f", "1", readiness)
    assert (status, body["failing"]) == (503, ["secrets", "store"])
    assert "10.0.0.7" not in json.dumps(body)
    told = [getattr(record, "fields", {}) for record in caplog.records]
    assert [(one["check"], "10.0.0.7" in one["detail"]) for one in told] == [
        ("secrets", False),
        ("store", True),
    ]


def test_an_answer_is_repeated_for_a_while() -> None:
    """Anybody may ask the public function; the store is read once in five seconds at most."""
    now, looks = [0.0], []
    readiness = Readiness(lambda: {"store": lambda: looks.append(now[0])}, lambda: now[0])
    for moment in (0.0, 1.0, FRESH_SECONDS - 0.1, FRESH_SECONDS):
        now[0] = moment
        assert readiness.failing() == ()
    assert looks == [0.0, FRESH_SECONDS]
