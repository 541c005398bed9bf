"""Document `vouchers`: how codes are honoured at the checkout."""

from dataclasses import field
from datetime import timedelta
from typing import Literal

from common.domain.bounds import Amounts, check_amounts, within
from common.domain.values import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherPolicy:
    """Whose codes are, how long a checkout may hold one, and what it may come to with other discounts."""

    binding: Literal["bearer", "bound"] = "bearer"
    """`bearer`: whoever types the code in; `bound`: only the customer it was made for, whom the shop then names."""
    lock_minutes: int = 30
    """How long one order's checkout holds a code, beyond its expiry if need be. Never prolonged."""
    min_total: Amounts = field(default_factory=dict)
    """Per currency: what the goods must come to."""
    floor_percent: int = 0
    """With other discounts the goods keep at least this share of their price."""
    calls_per_minute: int = 6000
    """Of one API key at each instance."""
    unknown_codes_per_minute: int = 60
    """Codes that don't exist, of one shopper where the shop names them, else of one API key."""

    def __post_init__(self) -> None:
        within("lock_minutes", self.lock_minutes, 1, 120)
        within("floor_percent", self.floor_percent, 0, 100)
        within("calls_per_minute", self.calls_per_minute, 1, 600_000)
        within("unknown_codes_per_minute", self.unknown_codes_per_minute, 1, 60_000)
        check_amounts("min_total", self.min_total)

    @property
    def lock(self) -> timedelta:
        """How long a lock holds."""
        return timedelta(minutes=self.lock_minutes)
