"""The local Cloud Tasks server sends tasks to their worker when, how and as often as the real one does."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.api_core.exceptions import AlreadyExists, NotFound
from google.cloud.tasks_v2 import CloudTasksClient, Queue, RateLimits, RetryConfig, Task

from infra.local.tasks_server import TasksServer
from tests.integration.cloud_tasks import QUEUE, Worker, connected_client, running_worker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAME = f"{QUEUE}/tasks/case-1_step-2"
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def worker() -> Iterator[Worker]:
    with running_worker() as worker:
        yield worker


@pytest.fixture
def server() -> Iterator[TasksServer]:
    with TasksServer(clock=NOW.timestamp) as server:
        server.create_queue(QUEUE)
        yield server


@pytest.fixture
def client(server: TasksServer) -> Iterator[CloudTasksClient]:
    with connected_client(server.address) as client:
        yield client


class Shop:
    """Creates tasks for the worker, and lets time pass until nothing is left to do."""

    def __init__(self, server: TasksServer, client: CloudTasksClient, worker: Worker) -> None:
        self.server, self.client, self.worker = server, client, worker

    def create(self, name: str = "", *, queue: str = QUEUE, **task: Any) -> Task:
        request = {"url": f"{self.worker.url}/stimulus?store=1", "body": b'{"case":1}'}
        request |= task.pop("http_request", {})
        return self.client.create_task(parent=queue, task=Task(name=name, http_request=request, **task))

    def settle(self, after: timedelta = timedelta()) -> int:
        """The number of requests so far, once what is due `after` this time has been answered."""
        self.server.advance(after)
        assert self.server.wait_until_idle()
        return len(self.worker.received)

    def configure(self, **queue: Any) -> None:
        self.client.update_queue(queue=Queue(name=QUEUE, **queue))


@pytest.fixture
def shop(server: TasksServer, client: CloudTasksClient, worker: Worker) -> Shop:
    return Shop(server, client, worker)


def test_due_task_is_posted(shop: Shop) -> None:
    """A task that is due is sent as it was created, once, and is then gone."""
    shop.create(NAME, http_request={"headers": {"Content-Type": "application/json", "X-Own": "kept"}})
    assert shop.settle() == 1
    sent = shop.worker.received[0]
    assert (sent.method, sent.path, sent.body) == ("POST", "/stimulus?store=1", b'{"case":1}')
    assert (sent.headers["Content-Type"], sent.headers["X-Own"]) == ("application/json", "kept")
    assert shop.server.tasks(QUEUE) == []


def test_first_attempt_introduces_itself(shop: Shop) -> None:
    """The first attempt names queue, task and due time, counts from zero and mentions no earlier answer."""
    shop.create(NAME)
    shop.settle()
    headers = shop.worker.received[0].headers
    assert headers["User-Agent"] == "Google-Cloud-Tasks"
    assert headers["X-CloudTasks-QueueName"] == "stimuli"
    assert headers["X-CloudTasks-TaskName"] == "case-1_step-2"
    assert headers["X-CloudTasks-TaskRetryCount"] == headers["X-CloudTasks-TaskExecutionCount"] == "0"
    assert float(headers["X-CloudTasks-TaskETA"]) == NOW.timestamp()
    assert "X-CloudTasks-TaskPreviousResponse" not in headers
    assert "X-CloudTasks-TaskRetryReason" not in headers


def test_reserved_headers_are_replaced(shop: Shop) -> None:
    """Headers that belong to Cloud Tasks can't be forged by who creates the task."""
    forged = {"user-agent": "me", "Host": "evil", "x-cloudtasks-taskretrycount": "9", "X-AppEngine-A": "1"}
    shop.create(http_request={"headers": forged})
    shop.settle()
    headers = shop.worker.received[0].headers
    assert headers.get_all("User-Agent") == ["Google-Cloud-Tasks"]
    assert headers.get_all("X-CloudTasks-TaskRetryCount") == ["0"]
    assert headers["Host"] in shop.worker.url
    assert "X-AppEngine-A" not in headers


