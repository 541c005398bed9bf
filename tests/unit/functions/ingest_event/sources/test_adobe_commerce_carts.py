"""Adobe Commerce's quotes, and the events that a storefront pushes into Adobe's data layer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import SalesChannel
from tests.unit.functions.ingest_event.events import NOW, event_of, refusal_of
from tests.unit.functions.ingest_event.sources.examples.adobe_commerce import (
    QUOTE,
    STOREFRONT,
    pushed,
    with_facts,
)
from tests.unit.functions.ingest_event.sources.test_adobe_commerce import message, of

SAVED = "observer.sales_quote_save_after"
CART_CONTEXT = STOREFRONT["eventInfo"]["shoppingCartContext"]


def cart(**facts: Any) -> Any:
    """The event of the quote with other facts."""
    return event_of(of(SAVED, with_facts(QUOTE, **facts)))


def item(**facts: Any) -> dict[str, Any]:
    """The first line with other facts."""
    return {**QUOTE["items"][0], **facts}


def test_a_quote_is_a_whole_cart() -> None:
    """Prices as the shop shows them, with tax; the total is the quote's own."""
    event = cart()
    assert event.cart == storefront.Cart(
        id="5311",
        currency="EUR",
        total_minor=10625,
        lines=(
            storefront.Line(sku="VASE-BLUE", name="Blue vase", quantity=2, unit_price_minor=4813),
            storefront.Line(sku="CLAY-1", name="Clay", quantity=1, unit_price_minor=1000),
        ),
    )
    assert event.person == storefront.Person(
        external_id="88",
        email="ines.prado@example.com",
        phone="+34612345678",
        name="Ines Prado",
        country="ES",
    )
    assert event.occurred_at == datetime(2026, 5, 1, 11, 55, 30, tzinfo=UTC)


def test_without_a_total_the_lines_are_summed_up() -> None:
    """The newest events state no totals at all."""
    assert cart(grand_total=None).cart.total_minor == 2 * 4813 + 1000


@pytest.mark.parametrize(
    ("currency", "price", "minor"), [("JPY", "480.0000", 480), ("KWD", 4.8125, 4813), ("EUR", "8.1301", 813)]
)
def test_prices_are_rounded_as_they_are_shown(currency: str, price: Any, minor: int) -> None:
    """The database keeps four decimals of every price."""
    facts = {"currency": {"quote_currency_code": currency}, "grand_total": None}
    event = cart(**facts, items=[item(qty=1, price_incl_tax=price)])
    assert (event.cart.lines[0].unit_price_minor, event.cart.total_minor) == (minor, minor)


def test_parts_of_a_product_are_no_lines() -> None:
    """A configurable product's chosen kind stands below the line that is paid."""
    lines = [item(item_id=1), item(item_id=2, parent_item_id=1, price=0), item(item_id=3, qty=0)]
    assert len(cart(items=lines).cart.lines) == 1


def test_a_weight_is_one_piece() -> None:
    """Half a kilogram costs half the price; there is no half line."""
    event = cart(items=[item(qty="0.5000", price_incl_tax="10.0000")], grand_total=None)
    (line,) = event.cart.lines
    assert (line.quantity, line.unit_price_minor) == (1, 500)
    assert "decimals" in event.notes[0]


@pytest.mark.parametrize(
    "facts",
    [
        {"items": [], "items_count": 0},
        {"items": None, "items_count": 0, "items_qty": "0.0000"},
        {"items": [], "items_count": None, "items_qty": None},
        {"is_active": False},
        {"is_active": "0"},
        {"items": [item(qty=0)], "items_count": 0},
    ],
)
def test_an_emptied_or_inactive_quote_is_an_empty_cart(facts: dict[str, Any]) -> None:
    """Whatever was in it is gone, ordered or merged into another cart: nothing to remind of (L9)."""
    assert cart(**facts).cart == storefront.Cart(id="5311", currency=None, total_minor=0)


def test_a_deleted_quote_is_an_empty_cart() -> None:
    """Its items are still stated, and gone all the same."""
    event = event_of(of("observer.sales_quote_delete_after", QUOTE))
    assert event.cart == storefront.Cart(id="5311", currency=None, total_minor=0)


def test_a_quote_without_its_items_is_activity() -> None:
    """Only some fields were subscribed; what isn't said isn't guessed."""
    event = cart(items=None)
    assert isinstance(event, storefront.CartVisited)
    assert event.cart_id == "5311"
    assert event.notes
    assert isinstance(cart(items=[], items_count=2), storefront.CartVisited)


def test_an_item_s_event_is_activity_of_its_cart() -> None:
    """What the cart holds comes with the quote; the item names it."""
    event = event_of(of("observer.sales_quote_remove_item", {"quote_item": QUOTE["items"][0]}))
    assert isinstance(event, storefront.CartVisited)
    assert event.cart_id == "5311"
    refused = refusal_of(of("observer.sales_quote_add_item", {"quote_item": item(quote_id=None)}))
    assert (refused.reason, refused.field) == ("field_missing", "value.quote_item.quote_id")


