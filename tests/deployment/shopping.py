"""A customer of the shop and what they do, as canonical events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.deployment import stamp

LINES = (
    {"sku": "mug-1", "name": "Kubek „Żuraw”", "quantity": 2, "unit_price": "49.50"},
    {"sku": "tea-3", "name": "Herbata z lipy", "quantity": 1, "unit_price": "30.00"},
)
TOTAL = "129.00"


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with one cart; `name` makes every id their own."""

    name: str
    contact: Mapping[str, Any]

    @property
    def cart_id(self) -> str:
        """Their cart."""
        return f"cart-{self.name}"

    @property
    def order_id(self) -> str:
        """Their order."""
        return f"order-{self.name}"

    def fills_cart(self, at: datetime) -> dict[str, Any]:
        """cart.updated: mugs and tea."""
        cart: dict[str, Any] = {"id": self.cart_id, "currency": "PLN", "total": TOTAL, "lines": list(LINES)}
        cart["url"] = f"https://bielik.example/cart/{self.name}"
        return self._event("cart.updated", at, cart=cart)

    def orders(self, at: datetime, code: str | None = None) -> dict[str, Any]:
        """order.placed: the cart, five percent cheaper with a code."""
        order: dict[str, Any] = {
            "id": self.order_id,
            "cart_id": self.cart_id,
            "currency": "PLN",
            "total": TOTAL,
        }
        if code is not None:
            order |= {"total": "122.55", "discount": "6.45", "voucher_codes": [code]}
        return self._event("order.placed", at, order=order)

    def fails_verification(self, at: datetime) -> dict[str, Any]:
        """verification.failed: for a phone."""
        phone = {"sku": "fox-128", "name": "Phone fox-128", "quantity": 1, "unit_price": "1200.00"}
        order = {"id": self.order_id, "currency": "PLN", "total": "1200.00", "lines": [phone]}
        verification = {"id": f"check-{self.name}", "order_id": self.order_id, "reason": "identity"}
        return self._event("verification.failed", at, verification=verification, order=order)

    def orders_instead(self, at: datetime, offer_id: str) -> dict[str, Any]:
        """order.placed: what was offered."""
        order = {"id": f"{self.order_id}-2", "currency": "PLN", "total": "829.00", "offer_id": offer_id}
        return self._event("order.placed", at, order=order)

    def _event(self, type: str, at: datetime, **content: Any) -> dict[str, Any]:
        person = {"id": self.name, "locale": "pl-PL", "country": "PL", "time_zone": "Europe/Warsaw"}
        event = {"id": f"{type}-{self.name}", "type": type, "occurred_at": stamp(at)}
        return event | {"customer": person | dict(self.contact)} | content


def mailed(name: str) -> Customer:
    """A customer who agreed to e-mail."""
    return Customer(name, {"email": address(name), "name": "Łucja Wójcik", "consent": {"email": True}})


def texted(name: str, phone: str) -> Customer:
    """A customer without e-mail who agreed to SMS."""
    return Customer(name, {"phone": phone, "name": "Staś Żak", "consent": {"sms": True}})


def address(name: str) -> str:
    """The e-mail address of a customer."""
    return f"{name}@example.com"
