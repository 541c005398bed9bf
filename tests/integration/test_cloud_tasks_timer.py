"""CloudTasksTimer arranges for tasks through Google's own client, and says Unavailable when it couldn't."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from common.adapters.cloud_tasks_timer import CloudTasksTimer
from common.adapters.task_identity import GoogleTaskIdentity
from common.application.failures import Unavailable
from common.application.ports import Task, Timer
from infra.local.tasks_server import TasksServer
from infra.local.tasks_server.service import SERVICE
from tests.integration.cloud_tasks import LOCATION, QUEUE, Worker, running_worker

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
EMAIL = "tasks@shop.iam.gserviceaccount.com"


@pytest.fixture
def worker() -> Iterator[Worker]:
    with running_worker() as worker:
        yield worker


@pytest.fixture
def server() -> Iterator[TasksServer]:
    with TasksServer(clock=NOW.timestamp) as server:
        server.create_queue(QUEUE)
        yield server


def a_timer(server: TasksServer, worker: Worker, **overrides: Any) -> Timer:
    options: dict[str, Any] = {
        "project": "shop",
        "location": "europe-west1",
        "queues": {"send_stimulus": ["stimuli"]},
        "target_urls": {"send_stimulus": f"{worker.url}/send"},
        "service_account_email": EMAIL,
        "clock": server,
        "endpoint": server.address,
    }
    return CloudTasksTimer(**options | overrides)


@pytest.fixture
def timer(server: TasksServer, worker: Worker) -> Timer:
    return a_timer(server, worker)


def a_task(name: str = "case-1_step-2", at: datetime = NOW, **body: Any) -> Task:
    return Task(role="send_stimulus", name=name, at=at, body=body)


def test_task_arrives_as_it_was_scheduled(server: TasksServer, worker: Worker, timer: Timer) -> None:
    """The body arrives as JSON at the role's URL, at its time and not before."""
    timer.schedule(a_task(at=NOW + timedelta(hours=1), case="c1", text="Grüße"))
    assert server.wait_until_idle()
    assert not worker.received
    server.advance(timedelta(hours=1))
    assert server.wait_until_idle()
    (request,) = worker.received
    assert (request.method, request.path) == ("POST", "/send")
    assert request.headers["Content-Type"] == "application/json"
    assert request.body.decode() == '{"case": "c1", "text": "Gr\\u00fc\\u00dfe"}'
    assert request.headers["X-CloudTasks-TaskName"] == "case-1_step-2"


def test_past_means_at_once(server: TasksServer, worker: Worker, timer: Timer) -> None:
    """A task whose time has passed is sent without waiting."""
    timer.schedule(a_task(at=NOW - timedelta(days=1)))
    assert server.wait_until_idle()
    assert len(worker.received) == 1


def test_second_call_is_harmless(server: TasksServer, worker: Worker, timer: Timer) -> None:
    """The same name again changes nothing, before and after the task was carried out."""
    timer.schedule(a_task(at=NOW + timedelta(hours=1)))
    timer.schedule(a_task(at=NOW + timedelta(hours=2)))
    server.advance(timedelta(hours=1))
    assert server.wait_until_idle()
    timer.schedule(a_task())
    assert server.wait_until_idle()
    assert len(worker.received) == 1


def test_far_future_is_brought_within_reach(server: TasksServer, timer: Timer) -> None:
    """A task due in a year is due in nearly thirty days instead, and one within reach is left alone."""
    timer.schedule(a_task("far", at=NOW + timedelta(days=365)))
    timer.schedule(a_task("near", at=NOW + timedelta(days=29)))
    near, far = server.tasks(QUEUE)
    assert near.schedule_time == NOW + timedelta(days=29)
    assert NOW + timedelta(days=29, hours=23) < far.schedule_time <= NOW + timedelta(days=30)


def test_token_proves_the_service_account(server: TasksServer, worker: Worker, timer: Timer) -> None:
    """The request carries a token that GoogleTaskIdentity accepts for this target and for no other."""
    timer.schedule(a_task())
    assert server.wait_until_idle()
    (authorization,) = worker.header("Authorization")
    url = f"{worker.url}/send"
    assert GoogleTaskIdentity(EMAIL, url, server.certs_url).verify(authorization)
    assert not GoogleTaskIdentity(EMAIL, f"{url}er", server.certs_url).verify(authorization)
    assert not GoogleTaskIdentity(f"no-{EMAIL}", url, server.certs_url).verify(authorization)


def test_audience_can_be_given(server: TasksServer, worker: Worker) -> None:
    """A role's own audience takes the place of its URL."""
    timer = a_timer(server, worker, audiences={"send_stimulus": "recoup"})
    timer.schedule(a_task())
    assert server.wait_until_idle()
    (authorization,) = worker.header("Authorization")
    assert GoogleTaskIdentity(EMAIL, "recoup", server.certs_url).verify(authorization)