def test_other_methods_are_sent(shop: Shop) -> None:
    """A task may use another method than POST."""
    shop.create(http_request={"http_method": "GET", "body": b""})
    shop.settle()
    assert shop.worker.received[0].method == "GET"


def test_task_waits_for_its_time(shop: Shop) -> None:
    """A task isn't sent a microsecond before its time."""
    shop.create(schedule_time=NOW + timedelta(days=7))
    assert shop.settle(timedelta(days=7) - MOMENT) == 0
    assert shop.settle(MOMENT) == 1


def test_past_task_is_sent_at_once(shop: Shop) -> None:
    """A task due in the past is sent without any time passing."""
    shop.create(schedule_time=NOW - timedelta(days=1))
    assert shop.settle() == 1


def test_tasks_are_sent_in_the_order_of_their_times(shop: Shop) -> None:
    """When several have become due, the earliest goes first."""
    shop.configure(rate_limits=RateLimits(max_concurrent_dispatches=1))
    for hours in (3, 1, 2):
        shop.create(http_request={"body": b"%d" % hours}, schedule_time=NOW + timedelta(hours=hours))
    shop.settle(timedelta(hours=3))
    assert [request.body for request in shop.worker.received] == [b"1", b"2", b"3"]


def test_completed_name_is_taken_for_an_hour(shop: Shop) -> None:
    """A task that was carried out can't be created again under its name within the hour."""
    shop.create(NAME)
    shop.settle()
    with pytest.raises(AlreadyExists):
        shop.create(NAME)
    shop.settle(timedelta(hours=1))
    shop.create(NAME)
    assert shop.settle() == 2


def test_retries_back_off_as_documented(shop: Shop) -> None:
    """The reference's own example: 10, 20, 40, 80, then 160, 240 linearly, then 300 seconds for ever."""
    retries = RetryConfig(
        min_backoff=timedelta(seconds=10), max_backoff=timedelta(seconds=300), max_doublings=3
    )
    shop.configure(retry_config=retries)
    shop.worker.answers += [500] * 20
    shop.create()
    assert shop.settle() == 1
    for attempts, seconds in enumerate([10, 20, 40, 80, 160, 240, 300, 300], start=1):
        assert shop.settle(timedelta(seconds=seconds) - MOMENT) == attempts
        assert shop.settle(MOMENT) == attempts + 1


def test_task_is_given_up_after_max_attempts(shop: Shop) -> None:
    """After the last attempt the task is gone, and its name stays taken."""
    shop.configure(retry_config=RetryConfig(max_attempts=3))
    shop.worker.answers += [500] * 5
    shop.create(NAME)
    shop.settle()
    for _ in range(5):
        shop.settle(timedelta(hours=1) / 10)
    assert len(shop.worker.received) == 3
    with pytest.raises(NotFound):
        shop.client.get_task(name=NAME)
    with pytest.raises(AlreadyExists):
        shop.create(NAME)


def test_retries_go_on_until_both_limits_are_reached(shop: Shop) -> None:
    """With a retry duration, a task is tried beyond its attempts until the duration has passed as well."""
    minute = timedelta(minutes=1)
    shop.configure(
        retry_config=RetryConfig(
            max_attempts=2, max_retry_duration=3 * minute, min_backoff=minute, max_backoff=minute
        )
    )
    shop.worker.answers += [500] * 9
    shop.create()
    shop.settle()
    assert [shop.settle(minute) for _ in range(5)] == [2, 3, 4, 4, 4]


def test_own_retry_config_overrides_the_queue(shop: Shop) -> None:
    """A task with a retry config of its own follows that one."""
    shop.worker.answers += [500] * 5
    shop.create(retry_config=RetryConfig(max_attempts=1))
    shop.settle()
    assert shop.server.tasks(QUEUE) == []


def test_retries_tell_what_went_before(shop: Shop) -> None:
    """Retries count all attempts, executions leave 5xx answers out, and the last answer is passed on."""
    shop.worker.answers += [503, 404]
    shop.create()
    shop.settle()
    shop.settle(timedelta(minutes=1))
    shop.settle(timedelta(minutes=1))
    assert shop.worker.header("X-CloudTasks-TaskRetryCount") == ["0", "1", "2"]
    assert shop.worker.header("X-CloudTasks-TaskExecutionCount") == ["0", "0", "1"]
    assert shop.worker.header("X-CloudTasks-TaskPreviousResponse") == [None, "503", "404"]
    assert shop.worker.header("X-CloudTasks-TaskRetryReason") == [None, "", ""]


