"""Carts as a WooCommerce shop forwards them, the drafts of its block checkout, and which order closes which."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.vocabulary import Channel
from tests.unit.functions.ingest_event.events import event_of, refusal_of
from tests.unit.functions.ingest_event.sources.examples.woocommerce import (
    ACCOUNT_TOKEN,
    SESSION_TOKEN,
    cart,
    item,
    meta,
)
from tests.unit.functions.ingest_event.sources.woocommerce_deliveries import carted, delivered, ordered


@pytest.mark.parametrize(
    ("facts", "cart_id"),
    [
        ({"meta_data": meta(_recoup_cart_id="wc-7f3a", recoup_cart_token=SESSION_TOKEN)}, "wc-7f3a"),
        ({"meta_data": meta(recoup_cart_token=SESSION_TOKEN, recoup_anonymous_id="a-1")}, "session:t_4c1d"),
        ({"meta_data": meta(recoup_session_id="t_9")}, "session:t_9"),
        ({"meta_data": meta(recoup_anonymous_id="a-1"), "created_via": "store-api"}, "visitor:a-1"),
        ({"created_via": "store-api"}, "order:4711"),
        ({"meta_data": meta(recoup_cart_token="no.token.")}, "hash:0d8b3ef2a4c94b1e8f0c9f6a7b1d2e3f"),
        ({"cart_hash": ""}, None),
    ],
)
def test_an_order_closes_the_cart_that_it_names(facts: dict[str, Any], cart_id: str | None) -> None:
    """What the shop says of the cart goes first; a block checkout's draft is its own cart; the hash is last."""
    assert ordered(**facts).order.cart_id == cart_id


def test_a_draft_of_the_block_checkout_is_a_cart_until_it_is_an_order() -> None:
    """The draft's cart has the id that the order made of it closes, and prices as the customer saw them."""
    draft = ordered(status="checkout-draft", created_via="store-api")
    assert draft.cart == storefront.Cart(
        id="order:4711",
        currency="EUR",
        total_minor=4_488,
        lines=(
            storefront.Line(
                sku="SENCHA-100",
                name="Sencha \u2013 100 g",
                quantity=2,
                unit_price_minor=1_747,
                image_url="https://tea-house.example/img/sencha.jpg",
            ),
            storefront.Line(sku="305", name="Tea strainer", quantity=1, unit_price_minor=1_004),
        ),
    )
    assert draft.person.email == "jana.horakova@example.net"
    assert draft.cart.id == ordered(created_via="store-api").order.cart_id
    untaxed = ordered(status="checkout-draft", prices_include_tax=False)
    assert [line.unit_price_minor for line in untaxed.cart.lines] == [1_468, 844]
    assert ordered(status="checkout-draft", line_items=[]).cart.lines == ()


def test_a_cart_is_read_whole() -> None:
    """Amounts are whole smallest units; whose and which cart it is stands in `recoup`."""
    event = carted()
    assert event.cart == storefront.Cart(
        id="wc-7f3a",
        currency="EUR",
        total_minor=2_994,
        url="https://tea-house.example/cart/",
        lines=(
            storefront.Line(
                sku="SENCHA-100",
                name="Sencha - 100 g",
                quantity=2,
                unit_price_minor=1_747,
                url="https://tea-house.example/sencha/?attribute_size=100",
                image_url="https://tea-house.example/img/sencha.jpg",
            ),
        ),
    )
    assert event.person == storefront.Person(
        external_id="41",
        anonymous_id="anon-55",
        email="jana@example.net",
        phone="+420601123456",
        name="Jana Horáková",
        locale="cs-CZ",
        time_zone="Europe/Prague",
        country="CZ",
        consent={Channel.EMAIL: True, Channel.SMS: False},
    )
    assert event.occurred_at == datetime(2026, 5, 1, 11, 30, tzinfo=UTC)
    assert event.user_agent == "Mozilla/5.0 (iPhone) Safari/605"


@pytest.mark.parametrize(
    ("currency", "unit", "price", "minor"),
    [
        ("EUR", 2, "1747", 1_747),
        ("EUR", 0, "18", 1_800),
        ("EUR", 4, "174750", 1_748),
        ("EUR", None, "1747", 1_747),
        ("JPY", 0, "1747", 1_747),
        ("JPY", 2, "174700", 1_747),
        ("KWD", 3, "1747", 1_747),
        ("KWD", 2, "1747", 17_470),
        ("EUR", 2, 1747, 1_747),
    ],
)
def test_a_carts_unit_is_the_shops_number_of_decimals(
    currency: str, unit: int, price: object, minor: int
) -> None:
    """A shop may show whole euros or hundredths of a yen; the amounts mean the same."""
    prices = {"price": price, "currency_code": currency, "currency_minor_unit": unit}
    totals = {"total_price": price, "currency_code": currency, "currency_minor_unit": unit}
    event = carted(items=[item(quantity=1, prices=prices)], totals=totals)
    assert (event.cart.total_minor, event.cart.lines[0].unit_price_minor) == (minor, minor)
    assert event.cart.currency == currency


