"""BigQuery forgets whom the engine was told to forget."""

from datetime import UTC, datetime, timedelta

from common.domain.effects import Announce
from tests.deployment_bigquery.warehouse import FOLDER, Warehouse, row_of

ERASED_AT = datetime(2026, 3, 6, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ERASE = (FOLDER / "erase.sql").read_text()


def _announce(id: str, type: str, at: datetime, customer_id: str | None, **fields: object) -> Announce:
    return Announce(
        id=id,
        type=type,
        at=at,
        store="socks",
        case_id="case",
        customer_id=customer_id,
        subject=None,
        fields=fields,
    )


def _left(*announced: Announce) -> list[str]:
    warehouse = Warehouse()
    warehouse.write(row_of(one, f"m{number}") for number, one in enumerate(announced))
    warehouse.run(ERASE)
    warehouse.run(ERASE)
    return sorted(row["id"] for row in warehouse.ask("SELECT id FROM events"))


def _erasure(*ids: str) -> Announce:
    known = ids[0] if len(ids) == 1 else None
    return _announce("erased", "customer.erased", ERASED_AT, known, customer_ids=list(ids))


def test_what_was_announced_about_them_goes_and_the_erasure_stays() -> None:
    left = _left(
        _announce("a", "stimulus.sent", ERASED_AT - 9 * HOUR, "anna", recipient="anna@shop.test"),
        _announce("b", "case.lost", ERASED_AT + HOUR / 2, "anna-as-guest"),
        _announce("c", "stimulus.sent", ERASED_AT - 9 * HOUR, "ben", recipient="ben@shop.test"),
        _announce("d", "intake.refused", ERASED_AT - 9 * HOUR, None),
        _erasure("anna", "anna-as-guest"),
    )
    assert left == ["c", "d", "erased"]


def test_whoever_comes_back_is_counted_anew() -> None:
    later = _announce("later", "case.abandoned", ERASED_AT + 30 * HOUR, "anna")
    assert _left(_erasure("anna"), later) == ["erased", "later"]


def test_what_is_too_new_to_be_changed_waits_for_the_next_run() -> None:
    now = datetime.now(UTC)
    fresh = _announce("fresh", "stimulus.sent", now - HOUR, "anna")
    erased = _announce("erased", "customer.erased", now, "anna", customer_ids=["anna"])
    assert _left(fresh, erased) == ["erased", "fresh"]
