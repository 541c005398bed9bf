"""The parts that a function works with, put together by wiring."""

from collections.abc import Mapping
from dataclasses import dataclass

from common.application.policies import Policies
from common.application.ports import Bus, Clock, Sender, Store, TaskIdentity, Timer
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
