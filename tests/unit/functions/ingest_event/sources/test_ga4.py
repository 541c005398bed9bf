"""GA4's carts, visits and people in every shape: what each event tells, to the minor unit."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import (
    Cart,
    CartItemsChanged,
    CartUpdated,
    CartVisited,
    CustomerUpdated,
    Line,
    Person,
)
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import Ignored
from tests.unit.functions.ingest_event.events import (
    NOW,
    encode,
    event_of,
    outcome_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example
from tests.unit.functions.ingest_event.sources.examples.ga4 import (
    CART,
    CLIENT,
    EXAMPLES,
    call,
    example,
    sent,
)

HAPPENED = datetime(2026, 5, 1, 11, 58, 0, 250_000, UTC)


BELL_LINE = Line(
    sku="BELL-BRASS",
    name="Bell - brass",
    quantity=2,
    unit_price_minor=2_450,
    url="https://bikes.example/bell",
    image_url="https://bikes.example/bell.jpg",
)


LOCK_LINE = Line(sku="LOCK-9", name="Lock", quantity=1, unit_price_minor=6_100)


WHOLE = Cart(id=f"client:{CLIENT}", currency="EUR", total_minor=11_000, lines=(BELL_LINE, LOCK_LINE))


@pytest.mark.parametrize("given", EXAMPLES, ids=lambda given: given.name)
def test_every_example_is_understood(given: Example) -> None:
    """Each listed event in each shape tells something."""
    message = PubSubMessage("m-1", NOW, given.attributes, encode(given.payload))
    assert set(outcome_of(message).split(",")) == {"understood"}


def test_added_items_are_an_increment() -> None:
    """Client, moment and money are those of the call; the rest of the cart stays as it was."""
    event = example("added")
    assert isinstance(event, CartItemsChanged)
    assert (event.cart_id, event.currency) == (f"client:{CLIENT}", "EUR")
    assert (event.added, event.removed) == ((BELL_LINE,), ())
    assert (event.occurred_at, event.channel, event.source) == (HAPPENED, SalesChannel.WEB, "ga4")
    assert event.person == Person(external_id="acc-8", anonymous_id=CLIENT, consent={Channel.EMAIL: True})


def test_removed_items_need_neither_price_nor_currency() -> None:
    """Only which article and how many matter; a missing quantity is one."""
    event = event_of(sent(call(("remove_from_cart", {"items": [{"item_id": "LOCK-9"}]}))))
    assert event.removed == (Line(sku="LOCK-9", name="LOCK-9", quantity=1, unit_price_minor=0),)
    assert event.currency is None


@pytest.mark.parametrize(
    "name", ["cart", "checkout", "gtag", "gtag by name", "server container", "cart of its own id"]
)
def test_a_viewed_cart_is_the_whole_cart(name: str) -> None:
    """In each shape the same cart comes out, of the same client."""
    event = example(name)
    assert isinstance(event, CartUpdated)
    cart_id = "basket-9" if name == "cart of its own id" else WHOLE.id
    assert event.cart == Cart(id=cart_id, currency="EUR", total_minor=11_000, lines=WHOLE.lines)


def test_an_empty_list_empties_a_cart_but_no_checkout() -> None:
    """Without any list nothing is known but the visit."""
    assert example("cart, emptied").cart == Cart(id=WHOLE.id, currency=None, total_minor=0)
    silent: tuple[tuple[str, dict[str, Any]], ...] = (("begin_checkout", {"items": []}), ("view_cart", {}))
    for name, params in silent:
        assert isinstance(event_of(sent(call((name, params)))), CartVisited)


def test_older_pushes_mean_the_same() -> None:
    """Enhanced e-commerce: the action is the event, the revenue the grand total, the cookie the client."""
    assert example("former add").added == (
        Line(sku="BELL-BRASS", name="Bell - brass", quantity=2, unit_price_minor=2_450),
    )
    assert example("former remove").removed[0].sku == "BELL-BRASS"
    assert example("former checkout").cart.total_minor == 4_900
    assert isinstance(example("former detail"), CartVisited)
    order = example("former purchase").order
    assert (order.id, order.cart_id, order.total) == ("B-2003", WHOLE.id, Money(5_830, "EUR"))
    assert order.voucher_codes == ("RING",)
    assert example("former refund").order_id == "B-2003"


def test_exported_rows() -> None:
    """Parameters, items, moment, person and channel of the BigQuery export; (not set) is not set."""
    added, order, app = example("row: added"), example("row: purchase").order, example("row: app")
    assert added.added == (Line(sku="BELL-BRASS", name="Bell", quantity=2, unit_price_minor=2_450),)
    assert (added.occurred_at, added.channel) == (HAPPENED, SalesChannel.WEB)
    assert added.person == Person(
        anonymous_id=CLIENT, locale="cs-CZ", country="CZ", consent={Channel.SMS: False}
    )
    assert (order.id, order.total, order.voucher_codes) == ("B-2002", Money(6_280, "EUR"), ())
    assert app.channel is SalesChannel.APP


def test_people() -> None:
    """User-provided data in the clear; the app's instance is its client."""
    assert example("cart").person == Person(
        external_id="acc-8",
        anonymous_id=CLIENT,
        email="jan.novak@example.com",
        phone="+420601123456",
        name="Jan Novák",
        country="CZ",
        consent={Channel.EMAIL: True},
    )
    assert isinstance(example("sign-up"), CustomerUpdated)
    app = example("added in the app")
    assert (app.cart_id, app.channel, app.person.anonymous_id) == (
        "client:0f3a9c",
        SalesChannel.APP,
        "0f3a9c",
    )
    server = example("server container")
    assert (server.person.email, server.person.locale) == ("jan.novak@example.com", "cs-CZ")
    assert server.user_agent == "Mozilla/5.0 (Macintosh) Safari/605.1.15"


@pytest.mark.parametrize(
    "data",
    [
        {"sha256_email_address": "a" * 64},
        {"email_address": "A1" * 32},
        {"address": {"sha256_last_name": "b"}},
    ],
)
def test_hashed_contacts_are_left_out_with_a_note(data: dict[str, Any]) -> None:
    """Nobody can be written to by a hash."""
    event = event_of(sent(call(("view_cart", CART), user_data=data)))
    assert event.person.email is None
    assert [note for note in event.notes if "Hashed" in note] == list(event.notes)
    assert len(event.notes) == 1


def test_signing_in_tells_who_the_client_is() -> None:
    """Without any account or contact it tells nothing."""
    assert event_of(sent(call(("login", {})))).person.external_id == "acc-8"
    assert told_by(sent(call(("login", {}), user_id=None))) == Ignored("ga4", "bikes", "login")
