"""An engine with only the parts that storefront_api uses, all in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.policies import build
from common.application.ports import Incoming
from infra.local.machine import LOCAL_KEYS, fixed_policies
from tests.unit.functions.storefront_api.vectors import NOW, SECRET


@dataclass(slots=True)
class Parts:
    """What a test sets, and what it looks at."""

    secrets: dict[str, str] = field(default_factory=lambda: {"webhook_shopify_bielik": SECRET})
    storefront: dict[str, Any] = field(default_factory=dict)
    calls: list[Sequence[Incoming]] = field(default_factory=list)
    """What was published, call by call."""
    is_down: bool = False
    secrets_are_down: bool = False
    now_: datetime = NOW

    @property
    def published(self) -> list[Incoming]:
        """All messages."""
        return [message for call in self.calls for message in call]

    def publish(self, messages: Sequence[Incoming]) -> None:
        """As an inlet."""
        if self.is_down:
            raise Unavailable("Pub/Sub: UNAVAILABLE")
        self.calls.append(messages)

    def get(self, name: str) -> bytes:
        """As a keeper of secrets."""
        if self.secrets_are_down:
            raise Unavailable("Secret Manager: UNAVAILABLE")
        return self.secrets[name].encode()

    def now(self) -> datetime:
        """As a clock."""
        return self.now_

    def engine(self) -> Engine:
        """The engine of these parts."""
        nothing = cast(Any, None)
        documents: Mapping[str, Any] = {"storefront": self.storefront}
        return Engine(
            store=nothing,
            bus=nothing,
            timer=nothing,
            clock=self,
            policies=fixed_policies(build(documents, LOCAL_KEYS)),
            identity=nothing,
            inlet=self,
            secrets=self,
        )
