"""The invented shop's own site and app in Poland, which speak the engine's canonical events."""

import json
from datetime import datetime
from typing import Any

from common.domain.money import format_minor
from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import Basket
from infra.demo.storefronts.storefront import Outgoing, Purchase

Payload = dict[str, Any]


class OwnStorefront:
    """Numbers its carts, orders and events by counting."""

    store = "lipa-len-pl"

    def __init__(self) -> None:
        self._events = 0
        self._carts = 0
        self._orders = 0

    def new_cart_id(self) -> str:
        """Such as K-00017."""
        self._carts += 1
        return f"K-{self._carts:05}"

    def new_order_id(self) -> str:
        """Such as Z-2026-00017."""
        self._orders += 1
        return f"Z-2026-{self._orders:05}"

    def cart(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """cart.updated."""
        return [self._say("cart.updated", at, person, is_cart=True, cart=_cart(basket))]

    def page(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """page.viewed."""
        return [self._say("page.viewed", at, person, is_cart=True, cart_id=basket.id)]

    def placed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.placed."""
        return [self._say("order.placed", at, person, order=_order(order))]

    def paid(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.paid."""
        return [self._say("order.paid", at, person, order=_order(order))]

    def payment_failed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.payment_failed."""
        return [self._say("order.payment_failed", at, person, order=_order(order))]

    def cancelled(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.cancelled."""
        return [self._say("order.cancelled", at, person, order=_order(order))]

    def returned(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.returned."""
        back = {
            "id": f"R-{order.id}",
            "order_id": order.id,
            "currency": order.basket.currency,
            "total": order.total,
        }
        return [self._say("order.returned", at, person, return_=back)]

    def customer(self, person: Person, at: datetime) -> list[Outgoing]:
        """customer.updated."""
        return [self._say("customer.updated", at, person)]

    def raw(self, **payload: Any) -> Outgoing:
        """Whatever is asked for, however wrong."""
        return Outgoing({"source": "recoup", "store": self.store}, _bytes(payload))

    def _say(
        self, type: str, at: datetime, person: Person | None, *, is_cart: bool = False, **facts: Any
    ) -> Outgoing:
        self._events += 1
        event: Payload = {
            "id": f"evt-{self._events:06}",
            "type": type,
            "occurred_at": at.isoformat(),
            "channel": "web",
        }
        if person is not None:
            event["customer"] = customer_of(person)
        attributes = {"source": "recoup", "store": self.store}
        event |= {name.rstrip("_"): fact for name, fact in facts.items()}
        return Outgoing(attributes, _bytes(event), is_cart)


def customer_of(person: Person) -> Payload:
    """The person, without what the shop doesn't know."""
    known = {
        "id": person.account,
        "email": person.email,
        "phone": person.phone,
        "name": person.first,
        "locale": person.locale,
        "time_zone": person.time_zone,
        "country": person.country,
        "consent": dict(person.agrees) or None,
    }
    return {field: value for field, value in known.items() if value is not None}


def _cart(basket: Basket) -> Payload:
    lines = [
        {
            "sku": line.article.sku,
            "name": line.article.name(basket.language),
            "quantity": line.quantity,
            "unit_price": line.article.prices[basket.currency],
            "url": f"https://lipa-len.example/p/{line.article.sku.lower()}",
            "available": line.available,
        }
        for line in basket.lines
    ]
    return {
        "id": basket.id,
        "currency": basket.currency,
        "total": format_minor(basket.total_minor, basket.currency),
        "url": f"https://lipa-len.example/koszyk/{basket.id}",
        "lines": lines,
    }


def _order(order: Purchase) -> Payload:
    facts = {
        "id": order.id,
        "cart_id": order.basket.id if order.from_cart else None,
        "currency": order.basket.currency,
        "total": order.total,
        "discount": order.discount,
        "voucher_codes": [order.code] if order.code else None,
        "lines": [{"sku": line.article.sku, "quantity": line.quantity} for line in order.basket.lines],
        "offer_id": order.offer_id,
        "created_by": "shop" if order.by_staff else "customer",
    }
    return {field: value for field, value in facts.items() if value is not None}


def _bytes(payload: Payload) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()
