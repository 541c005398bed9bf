"""`recoup dead-letters` and `recoup doctor` as a person runs them: on recoup dev's file, and on Google's emulators."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage
from typer.testing import CliRunner

from common import wiring
from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import emulator_channel
from common.adapters.pubsub_subscription import PubSubSubscription
from common.application import dead_letters
from common.application.dead_letters import NotFound
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Ref
from common.domain import ids
from common.domain.refused import FailureState
from functions.ingest_event.describing import describe
from infra.cli.main import app
from infra.dev.engine import DevEngine
from tests.crashing import Crashes
from tests.providers.scripted import Crash

RECOUP = Path(sys.executable).with_name("recoup")
ATTRIBUTES = {"source": "recoup", "store": "socks"}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


def recoup(*arguments: object, stdin: str = "") -> Run:
    """One command, in this process."""
    words = [str(argument) for argument in arguments]
    found = CliRunner().invoke(app(words), words, input=stdin)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Run(found.exit_code, found.stdout, found.stderr)


def event(id: str, *, currency: str = "PLN", at: datetime | None = None, price: str = "50.00") -> bytes:
    """A cart of two things."""
    happened = at or datetime.now(UTC)
    lines = [{"sku": "SOCKS", "name": "Socks \x1b[31m", "quantity": 2, "unit_price": price}]
    stated = {
        "id": f"e-{id}",
        "type": "cart.updated",
        "occurred_at": happened.isoformat(),
        "customer": {"email": f"{id}@shop.test", "consent": {"email": True}},
        "cart": {"id": id, "currency": currency, "lines": lines},
    }
    return json.dumps(stated).encode()


@pytest.fixture(autouse=True)
def _cloud_again() -> Iterator[None]:
    yield
    wiring.use(None)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The file of an engine that refused four messages, and took one."""
    file = tmp_path / "dev.sqlite"
    dev = DevEngine(file)
    now = datetime.now(UTC)
    for number, told in enumerate(
        [
            event("k1"),
            event("k2", price="-1"),
            event("k3", price="-2"),
            event("k4", at=now + timedelta(hours=2)),
            b"\x1b]0;pwned\x07 not json",
        ]
    ):
        dev.machine.receive(PubSubMessage(f"m{number}", now, ATTRIBUTES, told))
    dev.close()
    return file


def listed(data: Path, *filters: str) -> list[dict[str, Any]]:
    return recoup("dead-letters", "list", "--each", "--json", "--data", data, *filters).lines


def test_alike_messages_are_listed_together(data: Path) -> None:
    """As JSON Lines for a pipe, and as a table to read."""
    run = recoup("dead-letters", "list", "--json", "--data", data)
    groups = {line["reason"]: line for line in run.lines}
    assert run.status == 0
    assert groups.keys() == {"amount_invalid", "occurred_at_in_future", "json_invalid"}
    assert groups["amount_invalid"]["messages"] == len(groups["amount_invalid"]["ids"]) == 2
    assert groups["amount_invalid"]["field"] == "cart.lines[].unit_price"
    assert groups["occurred_at_in_future"]["at_stake"] == {"PLN": "100.00"}
    table = recoup("dead-letters", "list", "--data", data).out
    assert "cart.lines[].unit_price" in table
    assert "PLN 100.00" in table


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ((), 4),
        (("--reason", "amount_invalid"), 2),
        (("--field", "cart.lines[9].unit_price"), 2),
        (("--source", "recoup", "--store", "socks"), 4),
        (("--store", "boots"), 0),
        (("--currency", "pln"), 1),
        (("--currency", "PLN", "--min-amount", "100.00"), 1),
        (("--currency", "PLN", "--min-amount", "100.01"), 0),
        (("--since", "2020-01-01"), 4),
        (("--until", "2020-01-01"), 0),
        (("--since", "2020-01-01T00:00:00+01:00", "--until", "2999-01-01"), 4),
    ],
)
def test_messages_are_found_by_what_they_are(data: Path, filters: tuple[str, ...], count: int) -> None:
    """All filters must hold."""
    assert len(listed(data, *filters)) == count


