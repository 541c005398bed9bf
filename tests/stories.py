"""A shop's story told to the engine: what happened when, and what the engine made of it, in virtual time."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from common.application.documents import from_json
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import PubSubMessage, Ref, Sender
from common.application.wire import line_of
from common.domain import ids
from common.domain.customers import document_ids
from common.domain.documents import Case, Customer, IntakeFailure, Order
from common.domain.effects import Announce
from common.domain.policy import Policy
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.expire_vouchers.sweep import answer_sweep
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import Machine
from tests.builders import DAY, SOCKS, STORE, Rules, Shopper, rules, when, wire, written
from tests.providers.scripted import Crash, ScriptedProvider


class Story:
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

    def sweep(self, **request: Any) -> Mapping[str, Any]:
        """One call of the scheduler; what it sets for now is carried out."""
        body = json.dumps({"sweep": True, **request}).encode()
        try:
            answer, status = answer_sweep(self.machine.engine, self.machine.identity.authorization, body)
        except Crash:
            return {}
        if status == 200:
            self._run_tasks(self.clock.now(), inclusive=True)
        return answer

    # What the engine made of it.

    def said(self, type: str) -> list[dict[str, Any]]:
        """What was announced of one type, each once, as consumers see it."""
        return [line for line in self.lines() if line["type"] == type]

    def lines(self) -> list[dict[str, Any]]:
        """Everything that was announced, each once, in order."""
        return [line_of(announced) for announced in self.unique().values()]

    def unique(self) -> dict[str, Announce]:
        """The announcements by id, as consumers of an at-least-once topic keep them."""
        found: dict[str, Announce] = {}
        for announced in self.announced:
            found.setdefault(announced.id, announced)
        return found

    def types(self) -> list[str]:
        """The types of what was announced, in order."""
        return [line["type"] for line in self.lines()]

    def reasons(self) -> list[tuple[str, str]]:
        """What was withheld, given up or taken back, and why."""
        return [(line["type"], line["reason"]) for line in self.lines() if "reason" in line]

    def sent(self) -> list[tuple[str, str, str]]:
        """Step, channel and recipient of each message that the engine says it sent."""
        return [(line["step"], line["channel"], line["recipient"]) for line in self.said("stimulus.sent")]

    def code(self) -> str:
        """The code of the voucher that was issued last."""
        return str(self.said("voucher.issued")[-1]["code"])

    # Its documents.

    def case(self, cart: str, episode: int = 1) -> Case:
        """The case of a cart."""
        found = self.document("cases", ids.case_id(STORE, cart, episode))
        assert isinstance(found, Case)
        return found

    def person(self, customer: Shopper) -> Customer:
        """The one document that all of the customer's identifiers lead to."""
        named = Person(external_id=customer.id, email=customer.email, phone=customer.phone)
        found = {self._person(id).id: self._person(id) for id in document_ids(STORE, named).values()}
        assert len(found) == 1, f"{len(found)} customers instead of one"
        return next(iter(found.values()))

    def _person(self, id: str) -> Customer:
        customer = self.document("customers", id)
        assert isinstance(customer, Customer), f"nobody has the document {id}"
        return self._person(customer.merged_into) if customer.merged_into else customer

    def order_document(self, id: str) -> Order:
        """What is known of an order."""
        found = self.document("orders", ids.order_id(STORE, id))
        assert isinstance(found, Order)
        return found

    def failure(self, id: str) -> IntakeFailure:
        """A stored intake failure."""
        found = self.document("intake_failures", id)
        assert isinstance(found, IntakeFailure)
        return found

    def document(self, collection: str, id: str) -> Any:
        """A document as it is stored."""
        ref = Ref(collection, id)
        return self.machine.store.load([ref])[ref].document

    def documents(self, collection: str) -> list[Any]:
        """Every document of a collection, in the order of their ids."""
        query = "SELECT body FROM documents WHERE collection = ? ORDER BY id"
        with self.database.lock:
            rows = self.database.execute(query, (collection,)).fetchall()
        return [from_json(collection, body) for (body,) in rows]

    def counters(self) -> dict[str, int]:
        """The counters of all the story's days together."""
        total: dict[str, int] = {}
        day = DAY
        while day <= self.clock.now():
            for name, amount in self.machine.store.counters(day.date()).items():
                total[name] = total.get(name, 0) + amount
            day += timedelta(days=1)
        return total
