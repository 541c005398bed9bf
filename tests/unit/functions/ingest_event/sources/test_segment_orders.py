"""Segment's orders and refunds: states, totals and codes, to the minor unit."""

from typing import Any

import pytest

from common.domain.money import Money
from common.domain.storefront import (
    CustomerErased,
    OrderCancelled,
    OrderFacts,
    OrderPaid,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    Person,
)
from common.domain.vocabulary import Channel
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    changed,
    event_of,
    outcome_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.segment import (
    BATCH,
    KETTLE,
    ORDER,
    PAGE,
    SCREEN,
    TEA,
    example,
    sent,
    track,
)

MILA = Person(
    external_id="cust-12",
    anonymous_id="b4d7e2f0-anon",
    email="mila.devries@example.com",
    phone="+31612345678",
    name="Mila de Vries",
    locale="nl-NL",
    time_zone="Europe/Amsterdam",
    country="NL",
    consent={Channel.EMAIL: True, Channel.SMS: False},
)


@pytest.mark.parametrize(
    ("fields", "cart_id"),
    [
        ({}, "anonymous:b4d7e2f0-anon"),
        ({"anonymousId": None}, "user:cust-12"),
        ({"anonymousId": None, "userId": None}, "checkout:ch-77"),
    ],
)
def test_carts_checkouts_and_orders_without_a_cart_id_find_each_other(
    fields: dict[str, Any], cart_id: str
) -> None:
    """They are known by the browser, else the account, else the checkout, all alike (L1)."""
    for name in ("Checkout Started", "Checkout Step Viewed", "Product Added"):
        event = event_of(sent(track(name, {"checkout_id": "ch-77", "currency": "EUR", **KETTLE}, **fields)))
        assert getattr(event, "cart_id", None) == cart_id or event.cart.id == cart_id
    assert event_of(sent(track("Order Completed", ORDER, **fields))).order.cart_id == cart_id


def test_a_completed_order_is_placed() -> None:
    """Its total includes shipping and tax; code, discount and articles are the order's own."""
    event = example("order completed")
    assert type(event) is OrderPlaced
    assert event.order == OrderFacts(
        id="T-5001",
        cart_id="anonymous:b4d7e2f0-anon",
        total=Money(10_740, "EUR"),
        discount_minor=500,
        voucher_codes=("SPRING-5",),
        skus=("KETTLE-1L", "TEA-GREEN"),
        lines=example("cart viewed").cart.lines,
    )


@pytest.mark.parametrize(
    ("properties", "total"),
    [
        ({"total": "107.40", "revenue": 1}, 10_740),
        ({"value": 35}, 3_500),
        ({"revenue": 89.95, "shipping": 2.95, "tax": "1.10"}, 9_400),
        ({"products": [KETTLE, TEA], "discount": 5, "shipping": 2.95}, 10_740),
        ({"total": 0.1 + 0.2}, 30),
    ],
)
def test_an_orders_total_is_the_customers(properties: dict[str, Any], total: int) -> None:
    """Stated, or revenue with shipping and tax, or what the products cost: to the cent."""
    call = track("Order Completed", {"order_id": "T-1", "currency": "EUR", **properties})
    assert event_of(sent(call)).order.total == Money(total, "EUR")


@pytest.mark.parametrize(("currency", "total"), [("JPY", 1_500), ("KWD", 1_500_000), ("usd", 150_000)])
def test_minor_units_are_the_currencys_own(currency: str, total: int) -> None:
    """Currencies without and with three decimals; codes in lower case are taken too (L34)."""
    call = track("Order Completed", {"order_id": "T-1", "currency": currency, "total": 1500})
    assert event_of(sent(call)).order.total == Money(total, currency.upper())


def test_a_missing_currency_means_us_dollars_unless_the_store_says_otherwise() -> None:
    """Segment's rule, with a note; products may name it, and the attribute currency goes before the rule."""
    call = track("Product Added", {"sku": "S", "price": 3})
    assumed = event_of(sent(call))
    assert assumed.currency == "USD"
    assert assumed.notes[0].startswith("properties.currency is missing, so USD was assumed")
    assert event_of(sent(call, currency="eur")).currency == "EUR"
    listed = event_of(sent(track("Cart Viewed", {"products": [{"sku": "S", "price": 3, "currency": "CHF"}]})))
    assert (listed.cart.currency, listed.notes) == ("CHF", ())


