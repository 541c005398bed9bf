"""What every timer promises, in one SQLite file as on Cloud Tasks' own API."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.adapters.cloud_tasks_timer import CloudTasksTimer
from common.application.ports import Task, Timer
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.memory_timer import MemoryTimer
from infra.local.tasks_server import TasksServer
from infra.local.virtual_timer import VirtualTimer
from tests.integration.cloud_tasks import running_worker

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ROLES = ("generate_offer", "send_stimulus", "expire_vouchers")
Run = tuple[str, dict[str, Any]]
"""A role and the body that it was called with."""


@dataclass(slots=True)
class Bench:
    """A timer at noon."""

    timer: Timer
    pass_time: Callable[[timedelta], list[Run]]
    """What was carried out while the time passed; a task fails if there are `failures` left."""
    failures: list[None] = field(default_factory=list)


@contextmanager
def on_one_machine(path: Path | None) -> Iterator[Bench]:
    """With a file the timer that survives its process, without one the timer that doesn't."""
    clock, database = VirtualClock(NOON), Database(path or ":memory:")
    timer = VirtualTimer(database, clock) if path else MemoryTimer(clock)

    def pass_time(by: timedelta) -> list[Run]:
        until, run = clock.now() + by, []
        while task := timer.pop_due(until, inclusive=True):
            clock.set(task.at)
            run.append((task.role, dict(task.body)))
            (timer.fail if ready.failures else timer.finish)(task)
            del ready.failures[-1:]
        clock.set(until)
        return run

    ready = Bench(timer, pass_time)
    yield ready
    database.close()


@contextmanager
def on_cloud_tasks() -> Iterator[Bench]:
    with TasksServer(clock=NOON.timestamp) as server, running_worker() as worker:
        queues = {role: role.replace("_", "-") for role in ROLES}
        for queue in queues.values():
            server.create_queue(f"projects/shop/locations/europe-west1/queues/{queue}")
        timer = CloudTasksTimer(
            project="shop",
            location="europe-west1",
            queues={role: [queue] for role, queue in queues.items()},
            target_urls={role: f"{worker.url}/{role}" for role in ROLES},
            service_account_email="tasks@shop.iam.gserviceaccount.com",
            clock=server,
            endpoint=server.address,
        )

        told = 0

        def pass_time(by: timedelta) -> list[Run]:
            # A task that is due at once may have been carried out before this is called: it counts here too.
            nonlocal told
            worker.answers[:] = [500 for _ in ready.failures]
            server.advance(by)
            assert server.wait_until_idle()
            fresh = worker.received[told:]
            told += len(fresh)
            del ready.failures[: len(fresh)]
            return [(request.path.strip("/"), json.loads(request.body)) for request in fresh]

        ready = Bench(timer, pass_time)
        yield ready


PLACES: dict[str, Callable[[Path], AbstractContextManager[Bench]]] = {
    "virtual": on_one_machine,
    "memory": lambda _: on_one_machine(None),
    "cloud_tasks": lambda _: on_cloud_tasks(),
}


@pytest.fixture(params=PLACES)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with PLACES[request.param](tmp_path / "engine.db") as ready:
        yield ready


def a_task(
    name: str = "case-1_first", after: timedelta = HOUR, role: str = "send_stimulus", **body: Any
) -> Task:
    return Task(role=role, name=name, at=NOON + after, body=body or {"case_id": "case-1"})


def test_a_task_is_carried_out_at_its_time(bench: Bench) -> None:
    """The role is called with the body when the moment has come, once and not before."""
    body: dict[str, Any] = {"case_id": "case-1", "text": "zażółć 🛒", "nested": {"list": [1, None, True]}}
    bench.timer.schedule(a_task(**body))
    assert bench.pass_time(HOUR - timedelta(seconds=1)) == []
    assert bench.pass_time(timedelta(seconds=1)) == [("send_stimulus", body)]
    assert bench.pass_time(timedelta(days=1)) == []


def test_a_moment_in_the_past_means_at_once(bench: Bench) -> None:
    """A task whose time has passed already is carried out without waiting."""
    bench.timer.schedule(a_task(after=-HOUR))
    assert len(bench.pass_time(timedelta())) == 1


def test_each_role_has_its_own_tasks(bench: Bench) -> None:
    """A task calls the function that it names, and the same name at another one is another task."""
    for number, role in enumerate(ROLES):
        bench.timer.schedule(a_task(after=HOUR * (number + 1), role=role, name=f"case-1_{role}"))
    assert [bench.pass_time(HOUR)[0][0] for _ in ROLES] == list(ROLES)


def test_a_name_is_one_intention(bench: Bench) -> None:
    """A second call with a waiting task's name is harmless and changes neither its time nor its body."""
    bench.timer.schedule(a_task(case_id="case-1"))
    bench.timer.schedule(a_task(after=timedelta(minutes=1), case_id="case-2"))
    assert bench.pass_time(timedelta(days=1)) == [("send_stimulus", {"case_id": "case-1"})]


