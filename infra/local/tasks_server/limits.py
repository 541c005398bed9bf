"""The limits of the real service (cloud.google.com/tasks/docs/quotas); beyond them is INVALID_ARGUMENT."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from google.cloud.tasks_v2 import HttpMethod, HttpRequest, Queue, RetryConfig, Task

from infra.local.tasks_server.rejection import invalid, not_served

SCHEDULE_HORIZON = timedelta(days=30)
RETENTION = timedelta(days=31)
DEFAULT_DEADLINE = timedelta(minutes=10)
_DEADLINES = (timedelta(seconds=15), timedelta(minutes=30))
_TASK_BYTES = 1024 * 1024
_HEADER_BYTES = 80 * 1024
_URL_CHARACTERS = 2083
_WITH_BODY = {HttpMethod.HTTP_METHOD_UNSPECIFIED, HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH}


def check_task(task: Task, now: datetime) -> None:
    """A task as the client sent it."""
    if "app_engine_http_request" in task:
        raise not_served("An App Engine target")
    if "http_request" not in task:
        raise invalid("Task.message_type must be set.")
    if (size := len(Task.serialize(task))) > _TASK_BYTES:
        raise invalid(f"Task size too large: {size} bytes, at most {_TASK_BYTES}.")
    if "schedule_time" in task and task.schedule_time > now + SCHEDULE_HORIZON:
        raise invalid("Task.schedule_time must be at most 30 days in the future.")
    if "dispatch_deadline" in task and not _DEADLINES[0] <= task.dispatch_deadline <= _DEADLINES[1]:
        raise invalid("Task.dispatch_deadline must be between [15s, 30m].")
    _check_request(task.http_request)
    check_retries(task.retry_config)


def _check_request(request: HttpRequest) -> None:
    address = urlsplit(request.url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise invalid("HttpRequest.url must start with 'http://' or 'https://' and name a host.")
    if len(request.url) > _URL_CHARACTERS:
        raise invalid(f"HttpRequest.url is longer than {_URL_CHARACTERS} characters.")
    if request.body and request.http_method not in _WITH_BODY:
        raise invalid("HttpRequest.body is allowed only when the HTTP method is POST, PUT or PATCH.")
    if sum(len(key) + len(value) for key, value in request.headers.items()) > _HEADER_BYTES:
        raise invalid("HttpRequest.headers must be less than 80KB.")
    if "oauth_token" in request:
        raise not_served("An OAuth token")
    if "oidc_token" in request and not request.oidc_token.service_account_email:
        raise invalid("OidcToken.service_account_email must be set.")


def check_queue(queue: Queue) -> None:
    """A queue with its defaults filled in."""
    if not 0 < queue.rate_limits.max_dispatches_per_second <= 500:
        raise invalid("RateLimits.max_dispatches_per_second must be in (0, 500].")
    if not 0 < queue.rate_limits.max_concurrent_dispatches <= 5000:
        raise invalid("RateLimits.max_concurrent_dispatches must be in [1, 5000].")
    check_retries(queue.retry_config)
    if queue.retry_config.min_backoff > queue.retry_config.max_backoff:
        raise invalid("RetryConfig.min_backoff must not exceed RetryConfig.max_backoff.")


def check_retries(retries: RetryConfig) -> None:
    """A retry config, of a queue or of a single task."""
    if retries.max_attempts < -1:
        raise invalid("RetryConfig.max_attempts must be greater than or equal to -1.")
    if retries.max_doublings < 0:
        raise invalid("RetryConfig.max_doublings must not be negative.")
