"""An engine with a catalogue, questions about prices, and a pricing service that answers as a test wants it to."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from common.application.catalogue import finished_product
from common.application.engine import Engine
from common.application.ports import PricingReply, PricingUnreachable
from common.domain.catalogue import Product
from common.domain.effects import AskPrice
from common.domain.money import Money
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.identity import LocalIdentity
from infra.local.local_bus import LocalBus
from infra.local.memory_timer import MemoryTimer
from infra.local.sqlite_catalogue import SqliteCatalogue
from infra.local.sqlite_store import SqliteStore
from tests.builders import STORE, Rules, rules, when

PHONES = ("Electronics", "Phones")
ASKED = ("fox-64", "fox-32")
Json = dict[str, Any]


def a_product(sku: str, minor: int = 90_000, **changes: Any) -> Product:
    """A phone of the store, as an import would have finished it."""
    stated: Json = {
        "id": "",
        "store": STORE,
        "sku": sku,
        "name": sku.title(),
        "price": Money(minor, "PLN"),
        "category": PHONES,
        "stock": 5,
    }
    return finished_product(Product(**stated | changes))[0]


def an_engine(*products: Product) -> Engine:
    """On one machine, in memory, at ten o'clock; with the catalogue's products."""
    database, clock = Database(":memory:"), VirtualClock(when("10:00"))
    catalogue = SqliteCatalogue(database)
    catalogue.put_many(products)
    return Engine(
        store=SqliteStore(database),
        bus=LocalBus(),
        timer=MemoryTimer(clock),
        clock=clock,
        policies=Rules(rules()),
        identity=LocalIdentity(b"key"),
        catalogue=catalogue,
    )


def later(engine: Engine, to: str) -> None:
    """Move the engine's clock."""
    assert isinstance(engine.clock, VirtualClock)
    engine.clock.set(when(to))


def a_question(**changes: Any) -> AskPrice:
    """About two phones, one piece, with the policy's own bounds."""
    request = {"request_id": "case-1", "alternatives": [{"sku": sku} for sku in ASKED]}
    asked: Json = {
        "case_id": "case",
        "customer_id": "customer",
        "store": STORE,
        "offer_id": "case-1",
        "request": json.dumps(request),
        "quantity": 1,
        "currency": "PLN",
        "attempts": 3,
        "attempt_timeout_seconds": 5,
        "deadline_seconds": 20,
    }
    return AskPrice(**asked | changes)


def an_answer(**changes: Any) -> Json:
    """A proposal to the question, complete as far as it is read."""
    return {
        "decision_id": "d-1",
        "request_id": "case-1",
        "action": "alternative",
        "alternative": {"sku": "fox-64", "unit_price_minor": 79_900},
        "reason_codes": ["model_gain"],
        "policy": {
            "mode": "model",
            "model_version": "2026-01",
            "model_sha256": "ab12",
            "limits_version": "1",
        },
        "chosen_arm": "fox-64@79900",
        "chosen_propensity_ppm": 950_000,
        "disclosures": {"personalized_price": True},
        "fallback": None,
        **changes,
    }


def ok(body: Mapping[str, Any] | bytes | None = None, status: int = 200, **more: Any) -> PricingReply:
    """A reply with the answer, or whatever else."""
    said = body if isinstance(body, bytes) else json.dumps(an_answer() if body is None else body).encode()
    return PricingReply(status=status, body=said, **more)


def busy(status: int = 503, took_seconds: float = 0.0, **more: Any) -> PricingReply:
    """A passing trouble."""
    return PricingReply(status=status, body=b"busy", took_seconds=took_seconds, **more)


def silent(took_seconds: float = 5.0, **more: Any) -> PricingUnreachable:
    """No answer at all."""
    return PricingUnreachable("no answer", took_seconds, **more)


class Scripted:
    """A service that answers in turn, the last one for ever, and remembers time-outs and rests in virtual time."""

    def __init__(self, *answers: PricingReply | PricingUnreachable) -> None:
        self.answers = list(answers)
        self.requests: list[bytes] = []
        self.timeouts: list[float] = []
        self.rests: list[float] = []
        self.meanwhile: Callable[[], None] = lambda: None
        """What happens elsewhere while the service thinks."""

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """The next answer."""
        self.requests.append(request)
        self.timeouts.append(timeout_seconds)
        self.meanwhile()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, PricingUnreachable):
            raise answer
        return answer

    def rest(self, seconds: float) -> None:
        """Remember."""
        self.rests.append(seconds)
