"""The bill by hand: one service at a time, on a day small enough to reckon."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from infra.cost.measured import Calls, Day, Kept
from infra.cost.model import MONTH_SECONDS, CostLine, bill
from infra.cost.prices import BUNDLED, InvalidPrices, Price, PriceList, Prices, read_prices

CALLS = Calls(
    function="ingest_event",
    kind="cart.updated",
    calls=10,
    reads=30,
    writes=20,
    deletes=1,
    round_trips=20,
    tasks=2,
    received_bytes=4000,
    received_billed_bytes=10_000,
    published=3,
    published_bytes=1200,
    published_billed_bytes=2000,
    sends=0,
    log_bytes=100,
    cpu_ms=5,
)
DAY = Day(
    events=10,
    carts=1,
    calls=(CALLS,),
    messages={"email": 2},
    kept={"cases": Kept(documents=3, bytes=6000, days=60)},
    hot={},
)


def _prices(**assumptions: float) -> Prices:
    """One dollar for one of everything, nothing free."""
    one = Price(price=1, per=1, free=0, unit="units", noted=date(2026, 1, 1), source="this test")
    table = read_prices()
    return table.model_copy(
        update={
            "prices": PriceList(**dict.fromkeys(PriceList.model_fields, one)),
            "assumptions": table.assumptions.model_copy(update={"warm_instances": 0, **assumptions}),
        }
    )


def _bill(day: Day = DAY, carts: int = 100, prices: Prices | None = None) -> dict[tuple[str, str], CostLine]:
    return {(line.service, line.what): line for line in bill(day, prices or _prices(), carts)}


def test_operations_grow_with_the_carts() -> None:
    lines = _bill(prices=_prices(policy_documents=0, examination_reads=0))
    assert lines["Firestore", "reads"].amount == 3000
    assert lines["Firestore", "writes"].amount == 2000
    assert lines["Firestore", "deletes"].amount == 100
    assert lines["Firestore", "deletes by TTL"].amount == 300
    assert lines["Cloud Tasks", "made and dispatched"].amount == 400
    assert lines["Cloud Run", "requests"].amount == 1000


def test_what_is_kept_for_two_months_lies_there_twice() -> None:
    lines = _bill(prices=_prices(index_factor=3, backups_kept=4, point_in_time=1))
    plain = 6000 * 100 * 2 / 2**30
    assert lines["Firestore", "storage when full"].amount == pytest.approx(plain * 3)
    assert lines["Firestore", "backups"].amount == pytest.approx(plain * 4)
    assert lines["Firestore", "point in time"].amount == pytest.approx(plain * 3)


def test_an_export_reads_everything_that_is_there() -> None:
    """Of two months, as each document is kept for so long."""
    lines = _bill(prices=_prices(exports_per_month=4, exports_kept=2))
    assert lines["Firestore", "exports"].amount == pytest.approx(3 * 100 * 2 * 4)
    assert lines["Cloud Storage", "exports"].amount == pytest.approx(6000 * 100 * 2 * 2 / 2**30)


def test_the_engine_examines_itself_however_few_carts_there_are() -> None:
    reads = _bill(carts=0, prices=_prices(examination_reads=10, policy_documents=0))["Firestore", "reads"]
    assert reads.amount == 10 * 24 * 30


def test_every_storefront_event_is_billed_once_in_and_once_a_subscription() -> None:
    lines = _bill(prices=_prices(storefront_subscriptions=3))
    assert lines["Pub/Sub", "storefront events"].amount == pytest.approx(4 * 10_000 * 100 / 2**30)
    assert lines["Pub/Sub", "announcements"].amount == pytest.approx(2000 * 100 / 2**30)
    assert lines["Pub/Sub", "written to BigQuery"].amount == pytest.approx(1200 * 100 / 2**30)


def test_requests_that_seldom_meet_are_billed_for_their_whole_time() -> None:
    prices = _prices(round_trip_ms=10, client_cpu_ms=1, cpu_factor=1, vcpu=1)
    # 20 round trips of 11 ms and 5 ms of our own, for ten calls.
    expected = 100 * (20 * 0.011 + 0.005)
    assert _bill(prices=prices)["Cloud Run", "CPU, serving"].amount == pytest.approx(expected, rel=0.01)


def test_requests_that_meet_share_an_instance_up_to_its_concurrency() -> None:
    prices = _prices(round_trip_ms=10, client_cpu_ms=0, cpu_factor=0, concurrency=8)
    carts = 1_000_000_000
    seconds = carts * 20 * 0.010
    assert seconds / MONTH_SECONDS > 8
    busy = _bill(carts=carts, prices=prices)["Cloud Run", "CPU, serving"].amount
    assert busy == pytest.approx(seconds / 8)


def test_an_instance_has_no_more_than_its_cpu() -> None:
    prices = _prices(round_trip_ms=0, client_cpu_ms=1, cpu_factor=1, concurrency=1000, vcpu=1)
    carts = 1_000_000_000
    busy = _bill(carts=carts, prices=prices)["Cloud Run", "CPU, serving"].amount
    assert busy == pytest.approx(carts * 0.025)


def test_warm_instances_cost_while_they_have_nothing_to_do() -> None:
    lines = _bill(carts=1, prices=_prices(warm_instances=2, memory_gib=0.5))
    idle = lines["Cloud Run", "CPU, idle"].amount
    assert 2 * MONTH_SECONDS - 10 < idle < 2 * MONTH_SECONDS
    assert lines["Cloud Run", "memory, idle"].amount == pytest.approx(idle / 2)


def test_messages_are_lines_of_their_own() -> None:
    line = _bill()["Provider: email", "messages"]
    assert (line.amount, line.dollars) == (200, pytest.approx(200 * 0.0004))
    push = _bill(replace(DAY, messages={"push": 1}))["Provider: push", "messages, no price"]
    assert (push.amount, push.dollars) == (100, 0)


@pytest.mark.parametrize(("amount", "dollars"), [(0, 0), (100, 0), (150, 1), (1100, 20)])
def test_what_is_free_is_free(amount: float, dollars: float) -> None:
    price = Price(price=2, per=100, free=100, unit="units", noted=date(2026, 1, 1), source="this test")
    assert price.of(amount) == dollars


def test_each_bundled_price_has_its_source_and_day() -> None:
    for name, price in read_prices().prices:
        assert price.source.startswith("https://cloud.google.com/"), name
        assert price.noted <= date(2027, 1, 1), name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prices: [", "is not YAML"),
        ("prices: {}", "prices.firestore_reads: Field required"),
        ("assumptions: {guesses: 1}", "assumptions.guesses: Extra inputs are not permitted"),
        (
            "messages: {sms: {price: -1, source: x}}",
            "messages.sms.price: Input should be greater than or equal to 0",
        ),
        ("messages: {sms: {price: .nan, source: x}}", "messages.sms.price"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "prices.yaml"
    changed = None if "[" in text else yaml.safe_load(text)
    whole = yaml.safe_load(BUNDLED.read_text())
    for name, part in (changed or {}).items():
        whole[name] = part if not part else {**whole[name], **part}
    path.write_text(yaml.safe_dump(whole) if changed else text)
    with pytest.raises(InvalidPrices) as problem:
        read_prices(path)
    assert told in str(problem.value)
