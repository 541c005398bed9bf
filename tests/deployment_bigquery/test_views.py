"""The views say of a day what `recoup replay` says of it: their SQL runs over the very messages of the bus."""

import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common import logs
from common.domain.effects import Announce
from infra.catalog.loading import load
from infra.cli.replay import machine_for_replay
from infra.cloud import canary as canaries
from infra.demo.day import bundled_policy, live_through
from infra.demo.experiment import Arm
from infra.demo.storefronts.furniture import FURNITURE
from infra.local.database import Database
from infra.local.replay import BEGINNING, InputLine, Replay, run
from tests.deployment_bigquery.warehouse import FOLDER, VIEWS, Warehouse, parsed, row_of, tables_of


@dataclass(frozen=True, slots=True)
class Told:
    """A replayed day: its announcements as the bus carried them, the summary line, and the warehouse they fill."""

    announced: tuple[Announce, ...]
    summary: dict[str, Any]
    warehouse: Warehouse


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Told:
    logs.configure(severity="CRITICAL")
    home = tmp_path_factory.mktemp("demo")
    database = Database(home / "demo.sqlite", exclusive=True)
    lines = live_through(database).simulation.as_lines()
    database.close()
    announced, summary = _replayed(lines)
    warehouse = Warehouse()
    rows = [row_of(one, f"m{number}") for number, one in enumerate(announced)]
    again = [{**row, "message_id": f"{row['message_id']}-again"} for row in rows[::7]]
    warehouse.write([*rows, *again, *_of_strangers(rows[0]["publish_time"])])
    return Told(tuple({one.id: one for one in announced}.values()), summary, warehouse)


def _replayed(lines: str) -> tuple[list[Announce], dict[str, Any]]:
    announced: list[Announce] = []
    told: list[Mapping[str, Any]] = []
    with machine_for_replay(bundled_policy(), None) as (machine, clock):
        assert machine.engine.catalogue is not None
        assert not load(machine.engine.catalogue, machine.store, FURNITURE, BEGINNING)
        machine.bus.subscribe(announced.append)
        replay = Replay(machine, clock, told.append)
        numbered = enumerate(io.StringIO(lines), start=1)
        run(replay, [(InputLine(number, line) for number, line in numbered)], None)
    return announced, dict(told[-1])


def _of_strangers(at: datetime) -> list[dict[str, Any]]:
    """What anybody else who may publish to the topic could put there: it is stored, and counted nowhere."""
    row = {"subscription_name": "s", "publish_time": at, "attributes": "{}"}
    canary = Announce(
        id="canary",
        type="intake.refused",
        at=at,
        store=canaries.STORE,
        case_id=None,
        customer_id=None,
        subject=None,
        fields={"source": canaries.SOURCE, "reason": canaries.REASON},
    )
    return [
        row_of(canary, "x0"),
        {**row, "message_id": "x1", "data": '{"type": "case.abandoned", "total": "1.00", "currency": "PLN"}'},
        {**row, "message_id": "x2", "data": "not JSON at all"},
    ]


def _sums(rows: Iterable[Mapping[str, Any]], by: str, *columns: str) -> dict[str, dict[str, Any]]:
    total: dict[str, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(columns, Decimal()))
    for row in rows:
        for column in columns:
            total[row[by]][column] += row[column] or 0
    return dict(total)


@pytest.mark.parametrize("path", [*VIEWS, FOLDER / "erase.sql"], ids=lambda path: path.stem)
def test_the_sql_is_of_bigquery_and_reads_what_there_is(path: Path) -> None:
    sql = path.read_text()
    known = {"recovery_events"} if path.stem in ("events", "erase") else {"events"}
    assert parsed(sql).sql(dialect="bigquery")
    assert tables_of(sql) == known
    assert sql.replace("${dataset}", "").count("${") == 0, "Terraform would fill in something else"


def test_the_day_has_everything_that_the_views_tell_of(day: Told) -> None:
    assert min(day.summary["offers"].values()) > 0
    assert day.summary["vouchers"]["released"] > 0
    assert day.summary["cases"]["reversed"] > 0
    assert day.summary["cases"]["held"] > 0


def test_each_announcement_is_one_row_of_events(day: Told) -> None:
    found = day.warehouse.ask(
        "SELECT id, type, UNIX_MICROS(happened_at) AS micros, store, case_id, customer_id, subject FROM events"
        " WHERE COALESCE(store, '') <> 'recoup-canary'"
    )
    rows = {row["id"]: row for row in found}
    assert len(rows) == len(found) == len(day.announced)
    for one in day.announced:
        row = rows[one.id]
        assert (row["type"], row["store"] or "") == (one.type, one.store)
        assert row["micros"] == (one.at - BEGINNING) // timedelta(microseconds=1)
        about = (one.case_id, one.customer_id, one.subject)
        assert (row["case_id"], row["customer_id"], row["subject"]) == about


def test_abandoned_carts_and_their_worth(day: Told) -> None:
    sums = _sums(day.warehouse.all("abandoned_carts"), "currency", "carts", "total")
    told = day.summary["recovered"]
    assert {name: (one["carts"], one["total"]) for name, one in sums.items()} == {
        name: (one["abandoned_carts"], Decimal(one["abandoned"])) for name, one in told.items()
    }


def test_messages_per_channel(day: Told) -> None:
    sums = _sums(day.warehouse.all("messages"), "channel", "sent", "failed", "with_voucher")
    assert {name: one["sent"] for name, one in sums.items() if one["sent"]} == day.summary["messages"]
    failed = sum(one.type == "stimulus.failed" for one in day.announced)
    assert sum(one["failed"] for one in sums.values()) == failed
    assert 0 < sums["email"]["with_voucher"] < sums["email"]["sent"]


