"""The Catalogue in Firestore."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from google.cloud.firestore_v1.types import StructuredQuery
from google.cloud.firestore_v1.types import write as writes

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_values import fields_of, fill_fields, fill_value
from common.adapters.google_calls import unavailable
from common.application.catalogue import first_found
from common.application.documents import from_fields, to_fields
from common.application.ports import SkuPage
from common.domain.catalogue import PRODUCTS, Product, id_prefix, product_id, searched

if TYPE_CHECKING:
    import grpc

_SERVICE = "Firestore"
_WRITE_SECONDS = 60.0
"""For five hundred products at once; nobody waits for an import."""
_Query = StructuredQuery.pb()
_Write = writes.Write.pb()
_Operator = StructuredQuery.FieldFilter.Operator
_Direction = StructuredQuery.Direction
_NEXT_TO_COLON = ";"
"""What sorts right after the colon that ends a store's part of an id."""


class FirestoreCatalogue:
    """Products as documents of `catalog`. Thread-safe.

    `candidates` needs one composite index of the collection: `shelves` CONTAINS, `price.minor` DESCENDING. No other
    field is searched, so all of Firestore's own single-field indexes of the collection can be switched off.
    """

    def __init__(
        self,
        project: str,
        database: str = "(default)",
        *,
        timeout_seconds: float = 10.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        self._database = FirestoreDatabase(project, database, timeout_seconds, channel)
        self._written = FirestoreDatabase(project, database, _WRITE_SECONDS, channel)

    def products(self, store: str, skus: Sequence[str]) -> Mapping[str, Product]:
        """Those of the SKUs that the catalogue has."""
        return {product.sku: product for product in map(_product, self._get(store, skus))}

    def candidates(
        self, store: str, category: tuple[str, ...], currency: str, below_minor: int, limit: int
    ) -> tuple[Product, ...]:
        """What could be bought instead; both shelves are asked at the same time."""
        shelves = searched(store, currency, category)
        if not shelves:
            return ()
        queries = [_shelf_query(shelf, below_minor, limit) for shelf in shelves]
        with ThreadPoolExecutor(len(queries)) as threads, unavailable(_SERVICE):
            found = list(threads.map(self._search, queries))
        return first_found((_product(document) for documents in found for document in documents), limit)

    def digests(self, store: str, skus: Sequence[str]) -> Mapping[str, str]:
        """The digests of those of the SKUs that the catalogue has."""
        found = [fields_of(document.fields) for document in self._get(store, skus, ("sku", "digest"))]
        return {values["sku"]: values.get("digest", "") for values in found}

    def put_many(self, products: Sequence[Product]) -> None:
        """Write all or none, whatever is there."""
        if not products:
            return
        with unavailable(_SERVICE):
            self._written.commit(self._writes(products))

    def active_skus(self, store: str, limit: int, cursor: str | None = None) -> SkuPage:
        """The active products among the store's next `limit`."""
        query = self._all_of(store)
        for path in ("sku", "active"):
            query.select.fields.add().field_path = path
        query.order_by.add(direction=_Direction.ASCENDING).field.field_path = "__name__"
        query.limit.value = limit
        if cursor is not None:
            query.start_at.values.add().reference_value = self._database.path(PRODUCTS, cursor)
        with unavailable(_SERVICE):
            found = self._search(query)
        values = [fields_of(document.fields) for document in found]
        more = found[-1].name.rpartition("/")[2] if len(found) == limit else None
        return SkuPage(tuple(one["sku"] for one in values if one.get("active", True)), more)

    def count(self, store: str) -> int:
        """How many products the store has; Firestore charges one read per thousand."""
        with unavailable(_SERVICE):
            return self._database.count(self._database.documents, self._all_of(store))

    def _get(self, store: str, skus: Sequence[str], fields: Sequence[str] = ()) -> list[Any]:
        paths = [self._database.path(PRODUCTS, product_id(store, sku)) for sku in dict.fromkeys(skus)]
        if not paths:
            return []
        with unavailable(_SERVICE):
            return self._database.get(paths, fields)

    def _search(self, query: Any) -> list[Any]:
        return self._database.query(self._database.documents, query)

    def _writes(self, products: Sequence[Product]) -> Iterable[Any]:
        for product in products:
            write = _Write()
            write.update.name = self._database.path(PRODUCTS, product.id)
            fill_fields(write.update.fields, to_fields(product))
            yield write

    def _all_of(self, store: str) -> Any:
        prefix = id_prefix(store)
        query = _Query()
        query.from_.add().collection_id = PRODUCTS
        query.where.composite_filter.op = StructuredQuery.CompositeFilter.Operator.AND
        for operator, end in (
            (_Operator.GREATER_THAN, prefix),
            (_Operator.LESS_THAN, prefix[:-1] + _NEXT_TO_COLON),
        ):
            bound = query.where.composite_filter.filters.add().field_filter
            bound.field.field_path = "__name__"
            bound.op = operator
            bound.value.reference_value = self._database.path(PRODUCTS, end)
        return query


def _product(document: Any) -> Product:
    product: Product = from_fields(PRODUCTS, fields_of(document.fields))
    return product


def _shelf_query(shelf: str, below_minor: int, limit: int) -> Any:
    query = _Query()
    query.from_.add().collection_id = PRODUCTS
    query.where.composite_filter.op = StructuredQuery.CompositeFilter.Operator.AND
    for path, operator, value in (
        ("shelves", _Operator.ARRAY_CONTAINS, shelf),
        ("price.minor", _Operator.LESS_THAN, below_minor),
    ):
        condition = query.where.composite_filter.filters.add().field_filter
        condition.field.field_path = path
        condition.op = operator
        fill_value(condition.value, value)
    query.order_by.add(direction=_Direction.DESCENDING).field.field_path = "price.minor"
    query.limit.value = limit
    return query
