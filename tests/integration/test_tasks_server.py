"""The local Cloud Tasks server keeps queues and tasks as the real one does; asked by the real client."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core.exceptions import (
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    MethodNotImplemented,
    NotFound,
)
from google.cloud.tasks_v2 import CloudTasksClient, Queue, RateLimits, RetryConfig, Task
from google.protobuf.field_mask_pb2 import FieldMask

from infra.local.tasks_server import TasksServer
from tests.integration.cloud_tasks import LOCATION, QUEUE, connected_client

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOBODY = "http://127.0.0.1:9/never"
NAME = f"{QUEUE}/tasks/case-1_step-2"


@pytest.fixture
def server() -> Iterator[TasksServer]:
    with TasksServer(clock=NOW.timestamp) as server:
        server.create_queue(QUEUE)
        yield server


@pytest.fixture
def client(server: TasksServer) -> Iterator[CloudTasksClient]:
    with connected_client(server.address) as client:
        yield client


def a_task(name: str = "", *, due_in: timedelta = timedelta(hours=1), **request: Any) -> Task:
    http_request = {"url": NOBODY, "body": b"{}"} | request
    return Task(name=name, http_request=http_request, schedule_time=NOW + due_in)


def test_waiting_name_is_taken(client: CloudTasksClient) -> None:
    """A second task of the same name is refused while the first one waits."""
    client.create_task(parent=QUEUE, task=a_task(NAME))
    with pytest.raises(AlreadyExists):
        client.create_task(parent=QUEUE, task=a_task(NAME))


def test_deleted_name_is_taken_for_an_hour(server: TasksServer, client: CloudTasksClient) -> None:
    """A deleted task's name can be used again after an hour, and not before."""
    client.create_task(parent=QUEUE, task=a_task(NAME, due_in=timedelta(days=1)))
    client.delete_task(name=NAME)
    server.advance(timedelta(minutes=59))
    with pytest.raises(AlreadyExists):
        client.create_task(parent=QUEUE, task=a_task(NAME, due_in=timedelta(days=1)))
    server.advance(timedelta(minutes=1))
    assert client.create_task(parent=QUEUE, task=a_task(NAME, due_in=timedelta(days=1))).name == NAME


def test_nameless_task_gets_a_name(client: CloudTasksClient) -> None:
    """Tasks without a name get different ones, in their queue."""
    names = {client.create_task(parent=QUEUE, task=a_task()).name for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith(f"{QUEUE}/tasks/") for name in names)


def test_created_task_is_completed(client: CloudTasksClient) -> None:
    """What the client left out is filled in: method, deadline, creation time, and now as the due time."""
    task = client.create_task(parent=QUEUE, task=Task(http_request={"url": NOBODY}))
    assert task.http_request.http_method.name == "POST"
    assert task.dispatch_deadline == timedelta(minutes=10)
    assert task.create_time == task.schedule_time == NOW


def test_past_time_becomes_now(client: CloudTasksClient) -> None:
    """A task due in the past is due now."""
    task = client.create_task(parent=QUEUE, task=a_task(due_in=-timedelta(days=400)))
    assert task.schedule_time == NOW


def test_thirty_days_is_the_farthest(client: CloudTasksClient) -> None:
    """A task may be due in exactly thirty days, and not a second later."""
    client.create_task(parent=QUEUE, task=a_task(due_in=timedelta(days=30)))
    with pytest.raises(InvalidArgument, match="30 days"):
        client.create_task(parent=QUEUE, task=a_task(due_in=timedelta(days=30, seconds=1)))


