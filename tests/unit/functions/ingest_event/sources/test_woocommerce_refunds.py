"""WooCommerce's refunds, deletions and redeliveries: each is told once."""

from copy import deepcopy
from datetime import UTC, datetime

from common.application.failures import Refused
from common.domain import storefront
from common.domain.money import Money
from tests.unit.functions.ingest_event.events import NOW, event_of, outcome_of, refusal_of
from tests.unit.functions.ingest_event.sources.examples.woocommerce import (
    LEGACY_ORDER,
    REFUND,
    REFUNDED_TWICE,
    order,
)
from tests.unit.functions.ingest_event.sources.woocommerce_deliveries import delivered, ordered, told


def test_a_refund_counts_once_however_often_its_order_is_sent() -> None:
    """Each listed refund has its own id and fingerprint, the same under a later update and sent by itself."""
    paid, first, second = told(delivered("order.updated", order(refunds=REFUNDED_TWICE)))
    assert type(paid) is storefront.OrderPaid
    assert (first.id, first.return_id, first.order_id) == ("refund:4711:4790", "4790", "4711")
    assert (first.total, second.total) == (Money(1_747, "EUR"), Money(1_004, "EUR"))
    assert first.person.email == "jana.horakova@example.net"
    later = order(refunds=REFUNDED_TWICE, status="refunded", date_modified_gmt="2026-05-01T11:59:00")
    again = told(delivered("order.updated", later, "m-2"))
    assert [(event.id, event.digest) for event in again] == [
        (event.id, event.digest) for event in (first, second)
    ]
    alone = event_of(delivered("refund.created", REFUND))
    assert (alone.id, alone.digest, alone.total) == (first.id, first.digest, first.total)


def test_an_order_that_is_refunded_without_a_list_came_back_whole() -> None:
    """Its total is what was given back."""
    event = ordered(status="refunded")
    assert (event.return_id, event.total) == ("order-4711", Money(4_488, "EUR"))


def test_a_broken_refund_costs_the_others_nothing() -> None:
    """It is refused beside them; one whose amount is broken still came back."""
    refunds = [{"total": "-1.00"}, "x", {"id": 9, "total": "-lots"}, {"id": 10, "refund": "x", "total": -2.5}]
    paid, one, two, three, four = told(delivered("order.updated", order(refunds=refunds)))
    assert type(paid) is storefront.OrderPaid
    assert [(one.reason, one.field), (two.reason, two.field)] == [
        ("field_missing", "refunds[0].id"),
        ("field_missing", "refunds[1].id"),
    ]
    assert (three.total, four.total) == (None, Money(250, "EUR"))
    assert "refunds[2].total" in three.notes[0]


def test_a_broken_order_costs_its_refunds_nothing() -> None:
    """Without a currency the order is refused, and the refund is told without its amount."""
    refused, returned = told(delivered("order.updated", order(currency=None, refunds=REFUNDED_TWICE[:1])))
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("currency_missing", "currency")
    assert (returned.return_id, returned.total) == ("4790", None)


def test_a_refund_by_itself_finds_its_order_in_its_link() -> None:
    """The REST API's own answer names the order in its path only, and no currency."""
    link = {"up": [{"href": "https://tea-house.example/wp-json/wc/v3/orders/4711"}]}
    event = event_of(
        delivered("refund.created", {**REFUND, "parent_id": None, "currency": None, "_links": link})
    )
    assert (event.order_id, event.total) == ("4711", None)
    assert event.occurred_at == datetime(2026, 5, 1, 11, 50, tzinfo=UTC)
    refused = refusal_of(delivered("refund.created", {**REFUND, "parent_id": None}))
    assert (refused.reason, refused.field) == ("field_missing", "parent_id")


def test_a_deleted_order_is_cancelled_by_its_number_alone() -> None:
    """Its webhook says no more; deleted again after it was restored, it is another event."""
    event = event_of(delivered("order.deleted", {"id": 4711}))
    assert type(event) is storefront.OrderCancelled
    assert event.order == storefront.OrderFacts(id="4711", total=None)
    assert event.occurred_at == NOW
    again = event_of(delivered("order.deleted", {"id": 4711}, **{"X-WC-Webhook-Delivery-ID": "other"}))
    assert again.id != event.id


def test_the_legacy_api_wraps_what_it_sends() -> None:
    """Webhooks of shops that kept the old API are read too, and fields are named with their wrapping."""
    event = event_of(delivered("order.updated", LEGACY_ORDER))
    assert type(event) is storefront.OrderPlaced
    assert (event.order.total, event.order.discount_minor) == (Money(2_640, "GBP"), 200)
    assert event.person is not None
    assert (event.person.external_id, event.person.email) == ("9", "amir@example.org")
    assert event.occurred_at == datetime(2026, 5, 1, 11, 2, tzinfo=UTC)
    broken = deepcopy(LEGACY_ORDER)
    broken["order"]["total"] = "?"
    assert refusal_of(delivered("order.updated", broken)).field == "order.total"


def test_two_topics_of_one_change_are_two_events_and_a_redelivery_is_none() -> None:
    """WooCommerce's delivery id may be shared by two orders of one second, so the content names an order's event."""
    created, updated = ordered("order.created"), ordered("order.updated")
    assert created.id != updated.id
    other = event_of(delivered("order.updated", order(), "m-2", **{"X-WC-Webhook-Delivery-ID": "later"}))
    assert (other.id, other.digest) == (updated.id, updated.digest)
    assert ordered(id=4712).id != updated.id


def test_a_broken_time_is_refused_once_for_the_order_and_once_for_its_refunds() -> None:
    """An order that doesn't need the broken field is none the worse for it."""
    dated = {"date_modified_gmt": "soon", "refunds": REFUNDED_TWICE}
    assert outcome_of(delivered("order.updated", order(**dated))) == "occurred_at_invalid,occurred_at_invalid"
    assert (
        outcome_of(delivered("order.updated", order(status="completed", **dated)))
        == "understood,occurred_at_invalid"
    )
    assert ordered(status="completed", date_modified_gmt="soon").occurred_at.minute == 42