def test_a_cart_without_a_total_is_worth_its_lines() -> None:
    """The sum of what the customer sees."""
    assert carted(totals={"currency_code": "EUR"}).cart.total_minor == 3_494
    assert carted(totals={}).cart.total_minor == 3_494


def test_an_emptied_cart_needs_no_money() -> None:
    """Nothing about its money may keep it from stopping what is pending (L9)."""
    assert carted(items=[], totals=None).cart == storefront.Cart(
        id="wc-7f3a", currency=None, total_minor=0, url="https://tea-house.example/cart/"
    )
    assert carted(items=[item(quantity=0)]).cart.lines == ()


def test_a_sold_out_item_is_not_available() -> None:
    """The cart names it in its errors; one that is only scarce can still be bought (L44)."""
    said = {"message": "&quot;Sencha&quot; is out of stock."}
    code = "woocommerce_rest_product_out_of_stock"
    assert carted(errors=[{"code": code, **said}]).cart.lines[0].available is False
    scarce = "woocommerce_rest_product_partially_out_of_stock"
    assert carted(errors=[{"code": scarce, **said}, None]).cart.lines[0].available is True


@pytest.mark.parametrize(
    ("facts", "attributes", "cart_id", "external_id", "anonymous_id"),
    [
        ({"recoup": {"cart_id": 77}}, {}, "77", None, None),
        ({"cart_id": "c-1", "recoup": None}, {}, "c-1", None, None),
        ({"recoup": None, "extensions": {"recoup": {"cart_id": "c-2"}}}, {}, "c-2", None, None),
        ({"recoup": {}}, {"Cart-Token": SESSION_TOKEN}, "session:t_4c1d", None, "t_4c1d"),
        ({"recoup": {}, "cart_token": ACCOUNT_TOKEN}, {}, "session:41", "41", None),
        ({"recoup": {"anonymous_id": "a-1"}}, {"Cart-Hash": "h"}, "visitor:a-1", None, "a-1"),
        ({"recoup": {}}, {"Cart-Hash": "h"}, "hash:h", None, None),
        ({"recoup": {"cart_id": "c-3", "customer_id": 0}}, {}, "c-3", None, None),
    ],
)
def test_a_cart_is_known_by_what_the_shop_says_of_it(
    facts: dict[str, Any],
    attributes: dict[str, str],
    cart_id: str,
    external_id: str | None,
    anonymous_id: str | None,
) -> None:
    """Its own id, the session in its token, the visitor, else its hash; and by the same rule as orders."""
    event = event_of(delivered("cart.updated", cart(**facts), **attributes))
    assert event.cart.id == cart_id
    assert (event.person.external_id, event.person.anonymous_id) == (external_id, anonymous_id)


def test_a_cart_that_is_again_as_it_was_is_a_new_event() -> None:
    """The same content in another delivery is a change back; the same delivery is the same event."""
    first = carted()
    assert event_of(delivered("cart.updated", cart(), "m-2")).id == first.id
    back = event_of(delivered("cart.updated", cart(), **{"X-WC-Webhook-Delivery-ID": "other"}))
    assert back.id != first.id
    bare = {"X-WC-Webhook-Delivery-ID": ""}
    ids = [
        event_of(delivered("cart.updated", cart(), message, **bare)).id for message in ("m-1", "m-1", "m-2")
    ]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"recoup": {}}, "field_missing", "recoup.cart_id"),
        ({"items": None}, "field_missing", "items"),
        ({"items": "none"}, "field_invalid", "items"),
        ({"items": [{"quantity": 1}] * 10_001}, "too_many_lines", "items"),
        ({"items": [item(quantity=-1)]}, "quantity_invalid", "items[0].quantity"),
        ({"items": [item(), item(quantity="2")]}, "quantity_invalid", "items[1].quantity"),
        ({"items": [item(prices={})]}, "amount_invalid", "items[0].prices.price"),
        (
            {"items": [item(prices={"price": "17.47.", "currency_code": "EUR"})]},
            "amount_invalid",
            "items[0].prices.price",
        ),
        ({"items": [item(sku="", id=None, name="")]}, "field_missing", "items[0].sku"),
        (
            {"items": [item(prices={"price": "1", "currency_code": "USD"})]},
            "currency_mixed",
            "items[0].prices.currency_code",
        ),
        (
            {"items": [item(prices={"price": "1"})], "totals": {}},
            "currency_missing",
            "totals.currency_code",
        ),
        ({"totals": {"currency_code": "EURO"}}, "currency_unknown", "totals.currency_code"),
        (
            {"totals": {"currency_code": "EUR", "total_price": "-5"}},
            "amount_invalid",
            "totals.total_price",
        ),
        (
            {"recoup": {"cart_id": "c", "occurred_at": "now"}},
            "occurred_at_invalid",
            "recoup.occurred_at",
        ),
    ],
)
def test_a_broken_cart_is_refused_by_its_field(facts: dict[str, Any], reason: str, field: str) -> None:
    """The reason says what is wrong, the field where."""
    refused = refusal_of(delivered("cart.updated", cart(**facts)))
    assert (refused.reason, refused.field) == (reason, field)
