"""Moves the clock from one thing to the next: shoppers' acts, deliveries, the engine's timers."""

import heapq
import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from common.application.ports import PubSubMessage
from common.domain.wire import stamp
from infra.demo.shoppers.luck import Luck
from infra.demo.storefronts.storefront import Outgoing
from infra.local.clocks import VirtualClock
from infra.local.machine import Machine
from infra.local.mailbox import Letter

_LATE, _TWICE = 0.04, 0.03


@dataclass(frozen=True, slots=True)
class Wait:
    """What a story waits for: a moment, or (`for_letter`) a letter that comes before it."""

    until: datetime
    for_letter: bool = False


Story = Generator[Wait, Letter | None, None]
"""What somebody does, step by step; it is resumed with the letter that came, or None."""


class Run:
    """One story that is being lived."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.unread: list[Letter] = []
        self.ticket = 0
        self.waits_for_letter = False


class Simulation:
    """One heap of things to happen, beside the engine's own timer. Never looks at a real clock."""

    def __init__(self, machine: Machine, clock: VirtualClock, luck: Luck) -> None:
        self._machine, self._clock, self._luck = machine, clock, luck
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._turns, self._messages = count(), count(1)
        self._readers: dict[str, Run] = {}
        self.delivered: list[PubSubMessage] = []
        """Every delivery in order, repeated ones too."""
        self.repeated = self.late = 0

    def now(self) -> datetime:
        """Virtual time."""
        return self._clock.now()

    def at(self, moment: datetime, act: Callable[[], None]) -> None:
        """Have something happen; what is set for one moment happens in the order it was set."""
        heapq.heappush(self._agenda, (moment, next(self._turns), act))

    def live(self, story: Story, at: datetime, addresses: Iterable[str]) -> None:
        """Begin a story; letters to any of the addresses are its."""
        run = Run(story)
        self._readers.update(dict.fromkeys(addresses, run))
        self.at(at, lambda: self._resume(run, None))

    def post(self, letter: Letter) -> None:
        """Put a letter into its reader's hands; nothing happens before the engine has finished sending."""
        run = self._readers.get(letter.message.recipient)
        if run is None:
            return
        run.unread.append(letter)
        if run.waits_for_letter:
            run.waits_for_letter = False
            run.ticket += 1
            self.at(self.now(), lambda: self._resume(run, run.unread.pop(0)))

    def publish(self, outgoing: Iterable[Outgoing]) -> None:
        """Hand messages to the network, which delivers at least once, and a few carts late."""
        for one in outgoing:
            message_id, now = str(next(self._messages)), self.now()
            late = one.is_cart and self._luck.chance(_LATE)
            at = now + self._luck.between(timedelta(seconds=20), timedelta(minutes=12)) if late else now
            self.late += late
            self.at(at, self._delivery(message_id, at, one))
            if self._luck.chance(_TWICE):
                self.repeated += 1
                again = at + self._luck.between(timedelta(seconds=1), timedelta(minutes=3))
                self.at(again, self._delivery(message_id, again, one))

    def run(self, progress: Callable[[datetime], None] = lambda _: None) -> None:
        """Until nobody has anything left to do and no timer is pending."""
        while (moment := self._next_act()) is not None or self._machine.timer.next_at() is not None:
            timer = self._machine.timer.next_at()
            if moment is None or (timer is not None and timer < moment):
                self._machine.run_due(timer or self.now(), inclusive=True, arrive=self._clock.set)
            else:
                self._clock.set(moment)
                heapq.heappop(self._agenda)[2]()
            progress(self.now())

    def as_lines(self) -> str:
        """Every delivery as a line of a file that `recoup replay` reads."""
        return "".join(f"{json.dumps(_line(message), ensure_ascii=False)}\n" for message in self.delivered)

    def _next_act(self) -> datetime | None:
        return self._agenda[0][0] if self._agenda else None

    def _delivery(self, message_id: str, at: datetime, one: Outgoing) -> Callable[[], None]:
        def deliver() -> None:
            message = PubSubMessage(message_id, at, one.attributes, one.data)
            self.delivered.append(message)
            self._machine.receive(message)

        return deliver

    def _resume(self, run: Run, letter: Letter | None) -> None:
        try:
            wait = run.story.send(letter)
        except StopIteration:
            return
        run.ticket += 1
        if wait.for_letter and run.unread:
            self.at(self.now(), lambda: self._resume(run, run.unread.pop(0)))
            return
        run.waits_for_letter = wait.for_letter
        self.at(wait.until, self._alarm(run, run.ticket))

    def _alarm(self, run: Run, ticket: int) -> Callable[[], None]:
        def ring() -> None:
            if run.ticket == ticket:
                run.waits_for_letter = False
                self._resume(run, None)

        return ring


def _line(message: PubSubMessage) -> dict[str, object]:
    return {
        "message_id": message.id,
        "publish_time": stamp(message.publish_time),
        "attributes": dict(message.attributes),
        "data": message.data.decode(),
    }