def test_dispatch_deadline_is_passed_on(server: TasksServer, worker: Worker) -> None:
    """The worker has as long as the timer says."""
    a_timer(server, worker, dispatch_deadline=timedelta(seconds=90)).schedule(
        a_task(at=NOW + timedelta(hours=1))
    )
    assert server.tasks(QUEUE)[0].dispatch_deadline == timedelta(seconds=90)


@contextmanager
def answering(answer: Callable[[bytes, grpc.ServicerContext], bytes]) -> Iterator[str]:
    """The address of a Cloud Tasks whose CreateTask gives this answer."""
    server = grpc.server(ThreadPoolExecutor(2))
    calls = {"CreateTask": grpc.unary_unary_rpc_method_handler(answer)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, calls),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


@pytest.mark.parametrize(
    "code",
    [code for code in grpc.StatusCode if code not in {grpc.StatusCode.OK, grpc.StatusCode.ALREADY_EXISTS}],
    ids=lambda code: str(code.name),
)
def test_every_error_is_unavailable(server: TasksServer, worker: Worker, code: grpc.StatusCode) -> None:
    """Whatever the service answers but yes, the caller hears Unavailable and the code, after one call."""
    calls: list[bytes] = []

    def refuse(request: bytes, context: grpc.ServicerContext) -> bytes:
        calls.append(request)
        return context.abort(code, "for the test")

    with answering(refuse) as endpoint, pytest.raises(Unavailable, match=code.name):
        a_timer(server, worker, endpoint=endpoint).schedule(a_task())
    assert len(calls) == 1


def test_silence_is_unavailable(server: TasksServer, worker: Worker) -> None:
    """A service that doesn't answer in time counts as not having answered."""
    released = threading.Event()

    def hang(request: bytes, context: grpc.ServicerContext) -> bytes:
        released.wait(10)
        return b""

    with answering(hang) as endpoint:
        timer = a_timer(server, worker, endpoint=endpoint, timeout_seconds=0.2)
        began = time.monotonic()
        with pytest.raises(Unavailable, match="DEADLINE_EXCEEDED"):
            timer.schedule(a_task())
        assert time.monotonic() - began < 2
        released.set()


def test_unreachable_service_is_unavailable(server: TasksServer, worker: Worker) -> None:
    """Nobody listening is Unavailable as well."""
    timer = a_timer(server, worker, endpoint="127.0.0.1:9")
    with pytest.raises(Unavailable, match="UNAVAILABLE"):
        timer.schedule(a_task())


def test_missing_queue_is_unavailable(server: TasksServer, worker: Worker) -> None:
    """A queue that isn't there, or a role without one, is Unavailable until somebody configures it."""
    timer = a_timer(server, worker, queues={"send_stimulus": ["nowhere"]})
    with pytest.raises(Unavailable, match="NOT_FOUND"):
        timer.schedule(a_task())
    with pytest.raises(Unavailable, match="no queue is configured for the role 'unheard_of'"):
        timer.schedule(Task(role="unheard_of", name="a", at=NOW, body={}))


def test_missing_credentials_are_unavailable(
    server: TasksServer, worker: Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without credentials for Google's own endpoint nothing is sent, and that is Unavailable."""
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    timer = a_timer(server, worker, endpoint=None)
    with pytest.raises(Unavailable, match="DefaultCredentialsError"):
        timer.schedule(a_task())


def test_half_configured_role_is_refused(server: TasksServer, worker: Worker) -> None:
    """A role with a queue but no target is found out when the timer is built."""
    with pytest.raises(ValueError, match="generate_offer"):
        a_timer(server, worker, queues={"send_stimulus": ["stimuli"], "generate_offer": ["offers"]})


def test_tasks_are_spread_over_shards_and_known_again(server: TasksServer, worker: Worker) -> None:
    """Every caller puts a task into the same queue, which refuses it the second time."""
    shards = ["stimuli", "stimuli-2", "stimuli-3"]
    for shard in shards[1:]:
        server.create_queue(f"{LOCATION}/queues/{shard}")
    for _ in range(2):
        timer = a_timer(server, worker, queues={"send_stimulus": shards})
        for number in range(60):
            timer.schedule(a_task(f"{number:032x}"))
    assert server.wait_until_idle()
    filled = Counter(request.headers["X-CloudTasks-QueueName"] for request in worker.received)
    assert sum(filled.values()) == 60
    assert min(filled[shard] for shard in shards) >= 10


def test_threads_share_one_client(server: TasksServer, worker: Worker, timer: Timer) -> None:
    """Fifty calls from many threads at once all arrive, over one client."""
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: timer.schedule(a_task(f"t{number}")), range(50)))
    assert server.wait_until_idle()
    assert len(worker.received) == 50


def test_import_builds_nothing() -> None:
    """Importing the adapters loads no Google client and no gRPC, for functions fork after import."""
    code = (
        "import sys, common.adapters.cloud_tasks_timer, common.adapters.task_identity;"
        "sys.exit(any(name in sys.modules for name in ('grpc', 'google.cloud.tasks_v2', 'requests')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
