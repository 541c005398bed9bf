"""Orders with parts that can't be used: they count all the same, or whoever bought would be reminded."""

from datetime import timedelta
from typing import Any

import pytest

from common.application.failures import Refused
from common.domain.intake_rules import IntakePolicy
from common.domain.vocabulary import Channel
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import (
    CART,
    CUSTOMER,
    DROPPED,
    NOW,
    ORDER,
    RETURN,
    VERIFICATION,
    canonical,
    changed,
    from_recoup,
)

PLACED = canonical("order.placed", order=ORDER, customer=CUSTOMER)
STRICT, LENIENT = IntakePolicy(), IntakePolicy(strictness="lenient")


def told(payload: dict[str, Any], policy: IntakePolicy = STRICT, **fields: Any) -> Any:
    """The one thing that the changed event tells."""
    (said,) = understand(from_recoup(changed(payload, **fields)), NOW, policy)
    return said


@pytest.mark.parametrize("policy", [STRICT, LENIENT], ids=["strict", "lenient"])
@pytest.mark.parametrize(
    "fields",
    [
        {"order__lines": [{"name": "Gift wrap"}, {"sku": "SOCKS-42"}]},
        {"order__lines": [{"sku": "SOCKS-42", "quantity": "1"}]},
        {"order__lines": [{"sku": "SOCKS-42", "quantity": {}, "name": 5, "unit_price": 3}]},
        {"order__lines": [[], None, "SOCKS-42"] * 3_000},
        {"order__lines": [{"sku": f"A-{number}"} for number in range(10_001)]},
        {"order__lines": "SOCKS-42"},
        {"order__cart_id": ""},
        {"order__cart_id": {"id": "cart-9"}},
        {"order__cart_id": "\x01"},
        {"order__discount": "-5.00"},
        {"order__discount": "1.234"},
        {"order__voucher_codes": [None, 5]},
        {"order__created_by": "robot"},
        {"order__offer_id": " "},
        {"channel": "kiosk"},
        {"customer": "Anna"},
        {"customer__id": ""},
        {"customer__id": "x" * 201},
        {"customer__email": 5},
        {"customer__consent": "yes"},
        {"customer__consent__email": "perhaps"},
        {"occurred_at": "yesterday"},
        {"occurred_at": DROPPED},
        {"occurred_at": "2100-01-01T00:00:00Z"},
        {"occurred_at": "1970-01-01T00:00:00Z"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_order_counts_without_what_it_can_do_without(fields: dict[str, Any], policy: IntakePolicy) -> None:
    """The order itself and its money arrive; a note says what is missing."""
    said = told(PLACED, policy, **fields)
    assert not isinstance(said, Refused), said.detail
    assert (said.order.id, said.order.total.minor) == ("o-1", 54_980)
    assert len(said.notes) == 1
    (field,) = fields
    assert field.replace("__", ".") in said.notes[0]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"order__id": ""}, "field_invalid"),
        ({"order__id": DROPPED}, "field_missing"),
        ({"order__total": "many"}, "amount_invalid"),
        ({"order__total": DROPPED}, "field_missing"),
        ({"order__currency": "gold"}, "currency_unknown"),
        ({"order": "o-1"}, "field_invalid"),
        ({"id": ""}, "field_invalid"),
        ({"type": "order.imagined"}, "type_unknown"),
    ],
)
def test_what_an_order_is_about_is_needed(fields: dict[str, Any], reason: str) -> None:
    """Which one, and how much of which money; the sentence names that, not what could have been left out."""
    said = told(PLACED, channel="kiosk", customer__email=5, **fields)
    assert isinstance(said, Refused)
    assert said.reason == reason
    assert said.field == next(iter(fields)).replace("__", ".")


def test_what_can_not_be_mistaken_is_read() -> None:
    """Numbers as ids and pieces as texts, one code without its list, truths as texts."""
    lines = [{"sku": 42, "quantity": "2", "unit_price": "5.00"}, {"sku": "B", "quantity": "a pair"}]
    failed = canonical("order.payment_failed", order={**ORDER, "lines": lines}, customer=CUSTOMER)
    said = told(
        failed,
        order__id=17,
        order__cart_id=9,
        order__voucher_codes="A2C4-E6G8",
        customer__consent__email="True",
        customer__consent__sms="false",
        final="true",
    )
    order = said.order
    assert (order.id, order.cart_id, order.voucher_codes, order.skus) == (
        "17",
        "9",
        ("A2C4-E6G8",),
        ("42", "B"),
    )
    assert [(line.sku, line.quantity) for line in order.lines] == [("42", 2)]
    assert order.final is True
    assert said.person.consent == {Channel.EMAIL: True, Channel.SMS: False}


def test_an_order_without_a_readable_moment_happened_when_it_was_published() -> None:
    """Which is late rather than early, and the same for every delivery."""
    message = from_recoup(changed(PLACED, occurred_at="yesterday"))
    (said,) = understand(message, NOW + timedelta(hours=1))
    assert not isinstance(said, Refused)
    assert getattr(said, "occurred_at", None) == message.publish_time


def test_what_a_lenient_store_repairs_stays_repaired() -> None:
    """Leaving out comes after repairing, which keeps more and is counted."""
    said = told(PLACED, LENIENT, order__discount="12,50", channel="kiosk")
    assert (said.order.discount_minor, said.repairs) == (1_250, ("amount_invalid",))
    assert len(said.notes) == 2


def test_a_return_counts_without_its_amount() -> None:
    """It flags its customer, whatever was given back."""
    event = canonical("order.returned", **{"return": RETURN})
    said = told(event, return__total="a lot", return__lines=[{}])
    assert (said.return_id, said.order_id, said.total) == ("r-1", "o-1", None)
    assert isinstance(told(event, return__order_id=""), Refused)


@pytest.mark.parametrize(
    "payload",
    [
        canonical("cart.updated", cart=CART, channel="kiosk"),
        canonical("verification.failed", verification=VERIFICATION, order=ORDER, channel="kiosk"),
        canonical("customer.updated", customer=CUSTOMER, channel="kiosk"),
    ],
    ids=lambda payload: payload["type"],
)
def test_other_events_are_held_to_the_schema(payload: dict[str, Any]) -> None:
    """A cart that isn't understood costs a reminder, not a customer's patience."""
    assert isinstance(told(payload), Refused)