def test_an_order_without_amounts_still_ends_the_cart() -> None:
    """Its total is unknown, not zero; its own id counts, or that of its call (L1)."""
    event = event_of(sent(track("Order Completed", {"products": [{"product_id": "p-31"}]})))
    assert (event.order.total, event.order.skus) == (None, ("p-31",))
    assert event.order.id == "call:ajs-next-order-completed"
    assert len(event.notes) == 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("order completed", OrderPlaced),
        ("order completed and paid", OrderPaid),
        ("order completed, payment failed", OrderPaymentFailed),
        ("order updated", OrderPlaced),
        ("order updated to cancelled", OrderCancelled),
        ("order updated to refunded", OrderReturned),
        ("order paid", OrderPaid),
        ("order payment failed", OrderPaymentFailed),
        ("order cancelled", OrderCancelled),
        ("order refunded", OrderReturned),
        ("delete", CustomerErased),
    ],
)
def test_states_of_orders(name: str, kind: type[Any]) -> None:
    """Each event and status is what it says."""
    assert type(example(name)) is kind


def test_refunds() -> None:
    """What was given back, else what the products were worth, else unknown; each refund has its own id."""
    stated, partly, whole = map(
        example, ("order refunded", "order refunded in part", "order refunded as a whole")
    )
    assert (stated.return_id, stated.order_id, stated.total) == ("rf-1", "T-5001", Money(8_995, "EUR"))
    assert (partly.return_id, partly.total) == ("ajs-next-order-refunded", Money(1_950, "EUR"))
    assert whole.total is None


@pytest.mark.parametrize(
    "name", ["Order Completed", "order_completed", "orderCompleted", "Completed Order", "ORDER-COMPLETED"]
)
def test_names_are_compared_by_their_letters(name: str) -> None:
    """Case, spaces, underscores and hyphens don't matter, nor the old order of words."""
    assert isinstance(event_of(sent(track(name, ORDER))), OrderPlaced)


def test_a_batch_tells_its_calls_in_order() -> None:
    """Each call stands alone: a broken one is refused by its path and costs the others nothing."""
    assert [type(said).__name__ for said in understand(sent(BATCH), NOW)] == [
        "CartItemsChanged",
        "CartUpdated",
        "CustomerUpdated",
    ]
    broken = changed(BATCH, batch__1__properties__products__1__price="six")
    added, refused, _ = understand(sent(broken), NOW)
    assert added == understand(sent(BATCH), NOW)[0]
    assert (refused.reason, refused.field) == ("amount_invalid", "batch[1].properties.products[1].price")  # type: ignore[union-attr]
    assert refused.at_stake == Money(8_995, "EUR")  # type: ignore[union-attr]
    assert outcome_of(sent({"batch": [7, PAGE]})) == "field_invalid,understood"
    assert outcome_of(sent([PAGE, SCREEN])) == "understood,understood"
    assert told_by(sent({"batch": []})) == Ignored("segment", "teas", "no calls")


def test_an_order_of_nobody_without_an_id_is_refused() -> None:
    """There is nothing that it could be matched with; an e-mail address would do."""
    properties = {"total": 5, "currency": "EUR"}
    nobody: dict[str, Any] = {"anonymousId": None, "userId": None, "context": {}}
    refused = refusal_of(sent(track("Order Completed", properties, **nobody)))
    assert (refused.reason, refused.field) == ("field_missing", "properties.order_id")
    assert refused.at_stake == Money(500, "EUR")
    named = track("Order Completed", {**properties, "email": "mila@example.com"}, **nobody)
    assert event_of(sent(named)).order.id == "call:ajs-next-order-completed"


def test_a_refund_whose_worth_cannot_be_told_is_a_refund() -> None:
    """Its total is unknown, with a note."""
    event = event_of(
        sent(track("Order Refunded", {"order_id": "T", "currency": "EUR", "products": [{"id": "p"}]}))
    )
    assert (event.total, len(event.notes)) == (None, 1)
