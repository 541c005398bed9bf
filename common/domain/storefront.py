"""What storefronts tell us, after a source has understood it. Past tense: it has happened."""

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import datetime

from common.domain.money import Money
from common.domain.values import dataclass
from common.domain.vocabulary import Channel, SalesChannel, VerificationReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The customer as one event names them: addresses normalised, everything optional."""

    external_id: str | None = None
    anonymous_id: str | None = None
    """What a browser or device is known by before anybody logs in: an anonymous id, client id or guest's token."""
    email: str | None = None
    phone: str | None = None
    """E.164."""
    name: str | None = None
    locale: str | None = None
    """A BCP 47 tag such as pl-PL."""
    time_zone: str | None = None
    """An IANA zone."""
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    consent: Mapping[Channel, bool] = field(default_factory=dict)
    phone_in: Callable[[str], str | None] | None = field(default=None, compare=False, repr=False)
    """Reads the number, written without its country, as one of a country: for when the customer's is known."""

    def with_phone_in(self, country: str) -> "Person":
        """The person with the number as it is rung in that country, ISO 3166-1 alpha-2."""
        return replace(self, phone=self.phone_in(country) if self.phone_in else self.phone, phone_in=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a cart; prices in minor units of the cart's currency, per unit."""

    sku: str
    name: str
    quantity: int
    unit_price_minor: int
    url: str | None = None
    image_url: str | None = None
    available: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """A whole cart as it is now; no lines (and then perhaps no currency) = emptied."""

    id: str
    currency: str | None
    total_minor: int
    url: str | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """An order as an event states it."""

    id: str
    cart_id: str | None = None
    total: Money | None
    """None where a source only says that there is an order: it closes its case, and counts once its total is known."""
    discount_minor: int = 0
    """In the currency of `total`."""
    voucher_codes: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    made_by_shop: bool = False
    """Made by staff for the customer: closes the case, but is never counted as recovered (L12)."""
    lines: tuple[Line, ...] = ()
    """What was ordered, where the source says so with prices."""
    offer_id: str | None = None
    """The alternative offer that it takes up, where the shop says so."""
    final: bool | None = None
    """Of a failed payment: whether it is known to be tried no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontEvent:
    """What every event carries. `id` is the source's own and names the event for ever within its store."""

    id: str
    store: str
    source: str
    occurred_at: datetime
    """Aware UTC; never later than the moment it was received."""
    digest: str = ""
    """Fingerprint of the content: the same id with another content is not a redelivery."""
    channel: SalesChannel | None = None
    person: Person | None = None
    user_agent: str | None = None
    notes: tuple[str, ...] = ()
    """What was left out because it could not be used, such as an unreadable phone number; or repaired, or guessed."""
    repairs: tuple[str, ...] = ()
    """The reasons for which it would have been refused, had the policy not had it repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CartUpdated(StorefrontEvent):
    """The whole cart as it is now."""

    cart: Cart


@dataclass(frozen=True, slots=True, kw_only=True)
class CartItemsChanged(StorefrontEvent):
    """Items put into the cart or taken out of it; the rest is as it was. For sources that never state it whole."""

    cart_id: str
    currency: str | None
    """None where nothing was put in with a price."""
    added: tuple[Line, ...] = ()
    removed: tuple[Line, ...] = ()
    """`quantity` pieces less of each sku; prices don't matter."""
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CartVisited(StorefrontEvent):
    """A page view or checkout step: activity, without a new state of the cart."""

    cart_id: str


# Events without fields of their own are plain subclasses: making a dataclass costs a cold start most of a millisecond.


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTold(StorefrontEvent):
    """What every event about an order states of it."""

    order: OrderFacts


class OrderPlaced(OrderTold):
    """An order exists; a paid one tells the same, so both are this event (two steps count once, L25)."""

    __slots__ = ()


class OrderPaid(OrderPlaced):
    """The order's payment arrived."""

    __slots__ = ()


class OrderPaymentFailed(OrderTold):
    """The order's payment failed for now."""

    __slots__ = ()


class OrderCancelled(OrderTold):
    """The order is gone for good."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReturned(StorefrontEvent):
    """Goods of an order came back. `total` is what was given back, where it is stated."""

    return_id: str
    order_id: str
    total: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRedeemed(StorefrontEvent):
    """The shop honoured a code; it may come before, after or without the order that names the code."""

    code: str
    order_id: str


class CustomerUpdated(StorefrontEvent):
    """Contact, locale or consent of a customer, as they are now."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationFailed(OrderTold):
    """The customer did not pass the check for what they ordered, so the order came to nothing."""

    verification_id: str
    reason: VerificationReason
    approved: Money | None = None
    """Up to what amount a credit check would have gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemUnavailable(StorefrontEvent):
    """An item of a cart sold out."""

    sku: str
    cart_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTold(StorefrontEvent):
    """What a customer did with an alternative offer; it is named by its own id, or by the order that was lost."""

    offer_id: str | None = None
    order_id: str | None = None


class OfferViewed(OfferTold):
    """The customer saw the offer."""

    __slots__ = ()


class OfferAccepted(OfferTold):
    """The customer takes the offer; the shop makes the order."""

    __slots__ = ()


class OfferDeclined(OfferTold):
    """The customer doesn't want it."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherWithdrawn(StorefrontEvent):
    """The shop deleted or disabled a code: it is honoured no more, so it must not be promised."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerRequest(StorefrontEvent):
    """A customer's right under data protection law. `person` says whose."""

    order_ids: tuple[str, ...] = ()
    """Orders whose documents are named, besides those found by the person."""


class CustomerErased(CustomerRequest):
    """The customer's personal data must go, now and from everywhere."""

    __slots__ = ()


class CustomerDataRequested(CustomerRequest):
    """The customer wants to see what is kept about them."""

    __slots__ = ()


class StoreLeft(StorefrontEvent):
    """The shop removed the engine: nobody of this store is contacted until it comes back."""

    __slots__ = ()


class StoreErased(StorefrontEvent):
    """Everything personal of a store that left must go."""

    __slots__ = ()
