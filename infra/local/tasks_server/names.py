"""Resource names: `projects/P/locations/L/queues/Q/tasks/T`."""

import re
import secrets

from infra.local.tasks_server.rejection import invalid

_LOCATION = r"projects/[A-Za-z0-9.:-]+/locations/[A-Za-z0-9-]+"
_QUEUE = re.compile(rf"(?P<location>{_LOCATION})/queues/[A-Za-z0-9-]{{1,100}}")
_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")


def check_location_name(name: str) -> str:
    """The name itself, or INVALID_ARGUMENT."""
    if not re.fullmatch(_LOCATION, name):
        raise invalid('Location name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>".')
    return name


def check_queue_name(name: str) -> str:
    """The name itself, or INVALID_ARGUMENT."""
    if not _QUEUE.fullmatch(name):
        raise invalid(
            'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".'
        )
    return name


def queue_of(task_name: str) -> str:
    """The queue's full name out of a task's, or INVALID_ARGUMENT."""
    queue_name, separator, task_id = task_name.partition("/tasks/")
    if not separator:
        raise invalid('Task name must be formatted: "<QUEUE_NAME>/tasks/<TASK_ID>".')
    if not _TASK_ID.fullmatch(task_id):
        raise invalid(
            f'Task ID "{task_id}" can contain only letters ([A-Za-z]), numbers ([0-9]), hyphens (-), '
            "or underscores (_). Task ID must between 1 and 500 characters."
        )
    return check_queue_name(queue_name)


def check_task_name(name: str, parent: str) -> str:
    """The name itself, or INVALID_ARGUMENT when it is malformed or of another queue than `parent`."""
    if (queue_name := queue_of(name)) != parent:
        raise invalid(
            f"The queue name from request ('{parent}') must be the same as "
            f"the queue name in the named task ('{queue_name}')."
        )
    return name


def generate_task_name(parent: str) -> str:
    """Nineteen random digits, like the names that the real service makes up."""
    return f"{parent}/tasks/{10**18 + secrets.randbelow(9 * 10**18)}"


def short_name(name: str) -> str:
    """The last part of a resource's name."""
    return name.rsplit("/", 1)[1]
