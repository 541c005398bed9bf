"""The invented shop abroad, on Shopify: what its webhooks deliver to Pub/Sub."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import Basket
from infra.demo.storefronts.shopify_carts import cart, checkout
from infra.demo.storefronts.shopify_orders import order as order_payload
from infra.demo.storefronts.shopify_orders import refund
from infra.demo.storefronts.shopify_people import customer
from infra.demo.storefronts.storefront import Outgoing, Purchase


class ShopifyStorefront:
    """A cart webhook names nobody; who it is comes with the checkout's."""

    store = "lipa-len.myshopify.com"

    def __init__(self) -> None:
        self._events = 0
        self._tokens = 0
        self._orders = 5_600_000_010_000
        self._carts: dict[str, datetime] = {}
        self._checkouts: dict[str, datetime] = {}
        self._placed: dict[str, datetime] = {}

    def new_cart_id(self) -> str:
        """A token, as carts have."""
        self._tokens += 1
        return _hash("cart", str(self._tokens))

    def new_order_id(self) -> str:
        """A number."""
        self._orders += 1
        return str(self._orders)

    def cart(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """carts/create or carts/update, and the checkout's if the shop knows who it is."""
        verb = "update" if basket.id in self._carts else "create"
        created_at = self._carts.setdefault(basket.id, at)
        seen = [self._say(f"carts/{verb}", at, cart(basket, created_at, at), is_cart=True)]
        if person is not None:
            seen += self._checkout(person, basket, at)
        return seen

    def page(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """Shopify reports no page views; going on in the checkout counts."""
        return self._checkout(person, basket, at) if person else []

    def placed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """orders/create."""
        self._placed[order.id] = at
        return [self._say("orders/create", at, order_payload(order, person, at, at, "pending"))]

    def paid(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """orders/paid."""
        placed_at = self._placed.get(order.id, at)
        return [self._say("orders/paid", at, order_payload(order, person, placed_at, at, "paid"))]

    def payment_failed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """Shopify's webhooks have nothing that the engine takes for it."""
        return []

    def cancelled(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """orders/cancelled."""
        placed_at = self._placed.get(order.id, at)
        return [self._say("orders/cancelled", at, order_payload(order, person, placed_at, at, "voided"))]

    def returned(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """refunds/create."""
        return [self._say("refunds/create", at, refund(order, at))]

    def customer(self, person: Person, at: datetime) -> list[Outgoing]:
        """customers/update."""
        return [self._say("customers/update", at, customer(person, at))]

    def raw(self, topic: str, at: datetime, data: bytes) -> Outgoing:
        """Whatever is asked for, however wrong or irrelevant."""
        return Outgoing(self._attributes(topic, at), data)

    def _checkout(self, person: Person, basket: Basket, at: datetime) -> list[Outgoing]:
        verb = "update" if basket.id in self._checkouts else "create"
        created_at = self._checkouts.setdefault(basket.id, at)
        content = checkout(basket, person, created_at, at)
        return [self._say(f"checkouts/{verb}", at, content, is_cart=True)]

    def _say(self, topic: str, at: datetime, payload: dict[str, Any], *, is_cart: bool = False) -> Outgoing:
        return Outgoing(
            self._attributes(topic, at), json.dumps(payload, ensure_ascii=False).encode(), is_cart
        )

    def _attributes(self, topic: str, at: datetime) -> Mapping[str, str]:
        self._events += 1
        event = _hash("event", str(self._events))
        return {
            "X-Shopify-API-Version": "2024-10",
            "X-Shopify-Event-Id": _uuid(event),
            "X-Shopify-Shop-Domain": self.store,
            "X-Shopify-Topic": topic,
            "X-Shopify-Triggered-At": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "X-Shopify-Webhook-Id": _uuid(_hash("webhook", event)),
        }


def _hash(*parts: str) -> str:
    return blake2b("/".join(parts).encode(), digest_size=16).hexdigest()


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
