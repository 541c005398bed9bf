"""At the hand-over an offer is held against the catalogue once more: what is gone isn't offered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from common import wiring
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import FindOutcome, SendOutcome
from common.domain.catalogue import Product, product_id
from common.domain.effects import FindMessage, SendMessage
from common.domain.money import Money
from common.domain.policy import Policy
from common.domain.triggers import Accepted, NotSent, Rejected
from common.domain.vocabulary import Channel, Reason
from functions.send_stimulus.delivery import deliver
from infra.local.database import Database
from infra.local.machine import LOCAL_KEYS, fixed_policies
from infra.local.sqlite_catalogue import SqliteCatalogue
from infra.local.sqlite_store import SqliteStore
from tests.providers.messages import SHOP, email, query
from tests.providers.offers import OFFER, offering, offering_push, offering_sms, promise

CARDIGAN = Product(
    id=product_id("bielik", "cardigan"),
    store="bielik",
    sku="cardigan",
    name="Wool cardigan",
    price=Money(29900, "PLN"),
    stock=2,
)


class Counting:
    """A catalogue that counts what it is asked, or can't be asked."""

    def __init__(self, catalogue: SqliteCatalogue, problem: str | None = None) -> None:
        self._catalogue, self._problem = catalogue, problem
        self.asked: list[tuple[str, list[str]]] = []

    def products(self, store: str, skus: Sequence[str]) -> Mapping[str, Product]:
        self.asked.append((store, list(skus)))
        if self._problem:
            raise Unavailable(self._problem)
        return self._catalogue.products(store, skus)


class Outbox:
    """A sender that takes everything."""

    def __init__(self) -> None:
        self.sent: list[SendMessage] = []

    def send(self, message: SendMessage) -> SendOutcome:
        self.sent.append(message)
        return Accepted("1")

    def find(self, query: FindMessage) -> FindOutcome:
        return NotSent()


@pytest.fixture
def catalogue() -> Iterator[SqliteCatalogue]:
    """One that knows the cardigan, of which there are two."""
    database = Database(":memory:")
    SqliteStore(database)
    catalogue = SqliteCatalogue(database)
    catalogue.put_many([CARDIGAN])
    yield catalogue
    database.close()


@pytest.fixture
def outbox() -> Iterator[Outbox]:
    """What leaves; the worker's engine is put back."""
    built = (wiring._engine, wiring._build)
    yield Outbox()
    wiring._engine, wiring._build = built


def use(outbox: Outbox, catalogue: object | None) -> None:
    nothing = cast(Any, None)
    engine = Engine(
        store=nothing,
        bus=nothing,
        timer=nothing,
        clock=nothing,
        policies=fixed_policies(
            Policy(keys=LOCAL_KEYS, shop=replace(SHOP, storefront_url="https://recoup.bielik.example"))
        ),
        identity=nothing,
        senders={Channel.EMAIL: outbox, Channel.SMS: outbox, Channel.PUSH: outbox},
        catalogue=cast(Any, catalogue),
    )
    wiring.use(lambda: engine)


@pytest.mark.parametrize("make", [offering, offering_sms, offering_push])
def test_what_can_be_bought_is_offered(outbox: Outbox, catalogue: SqliteCatalogue, make: Any) -> None:
    """One look at the one product, and the message leaves with the offer's own page."""
    counting = Counting(catalogue)
    use(outbox, counting)
    assert deliver(make(promise(quantity=2))) == Accepted("1")
    assert counting.asked == [("bielik", ["cardigan"])]
    (sent,) = outbox.sent
    assert sent.offer is not None
    assert str(sent.offer.page_url).startswith("https://recoup.bielik.example/offers/")


@pytest.mark.parametrize(
    ("changes", "quantity"), [({"stock": 0}, 1), ({"active": False}, 1), ({"stock": 2}, 3), ({"stock": 1}, 2)]
)
def test_what_is_gone_is_not_offered(
    outbox: Outbox, catalogue: SqliteCatalogue, changes: dict[str, Any], quantity: int
) -> None:
    """Sold out, taken off sale, or too few for what was wanted: for good, and nothing leaves."""
    catalogue.put_many([replace(CARDIGAN, **changes)])
    use(outbox, catalogue)
    outcome = deliver(offering(promise(quantity=quantity)))
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.retryable) == (Reason.OUT_OF_STOCK, False)
    assert outbox.sent == []


def test_stock_that_is_not_counted_is_enough(outbox: Outbox, catalogue: SqliteCatalogue) -> None:
    """There are always enough."""
    catalogue.put_many([replace(CARDIGAN, stock=None)])
    use(outbox, catalogue)
    assert deliver(offering(promise(quantity=500))) == Accepted("1")


def test_a_catalogue_that_cannot_be_asked_is_asked_again_later(
    outbox: Outbox, catalogue: SqliteCatalogue
) -> None:
    """Not knowing is not the same as sold out (L51)."""
    use(outbox, Counting(catalogue, problem="deadline exceeded"))
    outcome = deliver(offering())
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.retryable) == (Reason.PROVIDER_REFUSED, True)
    assert "deadline exceeded" in outcome.detail
    assert outbox.sent == []


def test_an_item_that_the_catalogue_does_not_know_is_taken_at_the_offers_word(
    outbox: Outbox, catalogue: SqliteCatalogue
) -> None:
    """Of another store, or never imported; and so is everything without a catalogue."""
    use(outbox, catalogue)
    assert deliver(offering(promise(sku="unknown"))) == Accepted("1")
    assert deliver(offering(store="another")) == Accepted("1")
    use(outbox, None)
    assert deliver(offering()) == Accepted("1")


def test_other_messages_do_not_look_into_the_catalogue(outbox: Outbox, catalogue: SqliteCatalogue) -> None:
    """Neither a cart's reminder nor the question what became of a message."""
    counting = Counting(catalogue)
    use(outbox, counting)
    deliver(email())
    deliver(query(offering(OFFER)))
    assert counting.asked == []
