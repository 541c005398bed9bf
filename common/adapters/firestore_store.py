"""The Store on Firestore in native mode."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound
from google.cloud.firestore_v1.types.query import StructuredQuery
from google.cloud.firestore_v1.types.write import Write

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_values import fields_of, fill_fields, fill_moment, fill_value
from common.adapters.google_calls import unavailable
from common.application.documents import from_fields, to_fields
from common.application.failures import Conflict
from common.application.ports import Counters, Listing, Loaded, Page, Put, Ref

if TYPE_CHECKING:
    import grpc

_Query, _Write = StructuredQuery.pb(), Write.pb()
_ABSENT = Loaded(None, None)
_SERVICE = "Firestore"
_EXPIRE_AT = "expire_at"
"""The field that Firestore's TTL policies go by."""
_LATEST = "latest"
"""The field of a shard that holds its latest moments, apart from the amounts, which are added up."""


class FirestoreStore:
    """A version is a document's update time in nanoseconds. Thread-safe; each method is one RPC, not retried.

    `due` and `browse` need the single-field index of their field in ascending order, which Firestore makes by itself
    unless the field is exempted, and no composite one. `channel` is for tests; without it the client finds
    Firestore, or the emulator in FIRESTORE_EMULATOR_HOST, by itself.
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

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        """All of the documents, as they stood at one moment."""
        by_path = {self._database.path(*ref): ref for ref in refs}
        if not by_path:
            return {}
        with unavailable(_SERVICE):
            found = self._database.get(list(by_path))
        loaded = dict.fromkeys(by_path.values(), _ABSENT)
        for document in found:
            ref = by_path[document.name]
            loaded[ref] = _loaded(ref.collection, document)
        return loaded

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        """All or nothing; raises Conflict if a document isn't at its expected version."""
        writes = [self._write(put) for put in puts]
        if counters is not None and (counters.amounts or counters.latest):
            writes.append(self._increments(counters))
        if not writes:
            return {}
        with unavailable(_SERVICE):
            try:
                results = self._database.commit(writes)
            except (Aborted, AlreadyExists, FailedPrecondition, NotFound) as error:
                raise Conflict(type(error).__name__) from error  # its text names documents, as logs must not
        return {
            put.ref: None if put.document is None else _nanoseconds(result.update_time)
            for put, result in zip(puts, results, strict=False)
        }

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        """Ids in the order of their moments."""
        query = _due_query(collection, field, until, limit)
        if cursor is not None:
            moment, _, last = cursor.partition("/")
            _fill_nanoseconds(query.start_at.values.add().timestamp_value, int(moment))
            query.start_at.values.add().reference_value = self._database.path(collection, last)
        with unavailable(_SERVICE):
            found = self._database.query(self._database.documents, query)
        ids = tuple(document.name.rpartition("/")[2] for document in found)
        if len(ids) < limit:
            return Page(ids, None)
        return Page(ids, f"{_nanoseconds(found[-1].fields[field].timestamp_value)}/{ids[-1]}")

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        """Documents in the order of their ids."""
        query = _browse_query(collection, limit, where)
        if cursor is not None:
            query.start_at.values.add().reference_value = self._database.path(collection, cursor)
        with unavailable(_SERVICE):
            found = self._database.query(self._database.documents, query)
        loaded: dict[Ref, Loaded] = {}
        for document in found:
            ref = Ref(collection, document.name.rpartition("/")[2])
            loaded[ref] = _loaded(collection, document)
        last = found[-1].name.rpartition("/")[2] if len(found) == limit else None
        return Listing(loaded, last)

    def counters(self, day: date) -> Mapping[str, int]:
        """A day's counters: amounts summed over the shards, latest at their greatest."""
        query = _Query()
        query.from_.add().collection_id = "shards"
        with unavailable(_SERVICE):
            found = self._database.query(self._database.path("metrics", day.isoformat()), query)
        total: dict[str, int] = {}
        for shard in found:
            amounts = fields_of(shard.fields)
            for name, moment in amounts.pop(_LATEST, {}).items():
                total[name] = max(total.get(name, moment), moment)
            for name, amount in amounts.items():
                total[name] = total.get(name, 0) + amount
        return total

    def _write(self, put: Put) -> Any:
        write = _Write()
        if put.document is None:
            write.delete = self._database.path(*put.ref)
        else:
            write.update.name = self._database.path(*put.ref)
            fields = to_fields(put.document)
            if put.expire_at is not None:
                fields[_EXPIRE_AT] = put.expire_at
            fill_fields(write.update.fields, fields)
        if put.expected is None:
            write.current_document.exists = False
        else:
            assert isinstance(put.expected, int)  # noqa: S101 - versions are made here
            _fill_nanoseconds(write.current_document.update_time, put.expected)
        return write

    def _increments(self, counters: Counters) -> Any:
        write = _Write()
        write.update.name = self._database.path(
            "metrics", counters.day.isoformat(), "shards", str(counters.shard)
        )
        write.update_mask.SetInParent()  # present and empty: no field is replaced
        for name, amount in counters.amounts.items():
            write.update_transforms.add(field_path=_quoted(name)).increment.integer_value = amount
        for name, moment in counters.latest.items():
            path = f"{_LATEST}.{_quoted(name)}"
            write.update_transforms.add(field_path=path).maximum.integer_value = moment
        return write


def _loaded(collection: str, found: Any) -> Loaded:
    values = fields_of(found.fields)
    document = from_fields(collection, values)
    expire_at = None if hasattr(document, _EXPIRE_AT) else values.get(_EXPIRE_AT)
    return Loaded(document, _nanoseconds(found.update_time), expire_at)


def _browse_query(collection: str, limit: int, where: tuple[str, str] | None) -> Any:
    query = _Query()
    query.from_.add().collection_id = collection
    if where is not None:
        name, text = where
        operators = StructuredQuery.FieldFilter.Operator
        query.where.field_filter.field.field_path = name.removesuffix("[]")
        query.where.field_filter.op = operators.ARRAY_CONTAINS if name.endswith("[]") else operators.EQUAL
        fill_value(query.where.field_filter.value, text)
    query.order_by.add(direction=StructuredQuery.Direction.ASCENDING).field.field_path = "__name__"
    query.limit.value = limit
    return query


def _due_query(collection: str, field: str, until: datetime, limit: int) -> Any:
    query = _Query()
    query.from_.add().collection_id = collection
    query.select.fields.add().field_path = field
    query.where.field_filter.field.field_path = field
    query.where.field_filter.op = StructuredQuery.FieldFilter.Operator.LESS_THAN
    fill_moment(query.where.field_filter.value.timestamp_value, until.astimezone(UTC))
    for path in (field, "__name__"):
        query.order_by.add(direction=StructuredQuery.Direction.ASCENDING).field.field_path = path
    query.limit.value = limit
    return query


def _quoted(name: str) -> str:
    """A field path of one segment, whatever is in the name (`recovered_minor.PLN` has a dot)."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def _nanoseconds(moment: Any) -> int:
    return int(moment.seconds) * 10**9 + int(moment.nanos)


def _fill_nanoseconds(target: Any, nanoseconds: int) -> None:
    target.seconds, target.nanos = divmod(nanoseconds, 10**9)
