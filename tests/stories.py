"""A shop's story told to the engine: what happened when, and what the engine made of it, in virtual time."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Sender
from common.domain.effects import Announce
from common.domain.policy import Policy
from common.domain.vocabulary import Channel
from functions.expire_vouchers.scheduled import Job, answer_job
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import Machine
from tests.builders import DAY, SOCKS, STORE, Rules, Shopper, rules, when, wire, written
from tests.findings import Findings
from tests.providers.scripted import Crash, ScriptedProvider


class Story(Findings):
    """One shop with its engine. Events are told in the order in which they arrive; `at` is when they happened."""

    def __init__(
        self,
        policy: Policy | None = None,
        provider: ScriptedProvider | None = None,
        *,
        sender: Callable[[Database], Sender] | None = None,
        wrapped: Callable[[Engine], Engine] | None = None,
    ) -> None:
        """`sender` carries the messages instead of the scripted provider; `wrapped` stands around every port."""
        self.provider = provider or ScriptedProvider()
        self.rules = Rules(policy or rules())
        self.clock = VirtualClock(DAY)
        self.announced: list[Announce] = []
        self.database = Database(":memory:")
        carrier = sender(self.database) if sender else self.provider
        senders = dict.fromkeys((Channel.EMAIL, Channel.SMS), carrier)
        self.machine = Machine(self.database, self.clock, self.rules, senders)
        self.machine.bus.subscribe(self.announced.append)
        if wrapped is not None:
            self.machine.engine = wrapped(self.machine.engine)
        self._events = 0
        self._sweeps: timedelta | None = None
        self._next_sweep = DAY

    # What happens at the shop.

    def cart(
        self,
        id: str,
        at: str,
        customer: Shopper | None = None,
        *lines: Any,
        currency: str = "PLN",
        **more: Any,
    ) -> PubSubMessage:
        """The cart as it is now: a pair of socks unless the story says otherwise."""
        cart = {"id": id, "currency": currency, "lines": written(*(lines or (SOCKS,)))}
        return self.tell("cart.updated", at, customer, cart=cart, **more)

    def emptied(self, id: str, at: str, customer: Shopper | None = None, **more: Any) -> PubSubMessage:
        """Everything was taken out of the cart."""
        return self.tell("cart.updated", at, customer, cart={"id": id, "lines": []}, **more)

    def put(
        self, id: str, at: str, customer: Shopper | None, *lines: Any, currency: str = "PLN", **more: Any
    ) -> PubSubMessage:
        """Items went into the cart."""
        cart = {"id": id, "currency": currency, "lines": written(*lines)}
        return self.tell("cart.items_added", at, customer, cart=cart, **more)

    def taken(
        self, id: str, at: str, customer: Shopper | None, *lines: Any, currency: str = "PLN", **more: Any
    ) -> PubSubMessage:
        """Items were taken out of the cart."""
        cart = {"id": id, "currency": currency, "lines": written(*lines)}
        return self.tell("cart.items_removed", at, customer, cart=cart, **more)

    def visit(self, cart: str, at: str, customer: Shopper | None = None, **more: Any) -> PubSubMessage:
        """Somebody looks around."""
        return self.tell("page.viewed", at, customer, cart_id=cart, **more)

    def order(
        self,
        id: str,
        at: str,
        customer: Shopper | None = None,
        *,
        type: str = "placed",
        cart: str | None = None,
        total: str = "100.00",
        currency: str = "PLN",
        discount: str | None = None,
        codes: Sequence[str] = (),
        lines: Sequence[Any] | None = None,
        by: str | None = None,
        **more: Any,
    ) -> PubSubMessage:
        """An order was placed, or paid, or `payment_failed`, or cancelled."""
        stated = {
            "id": id,
            "cart_id": cart,
            "currency": currency,
            "total": total,
            "discount": discount,
            "voucher_codes": list(codes),
            "lines": None if lines is None else written(*lines),
            "created_by": by,
        }
        order = {name: value for name, value in stated.items() if value is not None}
        return self.tell(f"order.{type}", at, customer, order=order, **more)

    def returned(
        self,
        id: str,
        at: str,
        order: str,
        customer: Shopper | None = None,
        total: str | None = None,
        **more: Any,
    ) -> PubSubMessage:
        """Goods came back."""
        stated = {"id": id, "order_id": order, "total": total, "currency": "PLN"}
        goods = {name: value for name, value in stated.items() if value is not None}
        return self.tell("order.returned", at, customer, **{"return": goods, **more})

    def redeemed(
        self, code: str, at: str, order: str, customer: Shopper | None = None, **more: Any
    ) -> PubSubMessage:
        """The shop honoured a code."""
        return self.tell("voucher.redeemed", at, customer, voucher={"code": code, "order_id": order}, **more)

    def customer(self, customer: Shopper, at: str, **more: Any) -> PubSubMessage:
        """A customer changed their details or consents."""
        return self.tell("customer.updated", at, customer, **more)

    def tell(
        self,
        type: str,
        at: str,
        customer: Shopper | None = None,
        *,
        arrives: str | None = None,
        event_id: str | None = None,
        **facts: Any,
    ) -> PubSubMessage:
        """One canonical event; told again it must carry the same id."""
        self._events += 1
        happened = when(at)
        event = {"id": event_id or f"e-{self._events}", "type": type, "occurred_at": wire(happened), **facts}
        if customer is not None:
            event["customer"] = customer.as_json()
        message = self.message(event, when(arrives) if arrives else happened)
        self.deliver(message)
        return message

    def message(self, event: Mapping[str, Any], published_at: datetime) -> PubSubMessage:
        """The Pub/Sub message of an event."""
        attributes = {"source": "recoup", "store": STORE}
        return PubSubMessage(f"m-{self._events}", published_at, attributes, json.dumps(event).encode())

    def deliver(self, message: PubSubMessage) -> None:
        """Time moves on to the message's arrival; whoever crashes over it gets it again."""
        self.run_to(message.publish_time)
        for _ in range(20):
            try:
                self.machine.receive(message)
                return
            except (Crash, Unavailable):
                pass
        raise AssertionError("the message is never taken")

    def redeliver(self, message: PubSubMessage) -> None:
        """The same message once more, now."""
        self.deliver(replace(message, publish_time=self.clock.now()))

    # Time.

    def run_until(self, at: str) -> None:
        """Everything that is due up to the moment is carried out."""
        self.run_to(when(at), inclusive=True)

    def run_to(self, moment: datetime, *, inclusive: bool = False) -> None:
        """As `run_until`; sweeps take place once `sweep_regularly` was called."""
        while self._sweeps is not None and self._next_sweep < moment:
            self._run_tasks(self._next_sweep, inclusive=True)
            self.clock.set(self._next_sweep)
            self.sweep()
            self._next_sweep += self._sweeps
        self._run_tasks(moment, inclusive=inclusive)
        self.clock.set(moment)

    def _run_tasks(self, moment: datetime, *, inclusive: bool) -> None:
        timer = self.machine.timer
        while (task := timer.pop_due(moment, inclusive=inclusive)) is not None:
            self.clock.set(task.at)
            try:
                self.machine.call(task)
            except Crash:
                timer.fail(task)

    def sweep_regularly(self, every: timedelta = timedelta(minutes=10)) -> None:
        """From now on the scheduler calls the sweep."""
        self._sweeps, self._next_sweep = every, self.clock.now() + every

    def sweep(self) -> Mapping[str, Any]:
        """The scheduler's jobs, one after the other; what they set for now is carried out. Returns what they found."""
        found: dict[str, Any] = {}
        for job in (Job.SWEEP, Job.FLAGS, Job.RECONCILE):
            body, proof = json.dumps({"job": job.value}).encode(), self.machine.identity.authorization
            try:
                answer, status = answer_job(self.machine.engine, job, proof, body)
            except Crash:
                return {}
            if status == 200:
                self._run_tasks(self.clock.now(), inclusive=True)
            found |= answer
        return found
