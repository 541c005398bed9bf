"""One deployed function as the platform runs it: functions-framework in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("functions-framework")
STARTED_WITHIN_SECONDS = 60


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class FunctionProcess:
    """Started by `start`, as often as it was killed; what it prints is kept in one file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Begin; `wait_until_ready` tells when it listens."""
        self._environment = dict(environment)
        command = [str(COMMAND), "--source", "main.py", "--target", self.name, "--host", "127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # the framework's workers are its children: they go with it
            )

    def wait_until_ready(self) -> None:
        """Return when it listens, which is after everything was imported."""
        deadline = time.monotonic() + STARTED_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.name} does not listen; it printed:\n{self.output()}")

    def restart(self) -> None:
        """Start again as before, and wait until it listens."""
        self.start(self._environment)
        self.wait_until_ready()

    def kill(self) -> None:
        """kill -9, the workers included. A second call is harmless."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def output(self) -> str:
        """All that it printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""
