"""How often the store goes to Firestore and back, counted on the channel."""

from datetime import UTC, date, datetime

import pytest

from common.adapters.firestore_store import FirestoreStore
from common.application.failures import Conflict
from common.application.ports import Counters, Put, Ref
from common.domain.documents import Customer
from tests.round_trips import RoundTrips

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REFS = [Ref("customers", f"customer-{number}") for number in range(3)]


@pytest.fixture
def trips(firestore_emulator: str) -> RoundTrips:
    return RoundTrips(firestore_emulator)


@pytest.fixture
def store(firestore_project: str, trips: RoundTrips) -> FirestoreStore:
    return FirestoreStore(firestore_project, channel=trips.channel)


def test_a_load_is_one_batch(store: FirestoreStore, trips: RoundTrips) -> None:
    """Any number of documents, of several collections, is read in one call."""
    store.load([*REFS, Ref("cases", "case-1")])
    assert trips.taken() == {"BatchGetDocuments": 1}


def test_a_save_is_one_commit(store: FirestoreStore, trips: RoundTrips) -> None:
    """Any number of documents, with the day's counters, is written in one call; a conflict costs no more."""
    puts = [Put(ref, Customer(id=ref.id, store="shop"), None) for ref in REFS]
    counters = Counters(date(2026, 3, 1), 3, {"cases": 1})
    store.save(puts, counters)
    assert trips.taken() == {"Commit": 1}
    with pytest.raises(Conflict):
        store.save(puts, counters)
    assert trips.taken() == {"Commit": 1}


def test_a_page_of_what_is_due_is_one_query(store: FirestoreStore, trips: RoundTrips) -> None:
    """What is due is found, and a day's counters are read, in one call each."""
    store.due("cases", "next_due_at", NOON, 10)
    store.counters(date(2026, 3, 1))
    assert trips.taken() == {"RunQuery": 2}


def test_nothing_is_asked_of_firestore_without_need(store: FirestoreStore, trips: RoundTrips) -> None:
    """An empty load and an empty save make no call."""
    store.load([])
    store.save([])
    assert trips.taken() == {}
