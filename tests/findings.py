"""What the engine made of a story: what it said, and what its documents hold."""

from datetime import timedelta
from typing import Any

from common.application.documents import from_json
from common.application.ports import Ref
from common.application.wire import line_of
from common.domain import ids
from common.domain.customers import document_ids
from common.domain.documents import Case, Customer, Order
from common.domain.effects import Announce
from common.domain.refused import IntakeFailure
from common.domain.storefront import Person
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import Machine
from tests.builders import DAY, STORE, Shopper


class Findings:
    """Reads an engine from outside, as consumers and operators do."""

    machine: Machine
    database: Database
    clock: VirtualClock
    announced: list[Announce]

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
        """The counters of all the story's days together, without when sources were heard."""
        total: dict[str, int] = {}
        day = DAY
        while day <= self.clock.now():
            for name, amount in self.machine.store.counters(day.date()).items():
                if not name.startswith("heard_"):
                    total[name] = total.get(name, 0) + amount
            day += timedelta(days=1)
        return total
