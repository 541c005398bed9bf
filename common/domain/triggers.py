"""What makes the engine decide, apart from storefront events: timers, and what providers answered."""

from dataclasses import dataclass

from common.domain.storefront import (
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    OrderCancelled,
    OrderPaymentFailed,
    OrderPlaced,
    OrderReturned,
    VoucherRedeemed,
)
from common.domain.vocabulary import LookKind, Reason


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


OrderEvent = OrderPlaced | OrderPaymentFailed | OrderCancelled
Storefront = CartUpdated | CartVisited | OrderEvent | OrderReturned | VoucherRedeemed | CustomerUpdated
Trigger = Storefront | Look | MessageAnswered | ReturnedFlagLapsed
