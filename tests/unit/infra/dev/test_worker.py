"""The thread that calls the functions, when what it calls fails."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Task
from infra.dev.clock import SkippingClock
from infra.dev.worker import Worker
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.local_topic import LocalTopic
from infra.local.memory_timer import MemoryTimer

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Failing:
    """A machine whose functions fail as often as there are errors, and work afterwards."""

    timer: MemoryTimer
    errors: list[Exception]
    received: list[PubSubMessage] = field(default_factory=list)
    called: list[Task] = field(default_factory=list)
    swept: list[Task] = field(default_factory=list)
    purged: int = 0

    def purge_expired(self) -> None:
        self.purged += 1

    def receive(self, message: PubSubMessage) -> None:
        if self.errors:
            raise self.errors.pop()
        self.received.append(message)

    def call(self, task: Task) -> None:
        if "job" in task.body:
            self.swept.append(task)
            self.timer.finish(task)
            return
        if self.errors:
            raise self.errors.pop()
        self.called.append(task)
        self.timer.finish(task)


@dataclass
class Bench:
    """A worker with everything around it, on a clock that stands still."""

    errors: list[Exception]
    time: VirtualClock = field(default_factory=lambda: VirtualClock(NOON))
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        clock = SkippingClock(Database(":memory:"), self.time)
        self.topic = LocalTopic(clock)
        self.machine = Failing(MemoryTimer(clock), self.errors)
        machine: Any = self.machine
        self.worker = Worker(machine, self.topic, clock, self.complaints.append, fast=False)


def until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.01)


@pytest.fixture(params=[Unavailable("the disk is full"), KeyError("a mistake of ours")])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    bench = Bench([request.param])
    yield bench
    bench.worker.stop()


def test_a_message_that_fails_is_delivered_again(bench: Bench) -> None:
    """Whatever a function raises, the message comes again after a pause, and the terminal is told."""
    bench.topic.publish(b"{}", {})
    bench.worker.start()
    until(lambda: bench.complaints)
    assert bench.machine.received == []
    bench.time.advance(timedelta(seconds=2))
    until(lambda: bench.machine.received)
    assert bench.worker.is_alive


def test_a_task_that_fails_is_called_again(bench: Bench) -> None:
    """Whatever a function raises, the task is due again after a pause, and the thread goes on."""
    bench.machine.timer.schedule(Task("generate_offer", "look", NOON, {}))
    bench.worker.start()
    until(lambda: bench.complaints)
    bench.time.advance(timedelta(seconds=2))
    until(lambda: bench.machine.called)
    assert bench.worker.is_alive


def test_ids_are_never_used_twice() -> None:
    """The topic counts from one in every process, but the engine's file is for ever: ids differ by session."""
    first, second = Bench([]), Bench([], VirtualClock(NOON + timedelta(seconds=1)))
    for bench in (first, second):
        bench.topic.publish(b"{}", {})
        bench.worker.start()
        until(lambda bench=bench: bench.machine.received)
        bench.worker.stop()
    assert first.machine.received[0].id != second.machine.received[0].id


def test_the_sweep_comes_round() -> None:
    """As Cloud Scheduler does, the worker has lost timers looked for every ten minutes."""
    bench = Bench([])
    bench.worker.start()
    until(lambda: len(bench.machine.swept) == 3)
    bench.time.advance(timedelta(minutes=10))
    until(lambda: len(bench.machine.swept) == 6)
    bench.worker.stop()
    assert [task.body["job"] for task in bench.machine.swept] == ["sweep", "reconcile", "flags"] * 2
    assert bench.machine.purged == 2
