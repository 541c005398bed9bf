"""How often one message through the whole shell goes to Firestore and to Cloud Tasks, counted."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from common.adapters.firestore_store import FirestoreStore
from common.application.edge import answer_task, pubsub_message, receive
from common.application.engine import Engine
from common.application.policies import Policies
from common.application.ports import PubSubMessage, Task
from common.domain.effects import Announce, FindMessage, SendMessage
from common.domain.policy import Keys
from common.domain.triggers import Accepted, Outcome
from common.domain.vocabulary import LookKind
from functions.ingest_event.understanding import understand
from tests.round_trips import RoundTrips

READ, WRITE = "BatchGetDocuments", "Commit"
ONE_OF_EACH = {READ: 1, WRITE: 1}
STORE, CART, ORDER = "bielik", "cart-1", "order-1"
CUSTOMER = {"id": "anna", "email": "anna@example.com", "consent": {"email": True}}
MINUTE = timedelta(minutes=1)


class EveryDefault:
    """A source of policies without documents, but for the control group, which nobody is put in."""

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        return {"recovery": {"holdout_percent": 0}}

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        return {}

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        """Nobody reads it."""


@dataclass
class World:
    """The engine's surroundings, in memory, apart from the store."""

    time: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)
    tasks: list[Task] = field(default_factory=list)
    announced: list[Announce] = field(default_factory=list)
    sent: list[SendMessage] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def schedule(self, task: Task) -> None:
        self.tasks.append(task)

    def publish(self, announcements: Sequence[Announce]) -> None:
        self.announced += announcements

    def verify(self, authorization: str | None) -> bool:
        return True

    def deliver(self, effect: SendMessage | FindMessage) -> Outcome:
        assert isinstance(effect, SendMessage)
        self.sent.append(effect)
        return Accepted("provider-1")


class Shop:
    """What happens at a shop, and what each thing cost since the last look."""

    def __init__(self, store: FirestoreStore, trips: RoundTrips) -> None:
        self.world = world = World()
        self._trips, self._ids = trips, count(1)
        self._counted = 0
        policies = Policies(EveryDefault(), lambda: Keys(voucher=b"v", suppression=b"s"))
        self.engine = Engine(
            store=store, bus=world, timer=world, clock=world, policies=policies, identity=world
        )

    def hears(self, type: str, **content: Any) -> str:
        """A canonical event; returns what became of it."""
        event = {"type": type, "occurred_at": self.world.time.isoformat(), "customer": CUSTOMER} | content
        event.setdefault("id", f"event-{next(self._ids)}")
        return self.hears_raw(json.dumps(event).encode())

    def hears_raw(self, data: bytes) -> str:
        attributes = {"source": "recoup", "store": STORE}
        content = {"messageId": "1", "attributes": attributes, "data": base64.b64encode(data).decode()}
        message = pubsub_message("1", None, {"message": content}, self.world.time)
        return receive(self.engine, message, understand)[0]

    def runs_next_task(self) -> str:
        """Move to the newest task's moment and carry it out; returns what became of it."""
        task = self.world.tasks[-1]
        self.world.time = max(self.world.time, task.at)
        body = json.dumps(dict(task.body)).encode()
        answer, status = answer_task(self.engine, "", body, LookKind(task.role), self.world.deliver)
        assert status == 200
        return str(answer["outcome"])

    def costs(self) -> dict[str, int]:
        """Calls of Firestore by method since the last time."""
        return self._trips.taken()

    def new_tasks(self) -> int:
        """Tasks scheduled since the last time."""
        before, self._counted = self._counted, len(self.world.tasks)
        return self._counted - before


def cart(id: str = CART, total: str = "20.00") -> dict[str, Any]:
    line = {"sku": "mug", "name": "Mug", "quantity": 1, "unit_price": total}
    return {"id": id, "currency": "PLN", "lines": [line]}


def order(**content: Any) -> dict[str, Any]:
    return {"id": ORDER, "currency": "PLN", "total": "19.00", **content}


@pytest.fixture
def trips(firestore_emulator: str) -> RoundTrips:
    return RoundTrips(firestore_emulator)


@pytest.fixture
def shop(firestore_project: str, trips: RoundTrips) -> Shop:
    """A shop with one known cart of a known customer."""
    shop = Shop(FirestoreStore(firestore_project, channel=trips.channel), trips)
    shop.hears("cart.updated", id="first", cart=cart())
    shop.costs(), shop.new_tasks()
    shop.world.time += MINUTE
    return shop


def abandoned(shop: Shop) -> None:
    assert shop.runs_next_task() == "looked_generate_offer"
    shop.costs(), shop.new_tasks()


def reminded(shop: Shop) -> None:
    abandoned(shop)
    assert shop.runs_next_task() == "looked_send_stimulus"
    shop.costs(), shop.new_tasks()


def test_new_cart_of_a_new_customer(shop: Shop) -> None:
    """An unknown cart of an unknown customer: one batch, one commit, one task."""
    stranger = {"id": "piotr", "email": "piotr@example.com", "phone": "+48601100100"}
    assert shop.hears("cart.updated", cart=cart("cart-2"), customer=stranger) == "cart_seen"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 1)


def test_new_cart_of_a_known_customer(shop: Shop) -> None:
    """An unknown cart of a known customer: one batch, one commit, one task."""
    assert shop.hears("cart.updated", cart=cart("cart-2")) == "cart_seen"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 1)