def test_a_message_is_opened_without_harm(data: Path) -> None:
    """Its words are shown, and can't move the terminal's cursor; what to do is said; --raw is byte for byte."""
    (broken,) = listed(data, "--reason", "json_invalid")
    run = recoup("dead-letters", "show", broken["id"][:10], "--data", data)
    assert run.status == 0
    assert "\x1b" not in run.out
    assert "\\u001b]0;pwned" in run.out
    assert f"recoup dead-letters replay {broken['id']}" in run.out
    (whole,) = recoup("dead-letters", "show", broken["id"], "--json", "--data", data).lines
    assert (whole["data"], whole["attributes"]) == ("\x1b]0;pwned\x07 not json", ATTRIBUTES)
    raw = subprocess.run(
        [RECOUP, "dead-letters", "show", broken["id"], "--raw", "--data", data],
        capture_output=True,
        check=True,
    )
    assert raw.stdout == b"\x1b]0;pwned\x07 not json"


def test_a_replay_says_what_it_changed(data: Path) -> None:
    """First a rehearsal, then in earnest, then once more: done before. The time that was ahead has come."""
    later(data, timedelta(hours=3))
    (early,) = listed(data, "--reason", "occurred_at_in_future")
    rehearsed = recoup("dead-letters", "replay", "--all", "--dry-run", "--json", "--data", data)
    assert sorted(line["verdict"] for line in rehearsed.lines) == ["accepted"] + ["still_refused"] * 3
    assert len(listed(data)) == 4
    run = recoup("dead-letters", "replay", "--all", "--by", "anna", "--data", data)
    assert run.status == 1
    assert "4 refused messages: 1 accepted; 3 still refused." in run.out
    assert early["id"] not in {one["id"] for one in listed(data)}
    again = recoup("dead-letters", "replay", early["id"], "--json", "--data", data)
    assert (again.status, [line["verdict"] for line in again.lines]) == (0, ["done_before"])
    (kept,) = [one for one in listed(data, "--all") if one["id"] == early["id"]]
    assert (kept["state"], kept["closed_by"]) == ("accepted", "anna")
    rules = {
        line["reason"]: line
        for line in recoup("dead-letters", "list", "--by-rule", "--json", "--data", data).lines
    }
    assert rules["occurred_at_in_future"]["accepted"] == 1
    assert (
        rules["amount_invalid"] | {"refused": 2, "accepted": 0, "replayed": 2, "open": 2}
        == rules["amount_invalid"]
    )
    assert "occurred_at_in_future" in recoup("dead-letters", "list", "--by-rule", "--data", data).out
    assert pending(data) == 2


def later(data: Path, by: timedelta) -> None:
    """The engine's clock skips ahead."""
    dev = DevEngine(data)
    dev.clock.skip_to(dev.clock.now() + by)
    dev.close()


def pending(data: Path) -> int:
    """How many timers wait in the file."""
    dev = DevEngine(data)
    try:
        return dev.machine.timer.pending()
    finally:
        dev.close()


def test_dropping_asks_first(data: Path) -> None:
    """No is no; yes marks it, once."""
    id = listed(data, "--reason", "json_invalid")[0]["id"]
    assert recoup("dead-letters", "drop", id, "--data", data, stdin="n\n").status == 1
    assert len(listed(data)) == 4
    run = recoup("dead-letters", "drop", id, "--because", "a test", "--data", data, stdin="y\n")
    assert "1 dropped; 0 had been dealt with before." in run.out
    assert "0 dropped; 1 had been" in recoup("dead-letters", "drop", id, "--yes", "--data", data).out
    assert len(listed(data)) == 3


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["list", "--since", "yesterday"], "--since 'yesterday' is no time"),
        (["list", "--until", "2026-03-08T10:00:00"], "has no offset"),
        (["list", "--min-amount", "5"], "--min-amount needs --currency"),
        (["list", "--min-amount", "much", "--currency", "EUR"], "is not an amount"),
        (["replay"], "name messages by their ids or a filter"),
        (["replay", "abc", "--store", "socks"], "not by both"),
        (["show", "abc123"], "there is no refused message abc123"),
        (["show", "/etc/passwd"], "is no id"),
        (["drop", "abc123", "--yes"], "there is no refused message abc123"),
    ],
)
def test_what_cant_be_done_is_said_in_a_sentence(data: Path, arguments: list[str], says: str) -> None:
    """On standard error, with the status for it."""
    run = recoup("dead-letters", *arguments, "--data", data)
    assert (run.status, run.out) == (2, "")
    assert says in run.err.replace("\n", " ")


def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path, data: Path) -> None:
    """One that isn't there, one that is something else, and one in which recoup dev is at work."""
    nothing, text = tmp_path / "nothing", tmp_path / "text"
    text.write_text("a text, and no database\n" * 200)
    assert recoup("doctor", "--data", nothing).status == 2
    assert not nothing.exists()
    assert recoup("dead-letters", "list", "--data", text).status == 2
    dev = DevEngine(data)
    busy = recoup("dead-letters", "replay", "--all", "--data", data)
    assert (busy.status, "in use" in busy.err) == (2, True)
    assert len(listed(data)) == 4
    dev.close()


