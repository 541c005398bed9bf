"""The Catalogue in the one SQLite file: documents like the others, and a table of shelves to search."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from common.application.catalogue import first_found
from common.application.documents import from_json, to_json
from common.application.ports import SkuPage
from common.domain.catalogue import PRODUCTS, Product, id_prefix, product_id, searched
from infra.local.database import Database, readable_failures
from infra.local.sqlite_store import first_version

_SCHEMA = """
CREATE TABLE IF NOT EXISTS catalog_shelves (
    shelf INTEGER NOT NULL, price_minor INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (shelf, price_minor, id)
) WITHOUT ROWID
"""
_READ = "SELECT body FROM documents WHERE collection = ? AND id = ?"
_DIGEST = (
    """SELECT json_extract(CAST(body AS TEXT), '$.digest') FROM documents WHERE collection = ? AND id = ?"""
)
_WRITE = """INSERT INTO documents (body, collection, id, version) VALUES (?, ?, ?, ?)
            ON CONFLICT (collection, id) DO UPDATE SET version = version + 1, body = excluded.body"""
_SHELVE = "INSERT OR IGNORE INTO catalog_shelves VALUES (?, ?, ?)"
_UNSHELVE = "DELETE FROM catalog_shelves WHERE shelf = ? AND price_minor = ? AND id = ?"
_SEARCH = """SELECT body FROM catalog_shelves AS shelves JOIN documents ON collection = ? AND documents.id = shelves.id
             WHERE shelf = ? AND price_minor < ? ORDER BY price_minor DESC LIMIT ?"""
_ALL = "FROM documents WHERE collection = ? AND id > ? AND id < ?"
_LIST = f"SELECT id, body {_ALL} ORDER BY id LIMIT ?"
_COUNT = f"SELECT COUNT(*) {_ALL}"
_LARGEST = 2**63 - 1


class SqliteCatalogue:
    """Products beside the store's documents, so that either finds what the other wrote. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.lock, readable_failures():
            database.execute(_SCHEMA)

    def products(self, store: str, skus: Sequence[str]) -> Mapping[str, Product]:
        """Those of the SKUs that the catalogue has."""
        with self._database.lock, readable_failures():
            return {product.sku: product for product in self._read(product_id(store, sku) for sku in skus)}

    def candidates(
        self, store: str, category: tuple[str, ...], currency: str, below_minor: int, limit: int
    ) -> tuple[Product, ...]:
        """What could be bought instead."""
        below = min(below_minor, _LARGEST)
        found: list[bytes] = []
        with self._database.lock, readable_failures():
            for shelf in searched(store, currency, category):
                rows = self._database.execute(_SEARCH, (PRODUCTS, _number(shelf), below, limit))
                found += [body for (body,) in rows]
        return first_found((from_json(PRODUCTS, body) for body in found), limit)

    def digests(self, store: str, skus: Sequence[str]) -> Mapping[str, str]:
        """The digests of those of the SKUs that the catalogue has."""
        with self._database.lock, readable_failures():
            found = {
                sku: self._database.execute(_DIGEST, (PRODUCTS, product_id(store, sku))).fetchone()
                for sku in skus
            }
        return {sku: row[0] for sku, row in found.items() if row is not None}

    def put_many(self, products: Sequence[Product]) -> None:
        """Write all or none, whatever is there."""
        version = first_version()
        rows = [(to_json(product), PRODUCTS, product.id, version) for product in products]
        with self._database.change():
            old = list(self._read(product.id for product in products))
            self._database.execute_many(_UNSHELVE, _shelved(old))
            self._database.execute_many(_WRITE, rows)
            self._database.execute_many(_SHELVE, _shelved({one.id: one for one in products}.values()))

    def active_skus(self, store: str, limit: int, cursor: str | None = None) -> SkuPage:
        """The active products among the store's next `limit`."""
        first, last = _bounds(store)
        with self._database.lock, readable_failures():
            rows = self._database.execute(_LIST, (PRODUCTS, cursor or first, last, limit)).fetchall()
        products: list[Product] = [from_json(PRODUCTS, body) for _, body in rows]
        more = rows[-1][0] if len(rows) == limit else None
        return SkuPage(tuple(product.sku for product in products if product.active), more)

    def count(self, store: str) -> int:
        """How many products the store has, active or not."""
        with self._database.lock, readable_failures():
            row = self._database.execute(_COUNT, (PRODUCTS, *_bounds(store))).fetchone()
        return int(row[0])

    def _read(self, ids: Iterable[str]) -> Iterator[Product]:
        for id in ids:
            row = self._database.execute(_READ, (PRODUCTS, id)).fetchone()
            if row is not None:
                yield from_json(PRODUCTS, row[0])


def _shelved(products: Iterable[Product]) -> Iterator[tuple[int, int, str]]:
    for product in products:
        for shelf in product.shelves:
            yield _number(shelf), product.price.minor, product.id


def _number(shelf: str) -> int:
    """A shelf's key in the eight bytes of an SQLite integer."""
    return int(shelf[:15], 16)


def _bounds(store: str) -> tuple[str, str]:
    prefix = id_prefix(store)
    return prefix, prefix[:-1] + ";"
