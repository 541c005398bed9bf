"""Attempts, rests and the deadline of one call."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.ports import PricingReply, PricingUnreachable
from functions.generate_offer.calling import FIRST_REST_SECONDS, LONGEST_REST_SECONDS, Failure, call, jitter
from tests.unit.functions.generate_offer.builders import Scripted, a_question, busy, ok, silent


def failure(service: Scripted, **bounds: Any) -> Failure:
    outcome = call(service, a_question(**bounds))
    assert isinstance(outcome, Failure)
    return outcome


def test_the_first_answer_is_taken() -> None:
    """One attempt, with the request's own bytes and the policy's time-out; no rest."""
    service = Scripted(ok())
    assert call(service, a_question(request='{"ż": 1}')) == ok()
    assert service.requests == ['{"ż": 1}'.encode()]
    assert (service.timeouts, service.rests) == ([5.0], [])


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 599])
def test_a_passing_trouble_is_tried_again(status: int) -> None:
    """With the very same request."""
    service = Scripted(busy(status), ok())
    assert call(service, a_question()) == ok()
    assert len(service.requests) == 2
    assert len(set(service.requests)) == 1


def test_no_answer_is_tried_again() -> None:
    """Time-outs and broken connections are passing troubles."""
    service = Scripted(silent(), silent(), ok())
    assert call(service, a_question()) == ok()


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 413, 422])
def test_what_would_not_change_is_not_tried_again(status: int) -> None:
    """Asking the same again would have the same answer."""
    service = Scripted(ok(status=status))
    assert call(service, a_question()) == ok(status=status)
    assert len(service.requests) == 1


def test_what_fails_for_good_is_not_tried_again() -> None:
    """The adapter knows that it is of no use."""
    service = Scripted(silent(1.0, for_good=True))
    assert failure(service) == Failure(detail="no answer", took_seconds=1.0, for_good=True)
    assert len(service.requests) == 1


@pytest.mark.parametrize("attempts", [1, 2, 3, 10])
def test_attempts_are_bounded(attempts: int) -> None:
    """As many as the policy says, with a rest between every two; what came last is kept."""
    service = Scripted(busy())
    given_up = failure(service, attempts=attempts, deadline_seconds=240)
    assert len(service.requests) == attempts
    assert len(service.rests) == attempts - 1
    tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    assert given_up == Failure(detail=f"status 503, after {tried}", body=b"busy")


def test_a_service_that_asks_to_be_left_alone_is() -> None:
    """Retry-After is the least that is rested."""
    service = Scripted(busy(429, retry_after_seconds=3.0), ok())
    call(service, a_question())
    assert service.rests == [3.0]


def test_a_short_retry_after_does_not_shorten_the_rest() -> None:
    """Full jitter is rested anyway."""
    service = Scripted(busy(retry_after_seconds=0.0), ok())
    call(service, a_question())
    assert service.rests == [jitter("case-1", 1)]


@pytest.mark.parametrize(("wait", "attempts"), [(14.9, 2), (15.0, 1), (3_600.0, 1)])
def test_a_retry_after_beyond_the_deadline_ends_the_call(wait: float, attempts: int) -> None:
    """After five of twenty seconds there are fifteen left, and nobody waits in vain."""
    service = Scripted(busy(took_seconds=5.0, retry_after_seconds=wait))
    given_up = failure(service, attempts=2)
    assert len(service.requests) == attempts
    assert ("of a deadline of 20 seconds" in given_up.detail) == (attempts == 1)


def test_the_deadline_ends_a_call_that_has_attempts_left() -> None:
    """Attempts and rests together use it up."""
    service = Scripted(silent(5.0))
    assert failure(service, attempts=10, deadline_seconds=12).detail == (
        "no answer, after 3 attempts of a deadline of 12 seconds"
    )


def test_the_last_attempt_has_what_is_left() -> None:
    """Not its full time-out."""
    service = Scripted(silent(5.0), ok())
    call(service, a_question(deadline_seconds=7))
    assert service.timeouts == [5.0, pytest.approx(2.0 - service.rests[0])]


def test_a_first_attempt_never_gets_more_than_the_deadline() -> None:
    """Where the policy's time-out is the longer one."""
    service = Scripted(ok())
    call(service, a_question(attempt_timeout_seconds=60, deadline_seconds=4))
    assert service.timeouts == [4.0]


def test_jitter_is_the_same_each_time_and_another_for_each_offer() -> None:
    """A replay repeats itself to the byte, and offers don't return all at once."""
    assert jitter("case-1", 1) == jitter("case-1", 1)
    drawn = [jitter(f"case-{number}", 1) for number in range(1_000)]
    assert len(set(drawn)) > 900
    assert sum(drawn) / len(drawn) == pytest.approx(FIRST_REST_SECONDS / 2, rel=0.1)


def test_the_bound_of_the_jitter_doubles_up_to_its_end() -> None:
    """Over many offers the longest rest comes close to the bound, and never over it."""
    longest = [max(jitter(f"case-{number}", attempt) for number in range(2_000)) for attempt in range(1, 9)]
    bounds = [min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2**step) for step in range(8)]
    for most, bound in zip(longest, bounds, strict=True):
        assert 0.99 * bound < most < bound
    assert all(earlier <= later for earlier, later in pairwise(bounds))


_REPLIES = st.builds(
    PricingReply,
    status=st.sampled_from([200, 302, 400, 408, 429, 500, 503]),
    body=st.binary(max_size=10),
    took_seconds=st.floats(0, 10),
    retry_after_seconds=st.none() | st.floats(0, 100),
)
_SILENCES = st.builds(PricingUnreachable, st.just("x"), st.floats(0, 10), for_good=st.booleans())


@given(
    st.lists(_REPLIES | _SILENCES, min_size=1, max_size=12),
    st.integers(1, 10),
    st.integers(1, 60),
    st.integers(1, 240),
)
def test_whatever_happens_the_bounds_hold(
    answers: list[PricingReply | PricingUnreachable], attempts: int, timeout: int, deadline: int
) -> None:
    """Attempts, time-outs and the deadline; no attempt begins when the deadline has passed."""
    service = Scripted(*answers)
    call(
        service,
        a_question(attempts=attempts, attempt_timeout_seconds=timeout, deadline_seconds=deadline),
    )
    assert 1 <= len(service.requests) <= attempts
    assert len(service.rests) == len(service.requests) - 1
    assert all(0 < one <= timeout for one in service.timeouts)
    assert sum(service.rests) < deadline
    took = [answers[min(at, len(answers) - 1)].took_seconds for at in range(len(service.requests) - 1)]
    assert sum(took) + sum(service.rests) < deadline
