"""What the real service picks for a queue that doesn't say."""

import math
from datetime import timedelta

from google.cloud.tasks_v2 import Queue, RateLimits, RetryConfig

_MAX_BURST = 100


def fill_queue(queue: Queue) -> None:
    """Fill in a queue; zero means "not said" (proto3), except for `max_retry_duration`: no limit."""
    _fill_rates(queue.rate_limits)
    fill_retries(queue.retry_config)


def _fill_rates(rates: RateLimits) -> None:
    rates.max_dispatches_per_second = rates.max_dispatches_per_second or 500.0
    rates.max_concurrent_dispatches = rates.max_concurrent_dispatches or 1000
    rates.max_burst_size = min(math.ceil(rates.max_dispatches_per_second), _MAX_BURST)


def fill_retries(retries: RetryConfig) -> None:
    """The same for a retry config of a queue or of a single task."""
    retries.max_attempts = retries.max_attempts or 100
    retries.max_doublings = retries.max_doublings or 16
    retries.min_backoff = retries.min_backoff or timedelta(seconds=0.1)
    retries.max_backoff = retries.max_backoff or timedelta(hours=1)
