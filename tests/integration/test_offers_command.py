"""`recoup offers` in the cloud: on Firestore's and Pub/Sub's emulators, and on our Cloud Tasks."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from typer.testing import CliRunner, Result

from common import wiring
from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.firestore_values import fill_fields
from common.adapters.google_calls import emulator_channel
from common.application.ports import Put, Ref
from common.domain.vocabulary import LookKind, OfferStage
from infra.cli.main import app
from infra.local.tasks_server import TasksServer
from tests.builders import BEN, STORE, rules
from tests.integration.cloud_tasks import Worker, running_worker
from tests.phones import FOX_64, FOX_128, failed, with_catalogue
from tests.stories import Story

POLICY = {"approval_over": {"PLN": "500.00"}}
KEPT = ("cases", "customers", "orders", "offer_evidence")


def recoup(*words: str) -> Result:
    """One command, in this process."""
    found = CliRunner().invoke(app(words), words)
    assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
    return found


def lines(*words: str) -> list[dict[str, Any]]:
    """What a command prints."""
    return [json.loads(line) for line in recoup(*words).stdout.splitlines()]


@pytest.fixture
def worker() -> Iterator[Worker]:
    with running_worker() as worker:
        yield worker


@pytest.fixture
def project(
    firestore_project: str,
    firestore_emulator: str,
    pubsub_emulator: str,
    worker: Worker,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """A deployed engine's environment, with two offers that wait for approval."""
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=emulator_channel(pubsub_emulator)))
    publisher.create_topic(name=f"projects/{firestore_project}/topics/recovery-events")
    _write_policy(firestore_project, firestore_emulator)
    with TasksServer() as server:
        for kind in LookKind:
            queue = kind.value.replace("_", "-")
            server.create_queue(f"projects/{firestore_project}/locations/europe-west1/queues/{queue}")
        for name, value in {
            "PUBSUB_EMULATOR_HOST": pubsub_emulator,
            "GOOGLE_CLOUD_PROJECT": firestore_project,
            "RECOUP_FUNCTION_URLS": json.dumps(
                {kind.value: f"{worker.url}/{kind.value}" for kind in LookKind}
            ),
            "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@shop.iam.gserviceaccount.com",
            "RECOUP_TASKS_ENDPOINT": server.address,
            "RECOUP_SECRET_VOUCHER_KEY": "v",
            "RECOUP_SECRET_SUPPRESSION_KEY": "s",
        }.items():
            monkeypatch.setenv(name, value)
        wiring.use(None)
        _fill(firestore_project)
        yield firestore_project
    wiring.use(None)


def _write_policy(project: str, emulator: str) -> None:
    from google.cloud.firestore_v1.types.write import Write

    database = FirestoreDatabase(project, "(default)", 10, emulator_channel(emulator))
    write = Write.pb()()
    write.update.name = database.path("config/pricing")
    fill_fields(write.update.fields, POLICY)
    database.commit([write])


def _fill(project: str) -> None:
    """What the engine made of two lost orders and a cart, in documents."""
    story = with_catalogue(Story(rules(pricing=POLICY)), FOX_128, FOX_64)
    failed(story, "10:00")
    failed(story, "10:01", order="o2", customer=BEN)
    story.cart("k1", "10:02", BEN)
    story.run_until("10:05")
    found = [
        Put(ref, entry.document, None)
        for collection in KEPT
        for ref, entry in story.machine.store.browse(collection, 100).loaded.items()
    ]
    FirestoreStore(project).save(found)
    wiring.use(None)  # the story's machine was this process's engine


def _offer(project: str, offer_id: str) -> Any:
    ref = Ref("cases", offer_id.partition("-")[0])
    return FirestoreStore(project).load([ref])[ref].document.offer


def test_an_approved_offer_is_on_its_way(project: str, worker: Worker) -> None:
    """Found by its store, opened with its evidence, approved; the task for its message is with the queue."""
    waiting = lines("offers", "list", "--waiting", "--store", STORE)
    assert {one["lost_order_id"] for one in waiting} == {"o1", "o2"}
    id = next(one["offer_id"] for one in waiting if one["lost_order_id"] == "o1")
    (opened,) = lines("offers", "show", id[:12])
    assert opened["evidence"]["request"]["wanted"]["sku"] == "fox-128"
    done = recoup("offers", "approve", id, "--by", "Zofia")
    assert (done.exit_code, done.stderr) == (0, "")
    assert _offer(project, id).approved_by == "Zofia"
    assert worker.wait_for(1)
    (request,) = worker.received
    assert request.path == "/send_stimulus"
    assert json.loads(request.body)["case_id"] == id.partition("-")[0]
    assert [one["lost_order_id"] for one in lines("offers", "list", "--waiting")] == ["o2"]


def test_a_stopped_offer_is_cancelled_for_good(project: str, worker: Worker) -> None:
    """Nothing is scheduled for it, and it can't be approved any more."""
    (id,) = (one["offer_id"] for one in lines("offers", "list") if one["lost_order_id"] == "o2")
    assert recoup("offers", "stop", id, "--by", "Zofia").exit_code == 0
    assert _offer(project, id).stage is OfferStage.CANCELLED
    assert recoup("offers", "approve", id, "--by", "Adam").exit_code == 1
    assert worker.received == []


def test_what_does_not_answer_has_a_status_of_its_own(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that there are no offers when nobody could look."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    wiring.use(None)
    assert recoup("offers", "list").exit_code == 3


def test_reading_takes_no_secrets(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To decide does."""
    monkeypatch.delenv("RECOUP_SECRET_VOUCHER_KEY")
    (first, _) = lines("offers", "list", "--waiting")
    refused = recoup("offers", "approve", first["offer_id"], "--by", "Zofia")
    assert (refused.exit_code, "RECOUP_SECRET_VOUCHER_KEY" in refused.stderr) == (2, True)