def test_the_quote_s_id_is_the_order_s_quote_id() -> None:
    """REST says id, events say entity_id, and some only their items know."""
    assert cart(entity_id=None, id=5311).cart.id == "5311"
    assert cart(entity_id=None).cart.id == "5311"
    nowhere = with_facts(QUOTE, entity_id=None, items=[item(quote_id=None)])
    assert refusal_of(of(SAVED, nowhere)).field == "value.entity_id"


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"currency": {}}, "currency_missing", "value.quote_currency_code"),
        ({"quote_currency_code": "eur"}, "currency_unknown", "value.quote_currency_code"),
        (
            {"currency": {"quote_currency_code": "EURO"}},
            "currency_unknown",
            "value.currency.quote_currency_code",
        ),
        ({"items": "array"}, "field_invalid", "value.items"),
        ({"items": [item(qty="float")]}, "quantity_invalid", "value.items[0].qty"),
        ({"items": [item(qty=-1)]}, "quantity_invalid", "value.items[0].qty"),
        ({"items": [item(), item(sku=None)]}, "field_missing", "value.items[1].sku"),
        ({"items": [item(sku=["A"])]}, "field_invalid", "value.items[0].sku"),
        ({"items": [item(price_incl_tax="x")]}, "amount_invalid", "value.items[0].price_incl_tax"),
        ({"items": [item(price_incl_tax=None, price=None)]}, "amount_invalid", "value.items[0].price"),
        ({"grand_total": "much"}, "amount_invalid", "value.grand_total"),
        ({"items": [item()] * 10_001}, "too_many_lines", "value.items"),
    ],
)
def test_what_a_cart_needs_is_refused_by_its_path(facts: dict[str, Any], reason: str, field: str) -> None:
    """The reason and the field lead to what has to be mended."""
    refused = refusal_of(of(SAVED, with_facts(QUOTE, **facts)))
    assert (refused.reason, refused.field) == (reason, field)


def test_a_storefront_s_push_is_a_whole_cart() -> None:
    """The page knows pictures and links, and what the customer sees."""
    event = event_of(message(STOREFRONT))
    assert event.cart == storefront.Cart(
        id="5311",
        currency="EUR",
        total_minor=9625,
        lines=(
            storefront.Line(
                sku="VASE-BLUE",
                name="Blue vase",
                quantity=2,
                unit_price_minor=4813,
                url="https://kiln.example/vase",
                image_url="https://kiln.example/vase.jpg",
            ),
        ),
    )
    assert (event.id, event.channel) == (
        "add-to-cart:0d2b1b5e-9f54-4b34-9c0e-3c2f6a9d1f00",
        SalesChannel.WEB,
    )
    assert event.occurred_at == NOW
    assert event.person == storefront.Person(
        external_id="88", email="ines.prado@example.com", name="Ines Prado"
    )


def test_a_storefront_s_order_is_placed() -> None:
    """Its money is that of the cart beside it, else the store view's."""
    order = {"orderId": "1207", "grandTotal": 96.25, "appliedCouponCode": "GLAZE10"}
    event = event_of(message(pushed("place-order", orderContext=order)))
    assert event.order == storefront.OrderFacts(
        id="1207", cart_id="5311", total=Money(9625, "EUR"), voucher_codes=("GLAZE10",)
    )
    bare = pushed("place-order", orderContext=order, shoppingCartContext=None)
    assert event_of(message(bare)).order.total == Money(9625, "EUR")


@pytest.mark.parametrize(
    ("context", "reason", "field"),
    [
        ({"id": None}, "field_missing", "id"),
        ({"items": [{"product": {}, "quantity": 1}]}, "field_missing", "items[0].product.sku"),
        ({"items": [{"product": {"sku": "A"}, "quantity": 0}]}, "quantity_invalid", "items[0].quantity"),
        (
            {"items": [{"product": {"sku": "A"}, "quantity": 1}]},
            "amount_invalid",
            "items[0].prices.price.value",
        ),
    ],
)
def test_a_push_is_refused_by_its_path(context: dict[str, Any], reason: str, field: str) -> None:
    """The page's developer finds the field."""
    refused = refusal_of(message(pushed("add-to-cart", shoppingCartContext={**CART_CONTEXT, **context})))
    assert (refused.reason, refused.field) == (reason, f"eventInfo.shoppingCartContext.{field}")
    view = {"storefrontInstanceContext": {}, "shoppingCartContext": {**CART_CONTEXT, "prices": {}}}
    missing = refusal_of(message(pushed("add-to-cart", **view)))
    assert missing.field == "eventInfo.storefrontInstanceContext.storeViewCurrencyCode"
