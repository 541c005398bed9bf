"""What was ordered arrives with its price, whichever platform says it; a line that can't be read costs nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain.offers import most_wanted
from common.domain.storefront import Line
from functions.ingest_event.reading import MAX_LINES
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    SHOPIFY_ORDER,
    changed,
    encode,
    event_of,
    from_shopify,
    money_set,
)
from tests.unit.functions.ingest_event.sources.examples import (
    adobe_commerce,
    bigcommerce,
    commercelayer,
    commercetools,
    ga4,
    medusa,
    saleor,
    segment,
)
from tests.unit.functions.ingest_event.sources.woocommerce_deliveries import ordered

Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Platform:
    """An order of a shop: the event that it is with such lines, two lines, and how the dearer one may be broken."""

    order: Callable[[list[Item]], Any]
    other: Item
    dearest: Item
    line: Line
    """What the dearest becomes."""
    broken: tuple[Item, ...]


def _sent(attributes: dict[str, str], payload: object) -> Any:
    return event_of(PubSubMessage("m-1", NOW, attributes, encode(payload)))


def _medusa(order: dict[str, Any]) -> Callable[[list[Item]], Any]:
    return lambda items: _sent(
        {"source": "medusa", "store": "fjord"}, {"event": "order.placed", "data": {**order, "items": items}}
    )


def _saleor(order: Any) -> Callable[[list[Item]], Any]:
    headers = {"Saleor-Event": "order_created", "Saleor-Domain": "tea.saleor.cloud"}
    return lambda items: _sent(headers, order({"lines": items}))


def _commercelayer(items: list[Item]) -> Any:
    lines = [
        commercelayer.line(f"lIne{index}", "skus", **{"cents": 0, **item}) for index, item in enumerate(items)
    ]
    order = commercelayer.resource(
        "orders", "oRdErIdaaa", {**commercelayer.ORDER_ATTRIBUTES, **commercelayer.PLACED}, line_items=lines
    )
    headers = {"source": "commercelayer", "store": "tea-house", "X-CommerceLayer-Topic": "orders.place"}
    return _sent(headers, {"data": order, "included": lines})


PLATFORMS = {
    "shopify": Platform(
        order=lambda items: event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, line_items=items))),
        other={
            "id": 1,
            "sku": "BULB",
            "title": "Bulb",
            "quantity": 4,
            "price_set": money_set("49", "SEK", "5"),
        },
        dearest={
            "id": 2,
            "sku": "",
            "variant_id": 452,
            "title": "Floor lamp",
            "variant_title": "Ash",
            "quantity": 1,
            "price": "94.10",
            "price_set": money_set("1004.00", "SEK", "94.10"),
        },
        line=Line(sku="452", name="Floor lamp - Ash", quantity=1, unit_price_minor=100_400),
        broken=({"price_set": money_set("n/a", "SEK", "94.10")}, {"price_set": None}, {"quantity": -1}),
    ),
    "woocommerce": Platform(
        order=lambda items: ordered(line_items=items),
        other={"id": 81, "name": "Strainer", "product_id": 305, "quantity": 1, "subtotal": "8.44"},
        dearest={
            "id": 82,
            "name": "Teapot &amp; cosy",
            "product_id": 310,
            "variation_id": 311,
            "sku": "",
            "quantity": 2,
            "subtotal": "83.19",
            "subtotal_tax": "15.81",
            "total": "70.00",
        },
        line=Line(sku="311", name="Teapot & cosy", quantity=2, unit_price_minor=4_950),
        broken=({"subtotal": "n/a"}, {"subtotal": "", "total": None}, {"quantity": "two"}),
    ),
    "segment": Platform(
        order=lambda items: event_of(
            segment.sent(segment.track("Order Completed", {**segment.ORDER, "products": items}))
        ),
        other=segment.TEA,
        dearest={"product_id": "p-40", "name": "Samovar", "price": 249.5, "quantity": 1},
        line=Line(sku="p-40", name="Samovar", quantity=1, unit_price_minor=24_950),
        broken=({"price": "n/a"}, {"price": None}, {"quantity": -1}, {"currency": "GBP"}),
    ),
    "ga4": Platform(
        order=lambda items: event_of(ga4.sent(ga4.call(("purchase", {**ga4.PURCHASE, "items": items})))),
        other=ga4.BELL,
        dearest={"item_id": "BIKE-56", "item_name": "Bike", "price": 899.0},
        line=Line(sku="BIKE-56", name="Bike", quantity=1, unit_price_minor=89_900),
        broken=({"price": "n/a"}, {"price": None}, {"quantity": 0.5}, {"currency": "USD"}),
    ),
    "medusa 1": Platform(
        order=_medusa(medusa.ORDER_1),
        other=medusa.ITEM_1,
        dearest={
            "id": "item_7",
            "title": "Kettle",
            "variant_id": "variant_7",
            "unit_price": 64_900,
            "quantity": 1,
        },
        line=Line(sku="variant_7", name="Kettle", quantity=1, unit_price_minor=64_900),
        broken=({"unit_price": 649.5}, {"unit_price": None}, {"quantity": None}),
    ),
    "medusa 2": Platform(
        order=_medusa(medusa.ORDER_2),
        other=medusa.ITEM_2,
        dearest={
            "id": "ordli_7",
            "product_title": "Tent",
            "variant_title": "Default",
            "variant_sku": "TENT",
            "raw_unit_price": medusa.big("349.505"),
            "quantity": 1,
        },
        line=Line(sku="TENT", name="Tent", quantity=1, unit_price_minor=34_951),
        broken=({"raw_unit_price": medusa.big("n/a")}, {"raw_unit_price": None}, {"quantity": 1.5}),
    ),
    "saleor": Platform(
        order=_saleor(lambda lines: {"order": {**saleor.ORDER, **lines}}),
        other=saleor.ORDER_LINE,
        dearest={
            "id": "T3JkZXJMaW5lOjI=",
            "productName": "Tea set",
            "quantity": 1,
            "unitPrice": saleor.gross(349.0),
            "variant": {"id": "UHJvZHVjdFZhcmlhbnQ6NDA=", "sku": None},
        },
        line=Line(sku="UHJvZHVjdFZhcmlhbnQ6NDA=", name="Tea set", quantity=1, unit_price_minor=34_900),
        broken=(
            {"unitPrice": saleor.gross("n/a")},  # type: ignore[arg-type]
            {"unitPrice": saleor.gross(80.0, "EUR")},
            {"unitPrice": None},
            {"quantity": -1},
        ),
    ),
    "saleor, older": Platform(
        order=_saleor(lambda lines: [{**saleor.OLD_ORDER, **lines}]),
        other={
            "product_sku": "TEA-200",
            "quantity": 2,
            "unit_price_gross_amount": "59.90",
            "currency": "PLN",
        },
        dearest={
            "product_sku": "SET-6",
            "product_name": "Tea set",
            "quantity": 1,
            "unit_price_gross_amount": "349.00",
            "currency": "PLN",
        },
        line=Line(sku="SET-6", name="Tea set", quantity=1, unit_price_minor=34_900),
        broken=({"unit_price_gross_amount": "n/a"}, {"unit_price_gross_amount": None}, {"quantity": "1"}),
    ),
    "adobe_commerce": Platform(
        order=lambda items: _sent(
            adobe_commerce.ATTRIBUTES,
            adobe_commerce.cloud_event(adobe_commerce.SAVED, {**adobe_commerce.ORDER, "items": items}),
        ),
        other={"sku": "CLAY-1", "name": "Clay", "qty_ordered": "0.7500", "price_incl_tax": "10.0000"},
        dearest={
            "sku": "KILN-S",
            "name": "Kiln",
            "qty_ordered": "1.0000",
            "price": 640,
            "price_incl_tax": 774.4,
        },
        line=Line(sku="KILN-S", name="Kiln", quantity=1, unit_price_minor=77_440),
        broken=(
            {"price_incl_tax": "n/a"},
            {"price_incl_tax": None, "price": None},
            {"qty_ordered": None},
            {"parent_item_id": "3001"},
        ),
    ),
    "bigcommerce": Platform(
        order=lambda items: _sent(
            bigcommerce.ATTRIBUTES,
            bigcommerce.hook(
                "store/order/created", bigcommerce.THIN_ORDER, {**bigcommerce.ORDER, "products": items}
            ),
        ),
        other={"id": 1, "sku": "HELMET-M", "name": "Helmet", "quantity": 1, "price_inc_tax": "49.5000"},
        dearest={
            "id": 2,
            "sku": "",
            "variant_id": 812,
            "product_id": 78,
            "name": "Bike",
            "quantity": 1,
            "price_ex_tax": "840.3361",
            "price_inc_tax": "999.9950",
        },
        line=Line(sku="812", name="Bike", quantity=1, unit_price_minor=100_000),
        broken=({"price_inc_tax": "n/a"}, {"price_inc_tax": None, "price_ex_tax": None}, {"quantity": -1}),
    ),
    "commercetools": Platform(
        order=lambda items: _sent(
            commercetools.ATTRIBUTES,
            commercetools.order_message("OrderCreated", order={**commercetools.ORDER, "lineItems": items}),
        ),
        other=commercetools.PEGS,
        dearest={
            "id": "11111111-0000-4000-8000-000000000009",
            "name": {"sv-SE": "Kanot"},
            "variant": {"id": 1, "sku": "CANOE"},
            "quantity": 2,
            "totalPrice": commercetools.money(1_599_901),
        },
        line=Line(sku="CANOE", name="Kanot", quantity=2, unit_price_minor=799_951),
        broken=(
            {"totalPrice": {"centAmount": "n/a", "currencyCode": "SEK"}},
            {"totalPrice": commercetools.money(100, "EUR")},
            {"totalPrice": None},
            {"quantity": None},
        ),
    ),
    "commercelayer": Platform(
        order=_commercelayer,
        other={"cents": 1_290, "sku_code": "TEA-ASSAM-250"},
        dearest={"cents": 14_900, "sku_code": "SAMOVAR", "name": "Samovar"},
        line=Line(sku="SAMOVAR", name="Samovar", quantity=1, unit_price_minor=14_900),
        broken=(
            {"unit_amount_cents": "n/a"},
            {"unit_amount_cents": None},
            {"currency_code": "USD"},
            {"quantity": -1},
        ),
    ),
}


@pytest.mark.parametrize("platform", PLATFORMS.values(), ids=PLATFORMS)
def test_an_orders_dearest_line_arrives_with_its_price(platform: Platform) -> None:
    """In minor units of the order's currency, and known by what the platform's carts and the order's skus call it."""
    order = platform.order([platform.other, platform.dearest]).order
    assert most_wanted(order.lines) == platform.line
    assert len(order.lines) == 2
    assert platform.line.sku in order.skus


