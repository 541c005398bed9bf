"""Shopify's carts and checkouts: whose currency counts, and how they find their order."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.vocabulary import Channel, SalesChannel
from tests.unit.functions.ingest_event.events import (
    SHOPIFY_CART,
    SHOPIFY_CHECKOUT,
    SHOPIFY_ORDER,
    changed,
    event_of,
    from_shopify,
    money_set,
    refusal_of,
)
from tests.unit.functions.ingest_event.sources.examples import shopify as examples


def cart(**fields: Any) -> Any:
    return event_of(from_shopify("carts/update", changed(SHOPIFY_CART, **fields)))


def checkout(**fields: Any) -> Any:
    return event_of(from_shopify("checkouts/update", changed(SHOPIFY_CHECKOUT, **fields)))


def order(**fields: Any) -> Any:
    return event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, **fields)))


def test_a_cart_is_understood_in_the_customer_s_own_currency() -> None:
    """The prices that the customer saw count, discounts included, not their shop-currency twins (L34)."""
    event = cart()
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id="c1-6f2b",
        currency="SEK",
        total_minor=115_100,
        lines=(storefront.Line(sku="LAMP-OAK", name="Oak lamp", quantity=2, unit_price_minor=57_550),),
    )
    assert (event.store, event.source, event.person) == ("lamps.myshopify.com", "shopify", None)
    assert event.id == "carts/update:wh-1"
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 1, 450_036, tzinfo=UTC)


def test_a_cart_falls_back_to_the_shop_s_currency_as_a_whole() -> None:
    """Where one line lacks the customer's price, all lines count in the shop's: a cart never mixes (L34)."""
    lamp = SHOPIFY_CART["line_items"][0]  # type: ignore[index]
    shop_only = {"shop_money": {"amount": "54.00", "currency_code": "USD"}}
    half = {**lamp, "discounted_price_set": shop_only, "price_set": None}
    both = cart(line_items=[lamp, half]).cart
    assert (both.currency, both.total_minor, both.lines[0].unit_price_minor) == ("USD", 21_600, 5_400)
    plain = {"sku": "A", "title": "A", "quantity": 1, "price": "1.00"}
    assert cart(line_items=[plain], currency="EUR").cart.total_minor == 100
    other = {**lamp, "discounted_price_set": money_set("1.00", "NOK", "1.00", "DKK")}
    answer = refusal_of(from_shopify("carts/update", changed(SHOPIFY_CART, line_items=[lamp, other])))
    assert (answer.reason, answer.field) == ("currency_mixed", "line_items")


def test_a_cart_whose_currency_nobody_names_is_refused() -> None:
    """Old carts have amounts without a currency; guessing one could promise the wrong sum."""
    bare = [{"id": 1, "title": "Lamp", "quantity": 1, "price": "1.00"}]
    answer = refusal_of(from_shopify("carts/create", changed(SHOPIFY_CART, line_items=bare)))
    assert (answer.reason, answer.field) == ("currency_missing", "currency")


@pytest.mark.parametrize("topic", ["carts/update", "checkouts/update"])
def test_an_emptied_cart_is_an_empty_cart(topic: str) -> None:
    """No lines, or only lines of nothing, is an emptied cart (L9)."""
    payload = SHOPIFY_CART if topic == "carts/update" else SHOPIFY_CHECKOUT
    for lines in ([], [{"quantity": 0}]):
        emptied = event_of(from_shopify(topic, changed(payload, line_items=lines, total_price="x"))).cart
        assert (emptied.id, emptied.lines, emptied.total_minor) == ("c1-6f2b", (), 0)


def test_a_checkout_is_the_cart_with_a_person_and_a_way_back() -> None:
    """Its plain amounts are in the presentment currency, its names in the customer's language (L47)."""
    event = checkout()
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id="c1-6f2b",
        currency="SEK",
        total_minor=120_000,
        url="https://lamps.example/checkouts/ch-88aa/recover?key=k",
        lines=(storefront.Line(sku="451", name="Eklampa - Stor", quantity=2, unit_price_minor=57_550),),
    )
    assert event.channel is SalesChannel.WEB
    assert event.person == storefront.Person(
        external_id="7003456789012",
        email="greta@example.com",
        phone="+46701234567",
        name="Greta Lind",
        locale="sv-SE",
        country="SE",
        consent={Channel.EMAIL: True, Channel.SMS: False},
    )
    assert checkout(presentment_currency=None).cart.currency == "USD"


