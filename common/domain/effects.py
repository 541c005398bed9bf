"""What is owed to the world after a decision is saved. Imperative: it is still to be done."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from common.domain.offers import OfferPromise, Wanted
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import Channel, LookKind
from common.domain.vouchers import Incentive

if TYPE_CHECKING:
    from common.domain.documents import Case, Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleLook:
    """Have the case looked at, at `at` or soon after; harmless to repeat, as `name` is the timer's."""

    name: str
    kind: LookKind
    case_id: str
    customer_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """Publish what the engine did. `id` is stable, so that consumers can drop a repeated one."""

    id: str
    type: str
    at: datetime
    store: str
    case_id: str | None
    customer_id: str | None
    subject: str | None
    """The cart or order that it is about."""
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage:
    """Hand one claimed message to its provider. Never repeated: the claim is its permission (L2, L14)."""

    claim_id: str
    """Stable per case, step, channel and attempt; an e-mail's Message-ID is derived from it."""
    case_id: str
    customer_id: str
    store: str
    step: str
    template: str
    channel: Channel
    recipient: str
    claimed_at: datetime
    """When the claim was saved: the message's own date."""
    name: str | None
    locale: str | None
    time_zone: str | None
    cart_url: str | None
    currency: str
    total_minor: int
    lines: tuple[Line, ...]
    """Sold-out ones too: what the others come to can only be told with them."""
    line_count: int = 0
    """Lines of the whole cart, of which `lines` are the dearest."""
    voucher_code: str | None = None
    incentive: Incentive | None = None
    valid_until: datetime | None = None
    unsubscribe_url: str | None = None
    """The engine's own page for it, set at the hand-over, where the shop has none."""
    offer: OfferPromise | None = None
    """What the message offers, if it is about an offer; its lines are then what the customer had wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMessage:
    """Ask the provider whether a claimed message left; used when its outcome was never saved."""

    claim_id: str
    case_id: str
    customer_id: str
    store: str
    step: str
    channel: Channel
    recipient: str
    claimed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FindAlternatives:
    """Look into the catalogue for what could be offered instead of the wanted item."""

    case_id: str
    customer_id: str
    store: str
    offer_id: str
    wanted: Wanted
    currency: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPrice:
    """Ask the pricing algorithm. Harmless to repeat: the request names itself, and nothing is sold by asking."""

    case_id: str
    customer_id: str
    store: str
    offer_id: str
    request: str
    """JSON."""
    quantity: int
    currency: str
    attempts: int
    attempt_timeout_seconds: int
    deadline_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWorth:
    """Ask the pricing algorithm what an abandoned cart is worth. If nobody asks, or it can't say, the tiers do."""

    case_id: str
    case: "Case"
    customer: "Customer"


Effect = ScheduleLook | Announce | SendMessage | FindMessage | FindAlternatives | AskPrice | AskWorth
