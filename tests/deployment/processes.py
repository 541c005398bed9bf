"""One deployed function as the platform runs it: functions-framework in a process of its own."""

import os
import random
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


_PORTS = range(20_000, 32_000)
"""Below those of outgoing connections: a call to such a port, where nobody listens, may be given that very
port for its own end, and so reach itself.
"""


def free_port() -> int:
    """A port of loopback that nobody listens on now, by chance, as other runs look for one too."""
    while True:
        port = random.choice(_PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


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
        while not self._listens():
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.name} does not listen; it printed:\n{self.output()}")
            time.sleep(0.05)

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
        while self._listens():  # a worker, which shares its socket, may take a moment longer to die
            time.sleep(0.01)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def output(self) -> str:
        """All that it printed."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""
