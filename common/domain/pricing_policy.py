"""Document `pricing`: when an alternative is offered, and within which limits."""

import hashlib
from dataclasses import field
from datetime import timedelta
from typing import Literal

from common.domain.bounds import Amounts, basis_points, check_amounts, check_percent, minor_in, within
from common.domain.price_limits import FULL_BP
from common.domain.values import dataclass
from common.domain.vocabulary import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTriggers:
    """Which lost orders get an alternative."""

    verification_failed: bool = True
    payment_failed: bool = True
    out_of_stock: bool = True
    abandoned_cart_over: Amounts = field(default_factory=dict)
    """Per currency: a dearer abandoned cart gets an alternative instead of a voucher. None named = no cart does."""

    def __post_init__(self) -> None:
        check_amounts("triggers.abandoned_cart_over", self.abandoned_cart_over)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingPolicy:
    """Offers: their triggers, limits and lifetime, and how patiently the pricing algorithm is asked."""

    triggers: OfferTriggers = OfferTriggers()
    minimum_margin_percent: float = 5
    """Of the cost, on top of it."""
    minimum_margin: Amounts = field(default_factory=dict)
    """Per currency: what each piece must bring in above its cost, at least."""
    offer_lifetime_days: int = 7
    """From its first delivery."""
    attempts: int = 3
    """Calls of the algorithm for one offer."""
    attempt_timeout_seconds: int = 5
    deadline_seconds: int = 20
    """For all attempts together, with the pauses between them."""
    candidates: int = 50
    """Products that the algorithm may choose from."""
    mode: Literal["rules", "algorithm"] = "rules"
    """Who decides what an abandoned cart is worth: the tiers of `incentives`, or the algorithm within them."""
    replace_declined: bool = False
    """Whether an offer that was declined, or could not be delivered, is followed by one other."""
    approval_over: Amounts = field(default_factory=dict)
    """Per currency: an offer whose price is higher leaves only when somebody has approved it."""
    payment_grace_minutes: int = 30
    """How long a failed payment may be tried again before the order counts as lost."""
    channels: tuple[Channel, ...] = (Channel.EMAIL, Channel.SMS)
    """In order of preference: the first that is permitted and reachable is used."""
    reminder_hours_before_expiry: int = 0
    """A reminder of an offer that nobody has answered; 0 = none."""
    tax_mode: Literal["gross", "net"] = "gross"
    """Whether prices and costs of the catalogue contain the tax."""

    def __post_init__(self) -> None:
        check_percent("minimum_margin_percent", self.minimum_margin_percent, 0, 1000)
        within("offer_lifetime_days", self.offer_lifetime_days, 1, 30)
        within("attempts", self.attempts, 1, 10)
        within("attempt_timeout_seconds", self.attempt_timeout_seconds, 1, 60)
        within("deadline_seconds", self.deadline_seconds, 1, 240)
        within("candidates", self.candidates, 1, 200)
        within("payment_grace_minutes", self.payment_grace_minutes, 0, 7 * 24 * 60)
        within("reminder_hours_before_expiry", self.reminder_hours_before_expiry, 0, 24 * 30)
        check_amounts("minimum_margin", self.minimum_margin)
        check_amounts("approval_over", self.approval_over)
        if not self.channels:
            raise ValueError("channels is empty; name at least one, such as [email]")

    @property
    def lifetime(self) -> timedelta:
        """From the first delivery of an offer."""
        return timedelta(days=self.offer_lifetime_days)

    @property
    def payment_grace(self) -> timedelta:
        """From the failure of a payment."""
        return timedelta(minutes=self.payment_grace_minutes)

    @property
    def minimum_margin_bp(self) -> int:
        """The share of the cost in basis points."""
        return basis_points(self.minimum_margin_percent)

    @property
    def version(self) -> str:
        """Names what prices depend on, so that an offer says by which rules its limits were made."""
        said = (self.minimum_margin_bp, sorted(self.minimum_margin.items()), self.tax_mode)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:12]

    def floor(self, cost_minor: int, currency: str) -> int:
        """The lowest price of something of that cost, per piece."""
        by_share = -(-cost_minor * (FULL_BP + self.minimum_margin_bp) // FULL_BP)
        return max(by_share, cost_minor + (minor_in(self.minimum_margin, currency) or 0))

    def needs_approval(self, price_minor: int, currency: str) -> bool:
        """Whether somebody has to approve an offer of that price for all pieces."""
        most = minor_in(self.approval_over, currency)
        return most is not None and price_minor > most
