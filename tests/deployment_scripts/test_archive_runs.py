"""The archive alone, under a new Python, runs every function."""

import base64
import json
import os
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import emulator_channel
from common.application.ports import Ref
from common.domain import ids
from infra.cloud import archive
from infra.local.tasks_server import TasksServer
from main import ENTRY_POINTS
from tests.deployment.processes import FunctionProcess
from tests.deployment_scripts.stage import ROOT
from tests.unit.functions.price_offer.asking import cart, raw

STORE, CART = "bielik", "c-archived"
ROLES = ("generate_offer", "send_stimulus", "expire_vouchers")
EVENT = {
    "id": "e-1",
    "type": "cart.updated",
    "occurred_at": datetime.now(UTC).isoformat(),
    "customer": {"email": "ola@bielik.example"},
    "cart": {
        "id": CART,
        "currency": "PLN",
        "lines": [{"sku": "MUG", "name": "Kubek", "quantity": 2, "unit_price": "64.50"}],
    },
}


class Unpacked(FunctionProcess):
    """A function of the archive, under a Python that has nothing but requirements.txt."""

    def __init__(self, name: str, folder: Path, source: Path, python: Path) -> None:
        super().__init__(name, folder)
        self._source, self._python = source, python

    def start(self, environment: Mapping[str, str]) -> None:
        """Begin, as the platform does."""
        command = [
            str(self._python.with_name("functions-framework")),
            "--source",
            "main.py",
            "--target",
            self.name,
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=self._source,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def installed(folder: Path) -> tuple[Path, Path]:
    """The archive unpacked into an empty folder, and a new Python with its requirements."""
    path, _ = archive.build(ROOT, folder)
    source = folder / "source"
    with zipfile.ZipFile(path) as opened:
        opened.extractall(source)
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True, timeout=120)
    python = folder / "venv" / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    done = subprocess.run(
        [*pip, "--requirement", str(source / "requirements.txt")], capture_output=True, text=True, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return source, python


@contextmanager
def started(folder: Path, firestore: str, tasks: TasksServer, project: str) -> Iterator[dict[str, Unpacked]]:
    """Every function, run from the archive alone."""
    source, python = installed(folder)
    functions = {name: Unpacked(name, folder, source, python) for name in ENTRY_POINTS}
    try:
        for name, function in functions.items():
            settings = {
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "GOOGLE_CLOUD_PROJECT": project,
                "RECOUP_FUNCTION_URLS": json.dumps({role: functions[role].url for role in ROLES}),
                "RECOUP_TASKS_SERVICE_ACCOUNT": f"tasks@{project}.iam.gserviceaccount.com",
                "RECOUP_TASKS_ENDPOINT": tasks.address,
                "RECOUP_CERTIFICATES_URL": tasks.certs_url,
                "RECOUP_SECRET_VOUCHER_KEY": "a key for vouchers",
                "RECOUP_SECRET_SUPPRESSION_KEY": "a key for suppressions",
                "FIRESTORE_EMULATOR_HOST": firestore,
                "NO_PROXY": "127.0.0.1",
            }
            function.start({} if name == "price_offer" else settings)
        for function in functions.values():
            function.wait_until_ready()
        yield functions
    except BaseException:
        for name, function in functions.items():
            print(f"--- {name}\n{function.output()}")
        raise
    finally:
        for function in functions.values():
            function.kill()


def cloud_event(project: str) -> dict[str, Any]:
    """A storefront's message as Eventarc hands it over, in structured content mode."""
    now = datetime.now(UTC).isoformat()
    message = {
        "messageId": uuid.uuid4().hex,
        "publishTime": now,
        "attributes": {"source": "recoup", "store": STORE},
        "data": base64.b64encode(json.dumps(EVENT).encode()).decode(),
    }
    return {
        "specversion": "1.0",
        "id": message["messageId"],
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "source": f"//pubsub.googleapis.com/projects/{project}/topics/storefront-events",
        "time": now,
        "datacontenttype": "application/json",
        "data": {
            "message": message,
            "subscription": f"projects/{project}/subscriptions/storefront-events-order",
        },
    }


@pytest.mark.timeout(600)
def test_the_archive_alone_runs_every_function(firestore_emulator: str, tmp_path: Path) -> None:
    """Unpacked elsewhere, under a new Python with requirements.txt: each function answers what it is called with."""
    project = f"test-{uuid.uuid4().hex[:20]}"
    with TasksServer() as tasks:
        for role in ROLES:
            tasks.create_queue(f"projects/{project}/locations/europe-west1/queues/{role.replace('_', '-')}")
        with started(tmp_path, firestore_emulator, tasks, project) as functions:
            headers = {"Content-Type": "application/cloudevents+json"}
            event = json.dumps(cloud_event(project))
            heard = requests.post(functions["ingest_event"].url, data=event, headers=headers, timeout=60)
            assert heard.ok, heard.text
            store = FirestoreStore(project, channel=emulator_channel(firestore_emulator))
            ref = Ref("cases", ids.case_id(STORE, CART))
            assert store.load([ref])[ref].document is not None
            assert tasks.tasks(f"projects/{project}/locations/europe-west1/queues/generate-offer") != []

            for role in ROLES:
                refused = requests.post(functions[role].url, json={"id": "1", "case_id": "2"}, timeout=60)
                assert refused.status_code == 403, role
            health = requests.get(f"{functions['storefront_api'].url}/healthz", timeout=60)
            assert (health.status_code, health.json()["status"]) == (200, "ok")
            priced = requests.post(f"{functions['price_offer'].url}/v1/decisions", json=cart(), timeout=60)
            assert priced.content == raw(cart())
            assert set(functions) == {"ingest_event", *ROLES, "storefront_api", "price_offer"}