def test_a_name_stays_taken_after_its_task(bench: Bench) -> None:
    """For an hour after a task was carried out its name is still that one's."""
    bench.timer.schedule(a_task())
    assert len(bench.pass_time(HOUR)) == 1
    bench.pass_time(timedelta(minutes=59))
    bench.timer.schedule(a_task(after=timedelta()))
    assert bench.pass_time(timedelta()) == []


def test_a_name_is_free_again_in_the_end(bench: Bench) -> None:
    """An hour after its task the name may mean something new."""
    bench.timer.schedule(a_task())
    assert len(bench.pass_time(HOUR)) == 1
    bench.pass_time(timedelta(minutes=61))
    bench.timer.schedule(a_task(after=timedelta(), case_id="case-2"))
    assert bench.pass_time(timedelta()) == [("send_stimulus", {"case_id": "case-2"})]


def test_a_failed_task_is_tried_again(bench: Bench) -> None:
    """A task that fails is carried out again after a pause, until it succeeds, and its name stays taken."""
    bench.failures[:] = [None, None]
    bench.timer.schedule(a_task())
    bench.timer.schedule(a_task())
    runs = [len(bench.pass_time(HOUR)) for _ in range(4)]
    assert sum(runs) == 3
    assert runs[-1] == 0


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "engine.db")
    yield database
    database.close()


def test_tasks_come_in_the_order_of_their_moments(database: Database) -> None:
    """What is due comes earliest first, and in the order of scheduling within one moment."""
    timer = VirtualTimer(database, VirtualClock(NOON))
    for name, hours in (("late", 2), ("b", 1), ("a", 1), ("early", 0)):
        timer.schedule(a_task(name, after=HOUR * hours))
    seen = []
    while task := timer.pop_due(NOON + HOUR * 9):
        seen.append(task.name)
        timer.finish(task)
    assert seen == ["early", "b", "a", "late"]


def test_the_bound_of_what_is_due_is_exclusive_unless_said(database: Database) -> None:
    """A task due at the very moment is popped only when that is included; others never see it early."""
    timer = VirtualTimer(database, VirtualClock(NOON))
    timer.schedule(a_task())
    assert timer.pop_due(NOON + HOUR) is None
    assert timer.pop_due(NOON + HOUR, inclusive=True) == a_task()


def test_it_is_known_when_the_next_task_is_due(database: Database) -> None:
    """The earliest waiting moment is told, and none when nothing waits."""
    timer = VirtualTimer(database, VirtualClock(NOON))
    assert (timer.next_at(), timer.pending()) == (None, 0)
    timer.schedule(a_task(after=HOUR * 2))
    timer.schedule(a_task("sooner"))
    assert (timer.next_at(), timer.pending()) == (NOON + HOUR, 2)
    task = timer.pop_due(NOON + HOUR, inclusive=True)
    assert task is not None
    assert (timer.next_at(), timer.pending()) == (NOON + HOUR * 2, 1)


def test_tasks_survive_the_process(database: Database) -> None:
    """After a restart what waited still waits, and what was under way is due again."""
    clock = VirtualClock(NOON)
    timer = VirtualTimer(database, clock)
    for name in ("done", "under-way", "waiting"):
        timer.schedule(a_task(name))
    finished, under_way = (timer.pop_due(NOON + HOUR, inclusive=True) for _ in range(2))
    assert finished is not None
    assert under_way is not None
    timer.finish(finished)
    again = VirtualTimer(database, clock)
    popped = [again.pop_due(NOON + HOUR, inclusive=True) for _ in range(3)]
    assert [task and task.name for task in popped] == ["under-way", "waiting", None]


def test_pauses_grow_and_end(database: Database) -> None:
    """The pause after a failure doubles from a second to five minutes; after 20 failures it is given up."""
    clock = VirtualClock(NOON)
    timer = VirtualTimer(database, clock)
    timer.schedule(a_task(after=timedelta()))
    pauses = []
    while task := timer.pop_due(NOON + timedelta(days=30)):
        pauses.append((task.at - clock.now()).total_seconds())
        clock.set(task.at)
        timer.fail(task)
    assert pauses[:5] == [0, 1, 2, 4, 8]
    assert pauses[-1] == 300
    assert len(pauses) == 20


def test_finished_names_are_cleared_away(database: Database) -> None:
    """The file doesn't keep names for ever, however many tasks went through it."""
    clock = VirtualClock(NOON)
    timer = VirtualTimer(database, clock)
    for number in range(2000):
        timer.schedule(a_task(f"task-{number}", after=timedelta()))
        task = timer.pop_due(clock.now(), inclusive=True)
        assert task is not None
        timer.finish(task)
        clock.advance(timedelta(minutes=1))
    (kept,) = database.execute("SELECT COUNT(*) FROM tasks").fetchone()
    assert kept < 1200