def test_failed_attempt_can_be_looked_up(shop: Shop) -> None:
    """A waiting task tells how its last attempt went."""
    shop.worker.answers += [503]
    shop.create(NAME)
    shop.settle()
    task = shop.client.get_task(name=NAME)
    assert (task.dispatch_count, task.response_count) == (1, 1)
    assert task.last_attempt.response_status.message == "UNAVAILABLE(14): HTTP status code 503"
    assert task.schedule_time == NOW + timedelta(seconds=0.1)


def test_unreachable_worker_is_tried_again(shop: Shop) -> None:
    """A worker that doesn't listen counts as a failed attempt without an answer."""
    shop.create(NAME, http_request={"url": "http://127.0.0.1:9/never"})
    shop.settle()
    task = shop.client.get_task(name=NAME)
    assert (task.dispatch_count, task.response_count) == (1, 0)


def test_deadline_cuts_the_attempt_off(shop: Shop) -> None:
    """An attempt without an answer at its deadline has failed, and the task is tried again."""
    shop.worker.may_answer.clear()
    shop.create(NAME, dispatch_deadline=timedelta(seconds=15))
    assert shop.worker.wait_for(1)
    shop.server.advance(timedelta(seconds=15) - MOMENT)
    assert not shop.server.wait_until_idle(timedelta(seconds=0.05))
    shop.server.advance(MOMENT)
    assert shop.server.wait_until_idle()
    assert shop.client.get_task(name=NAME).last_attempt.response_status.code == 4
    shop.worker.may_answer.set()
    assert shop.settle(timedelta(seconds=1)) == 2
    assert shop.server.tasks(QUEUE) == []


def test_paused_queue_sends_nothing(shop: Shop) -> None:
    """A paused queue takes tasks and sends them when it is resumed."""
    assert shop.client.pause_queue(name=QUEUE).state == Queue.State.PAUSED
    shop.create()
    assert shop.settle(timedelta(hours=1)) == 0
    assert shop.client.resume_queue(name=QUEUE).state == Queue.State.RUNNING
    assert shop.settle() == 1


def test_purged_and_deleted_tasks_are_not_sent(shop: Shop) -> None:
    """What was deleted or purged before its time is never sent."""
    shop.create(NAME, schedule_time=NOW + timedelta(hours=1))
    shop.client.delete_task(name=NAME)
    shop.create(schedule_time=NOW + timedelta(hours=1))
    shop.client.purge_queue(name=QUEUE)
    assert shop.settle(timedelta(hours=2)) == 0


def test_task_deleted_while_it_runs_is_not_retried(shop: Shop) -> None:
    """Deleting a running task doesn't stop the attempt, but makes it the last."""
    shop.worker.answers += [500]
    shop.worker.may_answer.clear()
    shop.create(NAME)
    assert shop.worker.wait_for(1)
    shop.client.delete_task(name=NAME)
    shop.worker.may_answer.set()
    assert shop.settle() == shop.settle(timedelta(hours=1)) == 1


def test_run_task_ignores_time_and_pause(shop: Shop) -> None:
    """RunTask sends a task that isn't due from a paused queue; when it fails, it waits its back-off."""
    shop.client.pause_queue(name=QUEUE)
    shop.worker.answers += [500]
    shop.create(NAME, schedule_time=NOW + timedelta(days=1))
    assert shop.client.run_task(name=NAME).schedule_time == NOW
    assert shop.settle() == 1
    assert shop.client.get_task(name=NAME).schedule_time == NOW + timedelta(seconds=0.1)
    assert shop.settle(timedelta(days=1)) == 1


