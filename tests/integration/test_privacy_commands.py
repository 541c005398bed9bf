"""recoup privacy, customers and stores on a file of recoup dev."""

import json
import sqlite3
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from common import wiring
from common.application.ports import PubSubMessage
from infra.cli.main import app
from infra.dev.engine import DevEngine
from tests.builders import BEN, BOOTS, SOCKS, STORE, Shopper, written
from tests.journeys.test_erasure import GUEST_ZOE, ZOE, traces


class Shop:
    """A file with two customers, of whom one was reminded."""

    def __init__(self, data: Path) -> None:
        self.data = data
        engine = DevEngine(data)
        try:
            self._live(engine)
        finally:
            engine.close()

    def _live(self, engine: DevEngine) -> None:
        def tell(id: str, type: str, customer: Shopper, **facts: Any) -> None:
            now = engine.clock.now()
            event = {
                "id": id,
                "type": type,
                "occurred_at": now.isoformat(),
                "customer": customer.as_json(),
                **facts,
            }
            attributes = {"source": "recoup", "store": STORE}
            engine.machine.receive(PubSubMessage(id, now, attributes, json.dumps(event).encode()))

        tell("1", "cart.updated", GUEST_ZOE, cart={"id": "k1", "currency": "PLN", "lines": written(BOOTS)})
        tell("2", "customer.updated", ZOE)
        tell("3", "cart.updated", BEN, cart={"id": "k2", "currency": "PLN", "lines": written(SOCKS)})
        tell("4", "cart.updated", ZOE, cart={"id": "k9", "currency": "XXX", "lines": [1]})
        until = engine.clock.now() + timedelta(hours=3)
        while (at := engine.next_due()) is not None and at < until:
            engine.clock.skip_to(at)
            task = engine.machine.timer.pop_due(engine.clock.now(), inclusive=True)
            assert task is not None
            engine.machine.call(task)
        tell("5", "customer.data_requested", ZOE)

    def run(self, *arguments: str, answer: str | None = None) -> Result:
        """One command on the file."""
        words = [*arguments, "--data", str(self.data)]
        return CliRunner().invoke(app(words), words, input=answer)

    def content(self) -> str:
        """Everything in the file, in every table but the pending tasks (which hold ids)."""
        connection = sqlite3.connect(self.data)
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [
            row for name in names if name != "tasks" for row in connection.execute(f"SELECT * FROM {name}")
        ]
        connection.close()
        return "\n".join(
            " ".join(one.decode(errors="replace") if isinstance(one, bytes) else str(one) for one in row)
            for row in rows
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    yield Shop(tmp_path / "dev.sqlite")
    wiring.use(None)


def test_a_person_is_exported_to_a_file_of_ones_own(shop: Shop, tmp_path: Path) -> None:
    """One JSON document, which nobody else on the machine may read; nothing is printed."""
    file = tmp_path / "zoe.json"
    done = shop.run("privacy", "export", STORE, "--email", (ZOE.email or "").upper(), "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    found = json.loads(file.read_text())
    assert found["who_you_are_to_us"]["name"] == ZOE.name
    assert [one["to"] for one in found["messages_sent_to_you"]] == [ZOE.email]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_request_is_answered_by_its_id(shop: Shop) -> None:
    """Listed as open, exported, and then done."""
    (asked,) = [json.loads(line) for line in shop.run("privacy", "list", "--open").stdout.splitlines()]
    assert (asked["kind"], asked["state"], asked["source"]) == ("export", "open", "recoup")
    done = shop.run("privacy", "export", STORE, "--request", asked["id"])
    assert json.loads(done.stdout)["who_you_are_to_us"]["email_addresses"] == [ZOE.email]
    assert shop.run("privacy", "list", "--open").stdout == ""
    again = shop.run("privacy", "export", STORE, "--request", asked["id"])
    assert again.exit_code == 2
    assert "no open request" in again.stderr


def test_a_person_is_erased_from_the_whole_file(shop: Shop) -> None:
    """Documents, letters and announcements; the other customer stays. The same again finds nobody."""
    assert len(traces(shop.content())) > 4
    done = shop.run("privacy", "erase", STORE, "--phone", ZOE.phone or "", "--yes")
    assert done.exit_code == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["state"], said["counts"]["cases"], said["counts"]["intake_failures"]) == ("done", 1, 1)
    assert traces(shop.content()) == []
    assert (BEN.email or "") in shop.content()
    again = json.loads(shop.run("privacy", "erase", STORE, "--phone", ZOE.phone or "", "--yes").stdout)
    assert again["counts"] == {}
    assert traces(shop.content()) == []


def test_a_dry_run_and_a_no_change_nothing(shop: Shop) -> None:
    """What would be erased is counted; an answer other than yes ends it."""
    before = shop.content()
    rehearsed = shop.run("privacy", "erase", STORE, "--id", ZOE.id or "", "--dry-run")
    assert json.loads(rehearsed.stdout)["customers"] == 4
    refused = shop.run("privacy", "erase", STORE, "--id", ZOE.id or "", answer="n\n")
    assert refused.exit_code == 1
    assert shop.content() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("privacy", "erase", STORE, "--yes"), "say who"),
        (("privacy", "export", STORE), "say who"),
        (("privacy", "erase", STORE, "--email", "nonsense", "--yes"), "write it like anna@shop.example"),
        (("privacy", "export", STORE, "--phone", "600"), "write it like +48600123456"),
        (("customers", "separate", STORE), "name exactly one"),
        (("customers", "separate", STORE, "--id", "1", "--email", "a@shop.test"), "name exactly one"),
    ],
)
def test_a_mistake_is_explained(shop: Shop, arguments: tuple[str, ...], sentence: str) -> None:
    """Status 2, one sentence, nothing done; and what was typed is not repeated."""
    before = shop.content()
    done = shop.run(*arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "nonsense" not in done.stderr
    assert shop.content() == before


def test_nobody_is_no_document(shop: Shop) -> None:
    """Status 1 and nothing on standard output."""
    done = shop.run("privacy", "export", STORE, "--email", "nobody@distinct.test")
    assert (done.exit_code, done.stdout) == (1, "")


def test_an_identifier_is_separated(shop: Shop) -> None:
    """As a guest she was somebody of her own before she registered: rehearsed, done, and not done twice."""
    words = ("customers", "separate", STORE, "--email", ZOE.email or "")
    before = shop.content()
    rehearsed = shop.run(*words, "--dry-run")
    if rehearsed.exit_code == 1:
        words = ("customers", "separate", STORE, "--id", ZOE.id or "")
        rehearsed = shop.run(*words, "--dry-run")
    assert json.loads(rehearsed.stdout) == {"outcome": "separated", "dry_run": True}
    assert shop.content() == before
    assert json.loads(shop.run(*words).stdout)["outcome"] == "separated"
    again = shop.run(*words)
    assert again.exit_code == 1
    assert "separated before" in again.stderr
    nobody = shop.run("customers", "separate", STORE, "--id", "nobody")
    assert nobody.exit_code == 1


def test_a_store_that_had_not_left_can_not_return(shop: Shop) -> None:
    """Status 1; the other way round is a journey of its own."""
    done = shop.run("stores", "returned", STORE)
    assert (done.exit_code, json.loads(done.stdout)["returned"]) == (1, False)


@pytest.mark.parametrize(
    "words",
    [
        ("privacy", "export"),
        ("privacy", "erase"),
        ("privacy", "list"),
        ("customers", "separate"),
        ("stores", "returned"),
    ],
)
def test_every_command_shows_an_example(words: tuple[str, ...]) -> None:
    """--help ends with how it is typed."""
    done = CliRunner().invoke(app(list(words)), [*words, "--help"])
    assert done.exit_code == 0
    assert f"Example: recoup {' '.join(words)}" in " ".join(done.stdout.split())
