"""The limit per client, on a clock that the test moves."""

from functions.storefront_api.rate_limit import RateLimiter


class Clock:
    """Seconds that pass when the test says so."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def limiter(**options: int) -> tuple[RateLimiter, Clock]:
    """A limiter and its clock."""
    clock = Clock()
    return RateLimiter(clock, **options), clock


def test_a_burst_passes_and_then_the_rate_holds() -> None:
    """Ten at once, then one every six seconds."""
    limits, clock = limiter()
    waits = [limits.wait("a", 1, per_minute=10, burst=10) for _ in range(11)]
    assert waits == [0] * 10 + [6]
    clock.seconds += 5.9
    assert limits.wait("a", 1, per_minute=10, burst=10) > 0
    clock.seconds += 0.2
    assert limits.wait("a", 1, per_minute=10, burst=10) == 0


def test_a_refused_call_costs_nothing() -> None:
    """Who is told to wait may go on as soon as that time is over, however often they asked."""
    limits, clock = limiter()
    limits.wait("a", 5, per_minute=60, burst=5)
    waits = {limits.wait("a", 3, per_minute=60, burst=5) for _ in range(100)}
    assert waits == {3}
    clock.seconds += 3
    assert limits.wait("a", 3, per_minute=60, burst=5) == 0


def test_a_bucket_fills_no_further_than_its_brim() -> None:
    """A quiet day is no credit."""
    limits, clock = limiter()
    limits.wait("a", 1, per_minute=60, burst=5)
    clock.seconds += 86_400
    assert limits.wait("a", 5, per_minute=60, burst=5) == 0
    assert limits.wait("a", 1, per_minute=60, burst=5) > 0


def test_more_than_a_bucket_is_a_whole_bucket() -> None:
    """A batch larger than the burst passes when the bucket is full, and empties it."""
    limits, clock = limiter()
    assert limits.wait("a", 100, per_minute=60, burst=5) == 0
    assert limits.wait("a", 100, per_minute=60, burst=5) == 5
    clock.seconds += 5
    assert limits.wait("a", 100, per_minute=60, burst=5) == 0


def test_clients_do_not_share() -> None:
    """One's excess is not the other's."""
    limits, _ = limiter()
    assert limits.wait("a", 5, per_minute=60, burst=5) == 0
    assert limits.wait("b", 5, per_minute=60, burst=5) == 0
    assert limits.wait("a", 1, per_minute=60, burst=5) > 0


def test_memory_is_bounded() -> None:
    """Of a million clients the newest are known; who was quiet the longest is forgotten."""
    limits, _ = limiter(most_clients=100)
    for number in range(10_000):
        limits.wait(number, 5, per_minute=60, burst=5)
        limits.wait("steady", 1, per_minute=60, burst=5)
    assert limits.clients == 100
    assert limits.wait("steady", 1, per_minute=60, burst=5) > 0
    assert limits.wait(0, 5, per_minute=60, burst=5) == 0


def test_a_policy_that_gets_stricter_counts_at_once() -> None:
    """A bucket that has become smaller holds no more than its new brim."""
    limits, _ = limiter()
    assert limits.wait("a", 1, per_minute=60, burst=100) == 0
    assert limits.wait("a", 3, per_minute=60, burst=3) == 0
    assert limits.wait("a", 1, per_minute=60, burst=3) > 0


def test_asking_whether_one_is_left_takes_none() -> None:
    """Until the bucket is empty there is no wait; then it is as long as for one more."""
    now = [0.0]
    limiter = RateLimiter(elapsed=lambda: now[0])
    for _ in range(3):
        assert limiter.wait_for_one("a", per_minute=60, burst=2) == 0
    limiter.wait("a", 2, per_minute=60, burst=2)
    assert limiter.wait_for_one("a", per_minute=60, burst=2) == 1
    assert limiter.wait_for_one("b", per_minute=60, burst=2) == 0
    now[0] = 1.0
    assert limiter.wait_for_one("a", per_minute=60, burst=2) == 0