@pytest.mark.parametrize(
    "task",
    [
        a_task(body=b"x" * 1024 * 1024),
        a_task(headers={"X-Long": "x" * 80 * 1024}),
        a_task(url="ftp://127.0.0.1/"),
        a_task(url="http://"),
        a_task(url=f"http://127.0.0.1/{'x' * 2083}"),
        a_task(http_method="GET"),
        a_task(oidc_token={"audience": NOBODY}),
        a_task(f"{QUEUE}/tasks/not valid"),
        a_task(f"{QUEUE}/tasks/{'x' * 501}"),
        a_task(f"{QUEUE}-other/tasks/a"),
        a_task("case-1"),
        Task(schedule_time=NOW),
        Task(http_request={"url": NOBODY}, dispatch_deadline=timedelta(seconds=14)),
        Task(http_request={"url": NOBODY}, dispatch_deadline=timedelta(minutes=31)),
        Task(http_request={"url": NOBODY}, retry_config=RetryConfig(max_attempts=-2)),
    ],
    ids=range(15),
)
def test_impossible_task_is_refused(server: TasksServer, client: CloudTasksClient, task: Task) -> None:
    """A task beyond a documented limit is refused, and nothing is held."""
    with pytest.raises(InvalidArgument):
        client.create_task(parent=QUEUE, task=task)
    assert server.tasks(QUEUE) == []


def test_task_of_a_megabyte_is_taken(server: TasksServer, client: CloudTasksClient) -> None:
    """A task just under one MiB is taken, whole."""
    body = b"x" * (1024 * 1024 - 1000)
    client.create_task(parent=QUEUE, task=a_task(body=body))
    assert [task.http_request.body for task in server.tasks(QUEUE)] == [body]


def test_body_is_shown_on_request_only(client: CloudTasksClient) -> None:
    """The body is left out unless the full view is asked for."""
    client.create_task(parent=QUEUE, task=a_task(NAME))
    assert client.get_task(name=NAME).http_request.body == b""
    full = client.get_task(request={"name": NAME, "response_view": Task.View.FULL})
    assert full.http_request.body == b"{}"


def test_unknown_and_deleted_tasks_are_not_found(client: CloudTasksClient) -> None:
    """Neither a name that never was nor one that is gone is found, and the answer tells which it is."""
    with pytest.raises(NotFound, match="Requested entity"):
        client.get_task(name=NAME)
    client.create_task(parent=QUEUE, task=a_task(NAME))
    client.delete_task(name=NAME)
    with pytest.raises(NotFound, match="existed recently"):
        client.get_task(name=NAME)
    with pytest.raises(NotFound):
        client.delete_task(name=NAME)


def test_tasks_are_listed_in_pages(client: CloudTasksClient) -> None:
    """Pages hold every task once, even when one is deleted between two pages."""
    names = [f"{QUEUE}/tasks/t{number}" for number in range(5)]
    for name in names:
        client.create_task(parent=QUEUE, task=a_task(name))
    pages = client.list_tasks(request={"parent": QUEUE, "page_size": 2}).pages
    seen = [task.name for task in next(pages).tasks]
    client.delete_task(name=names[1])
    seen += [task.name for page in pages for task in page.tasks]
    assert seen == names


def test_queue_gets_the_documented_defaults(client: CloudTasksClient) -> None:
    """A queue that says nothing gets the defaults of the real service."""
    queue = client.get_queue(name=QUEUE)
    assert queue.state == Queue.State.RUNNING
    assert queue.rate_limits == RateLimits(
        max_dispatches_per_second=500, max_burst_size=100, max_concurrent_dispatches=1000
    )
    assert queue.retry_config == RetryConfig(
        max_attempts=100,
        min_backoff=timedelta(seconds=0.1),
        max_backoff=timedelta(hours=1),
        max_doublings=16,
    )


def test_queues_are_listed_in_pages(client: CloudTasksClient) -> None:
    """Pages hold every queue of the location once, and no other location's."""
    names = [f"{LOCATION}/queues/{letter}" for letter in "abc"]
    for name in names:
        client.create_queue(parent=LOCATION, queue=Queue(name=name))
    client.create_queue(parent=f"{LOCATION}2", queue=Queue(name=f"{LOCATION}2/queues/a"))
    listed = [queue.name for queue in client.list_queues(request={"parent": LOCATION, "page_size": 2})]
    assert listed == [*names, QUEUE]


