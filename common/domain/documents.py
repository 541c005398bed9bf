"""The documents the engine keeps. Frozen: a decision makes new ones. Lists inside a document are bounded.

Those that decisions change have no slots, so that `common.domain.changing.replace` can copy them quickly.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from common.domain.inbox import Inbox
from common.domain.money import Money
from common.domain.offers import Offer
from common.domain.storefront import Line
from common.domain.values import dataclass
from common.domain.vocabulary import (
    CaseKind,
    Channel,
    LookKind,
    OrderState,
    Reason,
    SalesChannel,
    Segment,
    Stage,
    StepState,
)
from common.domain.vouchers import CartWorth, Incentive, Voucher

SCHEMA_VERSION = 1
CASE_VERSION = 2
"""Of a case: 2 = it states its kind, and all that alternative offers brought; 1 may lack any of that."""
MAX_LINES = 50
"""Lines of a cart that a case keeps (the dearest); the total covers all of them."""
MAX_CHANGES = 100
"""Changes of a cart that a case keeps apart (the newest); older ones are one state, settled for good."""
MAX_HISTORY = 64
"""Timeline entries, returns and redemptions that a document keeps (the newest)."""
MAX_OFFERS = 8
"""Offers that a customer's document keeps (the newest)."""
MAX_PURCHASES = 8
"""Orders that a customer's document keeps (the newest)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One entry of a timeline: what happened, through whom, why."""

    at: datetime
    what: str
    actor: str = "engine"
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """What became of one step of the sequence."""

    step: str
    state: StepState
    at: datetime
    """When the state was reached; of a claim, when it was made."""
    claim_id: str | None = None
    channel: Channel | None = None
    recipient: str | None = None
    provider_id: str | None = None
    reason: Reason | None = None
    attempts: int = 0
    """Claims made so far."""
    retry_at: datetime | None = None
    """For a deferred step: not before this moment."""
    held: bool = False
    """Whether it was said that the step waits: for the intake, or for the end of a pause."""
    refused_channels: tuple[Channel, ...] = ()
    """Channels whose provider turned this step's message down for good."""
    voucher_code: str | None = None
    valid_until: datetime | None = None
    """What the message promised."""
    previous_message_at: datetime | None = None
    """The customer's last message before this claim, restored if the claim comes to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The order that a case brought back, to the cent (L45)."""

    order_id: str
    at: datetime
    revenue: Money
    discount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CartChange:
    """Items put into a cart (`pieces` above 0) or taken out of it (below 0), where a source tells no whole states."""

    id: str
    """The event and the line, so that each change counts once."""
    at: datetime
    pieces: int
    currency: str | None
    line: Line


@dataclass(frozen=True, slots=True)
class Armed:
    """The one pending timer of a case."""

    kind: LookKind
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Case:
    """`cases/{id}`: the whole life of one lost order (or of a cart that isn't lost yet)."""

    id: str
    store: str
    cart_id: str
    """Empty for an order that was lost without one."""
    kind: CaseKind = CaseKind.CART
    lost_order_id: str | None = None
    """The order that came to nothing, of a case that an order began."""
    opened_at: datetime
    last_activity_at: datetime
    stage: Stage = Stage.OPEN
    episode: int = 1
    latest_episode: int = 1
    """On the first episode's document: where the newest one is to be found."""
    customer_id: str | None = None
    channel: SalesChannel | None = None
    cart_state_at: datetime | None = None
    """When the storefront saw the cart like this; an older state never overwrites it."""
    currency: str | None = None
    total_minor: int = 0
    url: str | None = None
    lines: tuple[Line, ...] = ()
    line_count: int = 0
    changes: tuple[CartChange, ...] = ()
    """What the lines add up from, in the order in which it happened, where a source tells changes only."""
    abandoned_at: datetime | None = None
    active_hour: datetime | None = None
    events_in_hour: int = 0
    """How often the cart was touched in that hour."""
    automated: bool = False
    """Touched more often than any person could: nobody is contacted about it (L42)."""
    held_until: datetime | None = None
    """Not called abandoned, nor sent anything, before this moment: the intake was behind, and what happened since may
    not be known; or a payment failed, and may be tried again.
    """
    announced: bool = False
    """Whether the abandonment was announced; one lost order is announced once, however often it goes quiet."""
    segment: Segment | None = None
    reason: Reason | None = None
    """Why the case is suppressed."""
    voucher: Voucher | None = None
    worth: CartWorth | None = None
    """What the pricing algorithm chose, where policy leaves that to it."""
    offer: Offer | None = None
    """Of any kind but CART: the alternative to the lost order."""
    former_offer: Offer | None = None
    """The one that `offer` replaced."""
    stands_in_for: str | None = None
    """The case of the same customer's cart that sends nothing while this one's offer is made and open."""
    steps: tuple[StepRecord, ...] = ()
    stopped: str | None = None
    """Why the sequence goes no further although the case is still watched: changed hands, a cancelled order."""
    superseded_by: str | None = None
    """The customer's newer case, whose sequence runs instead until the customer comes back to this cart (L11)."""
    stage_before_order: Stage | None = None
    """Where the case goes back to if its order comes to nothing."""
    ordered_at: datetime | None = None
    order_id: str | None = None
    ordered_skus: tuple[str, ...] = ()
    cleared: bool = False
    """Whether the cart was seen empty since its order; then even the same items open a new episode at once (L8)."""
    recovery: Recovery | None = None
    armed: Armed | None = None
    next_due_at: datetime | None = None
    """What the sweep compares with the clock: passed by ten minutes means that a timer got lost."""
    inbox: Inbox = ()
    timeline: tuple[Moment, ...] = ()
    schema_version: int = CASE_VERSION

    @property
    def subject(self) -> str:
        """What was lost, as the shop calls it: the order, or the cart."""
        return self.lost_order_id or self.cart_id


