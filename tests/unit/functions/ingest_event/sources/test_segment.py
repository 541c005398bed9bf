"""Segment's carts, checkouts and visits: what each call tells, to the minor unit."""

from datetime import UTC, datetime

import pytest

from common.application.ports import PubSubMessage
from common.domain.storefront import (
    Cart,
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    Line,
    Person,
)
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import Ignored
from tests.unit.functions.ingest_event.events import (
    NOW,
    encode,
    event_of,
    outcome_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example
from tests.unit.functions.ingest_event.sources.examples.segment import (
    BROWSER,
    EXAMPLES,
    ORDER,
    PAGE,
    SCREEN,
    TEA,
    example,
    sent,
    track,
)

KETTLE_LINE = Line(
    sku="KETTLE-1L",
    name="Kettle - copper",
    quantity=1,
    unit_price_minor=8_995,
    url="https://teas.example/kettle",
    image_url="https://teas.example/kettle.jpg",
)


TEA_LINE = Line(sku="TEA-GREEN", name="Green tea", quantity=3, unit_price_minor=650)


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


@pytest.mark.parametrize("given", EXAMPLES, ids=lambda given: given.name)
def test_every_example_is_understood(given: Example) -> None:
    """Each listed event in each of its spellings tells something."""
    message = PubSubMessage("m-1", NOW, given.attributes, encode(given.payload))
    assert set(outcome_of(message).split(",")) == {"understood"}


def test_an_added_product_is_an_increment() -> None:
    """Its cart, price, person, moment and id are those of the call; the rest of the cart stays as it was."""
    event = example("product added")
    assert isinstance(event, CartItemsChanged)
    assert (event.cart_id, event.currency, event.added, event.removed) == (
        "basket-4",
        "EUR",
        (KETTLE_LINE,),
        (),
    )
    assert (event.id, event.store, event.source) == ("ajs-next-product-added", "teas", "segment")
    assert event.occurred_at == datetime(2026, 5, 1, 11, 58, 0, 250_000, UTC)
    assert (event.person, event.channel, event.user_agent) == (MILA, SalesChannel.WEB, BROWSER)
    assert event.notes == ()


def test_numeric_strings_are_numbers() -> None:
    """Price and quantity may be texts, as tag managers send them; a missing quantity is one."""
    assert example("product added by a guest without a cart id").added == (TEA_LINE,)
    added = event_of(sent(track("Product Added", {"currency": "EUR", "sku": "S", "price": 3})))
    assert added.added == (Line(sku="S", name="S", quantity=1, unit_price_minor=300),)


def test_a_removed_product_needs_neither_price_nor_currency() -> None:
    """Only which article and how many matter."""
    event = example("product removed")
    assert (event.cart_id, event.currency, event.added) == ("basket-4", None, ())
    assert event.removed == (Line(sku="p-31", name="p-31", quantity=1, unit_price_minor=0),)


def test_a_viewed_cart_is_the_whole_cart() -> None:
    """With products it is a new state, emptied if there are none; without them it is a visit."""
    event = example("cart viewed")
    assert isinstance(event, CartUpdated)
    assert event.cart == Cart(
        id="basket-4", currency="EUR", total_minor=10_945, lines=(KETTLE_LINE, TEA_LINE)
    )
    assert example("cart viewed, emptied").cart == Cart(id="basket-4", currency=None, total_minor=0)
    assert isinstance(example("cart viewed without its products"), CartVisited)


def test_a_started_checkout_states_the_cart() -> None:
    """Its value is the cart's total, and an empty list of products empties nothing."""
    cart = example("checkout started").cart
    assert (cart.id, cart.total_minor) == ("anonymous:b4d7e2f0-anon", 11_240)
    assert cart.url == "https://teas.example/checkout/ch-77"
    assert isinstance(event_of(sent(track("Checkout Started", {"products": []}))), CartVisited)


def test_the_carts_own_id_goes_first() -> None:
    """A stated cart_id is used as it is, in orders too."""
    order = event_of(sent(track("Order Completed", {**ORDER, "cart_id": "basket-4"}))).order
    assert order.cart_id == example("cart viewed").cart.id == "basket-4"


def test_visits_and_coupons_are_activity() -> None:
    """Pages, screens, product views, checkout steps and coupons keep a cart from being abandoned."""
    for call in (PAGE, SCREEN, track("Coupon Applied", {"cart_id": "basket-4", "coupon_id": "C"})):
        assert isinstance(event_of(sent(call)), CartVisited)
    assert event_of(sent(SCREEN)).channel is SalesChannel.APP


def test_odd_but_clear_products_are_taken() -> None:
    """A single product in place of a list, a quantity with a decimal point."""
    cart = event_of(
        sent(track("Cart Viewed", {"currency": "EUR", "products": {**TEA, "quantity": 2.0}}))
    ).cart
    assert (cart.lines[0].quantity, cart.total_minor) == (2, 1_300)


def test_nothing_about_the_money_of_an_emptied_cart_can_refuse_it() -> None:
    """A cart of no pieces is emptied, whatever its currency and total (L9)."""
    nothing = {"cart_id": "c", "currency": "?", "total": "?", "products": [{**TEA, "quantity": 0}]}
    assert event_of(sent(track("Cart Viewed", nothing))).cart == Cart(id="c", currency=None, total_minor=0)


def test_a_wish_that_is_put_into_the_cart_is_in_the_cart() -> None:
    """Segment's specification gives it the cart's id and the product, as Product Added has them."""
    event = event_of(
        sent(track("Wishlist Product Added to Cart", {"wishlist_id": "w", "cart_id": "k-1", **TEA}))
    )
    assert isinstance(event, CartItemsChanged)
    assert (event.cart_id, len(event.added)) == ("k-1", 1)


def test_rudderstack_s_merge_of_profiles_means_nothing() -> None:
    """It is known, so it is no refusal."""
    merged = {
        "type": "merge",
        "messageId": "m-7",
        "mergeProperties": [{"type": "email", "value": "a@b.test"}],
    }
    assert told_by(sent(merged)) == Ignored("segment", "teas", "merge")