def test_a_reader_that_had_enough_is_no_error(data: Path) -> None:
    """As in `recoup dead-letters list --json | head -1`."""
    command = f"{RECOUP} dead-letters list --each --json --data {data} | head -c 1"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True)
    assert (run.returncode, run.stderr) == (0, b"")


def test_the_doctor_looks_at_a_file(data: Path) -> None:
    """Well enough at first; after two days in which nobody did anything, it fails."""
    run = recoup("doctor", "--json", "--data", data)
    assert run.status == 0
    assert {line["about"]: line["level"] for line in run.lines} == {
        "source recoup": "ok",
        "store socks": "ok",
        "refused messages": "ok",
        "timers": "ok",
        "policy": "ok",
        "recovery": "ok",
    }
    later(data, timedelta(days=2))
    run = recoup("doctor", "--data", data)
    assert run.status == 1
    assert "does the sweep run?" in run.out
    assert "Last heard 2 days ago." in run.out


def test_the_doctor_reads_the_policy(data: Path, tmp_path: Path) -> None:
    """A document that can't be used is a failure; recovery switched off is a warning."""
    policy = tmp_path / "policy"
    policy.mkdir()
    (policy / "recovery.yaml").write_text("enabled: false\n")
    (policy / "sequence.yaml").write_text("minimum_gap_minutes: soon\n")
    run = recoup("doctor", "--json", "--data", data, "--policy", policy)
    levels = {(line["about"], line["level"]) for line in run.lines}
    assert run.status == 1
    assert {("policy", "fail"), ("recovery", "warn")} <= levels


# On Google's parts.


class Topics:
    """The dead-letter topic with its subscription, and the topic of announcements, on the emulator."""

    def __init__(self, address: str, project: str) -> None:
        channel = emulator_channel(address)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        self.topic = f"projects/{project}/topics/dead-letters"
        self.subscription = f"projects/{project}/subscriptions/dead-letters"
        self._publisher.create_topic(name=self.topic)
        self._publisher.create_topic(name=f"projects/{project}/topics/recovery-events")
        subscriber.create_subscription(
            {"name": self.subscription, "topic": self.topic, "ack_deadline_seconds": 10}
        )

    def give_up(self, data: bytes, published_at: datetime) -> str:
        """What Pub/Sub does with a message after the last delivery; its id on the dead-letter topic."""
        notes = {
            "CloudPubSubDeadLetterSourceDeliveryCount": "5",
            "CloudPubSubDeadLetterSourceSubscription": "ingest-event",
            "CloudPubSubDeadLetterSourceSubscriptionProject": "shop",
            "CloudPubSubDeadLetterSourceTopicPublishTime": published_at.isoformat(timespec="milliseconds"),
        }
        message = PubsubMessage(data=data, attributes=ATTRIBUTES | notes)
        return self._publisher.publish(topic=self.topic, messages=[message]).message_ids[0]