@dataclass(frozen=True, slots=True)
class Return:
    """Goods that came back."""

    id: str
    at: datetime
    total_minor: int | None = None
    """On an order: what was given back, once it is known."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A code that the shop released for an order: events from before that redeem it no more."""

    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Redemption:
    """A voucher that stuck; removed when its order is cancelled or its payment fails (L26)."""

    code: str
    order_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order that stands; removed when it is cancelled or its payment fails."""

    order_id: str
    at: datetime
    skus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVoucher:
    """The customer's one open voucher, which later carts repeat rather than add to."""

    code: str
    case_id: str
    incentive: Incentive
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A customer's last word on one channel."""

    given: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Customer:
    """`customers/{id}`: one person at one store, or (`merged_into`) a signpost to that person's document.

    A signpost that was a person's own document keeps what it held, so that the two can be separated again.
    """

    id: str
    store: str
    merged_into: str | None = None
    apart_from: tuple[str, ...] = ()
    """Documents that an administrator separated from this one: what ties them doesn't make them one again."""
    shared_by: tuple[str, ...] = ()
    """Of a browser's document: who said that it is theirs, if several did; it leads to nobody then."""
    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    locale: str | None = None
    time_zone: str | None = None
    country: str | None = None
    updated_at: datetime | None = None
    """When the contact above was stated; an older statement never overwrites it."""
    consent: Mapping[Channel, Consent] = field(default_factory=dict)
    returns: tuple[Return, ...] = ()
    returned_customer: bool = False
    returned_until: datetime | None = None
    """When the flag lapses; what the sweep compares with the clock."""
    redemptions: tuple[Redemption, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    """What no reminder may follow (L1)."""
    last_message_at: datetime | None = None
    """Claimed, sent or perhaps sent: what the minimum gap counts from."""
    last_message_case_id: str | None = None
    """The case of the last message that certainly left: what an order without a cart is attributed to."""
    open_case_id: str | None = None
    open_voucher: OpenVoucher | None = None
    offer_cases: tuple[str, ...] = ()
    """Cases with an offer, the newest last: what an order is compared with."""
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, kw_only=True)
class Order:
    """`orders/{id}`: what we know of an order, so that its later events find customer and case."""

    id: str
    store: str
    order_id: str
    state: OrderState | None = None
    """None while only other events about the order have arrived."""
    state_at: datetime | None = None
    """The newest event that the state follows from; an older one changes it no more."""
    placed_at: datetime | None = None
    """What attribution counts to."""
    cart_id: str | None = None
    customer_id: str | None = None
    case_id: str | None = None
    """The case that this order recovered or closed."""
    total: Money | None = None
    discount_minor: int = 0
    codes: tuple[str, ...] = ()
    redeemed_code: str | None = None
    given_back: tuple[GivenBack, ...] = ()
    made_by_shop: bool = False
    """Whether any event said so: it closes its case, but is never counted as recovered (L12)."""
    wanted: Line | None = None
    """The dearest item that any event about it named: the event that says it came to nothing may name none."""
    offer_id: str | None = None
    """The alternative offer that it takes up, as the shop says, or as its customer's acceptance does."""
    returns: tuple[Return, ...] = ()
    refunded: Money | None = None
    """What was given back for the returns, in the currency of the first one or of `total`."""
    inbox: Inbox = ()
    schema_version: int = SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """`suppressions/{keyed hash of an address}`: never to be contacted; survives erasure."""

    id: str
    at: datetime
    reason: str
    schema_version: int = SCHEMA_VERSION
