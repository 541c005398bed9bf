"""GA4's purchases and refunds: totals, discounts and codes, to the minor unit."""

from typing import Any

import pytest

from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    Line,
    OrderFacts,
    OrderPlaced,
    OrderReturned,
)
from tests.unit.functions.ingest_event.events import (
    event_of,
    refusal_of,
)
from tests.unit.functions.ingest_event.sources.examples.ga4 import (
    BELL,
    CLIENT,
    LOCK,
    PURCHASE,
    ROW_ITEM,
    call,
    example,
    row,
    sent,
    value,
)

BELL_LINE = Line(
    sku="BELL-BRASS",
    name="Bell - brass",
    quantity=2,
    unit_price_minor=2_450,
    url="https://bikes.example/bell",
    image_url="https://bikes.example/bell.jpg",
)


LOCK_LINE = Line(sku="LOCK-9", name="Lock", quantity=1, unit_price_minor=6_100)


WHOLE = Cart(id=f"client:{CLIENT}", currency="EUR", total_minor=11_000, lines=(BELL_LINE, LOCK_LINE))


@pytest.mark.parametrize(
    "name", ["purchase", "purchase of a grand total", "dataLayer, flat", "gtag as an object"]
)
def test_a_purchase_is_a_placed_order(name: str) -> None:
    """Shipping and tax are added where the value leaves them out; codes and articles are the items' too."""
    event = example(name)
    assert type(event) is OrderPlaced
    assert event.order == OrderFacts(
        id="B-2001",
        cart_id=WHOLE.id,
        total=Money(13_540, "EUR"),
        discount_minor=500,
        voucher_codes=("SUMMER", "RING"),
        skus=("BELL-BRASS", "LOCK-9"),
        lines=(BELL_LINE, LOCK_LINE),
    )


@pytest.mark.parametrize(
    ("params", "total"),
    [
        ({"value": 499.0}, 49_900),
        ({"value": "49.00", "items": [{**BELL, "price": 24.499999999999996}], "tax": 1}, 5_000),
        ({"items": [LOCK], "shipping": 4.5}, 6_550),
        ({"value": 0}, 0),
    ],
)
def test_a_purchases_total(params: dict[str, Any], total: int) -> None:
    """Floats count digit by digit; without a value the items are added up."""
    event = event_of(sent(call(("purchase", {"transaction_id": "B", "currency": "EUR", **params}))))
    assert event.order.total == Money(total, "EUR")


@pytest.mark.parametrize(("currency", "total"), [("JPY", 1_500), ("KWD", 1_500_000), ("eur", 150_000)])
def test_minor_units_are_the_currencys_own(currency: str, total: int) -> None:
    """Currencies without and with three decimals; codes in lower case are taken too (L34)."""
    event = event_of(sent(call(("purchase", {"transaction_id": "B", "currency": currency, "value": 1500}))))
    assert event.order.total == Money(total, currency.upper())


def test_a_currency_may_stand_with_the_items_or_the_store() -> None:
    """The event's own goes first; the attribute currency says what a store leaves out."""
    items = [{**LOCK, "currency": "CHF"}]
    assert event_of(sent(call(("view_cart", {"items": items})))).cart.currency == "CHF"
    assert event_of(sent(call(("view_cart", {"items": items, "currency": "EUR"})))).cart.currency == "EUR"
    assumed = event_of(sent(call(("view_cart", {"items": [LOCK]})), currency="CZK"))
    assert assumed.cart.currency == "CZK"
    assert "CZK was assumed" in assumed.notes[0]


def test_a_purchase_without_amounts_or_id_still_ends_the_cart() -> None:
    """Its total is unknown, not zero, and it goes by its event's id (L1)."""
    event = event_of(sent(call(("purchase", {"event_id": "ev-1"}))))
    assert (event.order.id, event.order.total, event.order.cart_id) == ("event:purchase:ev-1", None, WHOLE.id)
    assert len(event.notes) == 2


def test_refunds() -> None:
    """What was given back, else what the items were worth, else unknown."""
    stated, items, whole, of_a_row = map(
        example, ("refund", "refund of items", "refund of all", "row: refund")
    )
    assert isinstance(stated, OrderReturned)
    assert (stated.order_id, stated.total, stated.return_id) == ("B-2001", Money(2_450, "EUR"), stated.id)
    assert (items.total, whole.total) == (Money(6_100, "EUR"), None)
    assert (of_a_row.order_id, of_a_row.total) == ("B-2002", Money(2_450, "EUR"))
    nowhere = event_of(sent(call(("refund", {"transaction_id": "B", "value": 5}))))
    assert (nowhere.total, len(nowhere.notes)) == (None, 1)


def test_items_that_cannot_be_priced_leave_a_purchase_its_value() -> None:
    """The sum of the items is not known then, nor a discount on a number of pieces that can't be read."""
    items = [{"item_id": "L", "discount": 1, "quantity": "many"}]
    event = event_of(sent(call(("purchase", {**PURCHASE, "items": items}))))
    assert (event.order.total, event.order.discount_minor) == (Money(11_000, "EUR"), 0)
    assert event.order.skus == ("L",)
    assert len(event.notes) == 1


def test_a_push_that_gtag_made_has_its_parameters_in_event_model() -> None:
    """As gtag.js writes its calls into the dataLayer."""
    stated = {"transaction_id": "B-7", "currency": "EUR", "value": 49.0, "items": [BELL]}
    pushed = {"event": "purchase", "eventModel": stated, "gtm.uniqueEventId": 12}
    assert event_of(sent(pushed)).order.total == Money(4_900, "EUR")


def test_a_row_without_a_currency_counts_as_google_converted_it() -> None:
    """The export states each amount in US dollars beside that of an unknown currency, which is never mixed in."""
    item = {**ROW_ITEM, "price": 98.0, "price_in_usd": 24.5, "discount": 9.0}
    order = {
        "transaction_id": "B-7",
        "purchase_revenue": 196.0,
        "purchase_revenue_in_usd": 49.0,
        "tax_value": 16.0,
        "tax_value_in_usd": 4.0,
        "shipping_value": 20.0,
        "shipping_value_in_usd": None,
    }
    payload = row("purchase", {"value": value(double_value=196.0)}, items=[item], ecommerce=order)
    event = event_of(sent(payload))
    assert (event.order.total, event.order.discount_minor) == (Money(5_300, "USD"), 0)
    assert "US dollars" in event.notes[0]
    assert event_of(sent(payload, currency="PLN")).order.total == Money(23_200, "PLN")
    added = event_of(sent(row("add_to_cart", {}, items=[item], event_value_in_usd=49.0)))
    assert (added.currency, added.added[0].unit_price_minor) == ("USD", 2_450)
    unpriced = refusal_of(sent(row("add_to_cart", {}, items=[ROW_ITEM])))
    assert unpriced.reason == "currency_missing"
