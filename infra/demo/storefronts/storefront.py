"""What a storefront of any platform can say to the engine; each platform has its own way to say it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from common.domain.money import format_minor
from infra.demo.shoppers.people import Person
from infra.demo.storefronts.catalogue import Basket


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A Pub/Sub message on its way to `storefront-events`."""

    attributes: Mapping[str, str]
    data: bytes
    is_cart: bool = False
    """Cart messages may be late; a shop is quicker with its orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An order as the shop booked it."""

    id: str
    basket: Basket
    from_cart: bool = True
    discount_minor: int = 0
    code: str | None = None
    by_staff: bool = False
    offer_id: str | None = None
    """The alternative offer that it takes up."""

    @property
    def total_minor(self) -> int:
        """What is to be paid."""
        return self.basket.total_minor - self.discount_minor

    @property
    def total(self) -> str:
        """In major units."""
        return format_minor(self.total_minor, self.basket.currency)

    @property
    def discount(self) -> str:
        """In major units."""
        return format_minor(self.discount_minor, self.basket.currency)

    def without_code(self) -> "Purchase":
        """The same order with the code taken out, at the full price."""
        return replace(self, code=None, discount_minor=0)


class Storefront(Protocol):
    """Events come out in the platform's own shape; `at` is when it happened."""

    store: str

    def new_cart_id(self) -> str:
        """Never used before."""

    def new_order_id(self) -> str:
        """Never used before."""

    def cart(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """The cart as it is now; the person, where the shop knows who it is."""

    def page(self, person: Person | None, basket: Basket, at: datetime) -> list[Outgoing]:
        """Somebody looks on, without changing the cart."""

    def placed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """An order, not paid yet."""

    def paid(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """Its payment arrived."""

    def payment_failed(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """Its payment did not; a platform that has no such event says nothing."""

    def cancelled(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """It is gone for good."""

    def returned(self, person: Person, order: Purchase, at: datetime) -> list[Outgoing]:
        """Its goods came back."""

    def customer(self, person: Person, at: datetime) -> list[Outgoing]:
        """Contact or consent, as they are now."""
