"""The deployed functions, in this process, on Google's parts: emulators, task queues, Secret Manager."""

import base64
import json
import logging
import os
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any
from unittest.mock import patch

import pytest
from functions_framework import create_app
from google.cloud.firestore_v1.types.write import Write
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client, TestResponse

from common import wiring
from common.adapters.firestore_catalogue import FirestoreCatalogue
from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import emulator_channel
from common.adapters.secret_manager import SecretManagerSecrets
from common.application.engine import Engine
from common.domain.vocabulary import LookKind
from functions.generate_offer import questions
from functions.send_stimulus import delivery
from infra.local.tasks_server import TasksServer
from main import ENTRY_POINTS
from tests.conftest import ROOT
from tests.google_calls import GoogleCalls
from tests.providers.smtp import mail_server
from tests.providers.twilio import ACCOUNT as TWILIO_ACCOUNT
from tests.providers.twilio import twilio_server
from tests.secret_manager_server import SecretManagerServer, secret_manager

ACCOUNT, STORE, PUBLIC_KEY = "recoup-tasks@shop.test", "bielik", "pk_bielik"
QUEUES = {kind.value: kind.value.replace("_", "-") for kind in LookKind}
Environ = dict[str, Any]


class ShopOnGoogle:
    """Functions answer one at a time, each on an engine of its own, and `calls` says what each of them called."""

    def __init__(
        self, project: str, tasks: TasksServer, secrets: SecretManagerServer, calls: GoogleCalls
    ) -> None:
        """`secrets` are those of all functions; `let_read` says who has which."""
        self.project, self.tasks, self.calls = project, tasks, calls
        self.store = FirestoreStore(project)
        self.catalogue = FirestoreCatalogue(project)
        self._secrets = secrets
        self._readable: dict[str, dict[str, str]] = {}
        self._engines: dict[str, Engine] = {}
        self._one_at_a_time, self._ids = threading.Lock(), count(1)
        self._app = DispatcherMiddleware(_nothing, {f"/{name}": self._entry(name) for name in ENTRY_POINTS})
        self._client = Client(self._app)
        self.url = ""

    def begin(self) -> None:
        """Have the queues, the topics and the policy documents."""
        for queue in QUEUES.values():
            self.tasks.create_queue(self._queue(queue))
        channel = emulator_channel(os.environ["PUBSUB_EMULATOR_HOST"])
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        for topic in ("storefront-events", "recovery-events"):
            publisher.create_topic(name=f"projects/{self.project}/topics/{topic}")
        database = FirestoreDatabase(self.project, "(default)", 10, None)
        for name, document in _policies(f"{self.url}/storefront_api").items():
            write = Write.pb()()
            write.update.name = database.path("config", name)
            fill_fields(write.update.fields, document)
            database.commit([write])

    def let_read(self, function: str, secrets: Mapping[str, str]) -> None:
        """The function is configured with these secrets."""
        paths = {name: f"projects/{self.project}/secrets/{name}/versions/1" for name in secrets}
        self._secrets.versions |= {path: secrets[name].encode() for name, path in paths.items()}
        self._readable[function] = paths

    @contextmanager
    def serving(self) -> Iterator[None]:
        """What functions call one another by, and queues call them."""
        server = make_server("127.0.0.1", 0, self._app, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    # What happens.

    def hears(self, type: str, **content: Any) -> None:
        """A canonical event, which happens now."""
        event = {"id": f"event-{next(self._ids)}", "type": type, "occurred_at": self.tasks.now().isoformat()}
        self.hears_raw(json.dumps(event | content).encode(), source="recoup", store=STORE)

    def hears_raw(self, data: bytes, **attributes: str) -> None:
        """A message of storefront-events."""
        id = str(next(self._ids))
        message = {"messageId": id, "attributes": attributes, "data": base64.b64encode(data).decode()}
        headers = {
            "Content-Type": "application/json",
            "ce-specversion": "1.0",
            "ce-id": id,
            "ce-source": f"//pubsub.googleapis.com/projects/{self.project}/topics/storefront-events",
            "ce-type": "google.cloud.pubsub.topic.v1.messagePublished",
            "ce-time": self.tasks.now().isoformat(),
        }
        body = json.dumps({"message": message, "subscription": "projects/p/subscriptions/s"})
        assert self.asks("ingest_event", "POST", "/", data=body, headers=headers).status_code == 200

    def asks(self, function: str, method: str, path: str, **request: Any) -> TestResponse:
        """A call of a function."""
        return self._client.open(f"/{function}{path}", method=method, **request)

    def looks(self, function: str, **body: str) -> Mapping[str, Any]:
        """A task, or a job of the scheduler's; what the function says of it."""
        token = self.tasks.issuer.token(ACCOUNT, f"{self.url}/{function}")
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.asks(function, "POST", "/", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        found: Mapping[str, Any] = answer.json or {}
        return found

    def let_pass(self, **span: float) -> None:
        """Time passes; every task is carried out at its own moment."""
        until = self.tasks.now() + timedelta(**span)
        while (due := min(self._due(), default=until)) < until:
            self._move(due - self.tasks.now())
        self._move(until - self.tasks.now())

    def _move(self, by: timedelta) -> None:
        self.tasks.advance(max(by, timedelta()))
        assert self.tasks.wait_until_idle(timedelta(seconds=30))

    def _due(self) -> list[Any]:
        return [
            task.schedule_time for queue in QUEUES.values() for task in self.tasks.tasks(self._queue(queue))
        ]

    def _queue(self, name: str) -> str:
        return f"projects/{self.project}/locations/europe-west1/queues/{name}"

    # The functions.

    def _entry(self, function: str) -> Callable[[Environ, Any], Any]:
        app = create_app(target=function, source=str(ROOT / "main.py"))  # type: ignore[no-untyped-call]

        def price(environ: Environ, start: Any) -> Any:
            self.calls.add(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", "price-offer")
            with self.calls.during(function):
                return app(environ, start)

        def answer(environ: Environ, start: Any) -> Any:
            with self._one_at_a_time, patch.dict(os.environ, self._environment(function)):
                wiring.use(lambda: self._engine(function))
                with self.calls.during(function):
                    return app({**environ, "PATH_INFO": environ["PATH_INFO"] or "/"}, start)

        # It has no engine, and is called by another function while that one works.
        return price if function == "price_offer" else answer

    def _engine(self, function: str) -> Engine:
        if function not in self._engines:
            self._engines[function] = replace(wiring.cloud_engine(), clock=self.tasks)
        return self._engines[function]

    def _environment(self, function: str) -> dict[str, str]:
        """What only this function is told."""
        targets = {name: f"{self.url}/{name}" for name in QUEUES}
        return {
            "GOOGLE_CLOUD_PROJECT": self.project,
            "RECOUP_FUNCTION_URLS": json.dumps(targets),
            "RECOUP_TASKS_SERVICE_ACCOUNT": ACCOUNT,
            "RECOUP_TASKS_ENDPOINT": self.tasks.address,
            "RECOUP_CERTIFICATES_URL": self.tasks.certs_url,
            "RECOUP_SECRETS": json.dumps(self._readable.get(function, {})),
            "RECOUP_AUDIENCE": targets.get(function, ""),
            "RECOUP_PRICING_URL": f"{self.url}/price_offer",
        }


def _nothing(environ: Environ, start: Any) -> list[bytes]:
    start("404 Not Found", [])
    return []


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def _policies(storefront_url: str) -> dict[str, dict[str, Any]]:
    return {
        "recovery": {"holdout_percent": 0},
        "shop": {
            "name": "Bielik",
            "url": "https://bielik.example/",
            "from_email": "hej@bielik.example",
            "storefront_url": storefront_url,
            "time_zone": "Europe/Warsaw",
            "sms_sender": "+48600100200",
        },
        "storefront": {"stores": {STORE: {"publishable_keys": [PUBLIC_KEY], "allowed_origins": []}}},
    }


@contextmanager
def opened(firestore: str, pubsub: str, secrets: Mapping[str, Mapping[str, str]]) -> Iterator[ShopOnGoogle]:
    """A shop in a project of its own, with a mail server and Twilio; `secrets` are each function's, by name."""
    calls = GoogleCalls()
    with ExitStack() as until, _as_it_was(), pytest.MonkeyPatch.context() as monkeypatch:
        calls.watch(monkeypatch)
        tasks, server = until.enter_context(TasksServer()), until.enter_context(secret_manager())
        login = ("recoup", secrets["send_stimulus"]["smtp_password"])
        mail, twilio = until.enter_context(mail_server(login=login)), until.enter_context(twilio_server())
        twilio.clock = tasks.now
        settings = {
            "FIRESTORE_EMULATOR_HOST": firestore,
            "PUBSUB_EMULATOR_HOST": pubsub,
            "NO_PROXY": "127.0.0.1",
            "RECOUP_SMTP_HOST": "127.0.0.1",
            "RECOUP_SMTP_PORT": str(mail.port),
            "RECOUP_SMTP_SECURITY": "none",
            "RECOUP_SMTP_USERNAME": login[0],
            "RECOUP_TWILIO_ACCOUNT_SID": TWILIO_ACCOUNT,
            "RECOUP_TWILIO_BASE_URL": twilio.url,
        }
        for name in [name for name in os.environ if name.startswith("RECOUP_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        reader = partial(SecretManagerSecrets, channel=server.channel)
        monkeypatch.setattr(wiring, "SecretManagerSecrets", reader)
        shop = ShopOnGoogle(f"test-{uuid.uuid4().hex[:20]}", tasks, server, calls)
        for function, readable in secrets.items():
            shop.let_read(function, readable)
        with shop.serving():
            shop.begin()
            yield shop


@contextmanager
def _as_it_was() -> Iterator[None]:
    """What functions keep for the life of their worker is forgotten, before and after."""
    logger, kept = logging.getLogger("recoup"), (questions._service, delivery._provider)
    before = (logger.handlers[:], logger.level, logger.propagate)
    for one in kept:
        one.cache_clear()
    try:
        yield
    finally:
        wiring.use(None)
        for one in kept:
            one.cache_clear()
        logger.handlers[:], logger.level, logger.propagate = before
