"""decide is pure: it asks for what it needs, changes nothing it was given, and says the same again."""

import copy
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.domain.book import Decision, NotLoaded
from common.domain.decide import decide, message_id
from common.domain.effects import ScheduleLook
from common.domain.first_places import first_places
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    Line,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    Person,
    VoucherRedeemed,
)
from common.domain.triggers import Look, MessageAnswered, NotSent, ReturnedFlagLapsed, Storefront, Trigger
from common.domain.vocabulary import LookKind
from tests.builders import rules

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
ANNA = Person(external_id="a", email="anna@shop.test", phone="+48600123456")
COMMON: dict[str, Any] = {"store": "s", "source": "recoup", "occurred_at": AT, "digest": "d", "person": ANNA}
CART = Cart(
    id="k1",
    currency="PLN",
    total_minor=100,
    lines=(Line(sku="S", name="S", quantity=1, unit_price_minor=100),),
)
ORDER = OrderFacts(id="o1", cart_id="k1", total=Money(100, "PLN"), voucher_codes=("AAAA-BBBB-CCCC",))
TRIGGERS: list[Any] = [
    CartUpdated(id="1", cart=CART, **COMMON),
    CartVisited(id="2", cart_id="k1", **COMMON),
    OrderPlaced(id="3", order=ORDER, **COMMON),
    OrderPaid(id="4", order=ORDER, **COMMON),
    OrderPaymentFailed(id="5", order=ORDER, **COMMON),
    OrderCancelled(id="6", order=ORDER, **COMMON),
    OrderReturned(id="7", return_id="r1", order_id="o1", **COMMON),
    VoucherRedeemed(id="8", code="AAAA-BBBB-CCCC", order_id="o1", **COMMON),
    CustomerUpdated(id="9", **COMMON),
    Look(id="10", case_id="c", kind=LookKind.STEP, customer_id="x"),
    MessageAnswered(id="11", case_id="c", customer_id="x", claim_id="y", outcome=NotSent()),
    ReturnedFlagLapsed(id="12", customer_id="x"),
]


def decided(documents: Mapping[Any, Any], trigger: Trigger, now: datetime) -> tuple[Decision, int]:
    """The decision, and how many batches it took to get there."""
    known = {place: documents.get(place) for place in first_places(trigger)}
    for batches in range(1, 20):
        try:
            return decide(known, trigger, rules(), now), batches
        except NotLoaded as need:
            wanted = {place: documents.get(place) for place in need.places if place not in known}
        assert wanted, "asked for what it was given"
        known |= wanted
    raise AssertionError("never satisfied")


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: type(trigger).__name__)
def test_every_trigger_is_decided_on_an_empty_shop(trigger: Any) -> None:
    """Whatever comes first, however little is known: an outcome with a name, never an error (L13, L29)."""
    decision, _ = decided({}, trigger, AT)
    assert decision.outcome.replace("_", "").isalpha()


@pytest.mark.parametrize("trigger", TRIGGERS, ids=lambda trigger: type(trigger).__name__)
def test_without_its_documents_a_decision_asks_for_them(trigger: Any) -> None:
    """`first_places` names the documents that the trigger itself leads to."""
    with pytest.raises(NotLoaded) as caught:
        decide({}, trigger, rules(), AT)
    assert set(caught.value.places) <= set(first_places(trigger))


def test_an_event_is_known_by_its_source_and_id() -> None:
    """Two platforms may use the same id; a timer's name is its own."""
    assert message_id(TRIGGERS[0]) == "recoup:1"
    assert message_id(TRIGGERS[9]) == "10"


@given(st.lists(st.sampled_from(TRIGGERS), min_size=1, max_size=8), st.integers(0, 240))
@settings(deadline=None, max_examples=80)
def test_deciding_is_pure_and_repeatable(triggers: list[Any], minutes: int) -> None:
    """The same documents, trigger, policy and moment give the same decision and leave the documents alone."""
    documents: dict[Any, Any] = {}
    now = AT
    for trigger in triggers:
        now += timedelta(minutes=minutes)
        before = copy.deepcopy(documents)
        decision, _ = decided(documents, trigger, now)
        again, _ = decided(documents, trigger, now)
        assert decision == again
        assert documents == before
        documents |= dict(decision.changes)
        if isinstance(trigger, Storefront):
            repeated, _ = decided(documents, trigger, now + timedelta(minutes=1))
            assert repeated.changes == {}, "a redelivery changed something"


def test_an_event_on_a_known_cart_takes_one_batch() -> None:
    """Cart, customer by three identifiers: all in the first batch."""
    documents: dict[Any, Any] = {}
    first, _ = decided(documents, TRIGGERS[0], AT)
    documents |= dict(first.changes)
    later = CartUpdated(**{**COMMON, "occurred_at": AT + timedelta(minutes=1)}, id="99", cart=CART)
    decision, batches = decided(documents, later, AT + timedelta(minutes=1))
    assert (decision.outcome, batches) == ("cart_seen", 1)
    assert not [effect for effect in decision.effects if isinstance(effect, ScheduleLook)]