@pytest.fixture
def project(firestore_project: str, pubsub_emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A deployed engine's environment, on the emulators."""
    urls = dict.fromkeys(("generate_offer", "send_stimulus", "expire_vouchers"), "http://127.0.0.1:1/")
    for name, value in {
        "PUBSUB_EMULATOR_HOST": pubsub_emulator,
        "GOOGLE_CLOUD_PROJECT": firestore_project,
        "RECOUP_FUNCTION_URLS": json.dumps(urls),
        "RECOUP_TASKS_SERVICE_ACCOUNT": "tasks@shop.iam.gserviceaccount.com",
        "RECOUP_SECRET_VOUCHER_KEY": "v",
        "RECOUP_SECRET_SUPPRESSION_KEY": "s",
    }.items():
        monkeypatch.setenv(name, value)
    wiring.use(None)
    return firestore_project


@pytest.fixture
def topics(pubsub_emulator: str, project: str) -> Topics:
    return Topics(pubsub_emulator, project)


def subscription(topics: Topics, wait_seconds: float = 2.0) -> PubSubSubscription:
    return PubSubSubscription("any", topics.subscription, wait_seconds=wait_seconds)


def test_what_pubsub_gave_up_is_drained_replayed_and_well(project: str, topics: Topics) -> None:
    """Drained by the command into Firestore; listed, opened, and rehearsed from there; the doctor looks on."""
    published_at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    id = topics.give_up(event("k1", at=published_at), published_at)
    run = recoup("dead-letters", "drain", "dead-letters", "--json", "--limit", 1)
    (line,) = run.lines
    assert run.status == 0
    assert (line["reason"], line["message_id"], line["amount"]) == ("delivery_failed", id, "100.00")
    assert datetime.fromisoformat(line["publish_time"]) == published_at
    failure = FirestoreStore(project).load([Ref("intake_failures", line["id"])])
    assert failure[Ref("intake_failures", line["id"])].document.delivery["DeliveryCount"] == "5"
    assert recoup("dead-letters", "drain", topics.subscription).out.startswith("0 fetched")
    (listed_,) = recoup("dead-letters", "list", "--each", "--json").lines
    assert listed_["id"] == line["id"]
    assert '"e-k1"' in recoup("dead-letters", "show", line["id"][:12]).out
    (rehearsed,) = recoup("dead-letters", "replay", line["id"], "--dry-run", "--json").lines
    assert rehearsed["verdict"] == "accepted"
    doctor = {one["about"]: one["level"] for one in recoup("doctor", "--json").lines}
    assert doctor["refused messages"] == doctor["policy"] == "ok"


def test_a_replay_in_the_cloud_stops_when_something_does_not_answer(project: str, topics: Topics) -> None:
    """The queue is away: it says so with a status of its own, and the message waits on."""
    published_at = datetime.now(UTC) - timedelta(minutes=1)
    topics.give_up(event("k1", at=published_at), published_at)
    recoup("dead-letters", "drain", "dead-letters", "--limit", 1)
    os.environ["RECOUP_TASKS_ENDPOINT"] = "127.0.0.1:1"
    try:
        run = recoup("dead-letters", "replay", "--all")
    finally:
        del os.environ["RECOUP_TASKS_ENDPOINT"]
    assert (run.status, "try again" in run.err) == (3, True)
    (waiting,) = recoup("dead-letters", "list", "--each", "--json").lines
    assert waiting["state"] == "open"
    case = Ref("cases", ids.case_id("socks", "k1"))
    assert FirestoreStore(project).load([case])[case].document is not None


def test_a_subscription_that_is_not_there_is_said_to_be(project: str) -> None:
    """Instead of draining nothing from it."""
    run = recoup("dead-letters", "drain", "nowhere")
    assert (run.status, "there is no subscription" in run.err) == (2, True)


def test_a_secret_that_is_missing_is_named(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is fetched."""
    monkeypatch.delenv("RECOUP_SECRET_VOUCHER_KEY")
    run = recoup("dead-letters", "drain", "dead-letters")
    assert (run.status, "RECOUP_SECRET_VOUCHER_KEY" in run.err) == (2, True)


def test_a_drain_that_dies_has_lost_nothing(project: str, topics: Topics) -> None:
    """Whatever was stored but not acknowledged comes again and is stored once."""
    engine = wiring.cloud_engine()
    for number in range(3):
        topics.give_up(event(f"k{number}"), datetime.now(UTC))
    dying: Engine = Crashes([2]).wrap(engine)
    with pytest.raises(Crash):
        dead_letters.drain(dying, subscription(topics), describe)
    assert 0 < len(list(dead_letters.failures(engine))) < 3
    # The emulator delivers again what wasn't acknowledged within its ten seconds.
    came = 0
    while came < 3:
        came += dead_letters.drain(engine, subscription(topics, 12.0), describe, limit=3 - came)
    found = list(dead_letters.failures(engine))
    assert len(found) == 3
    assert {one.state for one in found} == {FailureState.OPEN}
    assert wiring.cloud_engine().store.counters(engine.clock.now().date())["intake_refused"] == 3


def test_a_pubsub_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which a retry may mend; an empty subscription is no error."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", "127.0.0.1:1")
    nobody = PubSubSubscription("p", "s", wait_seconds=1)
    with pytest.raises(Unavailable, match="Pub/Sub"):
        nobody.pull(1)
    with pytest.raises(Unavailable, match="Pub/Sub"):
        nobody.acknowledge(["a"])


def test_an_empty_subscription_has_nothing(topics: Topics) -> None:
    """After the time that was given to it; acknowledging nothing is fine."""
    empty = subscription(topics, 0.5)
    assert list(empty.pull(10)) == []
    empty.acknowledge([])


def test_a_subscription_by_its_name_is_the_projects(project: str) -> None:
    """Its name alone is enough."""
    with pytest.raises(NotFound, match=f"projects/{project}/subscriptions/nowhere"):
        wiring.dead_letter_subscription("nowhere").pull(1)
