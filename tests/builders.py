"""Customers, carts, orders and rules for the tests, as short as a sentence needs them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from common.application.policies import DOCUMENTS, Policies, build
from common.domain.policy import Policy
from infra.local.machine import LOCAL_KEYS

DAY = datetime(2026, 3, 2, tzinfo=UTC)
"""The Monday on which stories begin."""
STORE = "socks"
_CONSENT = {"email": True, "sms": True}


def when(text: str) -> datetime:
    """The moment of a story: "10:00" is on its first day, "+2d 10:00" two days later; seconds are optional."""
    days, _, time = text.rpartition(" ")
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)
    return DAY + timedelta(days=int(days.strip("+d") or 0)) + offset


def wire(moment: datetime) -> str:
    """The moment as storefronts write it."""
    return moment.isoformat()


@dataclass(frozen=True, kw_only=True)
class Shopper:
    """A customer as the storefront names them."""

    id: str | None = None
    anonymous_id: str | None = None
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    consent: Mapping[str, bool] = field(default_factory=lambda: dict(_CONSENT))
    locale: str | None = None
    country: str | None = None
    time_zone: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The customer of a canonical event."""
        stated = {
            "id": self.id,
            "anonymous_id": self.anonymous_id,
            "email": self.email,
            "phone": self.phone,
            "name": self.name,
            "locale": self.locale,
            "country": self.country,
            "time_zone": self.time_zone,
            "consent": dict(self.consent),
        }
        return {name: value for name, value in stated.items() if value}

    def saying(self, **consent: bool) -> "Shopper":
        """The same customer with another word on some channels."""
        return replace(self, consent={**self.consent, **consent})


ANNA = Shopper(id="c-anna", email="anna@shop.test", phone="+48600123456", name="Anna")
BEN = Shopper(id="c-ben", email="ben@shop.test", phone="+48600123457", name="Ben")
GUEST_ANNA = Shopper(email="anna@shop.test", name="Anna")

SOCKS = ("SOCKS", 2, "50.00")
BOOTS = ("BOOTS", 1, "400.00")


def line(sku: str, quantity: int = 1, unit_price: str = "100.00", **more: Any) -> dict[str, Any]:
    """One line of a cart."""
    return {"sku": sku, "name": sku.title(), "quantity": quantity, "unit_price": unit_price, **more}


def written(*lines: Any) -> list[dict[str, Any]]:
    """Lines as JSON, whether they are written as tuples or whole."""
    return [line(*entry) if isinstance(entry, tuple) else entry for entry in lines]


def rules(
    *,
    incentives: Mapping[str, Any] | None = None,
    sequence: Mapping[str, Any] | None = None,
    consent_required: Mapping[str, Any] | None = None,
    intake: Mapping[str, Any] | None = None,
    pricing: Mapping[str, Any] | None = None,
    **recovery: Any,
) -> Policy:
    """The default policy without a control group, and with what a story changes."""
    documents = {
        "recovery": {"holdout_percent": 0, **recovery},
        "incentives": incentives or {},
        "sequence": sequence or {},
        "consent_required": consent_required or {},
        "intake": intake or {},
        "pricing": pricing or {},
    }
    return build(documents, LOCAL_KEYS)


class Rules(Policies):
    """Policies that a story changes while it runs."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    def current(self) -> Policy:
        """What holds now."""
        return self.policy

    def review(self) -> tuple[Mapping[str, Any], list[str]]:
        """Nothing is ever wrong with it."""
        return {name: getattr(self.policy, name) for name in DOCUMENTS}, []
