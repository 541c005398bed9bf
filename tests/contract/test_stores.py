"""What every store promises, in one SQLite file as in Firestore."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.adapters.firestore_store import FirestoreStore
from common.application.documents import COLLECTIONS, kind_of
from common.application.failures import Conflict, Unavailable
from common.application.ports import Counters, Loaded, Put, Ref, Store
from common.domain.documents import Case, Customer
from common.domain.refused import IntakeFailure, IntakePart
from infra.local.database import Database
from infra.local.sqlite_store import SqliteStore
from infra.local.write_back_store import WriteBackStore
from tests.generated import documents

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
DAY = date(2026, 3, 1)
ABSENT = Loaded(None, None)


@dataclass(frozen=True, slots=True)
class Bench:
    """Stores on the same documents."""

    store: Store
    another: Callable[[], Store]
    """Somebody else's store."""


@contextmanager
def on_sqlite(path: Path, cache_bytes: int) -> Iterator[Bench]:
    opened: list[Database] = []

    def open_store() -> Store:
        opened.append(Database(path))
        return SqliteStore(opened[-1], cache_bytes=cache_bytes)

    yield Bench(open_store(), open_store)
    for database in opened:
        database.close()


@contextmanager
def on_exclusive_sqlite(path: Path, build: Callable[[Database], Store]) -> Iterator[Bench]:
    """A file that is one store's alone, so that "somebody else" is another user of the same one."""
    database = Database(path, exclusive=True)
    store = build(database)
    yield Bench(store, lambda: store)
    database.close()


PLACES: dict[str, Callable[[Path], AbstractContextManager[Bench]]] = {
    "sqlite": lambda path: on_sqlite(path, cache_bytes=2**20),
    "sqlite-uncached": lambda path: on_sqlite(path, cache_bytes=0),
    "sqlite-exclusive": lambda path: on_exclusive_sqlite(path, SqliteStore),
    "write-back": lambda path: on_exclusive_sqlite(path, WriteBackStore),
    # So little is kept that every save writes everything down.
    "write-back-evicting": lambda path: on_exclusive_sqlite(
        path, lambda database: WriteBackStore(database, kept=-2000)
    ),
}