def test_a_completed_checkout_leaves_nothing_to_remind_of() -> None:
    """Whether or not its order is delivered too (L1)."""
    event = checkout(completed_at="2026-05-01T11:58:00Z")
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(id="c1-6f2b", currency=None, total_minor=0)
    assert event.person is not None


def test_cart_checkout_and_order_find_each_other_by_one_rule() -> None:
    """The cart's token if there is one, else the checkout's; the token's secret part is never used."""
    assert cart().cart.id == checkout().cart.id == order().order.cart_id == "c1-6f2b"
    assert checkout(cart_token=None).cart.id == order(cart_token=None).order.cart_id == "checkout:ch-88aa"
    assert order(cart_token=None, checkout_token=None).order.cart_id is None
    answer = refusal_of(
        from_shopify("checkouts/create", changed(SHOPIFY_CHECKOUT, cart_token=None, token=None))
    )
    assert (answer.reason, answer.field) == ("field_missing", "cart_token")


def test_too_many_lines_are_refused() -> None:
    """A cart has a bound on every platform."""
    message = from_shopify("carts/update", changed(SHOPIFY_CART, line_items=[{"quantity": 1}] * 10_001))
    assert refusal_of(message).reason == "too_many_lines"


def test_a_guest_s_checkout_is_known_by_what_the_shop_wrote_into_it() -> None:
    """An attribute of the cart names cart and browser where Shopify's own are missing, underscores or not."""
    event = event_of(from_shopify("checkouts/update", examples.GUEST_CHECKOUT))
    assert (event.cart.id, event.cart.currency, event.cart.total_minor) == ("c9-77aa", "JPY", 4_800)
    assert event.cart.lines[0].unit_price_minor == 2_400
    assert (event.person.external_id, event.person.anonymous_id) == (None, "anon-31f")
    assert (event.person.phone, event.person.consent) == ("+46709876543", {Channel.SMS: True})
    assert checkout(note_attributes=[{"name": "cart_token", "value": "other"}]).cart.id == "c1-6f2b"
    ordered = order(cart_token=None, note_attributes=[{"name": "Cart-Token", "value": "c9-77aa?key=k"}])
    assert ordered.order.cart_id == "c9-77aa"
    client = order(note_attributes=[{"name": "_client_id", "value": "GA1.2.3"}, {"name": "client_id"}, 5])
    assert client.person.anonymous_id == "GA1.2.3"
    assert cart(attributes={"_anonymous_id": "anon-31f"}).person == storefront.Person(anonymous_id="anon-31f")


def test_ids_of_graphql_are_those_of_rest() -> None:
    """gid://shopify/ is taken off, so that both interfaces speak of the same cart and article."""
    event = cart(token="gid://shopify/Cart/c1-6f2b?key=a/b")
    assert event.cart.id == "c1-6f2b"
    variant = checkout(line_items__0__variant_id="gid://shopify/ProductVariant/451")
    assert variant.cart.lines[0].sku == "451"


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("1200", "JPY", 1_200), ("1200.00", "JPY", 1_200), ("3.125", "KWD", 3_125)],
)
def test_currencies_have_their_own_decimals(amount: str, currency: str, minor: int) -> None:
    """Yen have none, dinar three (L34)."""
    event = checkout(
        presentment_currency=currency,
        total_price=amount,
        line_items__0__price=amount,
        line_items__0__line_price=None,
    )
    assert (event.cart.total_minor, event.cart.lines[0].unit_price_minor) == (minor, minor)
