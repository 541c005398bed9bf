"""What the shops' backends say in the engine's canonical events: orders that came to nothing, and offers."""

import json
from datetime import datetime
from typing import Any

from common.domain.money import format_minor
from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import Basket, BasketLine
from infra.demo.storefronts.own import customer_of
from infra.demo.storefronts.storefront import Outgoing, Purchase


class LostOrders:
    """Of one store. A platform of its own needs them too: it knows neither verifications nor offers."""

    def __init__(self, store: str) -> None:
        self._store = store
        self._events = 0

    def verification_failed(
        self, person: Person, order: Purchase, approved_minor: int | None, at: datetime
    ) -> list[Outgoing]:
        """verification.failed; `approved_minor` is up to what amount the check would have gone, if that is known."""
        currency = order.basket.currency
        verification = {"id": f"V-{order.id}", "order_id": order.id, "reason": "credit"}
        if approved_minor is not None:
            verification |= {"approved_amount": format_minor(approved_minor, currency), "currency": currency}
        return self._say("verification.failed", at, person, verification=verification, order=_lost(order))

    def payment_declined(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """order.payment_failed, for good."""
        return self._say("order.payment_failed", at, person, order=_lost(order), final=True)

    def sold_out(self, person: Person, basket: Basket, sku: str, at: datetime) -> list[Outgoing]:
        """item.unavailable."""
        return self._say("item.unavailable", at, person, cart_id=basket.id, item={"sku": sku})

    def offer(self, person: Person, what: str, offer_id: str, at: datetime) -> list[Outgoing]:
        """offer.viewed, offer.accepted or offer.declined."""
        return self._say(f"offer.{what}", at, person, offer_id=offer_id)

    def _say(self, type: str, at: datetime, person: Person, **facts: Any) -> list[Outgoing]:
        self._events += 1
        event = {
            "id": f"backend-{self._events:05}",
            "type": type,
            "occurred_at": at.isoformat(),
            "channel": "web",
            "customer": customer_of(person),
            **facts,
        }
        attributes = {"source": "recoup", "store": self._store}
        return [Outgoing(attributes, json.dumps(event, ensure_ascii=False).encode())]


def _lost(order: Purchase) -> dict[str, Any]:
    """With prices: they say what was wanted."""
    return {
        "id": order.id,
        "currency": order.basket.currency,
        "total": order.total,
        "lines": [_line(order.basket, line) for line in order.basket.lines],
    }


def _line(basket: Basket, line: BasketLine) -> dict[str, Any]:
    return {
        "sku": line.article.sku,
        "name": line.article.name(basket.language),
        "quantity": line.quantity,
        "unit_price": line.article.prices[basket.currency],
    }