@pytest.fixture(params=[*PLACES, "firestore"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "firestore":
        project = request.getfixturevalue("firestore_project")
        yield Bench(FirestoreStore(project), lambda: FirestoreStore(project))
        return
    with PLACES[request.param](tmp_path / "engine.db") as ready:
        yield ready


@pytest.fixture
def store(bench: Bench) -> Store:
    return bench.store


def a_case(id: str = "case-1", **changes: Any) -> Case:
    known: dict[str, Any] = {
        "id": id,
        "store": "shop",
        "cart_id": "cart-1",
        "opened_at": NOON,
        "last_activity_at": NOON,
    }
    return Case(**known | changes)


def a_customer(id: str = "customer-1", **changes: Any) -> Customer:
    return Customer(id=id, store="shop", **changes)


def case_ref(id: str = "case-1") -> Ref:
    return Ref("cases", id)


def create(store: Store, *cases: Case) -> dict[Ref, object]:
    return dict(store.save([Put(case_ref(case.id), case, None) for case in cases]))


def test_what_was_never_saved_is_absent(store: Store) -> None:
    """A document that doesn't exist is loaded as absent, beside one that does."""
    create(store, a_case())
    loaded = store.load([case_ref(), case_ref("case-2"), Ref("customers", "case-1")])
    assert loaded[case_ref()].document == a_case()
    assert loaded[case_ref("case-2")] == ABSENT
    assert loaded[Ref("customers", "case-1")] == ABSENT


def test_nothing_to_load_and_nothing_to_save_is_fine(store: Store) -> None:
    """An empty batch and an empty commit have an empty answer."""
    assert dict(store.load([])) == {}
    assert dict(store.save([])) == {}


def test_a_batch_may_name_a_document_twice(store: Store) -> None:
    """Asking for a document twice in one batch answers once."""
    create(store, a_case())
    assert [ref.id for ref in store.load([case_ref(), case_ref()])] == ["case-1"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_document_comes_back_as_it_was_saved(bench: Bench, data: st.DataObject) -> None:
    """Whatever a document holds, somebody else reads an equal one, at the version that was returned."""
    collection = data.draw(st.sampled_from(sorted(COLLECTIONS)))
    document = data.draw(documents(kind_of(collection)))
    ref = Ref(collection, uuid.uuid4().hex)
    versions = bench.store.save([Put(ref, document, None)])
    assert bench.another().load([ref])[ref] == Loaded(document, versions[ref])


@pytest.mark.parametrize("name", ["", "__name__", "__", "\\", "a.b", "`", "żółć 🛒", "a/b", "\x00"])
def test_a_strangers_words_may_be_keys(store: Store, name: str) -> None:
    """A message's attributes are kept whatever their names are, as they come from outside."""
    failure = IntakeFailure(
        id="f",
        received_at=NOON,
        source=None,
        store=None,
        reason="json_invalid",
        detail="",
        field=None,
        at_stake=None,
        message_id="1",
        publish_time=NOON,
        attributes={name: "value 🛒 \x00"},
        raw="{",
    )
    ref = Ref("intake_failures", "f")
    store.save([Put(ref, failure, None)])
    assert store.load([ref])[ref].document == failure


def test_a_large_document_is_kept_whole(store: Store) -> None:
    """A document of nearly a megabyte comes back as it was saved."""
    case = a_case(url="https://shop.example/" + "ł" * 450_000)
    create(store, case)
    assert store.load([case_ref()])[case_ref()].document == case


def test_what_exists_is_not_created_again(store: Store) -> None:
    """Creating a document that exists is a conflict and changes nothing."""
    create(store, a_case())
    with pytest.raises(Conflict):
        create(store, a_case(cart_id="other"))
    assert store.load([case_ref()])[case_ref()].document == a_case()


def test_what_does_not_exist_is_not_replaced(store: Store) -> None:
    """Replacing a document that doesn't exist is a conflict, not a creation."""
    version = create(store, a_case())[case_ref()]
    with pytest.raises(Conflict):
        store.save([Put(case_ref("case-2"), a_case("case-2"), version)])
    assert store.load([case_ref("case-2")])[case_ref("case-2")] == ABSENT


def test_versions_chain_from_save_to_save(bench: Bench) -> None:
    """The version that a save returns is good for the next save, without a load between."""
    version = create(bench.store, a_case())[case_ref()]
    for total in range(1, 5):
        put = Put(case_ref(), a_case(total_minor=total), version)
        version = bench.store.save([put])[case_ref()]
    assert bench.another().load([case_ref()])[case_ref()] == Loaded(a_case(total_minor=4), version)


def test_a_replaced_document_is_replaced_whole(bench: Bench) -> None:
    """What the new document doesn't have is gone, in lists and mappings too."""
    rich = a_case(lines=(), ordered_skus=("a", "b"), url="https://shop.example", next_due_at=NOON)
    version = create(bench.store, rich)[case_ref()]
    bench.store.save([Put(case_ref(), a_case(), version)])
    assert bench.another().load([case_ref()])[case_ref()].document == a_case()


def test_a_stale_version_is_a_conflict(bench: Bench) -> None:
    """Who saves on a version that somebody else has replaced gets a conflict, and reads theirs afterwards."""
    version = create(bench.store, a_case())[case_ref()]
    newer = a_case(total_minor=2)
    bench.another().save([Put(case_ref(), newer, version)])
    with pytest.raises(Conflict):
        bench.store.save([Put(case_ref(), a_case(total_minor=3), version)])
    assert bench.store.load([case_ref()])[case_ref()].document == newer


@pytest.mark.parametrize("stale_first", [True, False])
def test_a_conflict_leaves_nothing_written(bench: Bench, stale_first: bool) -> None:
    """If one document of a commit isn't as expected, no other document and no counter of it changes."""
    version = create(bench.store, a_case())[case_ref()]
    current = bench.store.save([Put(case_ref(), a_case(total_minor=1), version)])[case_ref()]
    fresh = Put(Ref("customers", "customer-1"), a_customer(), None)
    stale = Put(case_ref(), a_case(total_minor=2), version)
    with pytest.raises(Conflict):
        bench.store.save([stale, fresh] if stale_first else [fresh, stale], Counters(DAY, 0, {"x": 1}))
    for store in (bench.store, bench.another()):
        loaded = store.load([case_ref(), fresh.ref])
        assert loaded[case_ref()] == Loaded(a_case(total_minor=1), current)
        assert loaded[fresh.ref] == ABSENT
    assert dict(bench.store.counters(DAY)) == {}


def test_of_concurrent_savers_exactly_one_wins(bench: Bench) -> None:
    """When many save on the same version at once, one succeeds and the others get a conflict."""
    version = create(bench.store, a_case())[case_ref()]
    stores = [bench.store, *(bench.another() for _ in range(3))]

    def save(total: int) -> int | None:
        try:
            stores[total % 4].save([Put(case_ref(), a_case(total_minor=total), version)])
        except Conflict:
            return None
        return total

    with ThreadPoolExecutor(8) as threads:
        won = [total for total in threads.map(save, range(1, 9)) if total is not None]
    assert [bench.another().load([case_ref()])[case_ref()].document.total_minor] == won


def test_of_concurrent_creators_exactly_one_wins(bench: Bench) -> None:
    """A document is created once, however many try at the same time: what makes voucher codes unique."""

    def save(total: int) -> int | None:
        try:
            create(bench.store, a_case(total_minor=total))
        except Conflict:
            return None
        return total

    with ThreadPoolExecutor(8) as threads:
        won = [total for total in threads.map(save, range(1, 9)) if total is not None]
    assert [bench.store.load([case_ref()])[case_ref()].document.total_minor] == won


def test_counters_add_up(bench: Bench) -> None:
    """Increments add up over commits, shards and writers, day by day, whatever the counters are called."""
    amounts = {"case_abandoned": 1, "recovered_minor.PLN": 49_900, "it`s \\odd": 2}
    bench.store.save([], Counters(DAY, 0, amounts))
    bench.another().save([], Counters(DAY, 0, amounts))
    bench.store.save([], Counters(DAY, 7, {"case_abandoned": 1, "refunded": -5}))
    bench.store.save([], Counters(DAY + timedelta(days=1), 0, {"case_abandoned": 1}))
    assert dict(bench.another().counters(DAY)) == {
        "case_abandoned": 3,
        "recovered_minor.PLN": 99_800,
        "it`s \\odd": 4,
        "refunded": -5,
    }


def test_a_day_without_counters_has_none(store: Store) -> None:
    """A day on which nothing was counted is empty, as is a commit that counts nothing."""
    store.save([], Counters(DAY, 0, {}))
    assert dict(store.counters(DAY)) == {}


def test_counters_add_up_under_concurrency(bench: Bench) -> None:
    """Blind increments of one shard at the same time are all counted, in the same commit as the documents."""

    def save(number: int) -> None:
        case = a_case(f"case-{number}")
        bench.store.save([Put(case_ref(case.id), case, None)], Counters(DAY, 0, {"saved": 1}))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, range(40)))
    assert dict(bench.store.counters(DAY)) == {"saved": 40}


def due_cases(store: Store, minutes: Mapping[str, int | None]) -> None:
    create(
        store,
        *(
            a_case(id, next_due_at=None if late is None else NOON + timedelta(minutes=late))
            for id, late in minutes.items()
        ),
    )


def test_what_is_due_comes_in_the_order_of_its_moments(store: Store) -> None:
    """Documents due before a moment come earliest first; later ones and ones without a moment don't."""
    due_cases(store, {"a": 3, "b": -10, "c": None, "d": 0, "e": 10})
    page = store.due("cases", "next_due_at", NOON + timedelta(minutes=10), 10)
    assert (page.ids, page.cursor) == (("b", "d", "a"), None)


def test_the_bound_of_what_is_due_is_exclusive(store: Store) -> None:
    """A document due at the very moment isn't listed; a microsecond later it is."""
    due_cases(store, {"a": 0})
    assert store.due("cases", "next_due_at", NOON, 10).ids == ()
    assert store.due("cases", "next_due_at", NOON + timedelta(microseconds=1), 10).ids == ("a",)


def test_what_is_due_comes_in_pages(bench: Bench) -> None:
    """Pages go on where the last one ended, also among documents of one moment and in another process."""
    ids = [f"case-{number:02}" for number in range(11)]
    due_cases(bench.store, dict.fromkeys(ids, 0) | {"case-00": -5})
    seen: list[str] = []
    cursor, pages = None, 0
    while pages == 0 or cursor is not None:
        store = bench.another() if pages else bench.store
        page = store.due("cases", "next_due_at", NOON + timedelta(hours=1), 4, cursor)
        seen, cursor, pages = [*seen, *page.ids], page.cursor, pages + 1
    assert seen == ids
    assert pages == 3


def test_what_was_dealt_with_is_no_longer_due(store: Store) -> None:
    """A saved document is found by its new moment only, and not at all once it has none."""
    version = create(store, a_case(next_due_at=NOON))[case_ref()]
    later = replace(a_case(), next_due_at=NOON + timedelta(hours=1))
    version = store.save([Put(case_ref(), later, version)])[case_ref()]
    assert store.due("cases", "next_due_at", NOON + timedelta(minutes=1), 10).ids == ()
    assert store.due("cases", "next_due_at", NOON + timedelta(hours=2), 10).ids == ("case-1",)
    store.save([Put(case_ref(), a_case(), version)])
    assert store.due("cases", "next_due_at", NOON + timedelta(hours=2), 10).ids == ()


def test_what_was_latest_is_kept_at_its_greatest(bench: Bench) -> None:
    """A moment never goes back, over shards and writers, day by day, beside the amounts of the same commit."""
    first = Counters(DAY, 0, {"understood": 1}, {"heard_a": 100, "heard.b `c` ż": 5})
    bench.store.save([], first)
    bench.another().save([], Counters(DAY, 7, {"understood": 1}, {"heard_a": 300}))
    bench.store.save([], Counters(DAY, 0, {}, {"heard_a": 200}))
    bench.store.save([], Counters(DAY + timedelta(days=1), 0, {}, {"heard_a": 1}))
    assert dict(bench.another().counters(DAY)) == {"understood": 2, "heard_a": 300, "heard.b `c` ż": 5}
    assert dict(bench.store.counters(DAY + timedelta(days=1))) == {"heard_a": 1}


def test_a_conflict_hears_nothing(store: Store) -> None:
    """What is kept at its greatest is part of the commit, and gone with it."""
    create(store, a_case())
    with pytest.raises(Conflict):
        store.save([Put(case_ref(), a_case(), None)], Counters(DAY, 0, {}, {"heard_a": 1}))
    assert dict(store.counters(DAY)) == {}


def browsed(bench: Bench, limit: int, **options: Any) -> list[str]:
    """The ids of all cases, page by page, each page read by another store."""
    seen: list[str] = []
    cursor = None
    for _ in range(20):
        listing = bench.another().browse("cases", limit, cursor, **options)
        assert len(listing.loaded) <= limit
        seen += [ref.id for ref in listing.loaded]
        cursor = listing.cursor
        if cursor is None:
            return seen
    raise AssertionError("the pages never end")


def test_a_collection_is_browsed_in_pages(bench: Bench) -> None:
    """Every document of the collection comes once, in the order of the ids, and none of another collection."""
    ids = [f"case-{number:02}" for number in range(10)]
    create(bench.store, *(a_case(id) for id in reversed(ids)))
    bench.store.save([Put(Ref("customers", "case-00"), a_customer("case-00"), None)])
    assert browsed(bench, 4) == ids
    assert browsed(bench, 5) == ids
    assert browsed(bench, 100) == ids


def test_browsing_reads_what_can_be_saved_again(bench: Bench) -> None:
    """Documents come whole and with their versions; the newest save counts."""
    version = create(bench.store, a_case("a"), a_case("b", customer_id="anna"))[case_ref("b")]
    newer = a_case("b", customer_id="anna", total_minor=5)
    version = bench.store.save([Put(case_ref("b"), newer, version)])[case_ref("b")]
    found = bench.another().browse("cases", 10).loaded
    assert found[case_ref("b")] == Loaded(newer, version)
    bench.store.save([Put(case_ref("b"), a_case("b"), found[case_ref("b")].version)])


def test_browsing_may_be_narrowed_to_a_field_with_a_text(bench: Bench) -> None:
    """Only documents with that text in that field come, page by page; as the cases of one customer."""
    owners = {"a": "anna", "b": "ben", "c": "anna", "d": None, "e": "anna", "f": "Anna"}
    create(bench.store, *(a_case(id, customer_id=owner) for id, owner in owners.items()))
    assert browsed(bench, 2, where=("customer_id", "anna")) == ["a", "c", "e"]
    assert browsed(bench, 2, where=("customer_id", "nobody")) == []
    version = bench.store.load([case_ref("c")])[case_ref("c")].version
    bench.store.save([Put(case_ref("c"), a_case("c", customer_id="ben"), version)])
    assert browsed(bench, 10, where=("customer_id", "anna")) == ["a", "e"]


def test_browsing_may_be_narrowed_to_a_list_with_a_text(bench: Bench) -> None:
    """Only documents with that text among the texts of that list come; as the browsers that a person shares."""
    lists = {"a": ("x", "y"), "b": (), "c": ("y",), "d": ("yy",)}
    bench.store.save(
        [Put(Ref("customers", id), a_customer(id, apart_from=texts), None) for id, texts in lists.items()]
    )
    found = bench.another().browse("customers", 9, where=("apart_from[]", "y"))
    assert [ref.id for ref in found.loaded] == ["a", "c"]
    assert dict(bench.store.browse("customers", 9, where=("apart_from[]", "z")).loaded) == {}


def test_browsing_goes_on_after_any_id(store: Store) -> None:
    """The cursor is an id, which need not exist: so the documents whose ids begin alike can be found."""
    create(store, a_case("aa"), a_case("ab"), a_case("b"))
    assert [ref.id for ref in store.browse("cases", 1, "a").loaded] == ["aa"]
    assert [ref.id for ref in store.browse("cases", 9, "aa").loaded] == ["ab", "b"]


def test_nothing_to_browse_is_an_empty_page(store: Store) -> None:
    """A collection without documents."""
    assert dict(store.browse("orders", 10).loaded) == {}
    assert store.browse("orders", 10).cursor is None


@pytest.mark.parametrize("cache_bytes", [0, 2**20])
@pytest.mark.parametrize("exclusive", [False, True])
def test_what_has_expired_is_purged_from_the_file(tmp_path: Path, cache_bytes: int, exclusive: bool) -> None:
    """The moment itself counts as passed; what has none, and other collections, stay."""
    database = Database(tmp_path / "engine.db", exclusive=exclusive)
    store = SqliteStore(database, cache_bytes=cache_bytes)
    parts = {"old": NOON, "young": NOON + timedelta(microseconds=1), "for-ever": None}
    store.save(
        [
            Put(Ref("intake_parts", id), IntakePart(id=id, raw="", expire_at=at), None)
            for id, at in parts.items()
        ]
    )
    create(store, a_case(next_due_at=NOON - timedelta(days=1)))
    assert store.purge_expired(NOON) == 1
    assert store.purge_expired(NOON) == 0
    assert [ref.id for ref in store.browse("intake_parts", 9).loaded] == ["for-ever", "young"]
    assert store.load([Ref("intake_parts", "old")])[Ref("intake_parts", "old")] == ABSENT
    assert store.load([case_ref()])[case_ref()].version is not None
    database.close()


def test_customers_are_found_by_their_flag(store: Store) -> None:
    """The moment at which the returned-customer flag lapses can be searched by, as the sweep does."""
    customers = [a_customer("lapsed", returned_until=NOON), a_customer("never")]
    store.save([Put(Ref("customers", one.id), one, None) for one in customers])
    assert store.due("customers", "returned_until", NOON + timedelta(days=1), 10).ids == ("lapsed",)
    assert store.due("cases", "next_due_at", NOON + timedelta(days=1), 10).ids == ()


def test_a_firestore_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever method is called while nothing answers, it is said that a retry may help."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
    store = FirestoreStore("nobody-there", timeout_seconds=0.5)
    calls: list[Callable[[], object]] = [
        lambda: store.load([case_ref()]),
        lambda: create(store, a_case()),
        lambda: store.due("cases", "next_due_at", NOON, 10),
        lambda: store.browse("cases", 10),
        lambda: store.counters(DAY),
    ]
    for call in calls:
        with pytest.raises(Unavailable, match="Firestore"):
            call()


def test_a_file_that_stays_locked_is_unavailable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another process keeps the file locked, saving says that a retry may help."""
    monkeypatch.setattr("infra.local.database._WAIT_SECONDS", 0.05)
    ours, theirs = Database(tmp_path / "engine.db"), Database(tmp_path / "engine.db")
    with theirs.change(), pytest.raises(Unavailable, match="locked"):
        create(SqliteStore(ours), a_case())
    for database in (ours, theirs):
        database.close()


def test_an_exclusive_file_is_whole_after_closing(tmp_path: Path) -> None:
    """What was gathered for the next commit is in the file when it is opened again."""
    first = Database(tmp_path / "engine.db", exclusive=True)
    create(SqliteStore(first), a_case())
    first.close()
    again = Database(tmp_path / "engine.db")
    assert SqliteStore(again).load([case_ref()])[case_ref()].document == a_case()
    again.close()


def test_a_field_without_an_index_is_refused(tmp_path: Path) -> None:
    """Searching the file by another moment than the indexed ones says so, instead of finding nothing."""
    database = Database(tmp_path / "engine.db")
    with pytest.raises(ValueError, match="opened_at"):
        SqliteStore(database).due("cases", "opened_at", NOON, 10)
    database.close()


def test_a_document_is_deleted_in_the_commit_of_another(bench: Bench) -> None:
    """A put of nothing deletes; what moves to another id is at no moment in both places or in neither."""
    version = create(bench.store, a_case(next_due_at=NOON))[case_ref()]
    moved = Put(case_ref("case-2"), a_case("case-2"), None)
    versions = bench.store.save([moved, Put(case_ref(), None, version)])
    assert versions[case_ref()] is None
    for store in (bench.another(), bench.store):
        loaded = store.load([case_ref(), case_ref("case-2")])
        assert loaded[case_ref()] == ABSENT
        assert loaded[case_ref("case-2")] == Loaded(a_case("case-2"), versions[case_ref("case-2")])
    assert bench.store.due("cases", "next_due_at", NOON + timedelta(days=1), 10).ids == ()
    assert browsed(bench, 10) == ["case-2"]


def test_what_changed_meanwhile_is_not_deleted(bench: Bench) -> None:
    """A deletion on a stale version is a conflict, and nothing else of its commit is written."""
    version = create(bench.store, a_case())[case_ref()]
    newer = a_case(total_minor=2)
    bench.another().save([Put(case_ref(), newer, version)])
    with pytest.raises(Conflict):
        bench.store.save([Put(case_ref("case-2"), a_case("case-2"), None), Put(case_ref(), None, version)])
    loaded = bench.another().load([case_ref(), case_ref("case-2")])
    assert loaded[case_ref()].document == newer
    assert loaded[case_ref("case-2")] == ABSENT


def test_what_is_gone_is_not_deleted_again(store: Store) -> None:
    """A second deletion on the same version is a conflict."""
    version = create(store, a_case())[case_ref()]
    store.save([Put(case_ref(), None, version)])
    with pytest.raises(Conflict):
        store.save([Put(case_ref(), None, version)])


def test_what_is_made_again_is_another_document(bench: Bench) -> None:
    """Whoever still holds a deleted document neither saves over its successor nor reads the old one for it."""
    other = bench.another()
    version = create(bench.store, a_case())[case_ref()]
    assert other.load([case_ref()])[case_ref()].document == a_case()
    bench.store.save([Put(case_ref(), None, version)])
    again = a_case(total_minor=7)
    create(bench.store, again)
    assert other.load([case_ref()])[case_ref()].document == again
    with pytest.raises(Conflict):
        other.save([Put(case_ref(), a_case(total_minor=9), version)])


def test_when_a_document_expires_is_kept_beside_it(bench: Bench) -> None:
    """Whoever loads or browses it learns the moment that the last save gave, to the microsecond."""
    version = bench.store.save([Put(case_ref(), a_case(), None, NOON)])[case_ref()]
    expected = Loaded(a_case(), version, NOON)
    assert bench.another().load([case_ref()])[case_ref()] == expected
    assert bench.another().browse("cases", 5).loaded[case_ref()] == expected
    bench.store.save([Put(case_ref(), a_case(), version)])
    assert bench.another().load([case_ref()])[case_ref()].expire_at is None


def test_what_expires_beside_its_document_is_purged(tmp_path: Path) -> None:
    """The file's own purge goes by that moment as well."""
    database = Database(tmp_path / "engine.db")
    store = SqliteStore(database)
    store.save([Put(case_ref("old"), a_case("old"), None, NOON), Put(case_ref("new"), a_case("new"), None)])
    assert store.purge_expired(NOON - timedelta(microseconds=1)) == 0
    assert store.purge_expired(NOON) == 1
    assert store.load([case_ref("old")])[case_ref("old")] == ABSENT
    assert [ref.id for ref in store.browse("cases", 9).loaded] == ["new"]
    database.close()


def test_a_file_of_an_older_version_is_opened(tmp_path: Path) -> None:
    """What its table lacks is added; its documents are as they were, and never expire."""
    database = Database(tmp_path / "engine.db")
    create(SqliteStore(database), a_case())
    database.execute("DROP INDEX documents_expiring")
    database.execute("ALTER TABLE documents DROP COLUMN expires_at")
    database.close()
    again = Database(tmp_path / "engine.db")
    entry = SqliteStore(again).load([case_ref()])[case_ref()]
    assert (entry.document, entry.expire_at) == (a_case(), None)
    again.close()
