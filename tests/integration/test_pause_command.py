"""`recoup pause` and `recoup resume` as a person runs them: on recoup dev's file, and on Google's parts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.cloud.tasks_v2 import Queue
from typer.testing import CliRunner

from common import wiring
from common.adapters.cloud_tasks_queues import CloudTasksQueues
from common.adapters.firestore_store import FirestoreStore
from common.application.failures import Unavailable
from common.application.ports import Put, Ref
from common.domain.intake_health import HEALTH, INTAKE, IntakeHealth
from infra.cli.main import app
from infra.dev.engine import DevEngine
from infra.local.tasks_server.server import TasksServer
from tests.integration.cloud_tasks import connected_client

SENDS = "projects/shop/locations/europe-west1/queues/send-stimulus"
REF = Ref(HEALTH, INTAKE)


@dataclass(frozen=True, slots=True)
class Run:
    """What one run printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


def recoup(*arguments: object) -> Run:
    words = [str(argument) for argument in arguments]
    found = CliRunner().invoke(app(words), words)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Run(found.exit_code, found.stdout, found.stderr)


@pytest.fixture(autouse=True)
def _cloud_again() -> Iterator[None]:
    yield
    wiring.use(None)


# On a file of recoup dev


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "dev.sqlite"
    DevEngine(path).close()
    return path


def test_a_file_is_paused_and_resumed_while_its_engine_works(data: Path) -> None:
    """The engine sees it with its next look, as it reads the document with each."""
    dev = DevEngine(data)
    try:
        assert recoup("pause", "--data", data, "--because", "wrong\nprices", "--by", "Olga").status == 0
        health = dev.machine.engine.store.load([REF])[REF].document
        assert (health.pause.by, health.pause.because) == ("Olga", "wrong prices")
        run = recoup("resume", "--data", data, "--over-minutes", 90)
        assert "What waited leaves within 1 h 30 min" in run.out
        health = dev.machine.engine.store.load([REF])[REF].document
        assert health.pause.spread_seconds == 5400
    finally:
        dev.close()


def test_a_dry_run_changes_nothing(data: Path) -> None:
    run = recoup("pause", "--data", data, "--dry-run")
    assert "Would pause sends" in run.out
    assert recoup("resume", "--data", data).out == "Sends are not paused.\n"
    recoup("pause", "--data", data)
    assert "would go on" in recoup("resume", "--data", data, "--dry-run").out
    assert recoup("pause", "--data", data, "--json").told["changed"] is False


def test_a_second_pause_names_the_first(data: Path) -> None:
    recoup("pause", "--data", data, "--because", "prices", "--by", "Olga")
    assert "(Olga: prices)" in recoup("pause", "--data", data, "--because", "rain", "--by", "Jan").out


def test_the_doctor_says_that_sends_are_paused(data: Path) -> None:
    """So nobody wonders why no message leaves; afterwards there is nothing to say."""
    recoup("pause", "--data", data)
    assert '"about":"sends"' in recoup("doctor", "--json", "--data", data).out.replace(": ", ":")
    recoup("resume", "--data", data)
    assert '"about":"sends"' not in recoup("doctor", "--json", "--data", data).out.replace(": ", ":")


def test_no_file_is_said_once_and_clearly(tmp_path: Path) -> None:
    run = recoup("pause", "--data", tmp_path / "none")
    assert (run.status, run.err.count("\n")) == (2, 1)


# On Google's parts


@pytest.fixture
def tasks(firestore_project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TasksServer]:
    """The engine's queue of sends, and an environment that names it and the Firestore emulator."""
    urls = dict.fromkeys(("generate_offer", "send_stimulus", "expire_vouchers"), "https://functions.test")
    with TasksServer() as server:
        server.create_queue(SENDS)
        monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "shop")
        monkeypatch.setenv("RECOUP_FIRESTORE_DATABASE", firestore_project)
        monkeypatch.setenv("RECOUP_FUNCTION_URLS", json.dumps(urls))
        monkeypatch.setenv("RECOUP_TASKS_SERVICE_ACCOUNT", "tasks@shop.test")
        monkeypatch.setenv("RECOUP_TASKS_ENDPOINT", server.address)
        yield server


def state(server: TasksServer) -> Queue.State:
    with connected_client(server.address) as client:
        return client.get_queue(name=SENDS).state


