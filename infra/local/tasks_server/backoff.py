"""When a failed task is tried again, and when it is given up: `RetryConfig` as documented."""

from datetime import datetime, timedelta

from google.cloud.tasks_v2 import RetryConfig

_MICROSECOND = timedelta(microseconds=1)


def retry_delay(retries: RetryConfig, failures: int) -> timedelta:
    """The time from the `failures`-th failure (counted from 1) to the next attempt.

    It doubles `max_doublings` times, then grows linearly by the last doubled step, up to `max_backoff`:
    10 s, 3 doublings and 300 s give 10, 20, 40, 80, 160, 240, 300, 300 (the reference's own example).
    """
    doublings = min(failures - 1, retries.max_doublings)
    step = (retries.min_backoff // _MICROSECOND) * 2**doublings
    steps = failures - doublings
    delay: timedelta = min(step * steps, retries.max_backoff // _MICROSECOND) * _MICROSECOND
    return delay


def is_exhausted(retries: RetryConfig, failures: int, first_attempt_at: datetime, now: datetime) -> bool:
    """Retrying stops when *all* limits that are set have been reached; with none set it never does."""
    limits: list[bool] = []
    if retries.max_attempts > 0:
        limits.append(failures >= retries.max_attempts)
    if retries.max_retry_duration:
        limits.append(now - first_attempt_at >= retries.max_retry_duration)
    return bool(limits) and all(limits)
