"""What a voucher is worth and where it stands."""

from datetime import datetime

from common.domain.money import Money
from common.domain.values import dataclass
from common.domain.vocabulary import IncentiveKind, VoucherState


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive:
    """One promise. `amount` belongs to FIXED, `percent` to PERCENT; the other kinds have neither."""

    kind: IncentiveKind
    percent: int | float | None = None
    """A whole one is an int; others have two decimals at most."""
    amount: Money | None = None

    def as_fields(self) -> dict[str, object]:
        """How the incentive stands on the wire."""
        fields: dict[str, object] = {"kind": self.kind.value}
        if self.percent is not None:
            fields["percent"] = self.percent
        if self.amount is not None:
            fields |= {"amount": self.amount.major, "currency": self.amount.currency}
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class CartWorth:
    """What the pricing algorithm chose for a cart, with what it takes to judge its choices later."""

    incentive: Incentive
    total_minor: int
    """Of the cart that it chose for; a changed one is judged by the tiers again."""
    decision_id: str | None = None
    model_version: str | None = None
    mode: str | None = None
    chosen_arm: str | None = None
    chosen_propensity_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """One order's hold on a code during its checkout, `until` exclusive; kept when it has lapsed, for late news."""

    order_id: str
    at: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Voucher:
    """A case's own voucher: reserved when decided, issued with the first claimed message (L35)."""

    code: str
    incentive: Incentive
    state: VoucherState
    reserved_at: datetime
    attempt: int = 0
    """How many codes had to be passed over because they were taken."""
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    """Exclusive; set when issued, moved only while nothing has been delivered."""
    delivered: bool = False
    """Whether a message with the code was handed over, or may have been."""
    revoke_at: datetime | None = None
    """When it is taken back, if it is not used by then: its customer turned out to have another one, which is kept."""
    order_id: str | None = None
    redeemed_at: datetime | None = None
    lock: Lock | None = None
    turn: int = 0
    """How often the shop's backend locked, redeemed or released it: tells one time from the next."""

    def state_at(self, now: datetime) -> VoucherState:
        """Where it stands, whether or not a timer has been there: a lock lapses by itself, and so does the code."""
        state = self.state
        if state is VoucherState.LOCKED:
            if self.lock is not None and now < self.lock.until:
                return state
            state = VoucherState.RELEASED
        open_states = (VoucherState.ISSUED, VoucherState.RELEASED)
        if state in open_states and self.valid_until is not None and now >= self.valid_until:
            return VoucherState.EXPIRED
        return state

    def is_open_for(self, order_id: str | None, at: datetime) -> bool:
        """Whether an order of that moment may use it, expired by now or not: before its expiry (L23), or under a lock
        that the order took before it.
        """
        lock = self.lock
        if lock is not None and lock.order_id == order_id and lock.at <= at < lock.until:
            return True
        return self.valid_until is not None and at < self.valid_until


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherCode:
    """`voucher_codes/{id}`: whose code it is. Its state lives in the case alone."""

    code: str
    store: str
    case_id: str
    customer_id: str