def test_update_keeps_what_the_mask_leaves_out(client: CloudTasksClient) -> None:
    """An update replaces the fields of its mask and no others."""
    client.update_queue(
        queue=Queue(name=QUEUE, rate_limits=RateLimits(max_concurrent_dispatches=7)),
        update_mask=FieldMask(paths=["rate_limits.max_concurrent_dispatches"]),
    )
    limits = client.get_queue(name=QUEUE).rate_limits
    assert (limits.max_concurrent_dispatches, limits.max_dispatches_per_second) == (7, 500)


@pytest.mark.parametrize("path", ["state", "no_such_field"])
def test_update_of_other_fields_is_refused(client: CloudTasksClient, path: str) -> None:
    """A field that can't be updated, or isn't there, is refused."""
    with pytest.raises(InvalidArgument):
        client.update_queue(queue=Queue(name=QUEUE), update_mask=FieldMask(paths=[path]))


def test_update_creates_an_unknown_queue(client: CloudTasksClient) -> None:
    """An update of a queue that isn't there creates it."""
    client.update_queue(queue=Queue(name=f"{QUEUE}-2"))
    assert client.get_queue(name=f"{QUEUE}-2").state == Queue.State.RUNNING


def test_impossible_queue_is_refused(client: CloudTasksClient) -> None:
    """A queue that is there, is misnamed, or has limits beyond the documented ones is refused."""
    with pytest.raises(AlreadyExists):
        client.create_queue(parent=LOCATION, queue=Queue(name=QUEUE))
    with pytest.raises(InvalidArgument):
        client.create_queue(parent=LOCATION, queue=Queue(name=f"{LOCATION}/queues/no_underscore"))
    fast = Queue(name=f"{QUEUE}-2", rate_limits=RateLimits(max_dispatches_per_second=501))
    with pytest.raises(InvalidArgument):
        client.create_queue(parent=LOCATION, queue=fast)


def test_unknown_queue_is_not_found(client: CloudTasksClient) -> None:
    """Every call on a queue that isn't there says so."""
    unknown = f"{QUEUE}-2"
    for call in (client.get_queue, client.pause_queue, client.resume_queue, client.purge_queue):
        with pytest.raises(NotFound):
            call(name=unknown)
    with pytest.raises(NotFound, match="Queue does not exist"):
        client.create_task(parent=unknown, task=a_task())


def test_deleted_queue_takes_its_tasks_along(server: TasksServer, client: CloudTasksClient) -> None:
    """A deleted queue and its tasks are gone, and its name can't be used for three days."""
    client.create_task(parent=QUEUE, task=a_task(NAME))
    client.delete_queue(name=QUEUE)
    with pytest.raises(NotFound):
        client.get_task(name=NAME)
    with pytest.raises(FailedPrecondition):
        client.create_queue(parent=LOCATION, queue=Queue(name=QUEUE))
    server.advance(timedelta(days=3))
    client.create_queue(parent=LOCATION, queue=Queue(name=QUEUE))
    assert server.tasks(QUEUE) == []


def test_purge_empties_the_queue(server: TasksServer, client: CloudTasksClient) -> None:
    """A purge deletes all tasks, and the queue tells when it was."""
    client.create_task(parent=QUEUE, task=a_task(NAME))
    assert client.purge_queue(name=QUEUE).purge_time == NOW
    assert server.tasks(QUEUE) == []
    with pytest.raises(AlreadyExists):
        client.create_task(parent=QUEUE, task=a_task(NAME))


def test_other_calls_are_not_served(client: CloudTasksClient) -> None:
    """A call that the server doesn't know fails loudly, instead of pretending."""
    with pytest.raises(MethodNotImplemented):
        client.get_iam_policy(request={"resource": QUEUE})
    with pytest.raises(MethodNotImplemented):
        client.create_task(parent=QUEUE, task=Task(app_engine_http_request={"relative_uri": "/"}))
