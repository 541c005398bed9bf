"""What every catalogue promises, in one SQLite file as in Firestore."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from common.adapters.firestore_catalogue import FirestoreCatalogue
from common.adapters.firestore_store import FirestoreStore
from common.application.catalogue import deactivate, finished_product, write_changed
from common.application.ports import Catalogue, Ref, Store
from common.domain.catalogue import PRODUCTS, Product, product_id
from common.domain.money import Money
from infra.local.database import Database
from infra.local.sqlite_catalogue import SqliteCatalogue
from infra.local.sqlite_store import SqliteStore
from infra.local.write_back_store import WriteBackStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAMPS = ("Home", "Lighting", "Lamps")


@dataclass(frozen=True, slots=True)
class Bench:
    """A catalogue, and the store whose documents it shares."""

    catalogue: Catalogue
    store: Store


@pytest.fixture(params=["sqlite", "sqlite-exclusive", "firestore"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "firestore":
        project = request.getfixturevalue("firestore_project")
        yield Bench(FirestoreCatalogue(project), FirestoreStore(project))
        return
    exclusive = request.param == "sqlite-exclusive"
    database = Database(tmp_path / "engine.db", exclusive=exclusive)
    yield Bench(SqliteCatalogue(database), (WriteBackStore if exclusive else SqliteStore)(database))
    database.close()


@pytest.fixture
def catalogue(bench: Bench) -> Catalogue:
    return bench.catalogue


def a_product(sku: str, minor: int = 10_000, **changes: Any) -> Product:
    stated: dict[str, Any] = {
        "id": "",
        "store": "shop",
        "sku": sku,
        "name": f"Lamp {sku}",
        "price": Money(minor, "PLN"),
        "category": LAMPS,
        "digest": "",
    }
    return finished_product(Product(**stated | changes))[0]


def found(catalogue: Catalogue, *, below: int = 10**9, limit: int = 50, **other: Any) -> list[str]:
    place: dict[str, Any] = {"store": "shop", "category": LAMPS, "currency": "PLN"}
    return [one.sku for one in catalogue.candidates(**place | other, below_minor=below, limit=limit)]


FULL = a_product(
    "L-1/ż 🛒",
    cost=Money(4_000, "PLN"),
    brand="Lumo",
    group="lamp",
    attributes={"colour": "red", "": "empty", "__name__": "reserved", "a.b": "dot", "żółć": "`"},
    stock=3,
    tax_class="23",
    url="https://shop.test/l-1",
    image_urls=("https://shop.test/l-1.jpg", "https://shop.test/l-2.jpg"),
    version=7,
    updated_at=NOON,
)


def test_a_product_comes_back_as_it_was_written(bench: Bench) -> None:
    """Whatever it holds, by its SKU and, as any document, by its place."""
    bench.catalogue.put_many([FULL])
    assert bench.catalogue.products("shop", [FULL.sku, "none"]) == {FULL.sku: FULL}
    ref = Ref(PRODUCTS, FULL.id)
    assert bench.store.load([ref])[ref].document == FULL


def test_nothing_asked_and_nothing_written_is_fine(catalogue: Catalogue) -> None:
    """Empty batches have empty answers, and so has a catalogue without products."""
    catalogue.put_many([])
    assert dict(catalogue.products("shop", [])) == {}
    assert dict(catalogue.digests("shop", [])) == {}
    assert found(catalogue) == []
    assert catalogue.count("shop") == 0
    assert catalogue.active_skus("shop", 10).skus == ()


@pytest.mark.parametrize(
    ("store", "sku"),
    [
        ("shop", "a/b"),
        ("shop", "."),
        ("shop", ".."),
        ("shop", ":"),
        ("shop", "%2F"),
        ("shop", "a\nb"),
        ("shop", "x" * 200),
        ("shop", "🛒" * 200),
        ("__shop", "sku__"),
        (".", "a"),
        ("/" * 200, "ż" * 200),
        ("🛒" * 200, "🛒" * 200),
    ],
)
def test_any_sku_can_be_an_id(catalogue: Catalogue, store: str, sku: str) -> None:
    """Slashes, dots, underscores and lengths that Firestore refuses in ids are written in another way."""
    product = a_product(sku, store=store)
    catalogue.put_many([product])
    assert catalogue.products(store, [sku]) == {sku: product}
    assert catalogue.count(store) == 1


def test_a_product_is_replaced_whole(catalogue: Catalogue) -> None:
    """What the newer statement doesn't have is gone; writing twice is the same as once."""
    catalogue.put_many([FULL])
    bare = a_product(FULL.sku)
    for _ in range(2):
        catalogue.put_many([bare])
    assert catalogue.products("shop", [FULL.sku]) == {FULL.sku: bare}
    assert catalogue.count("shop") == 1


def test_the_dearest_that_is_cheaper_comes_first(catalogue: Catalogue) -> None:
    """The price must be below the limit, not at it."""
    catalogue.put_many([a_product(str(price), price) for price in (500, 100, 400, 300, 200)])
    assert found(catalogue, below=400) == ["300", "200", "100"]
    assert found(catalogue, below=400, limit=2) == ["300", "200"]
    assert found(catalogue, below=100) == []