def test_recovered_revenue_is_net(day: Told) -> None:
    rows = day.warehouse.all("recovered_revenue")
    sums = _sums(rows, "currency", "orders", "revenue", "discount")
    told = {name: one for name, one in day.summary["recovered"].items() if one["orders"]}
    assert {name: (one["orders"], one["revenue"], one["discount"]) for name, one in sums.items()} == {
        name: (one["orders"], Decimal(one["revenue"]), Decimal(one["discount"])) for name, one in told.items()
    }
    assert sum(row["reversed_orders"] for row in rows) == day.summary["cases"]["reversed"]
    assert len({row["day"] for row in rows}) > 3
    assert {row["arm"] for row in rows} == {"contacted"}


def test_vouchers_by_the_day_of_their_issue(day: Told) -> None:
    rows = day.warehouse.all("vouchers")
    told = day.summary["vouchers"]
    names = ("issued", "redeemed", "released", "expired", "revoked")
    assert {name: sum(row[name] for row in rows) for name in names} == {n: told.get(n, 0) for n in names}
    assert sum(row["used"] for row in rows) == told["redeemed"] - told["released"]
    assert all(row["redeem_rate"] == pytest.approx(float(row["used"] / row["issued"])) for row in rows)
    assert all(0 <= row["redeem_rate"] + row["expire_rate"] <= 1 for row in rows)


def test_offers_from_the_question_to_the_order(day: Told) -> None:
    rows = day.warehouse.all("offers")
    told = day.summary["offers"]
    names = ("requested", "ready", "delivered", "viewed", "accepted", "declined", "expired", "cancelled")
    assert {name: sum(row[name] for row in rows) for name in names} == {n: told.get(n, 0) for n in names}
    causes = {"verification_failed", "payment_failed", "out_of_stock"}
    assert {row["caused_by"] for row in rows if row["requested"]} == causes
    assert _sums(rows, "currency", "orders", "revenue") == _taken(day)


def _taken(day: Told) -> dict[str, dict[str, Any]]:
    """Per currency of an accepted offer: the orders of their cases, and the money in them."""
    accepted = {one.case_id: one.fields["currency"] for one in day.announced if one.type == "offer.accepted"}
    asked = {one.fields["currency"] for one in day.announced if one.type == "offer.requested"}
    sums = {str(currency): {"orders": Decimal(), "revenue": Decimal()} for currency in asked}
    for one in day.announced:
        sign = {"case.recovered": 1, "case.reversed": -1}.get(one.type, 0)
        if sign and one.case_id in accepted:
            sums[str(accepted[one.case_id])]["orders"] += sign
            sums[str(accepted[one.case_id])]["revenue"] += sign * Decimal(str(one.fields["revenue"]))
    assert any(one["orders"] for one in sums.values())
    return sums


def test_why_nothing_was_said(day: Told) -> None:
    sums = _sums(day.warehouse.all("withheld"), "reason", "times")
    assert {name: one["times"] for name, one in sums.items()} == day.summary["withheld"]


def test_what_was_refused_per_source(day: Told) -> None:
    rows = day.warehouse.all("refusals")
    sums = _sums(rows, "reason", "refused")
    assert {name: one["refused"] for name, one in sums.items()} == day.summary["refused"]
    refused = [one for one in day.announced if one.type == "intake.refused"]
    by_source = Counter(str(one.fields["source"]) for one in refused)
    assert {name: one["refused"] for name, one in _sums(rows, "source", "refused").items()} == by_source
    stakes = [Decimal(str(one.fields["amount"])) for one in refused if "amount" in one.fields]
    assert sum(row["at_stake"] or 0 for row in rows) == sum(stakes) > 0


def test_the_control_group_is_compared_customer_by_customer(day: Told) -> None:
    rows = day.warehouse.all("holdout")
    assert {(row["store"], row["kind"], row["arm"]): (row["customers"], row["bought"]) for row in rows} == (
        _by_customer(day.announced)
    )
    for row in rows:
        low, high = Arm(row["customers"], row["bought"]).interval()
        assert (row["rate_low"], row["rate_high"]) == (
            pytest.approx(low, abs=1e-6),
            pytest.approx(high, abs=1e-6),
        )
        assert row["rate"] == row["bought"] / row["customers"]


def _by_customer(announced: Iterable[Announce]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """The same, the long way: case by case, then customer by customer."""
    cases: dict[str, list[Announce]] = defaultdict(list)
    for one in announced:
        if one.case_id is not None:
            cases[one.case_id].append(one)
    customers: dict[tuple[str, str, str], list[tuple[bool, bool]]] = defaultdict(list)
    for about in cases.values():
        types = Counter(one.type for one in about)
        if not types.keys() & {"case.abandoned", "case.held", "offer.requested"} or _left_alone(about):
            continue
        kind = "cart" if types["case.abandoned"] else "offer"
        customer = [one.customer_id for one in about if one.customer_id][-1:]
        bought = types["case.ordered"] > 0 or types["case.recovered"] > types["case.reversed"]
        for id in customer:
            customers[about[0].store, kind, id].append((types["case.held"] > 0, bought))
    arms: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for (store, kind, _), carts in customers.items():
        arm = "control" if any(held for held, _ in carts) else "contacted"
        arms[store, kind, arm].append(any(bought for _, bought in carts))
    return {place: (len(bought), sum(bought)) for place, bought in arms.items()}


def _left_alone(about: list[Announce]) -> bool:
    """Whether something else than chance decided at once that nobody would be written to."""
    abandoned = min((one.at for one in about if one.type == "case.abandoned"), default=None)
    return abandoned is not None and any(
        one.type == "case.suppressed" and one.at <= abandoned for one in about
    )
