"""What makes the engine decide, apart from storefront events: timers, and what providers answered."""

from common.domain.discounts import Checkout
from common.domain.storefront import (
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerDataRequested,
    CustomerErased,
    CustomerUpdated,
    ItemUnavailable,
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
from common.domain.vocabulary import Channel, LookKind, Reason, VoucherAction


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
class OptedOut:
    """A customer used the unsubscribe link of a message."""

    id: str
    customer_id: str
    case_id: str
    channels: tuple[Channel, ...]
    """On which they want no messages any more."""


CartEvent = CartUpdated | CartItemsChanged | CartVisited | ItemUnavailable
OrderEvent = OrderPlaced | OrderPaymentFailed | OrderCancelled | VerificationFailed
Storefront = (
    CartEvent | OrderEvent | OrderReturned | VoucherRedeemed | VoucherWithdrawn | CustomerUpdated | StoreLeft
)
"""What is decided on; the rest of what storefronts tell is a `PrivacyRequest`."""
PrivacyRequest = CustomerErased | CustomerDataRequested | StoreErased
Trigger = (
    Storefront | Look | MessageAnswered | ReturnedFlagLapsed | CustomersSeparated | VoucherCalled | OptedOut
)