def test_the_same_category_comes_before_the_one_above(catalogue: Catalogue) -> None:
    """Dearer ones of the parent category come after cheaper ones of the same; others don't come at all."""
    above = LAMPS[:-1]
    catalogue.put_many(
        [
            a_product("same", 100),
            a_product("beneath", 90, category=(*LAMPS, "Desk lamps")),
            a_product("sibling", 300, category=(*above, "Candles")),
            a_product("above", 400, category=above),
            a_product("far", 500, category=("Home",)),
            a_product("elsewhere", 600, category=("Garden", "Lighting", "Lamps")),
            a_product("nowhere", 700, category=()),
        ]
    )
    assert found(catalogue) == ["same", "beneath", "above", "sibling"]
    assert found(catalogue, limit=3) == ["same", "beneath", "above"]
    assert found(catalogue, category=("Garden",)) == ["elsewhere"]
    assert found(catalogue, category=()) == []


def test_a_category_is_the_same_however_it_is_written(catalogue: Catalogue) -> None:
    """Capitals and spaces don't part what belongs together."""
    catalogue.put_many([a_product("a", category=("HOME", " lighting", "lamps  "))])
    assert found(catalogue) == ["a"]


def test_only_what_can_be_bought_is_found(catalogue: Catalogue) -> None:
    """Not the inactive, not what is out of stock, not another store's, not what costs another currency."""
    catalogue.put_many(
        [
            a_product("inactive", active=False),
            a_product("sold-out", stock=0),
            a_product("last-one", stock=1),
            a_product("uncounted", stock=None),
            a_product("other-store", store="shop2"),
            a_product("euros", price=Money(10_000, "EUR")),
        ]
    )
    assert sorted(found(catalogue)) == ["last-one", "uncounted"]
    assert found(catalogue, store="shop2") == ["other-store"]
    assert found(catalogue, currency="EUR") == ["euros"]


def test_what_changed_is_found_where_it_is_now(catalogue: Catalogue) -> None:
    """A new price, category or stock moves a product; the old place forgets it."""
    catalogue.put_many([a_product("a", 100), a_product("b", 200), a_product("c", 300)])
    catalogue.put_many(
        [a_product("a", 900), a_product("b", 200, category=("Garden",)), a_product("c", 300, stock=0)]
    )
    assert found(catalogue) == ["a"]
    assert found(catalogue, below=900) == []
    assert found(catalogue, category=("Garden",)) == ["b"]


def test_one_store_is_not_another_that_begins_alike(catalogue: Catalogue) -> None:
    """Counting and listing a store leaves out stores whose names begin with its name."""
    for store in ("shop", "shop2", "shop:2", "sho", "shop;", "shop-2"):
        catalogue.put_many([a_product("a", store=store)])
    assert catalogue.count("shop") == 1
    assert catalogue.count("shop:2") == 1
    assert catalogue.active_skus("shop", 10).skus == ("a",)


def test_active_skus_come_in_pages(catalogue: Catalogue) -> None:
    """Every active product comes once, over pages that may have few because the others are inactive."""
    catalogue.put_many([a_product(f"{number:02}", active=number % 3 != 0) for number in range(10)])
    seen: list[str] = []
    cursor = None
    for _ in range(6):
        page = catalogue.active_skus("shop", 2, cursor)
        seen += page.skus
        cursor = page.cursor
        if cursor is None:
            break
    assert cursor is None
    assert seen == ["01", "02", "04", "05", "07", "08"]


def test_only_what_changed_is_written(catalogue: Catalogue) -> None:
    """A statement that says the same keeps its version; another price is a new one."""
    first = [a_product("a"), a_product("b")]
    assert write_changed(catalogue, first, 1, NOON, compare=False) == 2
    assert write_changed(catalogue, first, 2, NOON, compare=True) == 0
    assert write_changed(catalogue, [first[0], a_product("b", 5), a_product("c")], 3, NOON, compare=True) == 2
    found = catalogue.products("shop", ["a", "b", "c"])
    assert {sku: product.version for sku, product in found.items()} == {"a": 1, "b": 3, "c": 3}


def test_a_deactivated_product_comes_back_when_it_is_stated_again(catalogue: Catalogue) -> None:
    """It is kept, can't be found meanwhile, and its old statement counts as a change."""
    product = a_product("a")
    write_changed(catalogue, [product], 1, NOON, compare=False)
    assert deactivate(catalogue, "shop", ["a", "unknown"], 2, NOON) == 1
    assert deactivate(catalogue, "shop", ["a"], 3, NOON) == 0
    assert not catalogue.products("shop", ["a"])["a"].active
    assert found(catalogue) == []
    assert write_changed(catalogue, [product], 4, NOON, compare=True) == 1
    assert found(catalogue) == ["a"]


def test_five_hundred_are_written_at_once(catalogue: Catalogue) -> None:
    """The most that one commit takes."""
    catalogue.put_many([a_product(f"{number}", number + 1) for number in range(500)])
    assert catalogue.count("shop") == 500
    assert len(found(catalogue, limit=1_000)) == 500


def test_ids_are_readable() -> None:
    """An ordinary SKU's id is what a person would look for."""
    assert product_id("shop", "SOCKS-42") == "shop:SOCKS-42"
    assert product_id("shop", "A/1:ż") == "shop:A%2F1:ż"
    assert product_id("a:b", "c") != product_id("a", "b:c")


def test_the_digest_is_of_what_the_store_said() -> None:
    """When it was written makes no difference to the digest; what it says does."""
    product = a_product("a")
    assert finished_product(replace(product, version=3, updated_at=NOON))[0] == product
    assert finished_product(replace(product, stock=2))[0].digest != product.digest
