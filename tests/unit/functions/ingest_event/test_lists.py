"""Messages that hold a JSON array: each entry counts by itself, and tells which platform it is from."""

from typing import Any

import pytest

from common.application.failures import Refused
from common.domain.money import Money
from common.domain.storefront import OrderPlaced
from functions.ingest_event.lists import shapes_in
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import NOW, PubSubMessage, canonical, encode, refusal_of


def placed_order(order_id: str, total: object) -> dict[str, Any]:
    """A canonical order of that id and total."""
    order = {"id": order_id, "currency": "EUR", "total": total}
    return canonical("order.placed", order=order) | {"id": f"placed-{order_id}"}


def listed(*entries: Any) -> PubSubMessage:
    """A message with these entries, of our own source."""
    return PubSubMessage("m", NOW, {"source": "recoup", "store": "socks"}, encode(list(entries)))


def test_each_entry_of_an_array_counts_by_itself() -> None:
    """A broken one is refused by its place, with its own money, and costs the others nothing."""
    first, broken, last = understand(
        listed(placed_order("o-1", "10.00"), placed_order("o-2", 20.0), placed_order("o-3", "30.00")), NOW
    )
    assert isinstance(first, OrderPlaced)
    assert isinstance(last, OrderPlaced)
    assert (first.order.id, last.order.id) == ("o-1", "o-3")
    assert isinstance(broken, Refused)
    assert (broken.reason, broken.field) == ("amount_invalid", "[1].order.total")
    assert broken.detail.startswith("[1].order.total is")
    assert (broken.source, broken.store, broken.at_stake) == ("recoup", "socks", Money(2_000, "EUR"))


def test_an_array_that_holds_no_objects_is_refused() -> None:
    """Whether it is empty or full of something else."""
    assert refusal_of(listed()).reason == "json_invalid"
    assert refusal_of(listed(7)).reason == "json_invalid"


@pytest.mark.parametrize(
    ("payload", "source"),
    [
        ([placed_order("o-1", "10.00")], "recoup"),
        (
            [{"ecommerce": None}, {"event": "purchase", "ecommerce": {"transaction_id": "t", "items": []}}],
            "ga4",
        ),
        (["event", "purchase", {"transaction_id": "t", "currency": "EUR", "value": 5}], "ga4"),
        ([{"type": "track", "event": "Order Completed", "userId": "u", "properties": {}}], "segment"),
    ],
)
def test_the_source_of_an_array_is_guessed_from_its_entries(payload: object, source: str) -> None:
    """The first entry that can only be one platform's decides."""
    told = understand(PubSubMessage("m", NOW, {"store": "socks"}, encode(payload)), NOW)
    assert {part.source for part in told} == {source}


def test_what_holds_no_object_has_no_shape() -> None:
    """Numbers, texts, and what is no JSON."""
    assert [shape for data in (b"7", b"[1, 2]", b"nonsense", b"") for shape in shapes_in(data)] == []