def test_concurrency_is_limited(shop: Shop) -> None:
    """No more requests are under way than the queue allows; the rest follow as answers come in."""
    shop.configure(rate_limits=RateLimits(max_concurrent_dispatches=2))
    shop.worker.may_answer.clear()
    for _ in range(5):
        shop.create()
    assert shop.worker.wait_for(2)
    assert not shop.worker.arrived.acquire(timeout=0.1)
    shop.worker.may_answer.set()
    assert shop.settle() == 5


def test_busy_queue_does_not_hold_up_another(shop: Shop) -> None:
    """A queue at its limit leaves the others alone."""
    shop.configure(rate_limits=RateLimits(max_concurrent_dispatches=1))
    shop.server.create_queue(f"{QUEUE}-2")
    shop.worker.may_answer.clear()
    for queue in (QUEUE, QUEUE, f"{QUEUE}-2"):
        shop.create(queue=queue)
    assert shop.worker.wait_for(2)
    assert sorted(map(str, shop.worker.header("X-CloudTasks-QueueName"))) == ["stimuli", "stimuli-2"]


def test_rate_is_limited(shop: Shop) -> None:
    """After a burst, tasks leave at the queue's rate: here two at once, then two per second."""
    shop.configure(rate_limits=RateLimits(max_dispatches_per_second=2))
    for _ in range(5):
        shop.create()
    half_a_second = timedelta(seconds=0.5)
    assert [shop.settle()] + [shop.settle(half_a_second) for _ in range(4)] == [2, 3, 4, 5, 5]


def test_many_tasks_each_arrive_once(shop: Shop) -> None:
    """Three hundred tasks at once leave in bursts of a hundred, all arrive, and none twice."""
    shop.client.pause_queue(name=QUEUE)
    names = {shop.create().name.rsplit("/", 1)[1] for _ in range(300)}
    shop.client.resume_queue(name=QUEUE)
    second = timedelta(seconds=1)
    assert [shop.settle(), shop.settle(second), shop.settle(second)] == [100, 200, 300]
    assert set(shop.worker.header("X-CloudTasks-TaskName")) == names


def test_task_of_thirty_one_days_is_dropped(shop: Shop) -> None:
    """A task that couldn't be sent for 31 days is forgotten."""
    shop.client.pause_queue(name=QUEUE)
    shop.create()
    shop.server.advance(timedelta(days=31))
    shop.client.resume_queue(name=QUEUE)
    assert shop.settle() == 0
    assert shop.server.tasks(QUEUE) == []


def test_real_time_passes_by_itself(worker: Worker) -> None:
    """Without a clock of its own the server follows the real one."""
    with TasksServer() as server, connected_client(server.address) as client:
        server.create_queue(QUEUE)
        due_at = datetime.now(UTC) + timedelta(seconds=0.1)
        client.create_task(parent=QUEUE, task=Task(http_request={"url": worker.url}, schedule_time=due_at))
        assert worker.wait_for(1)
        assert time.time() >= due_at.timestamp()


def test_outside_clock_is_followed(worker: Worker) -> None:
    """A clock that was moved from outside is looked at again on `wake`."""
    times = [NOW.timestamp()]
    with TasksServer(clock=lambda: times[-1]) as server, connected_client(server.address) as client:
        server.create_queue(QUEUE)
        task = Task(http_request={"url": worker.url}, schedule_time=NOW + timedelta(hours=1))
        client.create_task(parent=QUEUE, task=task)
        times.append(times[0] + 3600)
        server.wake()
        assert server.wait_until_idle()
        assert len(worker.received) == 1


def test_stop_cuts_off_what_is_under_way(worker: Worker) -> None:
    """Stopping the server doesn't wait for a worker that hangs."""
    worker.may_answer.clear()
    with TasksServer() as server, connected_client(server.address) as client:
        server.create_queue(QUEUE)
        client.create_task(parent=QUEUE, task=Task(http_request={"url": worker.url}))
        assert worker.wait_for(1)
        began = time.monotonic()
    assert time.monotonic() - began < 5


def test_server_listens_on_loopback_only(server: TasksServer) -> None:
    """Neither the API nor the certificates can be reached from another machine."""
    assert server.address.startswith("127.0.0.1:")
    assert server.certs_url.startswith("http://127.0.0.1:")
