"""What the tests of Cloud Tasks share: the real client, and a worker that records what it is sent."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import CloudTasksGrpcTransport

LOCATION = "projects/shop/locations/europe-west1"
QUEUE = f"{LOCATION}/queues/stimuli"


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(slots=True)
class Worker:
    """An HTTP server on loopback that answers with `answers`, then 200."""

    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    content: Callable[[], bytes] = bytes
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    may_answer: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def wait_for(self, requests: int) -> bool:
        """Whether so many more requests arrive within ten seconds."""
        return all(self.arrived.acquire(timeout=10) for _ in range(requests))

    def header(self, name: str) -> list[str | None]:
        """The header of each request so far."""
        return [request.headers[name] for request in self.received]


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, worker: Worker, *connection: Any) -> None:
        self._worker = worker
        super().__init__(*connection)

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        self._worker.received.append(Received(self.command, self.path, self.headers, body))
        self._worker.arrived.release()
        self._worker.may_answer.wait(10)
        self.send_response(self._worker.answers.pop(0) if self._worker.answers else 200)
        content = self._worker.content()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - named by the base class

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that doesn't wait for the answer is part of some tests."""


@contextmanager
def running_worker() -> Iterator[Worker]:
    """A worker that answers at once; `may_answer.clear()` makes it wait."""
    worker = Worker()
    worker.may_answer.set()
    server = _Server(("127.0.0.1", 0), partial(_Handler, worker))
    worker.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield worker
    worker.may_answer.set()
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def connected_client(address: str) -> Iterator[CloudTasksClient]:
    """Google's own client, over gRPC."""
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        yield CloudTasksClient(transport=CloudTasksGrpcTransport(channel=channel))