def test_known_cart(shop: Shop) -> None:
    """A change of a known cart: one batch, one commit, and no further task, for one is pending."""
    assert shop.hears("cart.updated", cart=cart(total="30.00")) == "cart_seen"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_activity_on_a_known_cart(shop: Shop) -> None:
    """A page view on a known cart: one batch, one commit, no task."""
    assert shop.hears("page.viewed", cart_id=CART) == "cart_seen"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_activity_that_overtakes_its_cart(shop: Shop) -> None:
    """A page view of a known customer on an unknown cart: one batch, one commit, no task."""
    assert shop.hears("page.viewed", cart_id="new") == "cart_seen"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_whoever_only_looks_around(shop: Shop) -> None:
    """A page view without any cart: one batch and nothing written."""
    assert shop.hears("page.viewed", cart_id="user:anna") == "nobodys_cart"
    assert (shop.costs(), shop.new_tasks()) == ({READ: 1}, 0)


def test_duplicate(shop: Shop) -> None:
    """An event that was applied before: one batch and nothing written."""
    shop.hears("cart.updated", id="again", cart=cart(total="30.00"))
    shop.costs(), shop.new_tasks()
    first = shop.world.time
    assert shop.hears("cart.updated", id="again", cart=cart(total="30.00")) == "repeated"
    assert (shop.costs(), shop.new_tasks()) == ({READ: 1}, 0)
    assert shop.world.time == first


def test_duplicate_of_a_cart_with_a_timer(shop: Shop) -> None:
    """The repeated event that set the timer: one batch, and the same task again, which its name makes one."""
    shop.hears("cart.updated", id="new", cart=cart("cart-2"))
    shop.costs(), shop.new_tasks()
    assert shop.hears("cart.updated", id="new", cart=cart("cart-2")) == "repeated"
    assert (shop.costs(), shop.new_tasks()) == ({READ: 1}, 1)
    assert shop.world.tasks[-1] == shop.world.tasks[-2]


def test_order_from_an_open_cart(shop: Shop) -> None:
    """An order that names its cart, of a known customer: one batch, one commit, no task."""
    assert shop.hears("order.placed", order=order(cart_id=CART)) == "order_placed"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_order_with_the_code_of_a_message(shop: Shop) -> None:
    """The order that a message brought back, with cart and code: one batch, one commit."""
    reminded(shop)
    code = shop.world.sent[0].voucher_code
    content = order(cart_id=CART, discount="1.00", voucher_codes=[code])
    assert shop.hears("order.placed", order=content) == "order_placed"
    assert "case.recovered" in [told.type for told in shop.world.announced]
    assert shop.costs() == ONE_OF_EACH


def test_customer_update(shop: Shop) -> None:
    """A changed consent: one batch, one commit."""
    changed = CUSTOMER | {"consent": {"email": False}}
    assert shop.hears("customer.updated", customer=changed) == "customer_updated"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_customer_update_without_news(shop: Shop) -> None:
    """A customer who says what is known already: one batch and nothing written, but when a consent was said last."""
    known = {"id": CUSTOMER["id"], "email": CUSTOMER["email"]}
    assert shop.hears("customer.updated", customer=known) == "customer_updated"
    assert (shop.costs(), shop.new_tasks()) == ({READ: 1}, 0)
    assert shop.hears("customer.updated") == "customer_updated"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 0)


def test_quiet_check_of_an_abandoned_cart(shop: Shop) -> None:
    """A quiet cart becomes a case with a voucher reserved: one batch, one commit, the step's task."""
    assert shop.runs_next_task() == "looked_generate_offer"
    assert [told.type for told in shop.world.announced] == ["case.abandoned"]
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 1)


def test_quiet_check_of_a_cart_in_use(shop: Shop) -> None:
    """The timer of a cart that was touched meanwhile sets itself again: one batch, one commit, one task."""
    shop.hears("page.viewed", cart_id=CART)
    shop.costs(), shop.new_tasks()
    assert shop.runs_next_task() == "looked_generate_offer"
    assert (shop.costs(), shop.new_tasks()) == (ONE_OF_EACH, 1)


def test_step_due_and_sent(shop: Shop) -> None:
    """A step that is due: at most four calls, and one task for the next step."""
    abandoned(shop)
    assert shop.runs_next_task() == "looked_send_stimulus"
    assert len(shop.world.sent) == 1
    costs = shop.costs()
    assert sum(costs.values()) <= 4, costs
    assert shop.new_tasks() == 1


def test_second_step_due_and_sent(shop: Shop) -> None:
    """The last step, whose code is out already: at most four calls, and one task for the lapse."""
    reminded(shop)
    assert shop.runs_next_task() == "looked_send_stimulus"
    assert len(shop.world.sent) == 2
    costs = shop.costs()
    assert sum(costs.values()) <= 4, costs
    assert shop.new_tasks() == 1


def test_task_whose_case_was_settled(shop: Shop) -> None:
    """A step's task that comes after the order: one batch and nothing written."""
    abandoned(shop)
    shop.hears("order.placed", order=order(cart_id=CART))
    shop.costs(), shop.new_tasks()
    assert shop.runs_next_task() == "nothing_due"
    assert (shop.costs(), shop.new_tasks()) == ({READ: 1}, 0)


def test_refused_message(shop: Shop) -> None:
    """What can't be understood: stored in one commit, with nothing read."""
    assert shop.hears_raw(b"{") == "refused"
    assert (shop.costs(), shop.new_tasks()) == ({WRITE: 1}, 0)


def test_ignored_message(shop: Shop) -> None:
    """A known platform's irrelevant topic: counted in one commit, with nothing read."""
    attributes = {"X-Shopify-Topic": "themes/update", "X-Shopify-Shop-Domain": "bielik.myshopify.com"}
    message = PubSubMessage("1", shop.world.time, attributes, b"{}")
    assert receive(shop.engine, message, understand) == ("ignored",)
    assert (shop.costs(), shop.new_tasks()) == ({WRITE: 1}, 0)
