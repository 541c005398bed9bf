"""The whole engine on Google's parts at once: a process per function, the emulators, a mailbox and a phone.

A test lets time pass by moving the Cloud Tasks server's clock and, with it, the engine's clock in the
functions' processes (see `ahead/sitecustomize.py`). Policy documents with tiny times can't stand in for that:
a voucher lives for a day at least, and it is the defaults that are to be shown to work.
"""

import json
import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from google.cloud.tasks_v2 import Task
from google.pubsub_v1.types import PubsubMessage

from common.adapters.firestore_catalogue import FirestoreCatalogue
from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import emulator_channel
from common.application.ports import Loaded, Ref
from common.domain import ids
from common.domain.documents import Case
from common.domain.vocabulary import LookKind
from infra.local.tasks_server import TasksServer
from main import ENTRY_POINTS
from tests.deployment.processes import ROOT, FunctionProcess
from tests.deployment.topics import Topics, line
from tests.integration.cloud_tasks import connected_client
from tests.providers.smtp import Mailbox, mail_server
from tests.providers.twilio import ACCOUNT, TOKEN, Twilio, twilio_server

STORE = "bielik"
ACCOUNT_OF_TASKS = "tasks@bielik.iam.gserviceaccount.com"
POLICIES: Mapping[str, Mapping[str, Any]] = {
    "recovery": {"holdout_percent": 0},
    "shop": {
        "name": "Bielik",
        "url": "https://bielik.example/",
        "from_email": "hej@bielik.example",
        "time_zone": "Europe/Warsaw",
        "default_locale": "pl",
        "sms_sender": "+48600100200",
    },
}
"""What an administrator of this shop has written; everything else keeps its default."""
_QUEUES = {kind.value: kind.value.replace("_", "-") for kind in LookKind}
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
_HERE = Path(__file__).parent
T = TypeVar("T")


def eventually(look: Callable[[], T], what: str, within_seconds: float = 20) -> T:
    """What `look` returns as soon as it is true."""
    deadline = time.monotonic() + within_seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_seconds:.0f} s for {what}; the last look found {found!r}")
        time.sleep(0.03)
    return found


