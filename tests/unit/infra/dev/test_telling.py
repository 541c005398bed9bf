"""The engine's announcements in plain words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.dev import telling

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"type": "case.abandoned", "total": "499.00", "currency": "PLN"}, "PLN 499.00"),
        ({"type": "case.abandoned", "total": "1500", "currency": "JPY"}, "JP¥1,500"),
        ({"type": "case.suppressed", "reason": "cart_empty"}, "emptied the cart"),
        ({"type": "case.suppressed", "reason": "a_new_one"}, "a_new_one"),
        (
            {"type": "voucher.issued", "code": "ABCD", "incentive": {"kind": "percent", "percent": 5}},
            "ABCD, 5 % off",
        ),
        (
            {
                "type": "voucher.issued",
                "code": "ABCD",
                "incentive": {"kind": "fixed", "amount": "20.00", "currency": "PLN"},
            },
            "ABCD, PLN 20.00 off",
        ),
        (
            {"type": "voucher.issued", "code": "ABCD", "incentive": {"kind": "free_shipping"}},
            "ABCD, free shipping",
        ),
        (
            {"type": "stimulus.sent", "channel": "sms", "recipient": "+48600", "step": "first"},
            "SMS to +48600",
        ),
        ({"type": "stimulus.skipped", "step": "my_step", "reason": "sms_limit"}, "my_step · "),
        ({"type": "intake.refused", "reason": "json_invalid", "detail": "No JSON."}, "No JSON."),
        ({"type": "case.lost"}, ""),
    ],
)
def test_a_line_says_what_matters(line: dict[str, Any], said: str) -> None:
    """Amounts, codes, recipients and reasons are told as a person would; an unknown word is told as it is."""
    assert telling.detail(line).startswith(said)
    assert bool(telling.detail(line)) == bool(said)
    assert telling.title(line)


def test_a_type_from_the_future_has_its_own_name() -> None:
    """A type that the page doesn't know is shown as it is."""
    assert telling.title({"type": "cart.folded"}) == "cart.folded"


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=5), "in a moment"),
        (timedelta(minutes=29, seconds=40), "in 30 min"),
        (timedelta(hours=23, minutes=30), "in 23 h 30 min"),
        (timedelta(days=6, hours=23, minutes=59), "in 6 days 23 h"),
        (timedelta(0), "just now"),
        (timedelta(minutes=-3), "3 min ago"),
        (timedelta(hours=-26), "1 day ago"),
    ],
)
def test_moments_are_told_from_now(span: timedelta, said: str) -> None:
    """What is to come is told to the minute, what has been in one unit."""
    assert telling.away(NOON + span, NOON) == said