def kept(project: str) -> IntakeHealth:
    health = FirestoreStore("shop", project).load([REF])[REF].document
    assert isinstance(health, IntakeHealth)
    return health


def test_the_queue_is_paused_and_runs_again(tasks: TasksServer, firestore_project: str) -> None:
    run = recoup("pause", "--because", "prices")
    assert (run.status, state(tasks)) == (0, Queue.State.PAUSED)
    pause = kept(firestore_project).pause
    assert pause is not None
    assert (pause.because, pause.queues, pause.resumed_at) == ("prices", ("send-stimulus",), None)
    run = recoup("resume")
    assert (run.status, state(tasks)) == (0, Queue.State.RUNNING)
    assert "Running again: send-stimulus." in run.out
    pause = kept(firestore_project).pause
    assert pause is not None
    assert pause.resumed_at is not None


def test_every_shard_is_paused_and_runs_again(tasks: TasksServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message leaves from whichever queue its task is in."""
    tasks.create_queue(f"{SENDS}-2")
    queues = {"generate_offer": "offers", "send_stimulus": ["send-stimulus", "send-stimulus-2"]}
    monkeypatch.setenv("RECOUP_QUEUES", json.dumps({**queues, "expire_vouchers": "vouchers"}))
    assert recoup("pause").status == 0
    with connected_client(tasks.address) as client:
        assert {client.get_queue(name=name).state for name in (SENDS, f"{SENDS}-2")} == {Queue.State.PAUSED}
        assert "Running again: send-stimulus, send-stimulus-2." in recoup("resume").out
        assert {client.get_queue(name=name).state for name in (SENDS, f"{SENDS}-2")} == {Queue.State.RUNNING}


def test_a_dry_run_leaves_the_queue_alone(tasks: TasksServer) -> None:
    assert "To be paused, to run again afterwards: send-stimulus." in recoup("pause", "--dry-run").out
    assert state(tasks) == Queue.State.RUNNING
    recoup("pause")
    recoup("resume", "--dry-run")
    assert state(tasks) == Queue.State.PAUSED


def test_a_queue_that_somebody_else_paused_stays_paused(tasks: TasksServer) -> None:
    """Afterwards everything is as it was before."""
    with connected_client(tasks.address) as client:
        client.pause_queue(name=SENDS)
    recoup("pause")
    run = recoup("resume")
    assert "Paused by somebody else, and left so: send-stimulus." in run.out
    assert state(tasks) == Queue.State.PAUSED


def test_the_engine_is_paused_although_the_queue_is_out_of_reach(
    tasks: TasksServer, firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The switch is what counts; begun again, the command pauses the queue too, and resume knows of it."""
    monkeypatch.setenv("RECOUP_TASKS_ENDPOINT", "127.0.0.1:1")
    run = recoup("pause")
    assert (run.status, run.err.count("\n")) == (3, 1)
    assert "the queue send-stimulus could not be paused" in run.err
    assert kept(firestore_project).pause is not None
    monkeypatch.setenv("RECOUP_TASKS_ENDPOINT", tasks.address)
    assert recoup("pause").status == 0
    assert state(tasks) == Queue.State.PAUSED
    recoup("resume")
    assert state(tasks) == Queue.State.RUNNING


def test_a_note_of_the_intake_at_the_same_moment_is_not_lost(
    tasks: TasksServer, firestore_project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instances write the same document: whoever comes second reads it anew."""
    late = IntakeHealth(late_at=datetime(2026, 3, 2, tzinfo=UTC), lag_seconds=300)
    real, notes = FirestoreStore.save, [late]

    def save(store: FirestoreStore, puts: Any, counters: Any = None) -> Any:
        if notes:
            real(store, [Put(REF, notes.pop(), None)])
        return real(store, puts, counters)

    monkeypatch.setattr(FirestoreStore, "save", save)
    assert recoup("pause").status == 0
    health = kept(firestore_project)
    assert (health.lag_seconds, health.pause is not None) == (300, True)


def test_an_unknown_queue_is_unavailable(tasks: TasksServer) -> None:
    queues = CloudTasksQueues(project="shop", location="europe-west1", names=["none"], endpoint=tasks.address)
    for call in (queues.is_running, queues.pause, queues.resume):
        with pytest.raises(Unavailable, match="NOT_FOUND"):
            call("none")
