"""recoup offers on a file of recoup dev: listed, opened, let out and stopped."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from common import wiring
from common.application.ports import PubSubMessage, Put, Ref
from common.domain.catalogue import STATUS, CatalogueStatus, status_id
from infra.cli import offers
from infra.cli.main import app
from infra.dev.engine import DevEngine
from tests.builders import ANNA, BEN, STORE, Shopper
from tests.phones import FOX_64, FOX_128

POLICY = 'approval_over: {PLN: "500.00"}\n'


class Shop:
    """A file of an engine whose dear offers wait, and what was told to it."""

    def __init__(self, folder: Path, approval: str = POLICY) -> None:
        self.data, self.policy = folder / "dev.sqlite", folder / "policy"
        self.policy.mkdir()
        (self.policy / "pricing.yaml").write_text(approval)
        (self.policy / "recovery.yaml").write_text("holdout_percent: 0\n")
        self.engine(self._stock)

    def engine(self, work: Any) -> None:
        """Have something done by the engine at work on the file."""
        engine = DevEngine(self.data, self.policy)
        try:
            work(engine)
        finally:
            engine.close()

    def _stock(self, engine: DevEngine) -> None:
        catalogue = engine.machine.engine.catalogue
        assert catalogue is not None
        catalogue.put_many([FOX_128, FOX_64])
        status = CatalogueStatus(id=status_id(STORE), store=STORE, version=3, products=2, begun=True)
        engine.machine.store.save([Put(Ref(STATUS, status.id), status, None)])

    def loses_an_order(self, order: str, customer: Shopper) -> None:
        """A customer doesn't pass the check for a phone; the engine works on for half an hour."""

        def work(engine: DevEngine) -> None:
            now = engine.clock.now()
            line = {"sku": "fox-128", "name": "Phone fox-128", "quantity": 1, "unit_price": "1200.00"}
            event = {
                "id": order,
                "type": "verification.failed",
                "occurred_at": now.isoformat(),
                "customer": customer.as_json(),
                "verification": {"id": f"v-{order}", "order_id": order, "reason": "credit"},
                "order": {"id": order, "currency": "PLN", "total": "1200.00", "lines": [line]},
            }
            attributes = {"source": "recoup", "store": STORE}
            engine.machine.receive(PubSubMessage(order, now, attributes, json.dumps(event).encode()))
            _work_on(engine)

        self.engine(work)

    def works_on(self) -> None:
        """Half an hour of the engine's work."""
        self.engine(_work_on)

    def run(self, *arguments: str) -> Result:
        """One command on the file."""
        words = ["offers", *arguments, "--data", str(self.data), "--policy", str(self.policy)]
        found = CliRunner().invoke(app(words), words)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """What a command prints for a pipe."""
        return [json.loads(line) for line in self.run(*arguments).stdout.splitlines()]


def _work_on(engine: DevEngine) -> None:
    until = engine.clock.now() + timedelta(minutes=30)
    while (at := engine.next_due()) is not None and at < until:
        engine.clock.skip_to(at)
        task = engine.machine.timer.pop_due(engine.clock.now(), inclusive=True)
        assert task is not None
        engine.machine.call(task)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """With one offer that waits."""
    shop = Shop(tmp_path)
    shop.loses_an_order("o1", ANNA)
    yield shop
    wiring.use(None)


def test_offers_that_wait_are_listed(shop: Shop) -> None:
    """As JSON Lines where nobody reads along: prices within the limits, and until when to decide."""
    (line,) = shop.lines("list", "--waiting")
    assert (line["stage"], line["waits_for_approval"], line["store"]) == ("ready", True, STORE)
    assert line["wanted"] == {
        "sku": "fox-128",
        "name": "Phone fox-128",
        "quantity": 1,
        "unit_price": "1200.00",
    }
    assert line["proposal"]["sku"] == "fox-64"
    assert 500 < float(line["total"]) <= 900
    assert line["approve_before"] > line["stage_at"]
    assert "anna@" not in json.dumps(line)


def test_an_approved_offer_is_told_to_its_customer(shop: Shop) -> None:
    """The timer is set by the command itself; who approved it is kept."""
    (waiting,) = shop.lines("list", "--waiting")
    done = shop.run("approve", waiting["offer_id"][:10], "--by", "Zofia")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["outcome"] == "offer_approved"
    assert shop.lines("list", "--waiting") == []
    shop.works_on()
    (line,) = shop.lines("list")
    assert (line["stage"], line["approved_by"]) == ("delivered", "Zofia")
    assert "valid_until" in line


