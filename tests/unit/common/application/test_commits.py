"""What is saved beside a decision's own documents."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from common.application.engine import Engine
from common.application.ports import Counters, Put, Ref, Store
from common.domain import ids
from tests.builders import ANNA, BOOTS, STORE, Shopper
from tests.stories import Story

PERSON = Ref("customers", ids.customer_id(STORE, "id", ANNA.id or ""))


class Watched:
    """A store that remembers what was put."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.put: list[list[Ref]] = []

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        self.put.append([put.ref for put in puts])
        return self._store.save(puts, counters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


def watched() -> tuple[Story, Watched]:
    """A story and its store."""
    stores: list[Watched] = []

    def wrapped(engine: Engine) -> Engine:
        stores.append(Watched(engine.store))
        return replace(engine, store=stores[0])

    return Story(wrapped=wrapped), stores[0]


def test_a_new_case_is_saved_with_its_customer_as_it_was_read() -> None:
    """So no erasure at the same moment leaves the case behind; later events of the case don't write the customer."""
    story, store = watched()
    story.customer(ANNA, "10:00")
    story.cart("k1", "10:05", ANNA)
    assert store.put[-1] == [Ref("cases", ids.case_id(STORE, "k1")), PERSON]
    story.cart("k1", "10:06", ANNA, BOOTS)
    assert store.put[-1] == [Ref("cases", ids.case_id(STORE, "k1"))]


def test_a_case_that_finds_its_customer_is_saved_with_it_as_well() -> None:
    """A cart of nobody's becomes somebody's."""
    story, store = watched()
    story.customer(ANNA, "10:00")
    story.cart("k1", "10:05")
    assert PERSON not in store.put[-1]
    story.visit("k1", "10:06", ANNA)
    assert PERSON in store.put[-1]


def test_an_active_customer_is_written_for_age_alone_once_in_half_of_the_time() -> None:
    """With the signposts of their addresses, which the event need not name."""
    story, store = watched()
    story.customer(ANNA, "10:00")
    story.visit("k1", "10:01", ANNA)
    store.put.clear()
    story.cart("k2", "+400d 10:00", Shopper(id=ANNA.id), BOOTS)
    assert {ref.collection for ref in store.put[-1]} == {"cases", "customers"}
    assert len(store.put[-1]) == 4
    story.cart("k2", "+401d 10:00", Shopper(id=ANNA.id))
    assert len(store.put[-1]) == 1
