"""The parts that a function works with, put together by wiring."""

from collections.abc import Mapping, Sequence

from common.application.backlog import Backlog
from common.application.policies import Policies
from common.application.ports import (
    Archive,
    Bus,
    Catalogue,
    Clock,
    Inlet,
    PricingService,
    Secrets,
    Sender,
    Store,
    TaskIdentity,
    Timer,
)
from common.domain.values import dataclass
from common.domain.vocabulary import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Everything outside the domain, by role."""

    store: Store
    bus: Bus
    timer: Timer
    clock: Clock
    policies: Policies
    identity: TaskIdentity
    senders: Mapping[Channel, Sender] | None = None
    """None = the function that sends builds its own providers."""
    inlet: Inlet | None = None
    """Only the function that takes storefronts' HTTP calls needs it; None where nothing comes in that way."""
    secrets: Secrets | None = None
    """Where that function finds its callers' secrets."""
    archives: Sequence[Archive] = ()
    """What one machine keeps of its own outbox; in the cloud that is with the providers and the bus's consumers."""
    catalogue: Catalogue | None = None
    """What the stores sell."""
    pricing: PricingService | None = None
    """The pricing algorithm; None = the function that asks it builds its own connection."""
    backlog: Backlog | None = None
    """Watches whether messages are taken late; None where their times are not those of this clock, as in a replay."""
