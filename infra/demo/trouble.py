"""Messages that can't be understood, or don't concern the engine, as they reach any topic sooner or later."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from infra.demo.shoppers.luck import Luck
from infra.demo.storefronts.own import OwnStorefront
from infra.demo.storefronts.shopify import ShopifyStorefront
from infra.demo.storefronts.storefront import Outgoing

IRRELEVANT = (
    "products/update",
    "inventory_levels/update",
    "themes/publish",
    "fulfillments/create",
    "collections/update",
)
_IRRELEVANT_COUNT = 260

_CUT_OFF = (
    b'{"id": "bad-8", "type": "order.placed", "occurred_at": "2026-03-06T13:29:00+01:00", "order": '
    b'{"id": "Z-2026-90004", "currency": "EUR", "total": "119.00", "lines": [{"sku": "LL-THR'
)

Timed = tuple[datetime, Outgoing]


def irrelevant(abroad: ShopifyStorefront, luck: Luck, midnight: datetime) -> Iterator[Timed]:
    """Topics that a shop subscribes to for other reasons."""
    for number in range(_IRRELEVANT_COUNT):
        at = midnight + luck.between(timedelta(hours=5), timedelta(hours=24))
        content = {"id": 8_800_000_000_000 + number, "updated_at": at.isoformat()}
        yield at, abroad.raw(luck.pick(IRRELEVANT), at, json.dumps(content).encode())


def broken(own: OwnStorefront, abroad: ShopifyStorefront, midnight: datetime) -> Iterator[Timed]:
    """One of each mistake that senders make."""
    at = midnight + timedelta(hours=8)
    for outgoing in (*_own_mistakes(own, at), *_shopify_mistakes(abroad, at), *_strangers()):
        yield at, outgoing
        at += timedelta(minutes=47)


def _own_mistakes(own: OwnStorefront, at: datetime) -> Iterator[Outgoing]:
    lines = [
        {"sku": "LL-ROBE-CLAY", "name": "Szlafrok waflowy, glina", "quantity": 1, "unit_price": "449.00"}
    ]
    cart = {"id": "K-90001", "currency": "PLN", "total": "449.00", "lines": lines}
    moment = at.isoformat()
    update = {"type": "cart.updated", "occurred_at": moment}
    yield own.raw(id="bad-1", **update, cart=cart | {"total": "-449.00"})
    yield own.raw(id="bad-2", **update, cart=cart | {"currency": "ZŁ"})
    yield own.raw(id="bad-3", **update, cart=cart | {"lines": [lines[0] | {"quantity": "two"}]})
    yield own.raw(id="bad-4", **update, cart=cart | {"currency": "JPY", "total": "449.50"})
    order = {"id": "Z-2026-90001", "currency": "EUR", "total": "279.00"}
    yield own.raw(id="bad-5", type="order.placed", occurred_at="2062-03-06T12:00:00+01:00", order=order)
    yield own.raw(
        id="bad-6", type="order.placed", occurred_at=moment, order={"id": "Z-2026-90002", "total": "89.00"}
    )
    yield own.raw(id="bad-7", type="basket.changed", occurred_at=moment, cart=cart)
    yield Outgoing({"source": "recoup", "store": own.store}, _CUT_OFF)
    for total in ("189.00", "18.90"):
        again = {"id": "Z-2026-90003", "currency": "PLN", "total": total}
        yield own.raw(id="twice-1", type="order.placed", occurred_at=moment, order=again)
    yield Outgoing({"source": "recoup"}, own.raw(id="bad-9", **update, cart=cart).data)


def _shopify_mistakes(abroad: ShopifyStorefront, at: datetime) -> Iterator[Outgoing]:
    def money(amount: str, currency: str) -> dict[str, dict[str, str]]:
        return {"presentment_money": {"amount": amount, "currency_code": currency}}

    mixed = [
        {
            "sku": "LL-LAMP-LIPA",
            "title": "Lime-wood table lamp",
            "quantity": 1,
            "price_set": money("149.00", "GBP"),
        },
        {
            "sku": "LL-THROW-RYE",
            "title": "Wool throw, rye",
            "quantity": 1,
            "price_set": money("129.00", "USD"),
        },
    ]
    yield abroad.raw("carts/update", at, json.dumps({"token": "c" * 32, "line_items": mixed}).encode())
    order = {"id": 5_600_000_099_001, "currency": "GBP", "total_price": "two hundred", "line_items": []}
    yield abroad.raw("orders/create", at, json.dumps(order).encode())
    yield abroad.raw(
        "checkouts/update", at, b'{"token": "co1", "currency": "USD", "total_price": "98.00", "line_ite'
    )


def _strangers() -> Iterator[Outgoing]:
    content = {"event": "Order Completed", "properties": {"total": "65.00", "currency": "GBP"}}
    yield Outgoing({"source": "some-plugin"}, json.dumps(content).encode())
