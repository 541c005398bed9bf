"""What makes the engine decide, apart from storefront events: timers, and what providers answered."""

from common.domain.catalogue import Product
from common.domain.discounts import Checkout
from common.domain.storefront import (
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerDataRequested,
    CustomerErased,
    CustomerUpdated,
    ItemUnavailable,
    OfferAccepted,
    OfferDeclined,
    OfferViewed,
    OrderCancelled,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    Person,
    StoreErased,
    StoreLeft,
    VerificationFailed,
    VoucherRedeemed,
    VoucherWithdrawn,
)
from common.domain.values import dataclass
from common.domain.vocabulary import Channel, LookKind, OfferAction, Reason, SalesChannel, VoucherAction
from common.domain.vouchers import CartWorth


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """The message did not leave and never will (`reason`), or may be tried again (`retryable`)."""

    reason: Reason
    retryable: bool = False
    detail: str = ""
    """For the log: the provider's code, never an address."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """Nobody knows whether the message left, so it must not be sent again (L14)."""

    detail: str = ""


@dataclass(frozen=True, slots=True)
class NotSent:
    """The provider knows for certain that it never had the message."""


Outcome = Accepted | Rejected | Uncertain | NotSent


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A timer went off. It is a hint: what is due is decided from the case."""

    id: str
    case_id: str
    kind: LookKind
    customer_id: str | None = None
    """Who the case belonged to when the timer was set: loaded along, to save a round trip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnswered:
    """What became of a claimed message; `id` is that of the look which had it sent."""

    id: str
    case_id: str
    customer_id: str
    claim_id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedFlagLapsed:
    """The sweep found a customer whose returns have left the window."""

    id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomersSeparated:
    """An administrator says that an identifier is not the person's that it was merged into."""

    id: str
    store: str
    kind: str
    """id, email, phone or anonymous."""
    value: str
    """Normalised, as `Person` holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherCalled:
    """The shop's backend asks about a code, or locks, redeems or releases it for one of its orders."""

    id: str
    store: str
    code: str
    action: VoucherAction
    order_id: str | None = None
    """To lock, redeem and release it always stands."""
    person: Person | None = None
    """Who wants to use the code, as far as the shop says so."""
    checkout: Checkout | None = None
    reason: Reason = Reason.PAYMENT_FAILED
    """Why it is released."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativesFound:
    """What the catalogue has; `id` is that of the look which had it searched."""

    id: str
    case_id: str
    customer_id: str
    offer_id: str
    wanted: Product | None
    """As the catalogue knows it, if it does."""
    candidates: tuple[Product, ...]
    catalogue_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """The algorithm's proposal, readable and complete; whether it is within the limits is still to be checked."""

    sku: str
    unit_price_minor: int
    product: Product | None
    """As the catalogue has it now; None = it doesn't."""
    answer: str
    decision_id: str | None = None
    model_version: str | None = None
    model_sha256: str | None = None
    mode: str | None = None
    chosen_arm: str | None = None
    chosen_propensity_ppm: int | None = None
    personalized: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPriced:
    """There is no proposal, and asking again is of no use or was tried often enough."""

    reason: Reason
    detail: str
    """For administrators; nothing personal."""
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceAnswered:
    """What became of the question; `id` is that of the look which had it asked."""

    id: str
    case_id: str
    customer_id: str
    offer_id: str
    outcome: Priced | NotPriced


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthAnswered:
    """What the algorithm chose for a cart; None = it can't be asked, or what it said can't be used."""

    id: str
    case_id: str
    customer_id: str
    worth: CartWorth | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferCalled:
    """A customer looks at an offer, accepts or declines it, by its link or through the shop's app."""

    id: str
    offer_id: str
    action: OfferAction
    channel: SalesChannel | None = None
    version: int | None = None
    """Which version of the offer they saw; None = they don't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferApproved:
    """An administrator lets an offer out that is too dear to leave by itself, or stops it."""

    id: str
    offer_id: str
    by: str
    approved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OptedOut:
    """A customer used the unsubscribe link of a message."""

    id: str
    customer_id: str
    case_id: str
    channels: tuple[Channel, ...]
    """On which they want no messages any more."""


CartEvent = CartUpdated | CartItemsChanged | CartVisited | ItemUnavailable
OrderEvent = OrderPlaced | OrderPaymentFailed | OrderCancelled | VerificationFailed
OfferEvent = OfferViewed | OfferAccepted | OfferDeclined
Storefront = (
    CartEvent
    | OrderEvent
    | OrderReturned
    | VoucherRedeemed
    | VoucherWithdrawn
    | CustomerUpdated
    | StoreLeft
    | OfferEvent
)
"""What is decided on; the rest of what storefronts tell is a `PrivacyRequest`."""
PrivacyRequest = CustomerErased | CustomerDataRequested | StoreErased
Trigger = (
    Storefront
    | Look
    | MessageAnswered
    | ReturnedFlagLapsed
    | CustomersSeparated
    | VoucherCalled
    | OptedOut
    | AlternativesFound
    | PriceAnswered
    | WorthAnswered
    | OfferCalled
    | OfferApproved
)
