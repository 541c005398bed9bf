"""What administrators decide. One dataclass per document; what a document leaves out keeps its default.

Bounds are checked here, so that no policy that exists can make a decision nonsensical.
"""

from dataclasses import field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from common.domain.bounds import Amounts, check_amounts, check_percent, within
from common.domain.browsers import StorefrontPolicy
from common.domain.incentives import IncentivePolicy
from common.domain.intake_rules import IntakePolicy
from common.domain.pricing_policy import PricingPolicy
from common.domain.quiet_hours import QuietHours
from common.domain.shop import Shop
from common.domain.values import dataclass
from common.domain.vocabulary import Channel
from common.domain.voucher_policy import VoucherPolicy


@lru_cache(maxsize=64)
def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)  # asked for with every event


@lru_cache(maxsize=64)
def _days(days: int) -> timedelta:
    return timedelta(days=days)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryPolicy:
    """Document `recovery`: when a cart counts as lost, whom to leave alone, how success is measured."""

    enabled: bool = True
    activated_at: datetime | None = None
    """Carts last touched before it are left alone (L17)."""
    abandon_after_minutes: int = 30
    max_cart_age_days: int = 7
    min_cart_total: Amounts = field(default_factory=dict)
    returned_customer_window_days: int = 90
    frequency_cap_days: int = 30
    when_capped: Literal["remind", "skip"] = "remind"
    voucher_lifetime_days: int = 7
    attribution_days: int = 5
    holdout_percent: float = 10
    """With two decimals at most."""
    experiment: str = "recovery"
    """Names the experiment; another name deals the customers out anew."""

    def __post_init__(self) -> None:
        within("abandon_after_minutes", self.abandon_after_minutes, 1, 7 * 24 * 60)
        within("max_cart_age_days", self.max_cart_age_days, 1, 365)
        within("returned_customer_window_days", self.returned_customer_window_days, 1, 3650)
        within("frequency_cap_days", self.frequency_cap_days, 0, 3650)
        within("voucher_lifetime_days", self.voucher_lifetime_days, 1, 365)
        within("attribution_days", self.attribution_days, 1, 90)
        check_percent("holdout_percent", self.holdout_percent, 0, 100)
        check_amounts("min_cart_total", self.min_cart_total)
        if self.activated_at is not None and self.activated_at.tzinfo is None:
            raise ValueError("activated_at has no offset; write for example 2026-03-01T00:00:00Z")

    @property
    def abandon_after(self) -> timedelta:
        """How long a cart must be quiet."""
        return _minutes(self.abandon_after_minutes)

    @property
    def max_cart_age(self) -> timedelta:
        """Carts quiet for longer are not contacted any more."""
        return _days(self.max_cart_age_days)

    @property
    def return_window(self) -> timedelta:
        """How long a return counts."""
        return _days(self.returned_customer_window_days)

    @property
    def frequency_cap(self) -> timedelta:
        """How long a redemption keeps further incentives away."""
        return _days(self.frequency_cap_days)

    @property
    def voucher_lifetime(self) -> timedelta:
        """From the first hand-over of the code."""
        return _days(self.voucher_lifetime_days)

    @property
    def attribution(self) -> timedelta:
        """How long after a message an order still counts as its success."""
        return _days(self.attribution_days)


FIRST, LAST_CALL = "first", "last_call"
TEMPLATES = (FIRST, LAST_CALL)
"""What a reminder of a cart may be written by: each names a folder of templates, as a test sees to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One message of the sequence. `after_minutes` counts from the abandonment."""

    id: str
    after_minutes: int
    channels: tuple[Channel, ...]
    """In order of preference: the first that is permitted and reachable is used."""
    template: str | None = None
    """The folder of its templates; see `SequencePolicy.template_of` for where it is left out."""

    def __post_init__(self) -> None:
        within("after_minutes", self.after_minutes, 0, 30 * 24 * 60)
        if not self.id.replace("_", "").isalnum():
            raise ValueError(f"id is {self.id!r}; use letters, digits and underscores")
        if not self.channels:
            raise ValueError(f"channels of step {self.id} is empty; name at least one, such as [email]")

    @property
    def after(self) -> timedelta:
        """From the abandonment."""
        return _minutes(self.after_minutes)


