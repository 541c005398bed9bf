"""What every test may ask for: the emulators, a project of its own in each, and the sample events."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from tests import emulators
from tests.samples.sample import samples_folder

ROOT = Path(__file__).resolve().parents[1]
UNIT = ROOT / "tests" / "unit"
RUN = pytest.StashKey[emulators.Run]()
FOLDER = pytest.StashKey[Path]()


# How long an example takes says how busy the machine is. Where a failure would stop somebody else's work, the examples
# are the same each time; whoever develops meets new ones.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("steady", settings.get_profile("patient"), derandomize=True)
settings.load_profile("steady" if os.environ.get("REQUIRE_EMULATORS") == "1" else "patient")


def pytest_configure(config: pytest.Config) -> None:
    """The controller (or the only process) opens the run; a worker is told where it is."""
    if hasattr(config, "workerinput"):
        config.stash[FOLDER] = Path(config.workerinput["emulators"])
    else:
        config.stash[RUN] = run = emulators.Run()
        config.stash[FOLDER] = run.folder


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["emulators"] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    if run := config.stash.get(RUN, None):
        run.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows what its emulators printed last."""
    report = yield
    if report.failed:
        for kind in emulators.COMMANDS:
            if f"{kind}_emulator" in getattr(item, "fixturenames", ()):
                tail = emulators.log_tail(kind, item.config.stash[FOLDER])
                report.sections.append((f"{kind} emulator", tail))
    return report


@pytest.fixture(scope="session")
def firestore_emulator(pytestconfig: pytest.Config) -> str:
    """host:port of the run's Firestore emulator."""
    return _emulator("firestore", pytestconfig)


@pytest.fixture(scope="session")
def pubsub_emulator(pytestconfig: pytest.Config) -> str:
    """host:port of the run's Pub/Sub emulator."""
    return _emulator("pubsub", pytestconfig)


@pytest.fixture
def firestore_project(firestore_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project id of this test's own, which the emulator keeps apart; the real client finds the emulator."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator)
    return f"test-{uuid.uuid4().hex[:20]}"


@pytest.fixture
def pubsub_project(pubsub_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project id of this test's own, which the emulator keeps apart; the real client finds the emulator."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_emulator)
    return f"test-{uuid.uuid4().hex[:20]}"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of sample events of real platforms, which is no part of the repository."""
    folder = samples_folder()
    if not folder.is_dir():
        pytest.skip(f"no sample events at {folder}; set RECOUP_SAMPLES to their folder")
    return folder


@pytest.fixture(autouse=True)
def _no_sockets_in_unit_tests(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.path.is_relative_to(UNIT):
        return

    def refuse(*_: object, **__: object) -> NoReturn:
        pytest.fail("a unit test opened a connection; move it to tests/integration or pass in a double")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket.socket, "connect_ex", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def _emulator(kind: str, config: pytest.Config) -> str:
    try:
        return emulators.address(kind, config.stash[FOLDER])
    except emulators.EmulatorMissing as error:
        if os.environ.get("REQUIRE_EMULATORS") == "1":
            pytest.fail(f"REQUIRE_EMULATORS=1, but {error}", pytrace=False)
        pytest.skip(str(error))
