"""What a message can tell."""

from common.application.failures import Refused
from common.domain.storefront import StorefrontEvent
from common.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known platform's irrelevant topic: counted, not stored."""

    source: str
    store: str | None
    topic: str


Said = StorefrontEvent | Ignored | Refused
"""One thing that a message tells. A broken part of it is a `Refused` among the others and costs them nothing."""
