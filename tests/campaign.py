"""A campaign day, 50 times the usual rate for an hour, through an engine with limits; and what the shop knows."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from pydantic_core import from_json

from common.application.backlog import Backlog
from common.application.ports import PubSubMessage, Ref
from common.application.priorities import priority_of_type, stated
from common.domain import ids
from common.domain.documents import Case, Order
from common.domain.effects import Announce
from common.domain.policy import Policy
from common.domain.vocabulary import Channel, OrderState, Stage, StepState
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import Machine, fixed_policies
from infra.local.mailbox import MailboxSender
from infra.local.replay import InputLine, message_of
from tests.bench.shop_day import LASTS, OPENS_AT, lines
from tests.spikes import Limits, Seen, ThrottledDay

STORE = "bench-shop"
TIMES = 50
BEFORE, HOUR, REST = 12, 1, 11
"""The day: so many hours as usual, the hour of the campaign, and the rest."""
ENDS_AT = OPENS_AT + LASTS + timedelta(days=9)
"""When every case has come to its end."""


def begins_at(share: float) -> float:
    """By which share of the day that share of the carts has begun."""
    done = share * (BEFORE + TIMES * HOUR + REST)
    if done <= BEFORE:
        hours = done
    elif done <= BEFORE + TIMES * HOUR:
        hours = BEFORE + (done - BEFORE) / TIMES
    else:
        hours = BEFORE + HOUR + (done - BEFORE - TIMES * HOUR)
    return hours / 24


@dataclass(slots=True)
class Knowledge:
    """What the shop knows the moment that it happens, whenever the engine hears of it."""

    orders: dict[str, str] = field(default_factory=dict)
    """The cart of each order."""
    ordered_at: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """By address and by cart."""
    active_at: defaultdict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    """When somebody was at a cart."""
    lines: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    """What is in each cart: sku and quantity."""

    def learn(self, event: dict[str, Any]) -> None:
        """Something happens."""
        at = datetime.fromisoformat(event["occurred_at"])
        if event["type"] == "order.placed":
            order = event["order"]
            self.orders[order["id"]] = order["cart_id"]
            customer = event.get("customer", {})
            for who in filter(None, (order["cart_id"], customer.get("email"), customer.get("phone"))):
                self.ordered_at[who.replace(" ", "")].append(at)
        elif cart := event.get("cart"):
            self.lines[cart["id"]] = [(line["sku"], line["quantity"]) for line in cart["lines"]]
            self.active_at[cart["id"]].append(at)
        elif "cart_id" in event:
            self.active_at[event["cart_id"]].append(at)

    def had_ordered(self, cart: str, recipient: str, at: datetime) -> bool:
        """Whether whoever is written to about a cart has ordered since they were last at it (L1)."""
        left_at = max((moment for moment in self.active_at[cart] if moment <= at), default=at)
        orders = (*self.ordered_at[cart], *self.ordered_at[recipient])
        return any(left_at <= ordered <= at for ordered in orders)


@dataclass(slots=True)
class Outcome:
    """What came of a day."""

    knowledge: Knowledge
    machine: Machine
    seen: Seen = field(default_factory=Seen)
    sent_at: list[datetime] = field(default_factory=list)
    after_order: list[str] = field(default_factory=list)
    """Carts about which somebody was written to who had ordered."""
    abandoned: set[str | None] = field(default_factory=set)
    """Carts that were called abandoned."""
    held: set[str | None] = field(default_factory=set)
    """Cases with a message that waited for the intake."""

    def hear(self, said: Announce) -> None:
        """What the engine announces."""
        if said.type == "stimulus.sent":
            self.sent_at.append(said.at)
            cart, recipient = said.subject or "", str(said.fields["recipient"])
            if self.knowledge.had_ordered(cart, recipient, said.at):
                self.after_order.append(cart)
        elif said.type == "case.abandoned":
            self.abandoned.add(said.subject)
        elif said.type == "stimulus.skipped" and said.fields["reason"] == "intake_behind":
            self.held.add(said.case_id)

    @property
    def most_in_a_minute(self) -> int:
        """Messages to customers in the busiest minute."""
        minutes: defaultdict[datetime, int] = defaultdict(int)
        for at in self.sent_at:
            minutes[at.replace(second=0, microsecond=0)] += 1
        return max(minutes.values(), default=0)

    @property
    def shed(self) -> int:
        """Browse events that were passed over."""
        days = [OPENS_AT.date() + timedelta(days=day) for day in range(3)]
        counted = [self.machine.store.counters(day) for day in days]
        return sum(day.get("intake_passed_over_browse_shed", 0) for day in counted)

    def cases(self) -> dict[str, Case]:
        """The case of every cart that the engine knows."""
        refs = {cart: Ref("cases", ids.case_id(STORE, cart)) for cart in self.knowledge.lines}
        loaded = self.machine.store.load(list(refs.values()))
        known = {cart: loaded[ref].document for cart, ref in refs.items()}
        return {cart: case for cart, case in known.items() if case is not None}

    def ends(self) -> dict[str, tuple[Stage, str | None, set[tuple[str, StepState]]]]:
        """How every cart ended, by which order, and which messages left about it or were given up."""
        return {
            cart: (
                case.stage,
                case.order_id,
                {(one.step, one.state) for one in case.steps if one.state is not StepState.DEFERRED},
            )
            for cart, case in self.cases().items()
        }

    def missing_orders(self) -> list[str]:
        """Orders of the shop that the engine doesn't know as placed."""
        refs = {order: Ref("orders", ids.order_id(STORE, order)) for order in self.knowledge.orders}
        loaded = self.machine.store.load(list(refs.values()))
        known: dict[str, Order | None] = {order: loaded[ref].document for order, ref in refs.items()}
        return [order for order, one in known.items() if one is None or one.state is not OrderState.PLACED]

    def wrong_carts(self) -> list[str]:
        """Carts whose case doesn't hold what is in them."""
        kept = {
            cart: sorted((line.sku, line.quantity) for line in case.lines)
            for cart, case in self.cases().items()
        }
        return [cart for cart, lines in self.knowledge.lines.items() if kept.get(cart) != sorted(lines)]


def live_through(
    events: int,
    policy: Policy,
    limits: Limits,
    *,
    database: Database | None = None,
    backlog: Backlog | None = None,
    labelled: bool = True,
) -> Outcome:
    """The day and the nine days after it. `labelled`: whether the messages say their priority."""
    database = database or Database(":memory:")
    clock = VirtualClock(OPENS_AT)
    sender = MailboxSender(database, lambda: policy.shop)
    senders = dict.fromkeys((Channel.EMAIL, Channel.SMS), sender)
    machine = Machine(database, clock, fixed_policies(policy), senders, lasting=False, backlog=backlog)
    outcome = Outcome(Knowledge(), machine)
    machine.bus.subscribe(outcome.hear)
    day = ThrottledDay(machine, clock, limits)
    outcome.seen = day.run(_messages(events, outcome.knowledge, labelled), ENDS_AT)
    return outcome


def _messages(events: int, knowledge: Knowledge, labelled: bool) -> Iterator[PubSubMessage]:
    number = count(1)
    for line in lines(events, begins_at):
        message = message_of(InputLine(next(number), line))
        event = from_json(message.data)
        knowledge.learn(event)
        label = stated(priority_of_type(event["type"])) if labelled else {}
        yield replace(message, attributes={**message.attributes, **label})