def test_a_stopped_offer_is_cancelled(shop: Shop) -> None:
    """Before anybody hears of it."""
    (waiting,) = shop.lines("list", "--waiting")
    done = shop.run("stop", waiting["offer_id"], "--by", "Zofia")
    assert (done.exit_code, json.loads(done.stdout)["stage"]) == (0, "cancelled")
    shop.works_on()
    (line,) = shop.lines("list")
    assert (line["stage"], line["reason"], line["waits_for_approval"]) == ("cancelled", "not_approved", False)


@pytest.mark.parametrize("verb", ["approve", "stop"])
def test_what_was_decided_stays_so(shop: Shop, verb: str) -> None:
    """Status 1 and one sentence; nothing changes."""
    (waiting,) = shop.lines("list")
    shop.run("approve", waiting["offer_id"], "--by", "Zofia")
    again = shop.run(verb, waiting["offer_id"], "--by", "Adam")
    assert again.exit_code == 1
    assert "doesn't wait for approval" in again.stderr
    assert "Zofia approved it" in again.stderr
    assert shop.lines("list")[0]["approved_by"] == "Zofia"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("approve", "ffff", "--by", "Zofia"), "there is no offer 'ffff'"),
        (("stop", "nonsense", "--by", "Zofia"), "there is no offer 'nonsense'"),
        (("show", " "), "there is no offer ' '"),
        (("approve", "ffff", "--by", "  "), "say who decides this"),
    ],
)
def test_a_mistake_is_explained(shop: Shop, arguments: tuple[str, ...], sentence: str) -> None:
    """Status 2, one sentence."""
    done = shop.run(*arguments)
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_nobody_decides_without_a_name(shop: Shop) -> None:
    """--by has no default: it says who answers for it."""
    assert shop.run("approve", "ffff").exit_code == 2


def test_an_offer_is_opened_with_its_limits_and_its_evidence(shop: Shop) -> None:
    """Every alternative's range, and question and answer of the algorithm as JSON."""
    (listed,) = shop.lines("list")
    (line,) = shop.lines("show", listed["offer_id"])
    assert (line["limits"]["base_price"], line["limits"]["hard_limit"]) == ("1200.00", "630.00")
    assert [sku["sku"] for sku in line["limits"]["skus"]] == ["fox-64"]
    assert len(line["limits"]["sha256"]) == 64
    assert line["evidence"]["request"]["wanted"]["sku"] == "fox-128"
    assert line["evidence"]["answer"]["alternative"]["sku"] == "fox-64"
    assert "anna" not in json.dumps(line).lower()
    assert "credit" not in json.dumps(line).lower()


def test_offers_of_one_store_only(shop: Shop) -> None:
    """And one line for each lost order."""
    shop.loses_an_order("o2", BEN)
    assert {line["lost_order_id"] for line in shop.lines("list", "--store", STORE)} == {"o1", "o2"}
    assert shop.lines("list", "--store", "boots") == []


def test_what_begins_like_several_offers_is_not_guessed(shop: Shop) -> None:
    """Two documents can't be told apart by nothing."""
    shop.loses_an_order("o2", BEN)
    known = [line["offer_id"] for line in shop.lines("list")]
    shared = next((n for n in range(len(known[0])) if len({id[: n + 1] for id in known}) > 1), 0)
    if shared:  # their ids do begin alike
        assert "several offers begin with" in shop.run("show", known[0][:shared]).stderr
    assert shop.lines("show", known[1][: shared + 1])[0]["offer_id"] == known[1]


def test_on_a_terminal_there_is_a_table(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what a person decides by; the newest first, and no more than can be read."""
    shop.loses_an_order("o2", BEN)
    monkeypatch.setattr(offers, "_for_pipes", lambda as_json: as_json)
    (first, *_) = shop.lines("list", "--json")
    table = shop.run("list", "--waiting").stdout
    assert first["offer_id"][:10] in table
    assert table.count("waits for approval") == 2
    assert "PLN" in table
    monkeypatch.setattr(offers, "MOST_ROWS", 1)
    assert "The newest 1 of 2" in shop.run("list").stdout
    assert shop.run("list", "--store", "boots").stdout.strip() == "There are no offers."
    opened = shop.run("show", first["offer_id"]).stdout
    for words in ("approve or stop it", "PLN 1,200.00", "at least", "What it answered", "unit_price_minor"):
        assert words in opened


def test_an_unreadable_policy_is_said(shop: Shop) -> None:
    """Nobody is told that nothing waits because a rule could not be read."""
    (shop.policy / "pricing.yaml").write_text("attempts: 0\n")
    done = shop.run("list", "--waiting")
    assert done.exit_code == 2
    assert "attempts" in done.stderr


def test_help_has_examples() -> None:
    """Of every command."""
    for command in ("list", "show", "approve", "stop"):
        words = ["offers", command, "--help"]
        assert f"Example: recoup offers {command}" in CliRunner().invoke(app(words), words).stdout
