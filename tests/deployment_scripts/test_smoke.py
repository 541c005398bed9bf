"""The smoke test against the deployed function on real topics: what it proves, and that it leaves nothing behind."""

import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import emulator_channel
from common.adapters.pubsub_bus import attributes_of
from common.application.priorities import FILTERS, Priority
from common.domain.effects import Announce
from infra.cloud import canary, smoke
from tests.deployment import eventually
from tests.deployment.processes import FunctionProcess
from tests.deployment.topics import Topics, line
from tests.subscription_filter import passes

COLLECTIONS = (
    "cases",
    "customers",
    "orders",
    "voucher_codes",
    "suppressions",
    "intake_failures",
    "intake_parts",
)


@dataclass(frozen=True, slots=True)
class Engine:
    """ingest_event on a project of its own, with what can be seen of it from outside."""

    project: str
    store: FirestoreStore
    topics: Topics
    subscriber: SubscriberClient

    def documents(self) -> dict[str, int]:
        """How many there are of each collection."""
        return {name: len(self.store.browse(name, 100).loaded) for name in COLLECTIONS}

    def counters(self) -> Mapping[str, int]:
        """Today's, without those at zero."""
        return {name: n for name, n in self.store.counters(today()).items() if n}

    def subscriptions(self) -> set[str]:
        """Their names."""
        found = self.subscriber.list_subscriptions(project=f"projects/{self.project}")
        return {one.name.rpartition("/")[2] for one in found}


def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def engine(
    firestore_emulator: str, pubsub_emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Engine]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_emulator)
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_emulator)
    project = f"test-{uuid.uuid4().hex[:20]}"
    nobody = "http://127.0.0.1:1"
    function = FunctionProcess("ingest_event", tmp_path)
    function.start(
        {
            "PATH": os.environ["PATH"],
            "GOOGLE_CLOUD_PROJECT": project,
            "RECOUP_FUNCTION_URLS": json.dumps(
                dict.fromkeys(("generate_offer", "send_stimulus", "expire_vouchers"), nobody)
            ),
            "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@bielik.iam.gserviceaccount.com",
            "RECOUP_TASKS_ENDPOINT": "127.0.0.1:1",
            "RECOUP_SECRET_VOUCHER_KEY": "a key for vouchers",
            "RECOUP_SECRET_SUPPRESSION_KEY": "a key for suppressions",
            "FIRESTORE_EMULATOR_HOST": firestore_emulator,
            "PUBSUB_EMULATOR_HOST": pubsub_emulator,
            "NO_PROXY": "127.0.0.1",
        }
    )
    try:
        function.wait_until_ready()
        channel = emulator_channel(pubsub_emulator)
        yield Engine(
            project,
            FirestoreStore(project, channel=emulator_channel(firestore_emulator)),
            Topics(pubsub_emulator, project, function.url),
            SubscriberClient(transport=SubscriberGrpcTransport(channel=channel)),
        )
    finally:
        function.kill()
        print(function.output())


def test_canaries_come_out_and_nothing_stays(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """No document, no counter, no subscription; what a real shop's refused message left is as it was."""
    engine.topics.publish(b"{", {"source": "recoup", "store": "bielik"})
    eventually(lambda: [line(one) for one in engine.topics.listen()], "the shop's refusal")
    before = engine.documents(), engine.counters(), engine.subscriptions()
    assert before[0]["intake_failures"] == 1

    assert smoke.main([engine.project, "--within-seconds", "60"]) == 0

    assert "Every canary came out" in capsys.readouterr().out
    assert (engine.documents(), engine.counters(), engine.subscriptions()) == before
    told = [line(one) for one in engine.topics.listen() if line(one)["store"] == canary.STORE]
    assert len(told) == len(Priority)
    for one in told:
        assert one["type"] == "intake.refused"
        assert one["reason"] == canary.REASON
        assert not one.keys() & {"case_id", "customer_id", "amount", "currency"}


def test_a_day_on_which_only_canaries_were_counted_is_empty(engine: Engine) -> None:
    """Its shards are gone, not only at zero."""
    assert smoke.main([engine.project, "--within-seconds", "60"]) == 0
    assert engine.store.counters(today()) == {}


def test_two_deployments_at_once_hear_each_their_own(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A canary of somebody else's, whose announcement comes by, is not taken for ours, nor removed."""
    topics = smoke.Topics(engine.project, "storefront-events", "recovery-events")
    with topics.listener() as listener:
        theirs = topics.publish(Priority.CART)
        assert smoke.main([engine.project, "--within-seconds", "60"]) == 0
        assert smoke.silent(topics, listener, [theirs], 60) == []
    database = FirestoreDatabase(engine.project, "(default)", 10, None)
    assert canary.remove(engine.store, database, theirs)
    assert not canary.remove(engine.store, database, theirs)
    assert engine.documents()["intake_failures"] == 0


def test_nobody_takes_the_canaries(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Each subscription is named, and the listener is removed all the same."""
    engine.subscriber.delete_subscription(
        subscription=f"projects/{engine.project}/subscriptions/ingest-event"
    )
    before = engine.subscriptions()
    assert smoke.main([engine.project, "--within-seconds", "1"]) == smoke.NOT_HEARD
    said = capsys.readouterr()
    assert said.out == ""
    for priority in Priority:
        assert f"ingest-event-{priority} announced nothing" in said.err
        assert f"storefront-events-{priority}" in said.err
    assert engine.subscriptions() == before


def test_there_are_no_topics(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """The wrong project, say."""
    before = engine.subscriptions()
    arguments = [engine.project, "--recovery-topic", "recovered-events", "--within-seconds", "5"]
    assert smoke.main(arguments) == smoke.UNAVAILABLE
    said = capsys.readouterr().err
    assert "does not exist" in said
    assert "Removed" not in said
    assert smoke.main([engine.project, "--storefront-topic", "shop-events"]) == smoke.UNAVAILABLE
    assert engine.subscriptions() == before


@pytest.mark.parametrize("priority", Priority)
def test_each_canary_goes_to_one_subscription(priority: Priority) -> None:
    attributes = canary.message(priority)["attributes"]
    assert isinstance(attributes, dict)
    assert [one for one, filter in FILTERS.items() if passes(filter, attributes)] == [priority]


def test_the_listener_hears_canaries_only() -> None:
    """The emulator takes any filter and ignores it."""
    now = datetime.now(UTC)
    for store, heard in ((canary.STORE, True), ("bielik", False), (f"{canary.STORE}-2", False)):
        announced = Announce(
            id="1",
            type="intake.refused",
            at=now,
            store=store,
            case_id=None,
            customer_id=None,
            subject=None,
            fields={},
        )
        assert passes(smoke._FILTER, attributes_of(announced)) is heard


def test_a_removal_that_fails_is_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was published came out, but what it left may still be there."""
    before = engine.subscriptions()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    assert smoke.main([engine.project, "--within-seconds", "60"]) == smoke.UNAVAILABLE
    said = capsys.readouterr()
    assert "Error: Firestore" in said.err
    assert said.out == ""
    assert engine.subscriptions() == before