class Deployment:
    """What a test can do to the engine from outside, and what it can see of it."""

    def __init__(
        self,
        project: str,
        emulators: Mapping[str, str],
        tasks: TasksServer,
        mail: Mailbox,
        twilio: Twilio,
        folder: Path,
    ) -> None:
        self.project, self.tasks, self.mail, self.twilio = project, tasks, mail, twilio
        self.functions = {name: FunctionProcess(name, folder) for name in ENTRY_POINTS}
        self.store = FirestoreStore(project, channel=emulator_channel(emulators["FIRESTORE_EMULATOR_HOST"]))
        self._emulators = emulators
        self._ahead = folder / "ahead-by-seconds"
        self._ahead.write_text("0")

    def start(self) -> None:
        """Have every function listen, the queues and topics exist, and the policy documents be there."""
        for name, function in self.functions.items():
            function.start(self._environment(name))
        for queue in _QUEUES.values():
            self.tasks.create_queue(self._queue(queue))
        firestore = emulator_channel(self._emulators["FIRESTORE_EMULATOR_HOST"])
        shop = {**POLICIES["shop"], "storefront_url": self.functions["storefront_api"].url}
        _write_policies(
            FirestoreDatabase(self.project, "(default)", 10, firestore), {**POLICIES, "shop": shop}
        )
        self.catalogue = FirestoreCatalogue(self.project, channel=firestore)
        for function in self.functions.values():
            function.wait_until_ready()
        push_to = self.functions["ingest_event"].url
        self.topics = Topics(self._emulators["PUBSUB_EMULATOR_HOST"], self.project, push_to)

    def stop(self) -> None:
        """No process is left behind."""
        for function in self.functions.values():
            function.kill()

    def output(self) -> str:
        """What the functions printed."""
        return "".join(f"--- {name}\n{function.output()}" for name, function in self.functions.items())

    def _environment(self, name: str) -> dict[str, str]:
        """What the deployment sets for a function, with secrets from the environment as on one machine."""
        urls = {role: self.functions[role].url for role in _QUEUES}
        settings = {
            "GOOGLE_CLOUD_PROJECT": self.project,
            "RECOUP_FUNCTION_URLS": json.dumps(urls),
            "RECOUP_TASKS_SERVICE_ACCOUNT": ACCOUNT_OF_TASKS,
            "RECOUP_TASKS_ENDPOINT": self.tasks.address,
            "RECOUP_CERTIFICATES_URL": self.tasks.certs_url,
            "RECOUP_SECRET_VOUCHER_KEY": "a key for vouchers",
            "RECOUP_SECRET_SUPPRESSION_KEY": "a key for suppressions",
            "PYTHONPATH": f"{_HERE / 'ahead'}{os.pathsep}{ROOT}",
            "TEST_CLOCK_AHEAD": str(self._ahead),
            "NO_PROXY": "127.0.0.1",
        }
        if name in ("send_stimulus", "storefront_api"):
            settings["RECOUP_SECRET_TOKEN_KEY"] = "a key for links"
        if name == "generate_offer":
            settings["RECOUP_PRICING_URL"] = self.functions["price_offer"].url
        if name in urls:
            settings["RECOUP_AUDIENCE"] = urls[name]
        if name == "send_stimulus":
            settings |= {
                "RECOUP_SMTP_HOST": "127.0.0.1",
                "RECOUP_SMTP_PORT": str(self.mail.port),
                "RECOUP_SMTP_SECURITY": "none",
                "RECOUP_TWILIO_ACCOUNT_SID": ACCOUNT,
                "RECOUP_TWILIO_BASE_URL": self.twilio.url,
                "RECOUP_SECRET_TWILIO_AUTH_TOKEN": TOKEN,
            }
        inherited = {variable: os.environ[variable] for variable in _INHERITED if variable in os.environ}
        return inherited | dict(self._emulators) | settings

    def now(self) -> datetime:
        """The time of the Cloud Tasks server and of the engine."""
        return self.tasks.now()

    def publish(self, event: Mapping[str, Any] | bytes, store: str = STORE) -> str:
        """Publish one canonical event, as the storefront does."""
        data = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        return self.topics.publish(data, {"source": "recoup", "store": store})

    def let_pass(self, span: timedelta) -> None:
        """Let time pass; everything due meanwhile is carried out at its own moment."""
        until = self.now() + span
        while (due := min(self._due(), default=until)) < until:
            self._move_to(due)
        self._move_to(until)

    def _move_to(self, moment: datetime) -> None:
        step = max(moment - self.now(), timedelta())
        # The engine's clock first: a task that came before its time would only be set once more.
        ahead = float(self._ahead.read_text()) + step.total_seconds()
        fresh = self._ahead.with_suffix(".new")
        fresh.write_text(repr(ahead))
        fresh.replace(self._ahead)
        self.tasks.advance(step)
        assert self.tasks.wait_until_idle(timedelta(seconds=30))

    def _due(self) -> list[datetime]:
        return [task.schedule_time for task in self.scheduled()]

    def scheduled(self) -> list[Task]:
        """All tasks that wait, of every queue."""
        return [task for queue in _QUEUES.values() for task in self.tasks.tasks(self._queue(queue))]

    def _queue(self, name: str) -> str:
        return f"projects/{self.project}/locations/europe-west1/queues/{name}"

    def loaded(self, cart_id: str) -> Loaded:
        """The document of the cart's case, with its version."""
        ref = Ref("cases", ids.case_id(STORE, cart_id))
        return self.store.load([ref])[ref]

    def case(self, cart_id: str) -> Case:
        """The cart's case."""
        found = self.loaded(cart_id).document
        assert isinstance(found, Case), f"{cart_id} has no case"
        return found

    def wait_for_timer(self, cart_id: str) -> None:
        """Return when the cart's case waits for a task."""
        case_id = ids.case_id(STORE, cart_id)
        eventually(lambda: any(case_id in task.name for task in self.scheduled()), f"{cart_id}'s timer")

    def lose_timer(self, cart_id: str) -> None:
        """Have Cloud Tasks forget the task that the cart's case waits for."""
        case_id = ids.case_id(STORE, cart_id)
        (name,) = (task.name for task in self.scheduled() if case_id in task.name)
        with connected_client(self.tasks.address) as client:
            client.delete_task(name=name)

    def announcements(self, cart_id: str) -> list[PubsubMessage]:
        """What was published about the cart's case so far, repetitions included."""
        case_id = ids.case_id(STORE, cart_id)
        return [message for message in self.topics.listen() if line(message).get("case_id") == case_id]

    def told(self, cart_id: str) -> list[dict[str, Any]]:
        """The lines of what was published about the cart's case, each once, in the order of their times."""
        once = {message.attributes["ce-id"]: line(message) for message in self.announcements(cart_id)}
        return sorted(once.values(), key=lambda told: str(told["at"]))

    def wait_to_hear(self, cart_id: str, type: str) -> dict[str, Any]:
        """The first announcement of the type about the cart's case."""
        heard = eventually(
            lambda: [told for told in self.told(cart_id) if told["type"] == type], f"{type} of {cart_id}"
        )
        return heard[0]


def _write_policies(database: FirestoreDatabase, policies: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the documents where the administrators' console would."""
    from google.cloud.firestore_v1.types.write import Write

    for name, document in policies.items():
        write = Write.pb()()
        write.update.name = database.path("config", name)
        fill_fields(write.update.fields, document)
        database.commit([write])


@contextmanager
def deployed(firestore: str, pubsub: str, folder: Path) -> Iterator[Deployment]:
    """A deployment in a project of its own; everything that was started ends with the block."""
    emulators = {"FIRESTORE_EMULATOR_HOST": firestore, "PUBSUB_EMULATOR_HOST": pubsub}
    project = f"test-{uuid.uuid4().hex[:20]}"
    with TasksServer() as tasks, mail_server() as mail, twilio_server() as twilio:
        deployment = Deployment(project, emulators, tasks, mail, twilio, folder)
        twilio.clock = deployment.now
        try:
            deployment.start()
            yield deployment
        except BaseException:
            print(deployment.output())
            raise
        finally:
            deployment.stop()


def stamp(moment: datetime) -> str:
    """The moment as storefronts write it."""
    return moment.astimezone(UTC).isoformat()