@pytest.mark.parametrize(
    ("platform", "broken"),
    [
        pytest.param(platform, broken, id=f"{name} {broken}")
        for name, platform in PLATFORMS.items()
        for broken in platform.broken
    ],
)
def test_a_line_that_can_not_be_read_changes_nothing_else(platform: Platform, broken: Item) -> None:
    """It is left out; the order, its person, moment and notes are what they would be."""
    whole = platform.order([platform.other, platform.dearest])
    event = platform.order([platform.other, {**platform.dearest, **broken}])
    assert event.order == replace(whole.order, lines=whole.order.lines[:1])
    assert (type(event), event.occurred_at, event.person, event.notes) == (
        type(whole),
        whole.occurred_at,
        whole.person,
        whole.notes,
    )


@pytest.mark.parametrize("platform", ["shopify", "woocommerce", "saleor", "adobe_commerce", "bigcommerce"])
@pytest.mark.parametrize("items", [None, {}, 7, "x", [None, 7, "x", []]], ids=repr)
def test_what_is_no_list_of_lines_says_nothing_of_them(platform: str, items: Any) -> None:
    """The order is one all the same."""
    assert PLATFORMS[platform].order(items).order.lines == ()


def test_no_more_lines_are_read_than_a_cart_may_have() -> None:
    """The rest is left out; the order is not refused over it."""
    shopify = PLATFORMS["shopify"]
    order = shopify.order([shopify.other] * MAX_LINES + [shopify.dearest]).order
    assert (len(order.lines), order.skus) == (MAX_LINES, ("BULB", "452"))


