"""A day at a shop through an engine that can only take so much: Pub/Sub and Cloud Tasks with their limits, in virtual
time.

Both are simulated as the queues that they are. A subscription hands out a message when an instance is free; which of
the three subscriptions is served first follows from the instances that each may have, here in the extreme: a lower
one gets what the higher ones leave. Some messages come twice, and some only after a failed delivery, behind later ones.
"""

import heapq
import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from common.application.ports import PubSubMessage
from common.application.priorities import Priority, priority_of
from infra.local.clocks import VirtualClock
from infra.local.machine import Machine

LATER, MUCH_LATER = timedelta(seconds=10), timedelta(minutes=5)
"""When a message comes again after a failed delivery, and when one does whose acknowledgement got lost."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a second; None = as fast as it comes."""

    messages: float | None = None
    tasks: float | None = None
    by_priority: bool = True
    """One queue for each priority; else all in one, in the order of their arrival."""
    twice: float = 0.0
    """The share of messages that are delivered again although they were taken."""
    failing: float = 0.0
    """The share of messages whose first delivery fails."""


@dataclass(slots=True)
class Seen:
    """What was measured on the way."""

    published: Counter[Priority] = field(default_factory=Counter)
    taken: Counter[Priority] = field(default_factory=Counter)
    """Different messages."""
    deliveries: int = 0
    waiting: Counter[Priority] = field(default_factory=Counter)
    most_waiting: Counter[Priority] = field(default_factory=Counter)
    oldest: dict[Priority, timedelta] = field(default_factory=lambda: dict.fromkeys(Priority, timedelta()))
    """The longest that a message waited before it was first taken."""

    @property
    def lost(self) -> int:
        """Messages that were published and never taken."""
        return self.published.total() - self.taken.total()


_Entry = tuple[datetime, int, PubSubMessage, bool]
"""From when on it may be delivered, its number, the message, and whether it was taken before."""


class ThrottledDay:
    """Runs messages, in the order of their publication, through a machine whose surroundings have limits."""

    def __init__(self, machine: Machine, clock: VirtualClock, limits: Limits, seed: int = 1) -> None:
        self._machine, self._clock, self._limits = machine, clock, limits
        self._chance = random.Random(seed)
        self._queues: dict[Priority, list[_Entry]] = {priority: [] for priority in Priority}
        self._number = 0
        self._intake_free_at = self._tasks_free_at = clock.now()
        self.seen = Seen()

    def run(self, messages: Iterable[PubSubMessage], until: datetime) -> Seen:
        """Publish all, and go on until nothing waits and no timer is due before `until`."""
        for message in messages:
            self._work(message.publish_time)
            self._publish(message)
        self._work(until)
        return self.seen

    def _work(self, until: datetime) -> None:
        """Everything that happens before `until`, in order: of the same moment the intake comes first."""
        while True:
            intake, task = self._next_intake_at(), self._next_task_at()
            at = min((moment for moment in (intake, task) if moment is not None), default=until)
            if at >= until:
                break
            self._clock.set(at)
            if at == intake:
                self._take_next()
            else:
                self._run_next_task()
        self._clock.set(until)

    def _publish(self, message: PubSubMessage) -> None:
        priority = priority_of(message.attributes)
        fails = self._chance.random() < self._limits.failing
        self._enqueue(message, message.publish_time + (LATER if fails else timedelta()), False)
        self.seen.published[priority] += 1
        self.seen.waiting[priority] += 1
        most = self.seen.most_waiting
        most[priority] = max(most[priority], self.seen.waiting[priority])

    def _enqueue(self, message: PubSubMessage, at: datetime, again: bool) -> None:
        queue = priority_of(message.attributes) if self._limits.by_priority else Priority.ORDER
        self._number += 1
        heapq.heappush(self._queues[queue], (at, self._number, message, again))

    def _next_intake_at(self) -> datetime | None:
        earliest = min((queue[0][0] for queue in self._queues.values() if queue), default=None)
        return None if earliest is None else max(earliest, self._intake_free_at)

    def _take_next(self) -> None:
        now = self._clock.now()
        queue = next(queue for queue in self._queues.values() if queue and queue[0][0] <= now)
        _, _, message, again = heapq.heappop(queue)
        self._machine.receive(message)
        self._intake_free_at = now + _interval(self._limits.messages)
        self.seen.deliveries += 1
        if again:
            return
        priority = priority_of(message.attributes)
        self.seen.taken[priority] += 1
        self.seen.waiting[priority] -= 1
        self.seen.oldest[priority] = max(self.seen.oldest[priority], now - message.publish_time)
        if self._chance.random() < self._limits.twice:
            self._enqueue(message, now + MUCH_LATER, True)

    def _next_task_at(self) -> datetime | None:
        at = self._machine.timer.next_at()
        return None if at is None else max(at, self._tasks_free_at)

    def _run_next_task(self) -> None:
        now = self._clock.now()
        task = self._machine.timer.pop_due(now, inclusive=True)
        assert task is not None
        self._machine.call(task)
        self._tasks_free_at = now + _interval(self._limits.tasks)


def _interval(per_second: float | None) -> timedelta:
    return timedelta() if per_second is None else timedelta(seconds=1 / per_second)
