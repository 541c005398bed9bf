"""How a task becomes an HTTP request: which headers Cloud Tasks sets, and which it doesn't let through."""

from collections.abc import Mapping

from google.cloud.tasks_v2 import HttpMethod, HttpRequest

from infra.local.tasks_server.attempt import Outgoing
from infra.local.tasks_server.held_task import HeldTask
from infra.local.tasks_server.identity import TokenIssuer
from infra.local.tasks_server.names import queue_of, short_name

USER_AGENT = "Google-Cloud-Tasks"
_RESERVED = {"host", "content-length", "user-agent", "connection", "transfer-encoding"}
_RESERVED_PREFIXES = ("x-google-", "x-appengine-", "x-cloudtasks-")


def keep_user_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The caller's headers without those that Cloud Tasks ignores or replaces."""
    return {
        name: value
        for name, value in headers.items()
        if name.lower() not in _RESERVED and not name.lower().startswith(_RESERVED_PREFIXES)
    }


def build_outgoing(task: HeldTask, issuer: TokenIssuer) -> Outgoing:
    """The request of the attempt that has just begun."""
    request = task.message.http_request
    headers = dict(request.headers) | _attempt_headers(task)
    if "oidc_token" in request:
        headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
        headers["Authorization"] = f"Bearer {_token(request, issuer)}"
    return Outgoing(
        method=HttpMethod(request.http_method).name,
        url=request.url,
        headers=headers,
        body=request.body,
        deadline=task.message.dispatch_deadline,
    )


def _token(request: HttpRequest, issuer: TokenIssuer) -> str:
    return issuer.token(request.oidc_token.service_account_email, request.oidc_token.audience or request.url)


def _attempt_headers(task: HeldTask) -> dict[str, str]:
    retries = task.message.dispatch_count - 1
    headers = {
        "User-Agent": USER_AGENT,
        "X-CloudTasks-QueueName": short_name(queue_of(task.message.name)),
        "X-CloudTasks-TaskName": short_name(task.message.name),
        "X-CloudTasks-TaskRetryCount": str(retries),
        "X-CloudTasks-TaskExecutionCount": str(task.executions),
        "X-CloudTasks-TaskETA": f"{task.due_at.timestamp():.6f}",
    }
    if retries:
        headers["X-CloudTasks-TaskRetryReason"] = ""  # the real service sends it, and sends it empty
        if task.previous_status is not None:
            headers["X-CloudTasks-TaskPreviousResponse"] = str(task.previous_status)
    return headers