_DEFAULT_STEPS = (
    Step(id=FIRST, after_minutes=30, channels=(Channel.EMAIL, Channel.SMS)),
    Step(id=LAST_CALL, after_minutes=24 * 60, channels=(Channel.EMAIL, Channel.SMS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequencePolicy:
    """Document `sequence`: which messages, when, on which channels."""

    steps: tuple[Step, ...] = _DEFAULT_STEPS
    minimum_gap_minutes: int = 180
    quiet_hours: QuietHours | None = None
    """None = a message may leave at any hour."""

    def __post_init__(self) -> None:
        within("minimum_gap_minutes", self.minimum_gap_minutes, 0, 7 * 24 * 60)
        if len({step.id for step in self.steps}) < len(self.steps):
            raise ValueError("steps: two steps have the same id; give each its own")
        if list(self.steps) != sorted(self.steps, key=lambda step: step.after_minutes):
            raise ValueError("steps: put them in the order of their after_minutes")
        if len(self.steps) > 10:
            raise ValueError(f"steps: there are {len(self.steps)}; at most 10 are possible")
        for step in self.steps:
            if step.template not in (None, *TEMPLATES):
                raise ValueError(
                    f"template of step {step.id} is {step.template!r}, which doesn't exist; "
                    f"write one of {', '.join(TEMPLATES)}, or leave it out"
                )

    def template_of(self, step: Step) -> str:
        """The step's own template, or that of its id; else the last call's for the last of several, or the first's."""
        if step.template is not None:
            return step.template
        if step.id in TEMPLATES:
            return step.id
        is_last = len(self.steps) > 1 and step.id == self.steps[-1].id
        return LAST_CALL if is_last else FIRST

    @property
    def minimum_gap(self) -> timedelta:
        """Between two messages to one customer."""
        return _minutes(self.minimum_gap_minutes)

    @property
    def length(self) -> timedelta:
        """From the abandonment to the last step."""
        return self.steps[-1].after if self.steps else timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPolicy:
    """Document `consent_required`: per channel, whether a missing consent is a no (the default)."""

    email: bool = True
    sms: bool = True
    whatsapp: bool = True
    push: bool = True

    def requires(self, channel: Channel) -> bool:
        """Whether the channel may be used only after an explicit yes. An explicit no always counts."""
        match channel:
            case Channel.EMAIL:
                return self.email
            case Channel.SMS:
                return self.sms
            case Channel.WHATSAPP:
                return self.whatsapp
            case Channel.PUSH:
                return self.push


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPolicy:
    """Document `retention`: how long what is kept."""

    refused_messages_days: int = 90
    cases_days: int = 400
    customers_days: int = 730
    orders_days: int = 730
    privacy_requests_days: int = 1095

    def __post_init__(self) -> None:
        within("refused_messages_days", self.refused_messages_days, 1, 3650)
        for name in ("cases_days", "customers_days", "orders_days", "privacy_requests_days"):
            within(name, getattr(self, name), 90, 3650)

    @property
    def refused_messages(self) -> timedelta:
        """From the moment a message was refused."""
        return _days(self.refused_messages_days)

    @property
    def cases(self) -> timedelta:
        """From the last thing that happened to a case."""
        return _days(self.cases_days)

    @property
    def customers(self) -> timedelta:
        """From the last event about a customer, give or take the half of it."""
        return _days(self.customers_days)

    @property
    def orders(self) -> timedelta:
        """From the last event about an order."""
        return _days(self.orders_days)

    @property
    def privacy_requests(self) -> timedelta:
        """From the moment a privacy request was done: how long that can be proved."""
        return _days(self.privacy_requests_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Secrets that decisions derive from; never stored, never logged."""

    voucher: bytes = field(repr=False)
    suppression: bytes = field(repr=False)
    links: tuple[bytes, ...] = field(default=(), repr=False)
    """What links in messages are signed with, the newest first; none = messages carry the shop's own links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything a decision is made by, apart from the documents and the clock."""

    keys: Keys
    recovery: RecoveryPolicy = field(default_factory=RecoveryPolicy)
    incentives: IncentivePolicy = field(default_factory=IncentivePolicy)
    sequence: SequencePolicy = field(default_factory=SequencePolicy)
    consent_required: ConsentPolicy = field(default_factory=ConsentPolicy)
    shop: Shop = field(default_factory=Shop)
    intake: IntakePolicy = field(default_factory=IntakePolicy)
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    storefront: StorefrontPolicy = field(default_factory=StorefrontPolicy)
    vouchers: VoucherPolicy = field(default_factory=VoucherPolicy)
    pricing: PricingPolicy = field(default_factory=PricingPolicy)