def test_a_price_in_the_shops_currency_counts_where_the_orders_total_is_in_it() -> None:
    """Plain amounts are in the shop's currency (L34)."""
    plain = {"sku": "LAMP", "title": "Lamp", "quantity": 1, "price": "94.10"}
    payload = changed(SHOPIFY_ORDER, line_items=[plain])
    assert event_of(from_shopify("orders/create", payload)).order.lines == ()
    local = {**payload, "total_price_set": None}
    (line,) = event_of(from_shopify("orders/create", local)).order.lines
    assert line == Line(sku="LAMP", name="Lamp", quantity=1, unit_price_minor=9_410)


def test_lines_in_the_shops_own_money_go_with_a_total_in_it() -> None:
    """Where a shop subscribed to base amounts only, Adobe's base prices count, and no others."""
    kiln = {
        "sku": "KILN-S",
        "qty_ordered": 1,
        "base_price": 690,
        "base_price_incl_tax": "834.90",
        "price": 640,
    }
    value = {**adobe_commerce.ORDER, "grand_total": None, "items": [kiln, {**kiln, "base_price": None}]}
    value["items"][1] = {"sku": "CLAY-1", "qty_ordered": 1, "price_incl_tax": 10}
    event = _sent(adobe_commerce.ATTRIBUTES, adobe_commerce.cloud_event(adobe_commerce.SAVED, value))
    assert event.order.total.currency == "USD"
    assert event.order.lines == (Line(sku="KILN-S", name="KILN-S", quantity=1, unit_price_minor=83_490),)


@pytest.mark.parametrize("platform", ["medusa 1", "saleor"])
def test_without_a_total_nobody_knows_the_orders_currency(platform: str) -> None:
    """So no line has a price."""
    order = {
        "medusa 1": {"event": "order.canceled", "data": {"id": "order_7", "items": [medusa.ITEM_1]}},
        "saleor": {"order": {"id": saleor.ORDER_ID, "lines": [saleor.ORDER_LINE]}},
    }[platform]
    attributes = {"source": platform.split()[0], "store": "s", "Saleor-Event": "order_cancelled"}
    (event,) = understand(PubSubMessage("m-1", NOW, attributes, encode(order)), NOW)
    assert (event.order.total, event.order.lines) == (None, ())  # type: ignore[union-attr]
