"""The gcloud emulators, started for one test run and stopped with it.

One pair serves the whole run, on however many pytest-xdist workers: the first test that needs an emulator
starts it under a file lock, the others read its address. So a run whose selected tests need none starts none.

Who stops it is the harder question: a worker may end before its siblings, and any process may be killed. So
each emulator has a keeper (this file, run as a command) that outlives the workers and waits at a FIFO whose
writing end the controller alone holds open. The kernel closes that end however the controller ends: done,
Ctrl-C or SIGKILL. Then the keeper kills the emulator's process group, its java children included.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

COMMANDS = {
    "firestore": "gcloud emulators firestore start --host-port={address}",
    "pubsub": "gcloud beta emulators pubsub start --project=recoup-test --host-port={address}",
}
READY_WITHIN_SECONDS = 120
STOPPED_WITHIN_SECONDS = 15


class EmulatorMissing(Exception):
    """This machine can't run the emulator; the message says why."""


class Run:
    """The controller's side: the folder that the workers share, and the end of all keepers."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="recoup-emulators-"))
        os.mkfifo(self.folder / "alive")
        # Read-write, because opening a FIFO for writing alone waits for a reader.
        self._alive = os.open(self.folder / "alive", os.O_RDWR)

    def stop(self) -> None:
        """Stop every emulator of this run and wait until they are gone. A second call is harmless."""
        if not self.folder.exists():
            return
        os.close(self._alive)
        deadline = time.monotonic() + STOPPED_WITHIN_SECONDS
        while list(self.folder.glob("*.running")) and time.monotonic() < deadline:
            time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)


def address(kind: str, folder: Path) -> str:
    """host:port of the run's emulator, started if it is the first time it is asked for."""
    with _locked(folder / f"{kind}.lock"):
        known, missing = folder / f"{kind}.address", folder / f"{kind}.missing"
        if missing.exists():
            raise EmulatorMissing(missing.read_text())
        if not known.exists():
            try:
                known.write_text(_start(kind, folder))
            except EmulatorMissing as error:
                missing.write_text(str(error))  # so that the other workers don't wait for it again
                raise
        return known.read_text()


def log_tail(kind: str, folder: Path, lines: int = 30) -> str:
    """The end of what the emulator printed."""
    log = folder / f"{kind}.log"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""


def _start(kind: str, folder: Path) -> str:
    for program in ("gcloud", "java"):
        if not shutil.which(program):
            raise EmulatorMissing(f"the {kind} emulator needs {program}, which is not on PATH")
    found = f"127.0.0.1:{_free_port()}"
    (folder / f"{kind}.running").touch()
    with (folder / f"{kind}.log").open("wb") as log:
        keeper = subprocess.Popen(
            [sys.executable, __file__, kind, found, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches the tests only; the keeper cleans up after them
        )
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and keeper.poll() is None:
        if _answers(found):
            return found
        time.sleep(0.1)
    why = f"was not ready in {READY_WITHIN_SECONDS} s" if keeper.poll() is None else "did not start"
    raise EmulatorMissing(f"the {kind} emulator {why}; it printed:\n{log_tail(kind, folder)}")


def _answers(found: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{found}/", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(kind: str, found: str, folder: Path) -> None:
    """Run one emulator until the controller is gone, or until it ends by itself."""
    emulator = subprocess.Popen(COMMANDS[kind].format(address=found).split(), start_new_session=True)
    threading.Thread(target=_kill_when_alone, args=(emulator, folder), daemon=True).start()
    emulator.wait()
    _kill_group(emulator)
    (folder / f"{kind}.running").unlink(missing_ok=True)


def _kill_when_alone(emulator: subprocess.Popen[bytes], folder: Path) -> None:
    with suppress(OSError):  # the run may have ended before its emulator began
        # Opened without waiting for a writer: the controller may be gone already.
        alive = os.open(folder / "alive", os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(alive, True)
        os.read(alive, 1)  # nothing is ever written; this returns when the last writer is gone
    _kill_group(emulator)


def _kill_group(emulator: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(emulator.pid, signal.SIGKILL)  # there is no state worth a slower goodbye


if __name__ == "__main__":
    _keep(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
