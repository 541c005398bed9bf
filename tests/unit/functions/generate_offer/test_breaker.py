"""The circuit breaker: when it opens, whom it lets through, and when it closes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from functions.generate_offer.breaker import CircuitBreaker, breaker_of
from tests.builders import when
from tests.unit.functions.generate_offer.builders import Scripted, ok

NOON = when("12:00")
HALF_A_MINUTE = timedelta(seconds=30)
MOMENT = timedelta(microseconds=1)


def opened() -> CircuitBreaker:
    breaker = CircuitBreaker()
    for _ in range(5):
        breaker.failed(NOON)
    return breaker


def test_five_failures_in_a_row_open_it() -> None:
    """Four don't; the fifth says that it was the one, and a sixth doesn't say so again."""
    breaker = CircuitBreaker()
    assert [breaker.failed(NOON) for _ in range(4)] == [False] * 4
    assert breaker.admits(NOON)
    assert breaker.failed(NOON)
    assert not breaker.admits(NOON)
    assert not breaker.failed(NOON)


def test_a_success_in_between_starts_the_count_anew() -> None:
    """In a row means in a row."""
    breaker = CircuitBreaker()
    for _ in range(4):
        breaker.failed(NOON)
    breaker.succeeded()
    assert [breaker.failed(NOON) for _ in range(4)] == [False] * 4
    assert breaker.admits(NOON)


def test_after_half_a_minute_one_call_is_let_through() -> None:
    """Not a moment earlier, and no second one beside it."""
    breaker = opened()
    assert not breaker.admits(NOON + HALF_A_MINUTE - MOMENT)
    assert breaker.admits(NOON + HALF_A_MINUTE)
    assert not breaker.admits(NOON + HALF_A_MINUTE)


def test_a_trial_that_succeeds_closes_it() -> None:
    """Everybody may call again, and it takes five failures to open it anew."""
    breaker = opened()
    assert breaker.admits(NOON + HALF_A_MINUTE)
    breaker.succeeded()
    assert breaker.admits(NOON + HALF_A_MINUTE)
    assert not breaker.failed(NOON + HALF_A_MINUTE)
    assert breaker.admits(NOON + HALF_A_MINUTE)


def test_a_trial_that_fails_opens_it_for_another_pause() -> None:
    """One failure is enough then, and the pause counts from its end."""
    breaker = opened()
    tried, failed = NOON + HALF_A_MINUTE, NOON + HALF_A_MINUTE + timedelta(seconds=20)
    assert breaker.admits(tried)
    breaker.failed(failed)
    assert not breaker.admits(failed + HALF_A_MINUTE - MOMENT)
    assert breaker.admits(failed + HALF_A_MINUTE)


def test_a_trial_whose_caller_died_does_not_shut_it_for_ever() -> None:
    """A pause later the next one is let through."""
    breaker = opened()
    assert breaker.admits(NOON + HALF_A_MINUTE)
    assert not breaker.admits(NOON + 2 * HALF_A_MINUTE - MOMENT)
    assert breaker.admits(NOON + 2 * HALF_A_MINUTE)


def test_of_many_threads_one_makes_the_trial() -> None:
    """However many come at the same moment."""
    breaker = opened()
    with ThreadPoolExecutor(16) as pool:
        admitted = list(pool.map(breaker.admits, [NOON + HALF_A_MINUTE] * 200))
    assert sum(admitted) == 1


def test_failures_of_many_threads_all_count() -> None:
    """Of two hundred at once exactly one opens it."""
    breaker = CircuitBreaker(failures=200)
    with ThreadPoolExecutor(16) as pool:
        opening = list(pool.map(breaker.failed, [NOON] * 200))
    assert sum(opening) == 1
    assert not breaker.admits(NOON)


def test_a_service_has_one_breaker_and_no_other_has_it() -> None:
    """So that a replay never stumbles over the failures of the one before."""
    one, other = Scripted(ok()), Scripted(ok())
    assert breaker_of(one) is breaker_of(one)
    assert breaker_of(one) is not breaker_of(other)
