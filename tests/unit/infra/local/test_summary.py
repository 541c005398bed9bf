"""What a run came to, added up from its announcements."""

from datetime import UTC, datetime

from common.domain.effects import Announce
from infra.local.summary import Summary

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WON = {"order_id": "o1", "revenue": "90.00", "discount": "10.00", "currency": "PLN"}


def said(type: str, **fields: object) -> Announce:
    return Announce(
        id="1", type=type, at=NOON, store="s", case_id="c", customer_id=None, subject=None, fields=fields
    )


def summary(*announcements: Announce) -> dict[str, object]:
    counted = Summary()
    for announced in announcements:
        counted.add(announced)
    return counted.as_fields()


def test_nothing_comes_to_nothing() -> None:
    """A run in which nothing happened has a summary of empty tables, not a gap."""
    assert set(map(str, summary().values())) == {"{}"}


def test_revenue_is_net_of_reversals() -> None:
    """What was recovered and taken back again is gone from orders, revenue and discount (L45)."""
    again = {**WON, "order_id": "o2", "revenue": "50.00", "discount": "0.00"}
    found = summary(
        said("case.recovered", **WON),
        said("case.recovered", **again),
        said("case.reversed", reason="order_cancelled", **WON),
    )
    assert found["recovered"] == {
        "PLN": {
            "abandoned_carts": 0,
            "abandoned": "0.00",
            "orders": 1,
            "revenue": "50.00",
            "discount": "0.00",
        }
    }
    assert found["cases"] == {"recovered": 2, "reversed": 1}


def test_currencies_are_never_added_up() -> None:
    """Each currency has its own sums, in its own number of decimals."""
    found = summary(
        said("case.abandoned", total="1500", currency="JPY", segment="not_returned"),
        said("case.abandoned", total="1.250", currency="KWD", segment="not_returned"),
        said("case.abandoned", total="2.750", currency="KWD", segment="not_returned"),
    )
    recovered = found["recovered"]
    assert isinstance(recovered, dict)
    assert {currency: money["abandoned"] for currency, money in recovered.items()} == {
        "JPY": "1500",
        "KWD": "4.000",
    }


def test_every_withheld_message_counts_under_its_reason() -> None:
    """Skipped and failed messages, suppressed and held cases and refused lines are counted by reason."""
    found = summary(
        said("stimulus.skipped", step="first", reason="consent_missing"),
        said("stimulus.failed", step="first", channel="sms", reason="provider_refused"),
        said("case.suppressed", reason="consent_missing"),
        said("case.held", reason="holdout"),
        said("intake.refused", source="recoup", reason="json_invalid", detail="…"),
    )
    assert found["withheld"] == {"consent_missing": 2, "holdout": 1, "provider_refused": 1}
    assert found["refused"] == {"json_invalid": 1}


def test_messages_and_vouchers_are_counted() -> None:
    """Messages count by channel, vouchers by what became of them."""
    found = summary(
        said("stimulus.sent", step="first", channel="email", recipient="a@shop.test"),
        said("stimulus.sent", step="first", channel="sms", recipient="+48600123456"),
        said("voucher.issued", code="X", incentive={"kind": "percent", "percent": 5}),
        said("voucher.expired", code="X"),
    )
    assert found["messages"] == {"email": 1, "sms": 1}
    assert found["vouchers"] == {"expired": 1, "issued": 1}
