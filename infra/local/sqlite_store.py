"""The Store in one SQLite file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from common.application.documents import from_json, to_json
from common.application.failures import Conflict
from common.application.ports import Counters, Loaded, Page, Put, Ref
from infra.local.database import Database, readable_failures
from infra.local.document_cache import DocumentCache

DUE_FIELDS: Mapping[str, str] = {"cases": "next_due_at", "customers": "returned_until"}
"""The moment that each collection can be searched by."""

_ABSENT = Loaded(None, None)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_READ = """SELECT version, CASE version WHEN ? THEN NULL ELSE body END FROM documents
           WHERE collection = ? AND id = ?"""
_CREATE = """INSERT INTO documents (version, body, due_at, collection, id) VALUES (1, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING"""
_REPLACE = """UPDATE documents SET version = version + 1, body = ?, due_at = ?
              WHERE collection = ? AND id = ? AND version = ?"""
_COUNT = """INSERT INTO counters VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"""
_SUM = "SELECT name, SUM(amount) FROM counters WHERE day = ? GROUP BY name"
_DUE = """SELECT id, due_at FROM documents
          WHERE collection = ? AND due_at < ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?"""


class SqliteStore:
    """Documents as JSON; a version counts a document's saves from 1. Thread-safe.

    Decoded documents are cached, up to `cache_bytes` of JSON (0: none). Unless the file is exclusive, a
    cached one counts only while the file has the same version, so other processes may write the file too.
    """

    def __init__(self, database: Database, *, cache_bytes: int = 48 * 2**20) -> None:
        self._database = database
        self._cache = DocumentCache(cache_bytes)

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        """All of the documents, as they stand at one moment unless another process is writing."""
        with self._database.lock, readable_failures():
            return {ref: self._read(ref) for ref in refs}

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        """All or nothing; raises Conflict if a document isn't at its expected version."""
        written: dict[Ref, tuple[Loaded, int]] = {}
        with self._database.lock:
            with self._database.change():
                for put in puts:
                    written[put.ref] = self._write(put)
                if counters is not None:
                    self._count(counters)
            for ref, (loaded, size) in written.items():
                self._cache.put(ref, loaded, size)
        return {ref: loaded.version for ref, (loaded, _) in written.items()}

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        """Ids in the order of their moments. Raises ValueError for a field that isn't in DUE_FIELDS."""
        if DUE_FIELDS.get(collection) != field:
            raise ValueError(f"{collection} can't be searched by {field}; add it to DUE_FIELDS")
        moment, _, last = cursor.partition("/") if cursor else (str(-(2**63)), "", "")
        with self._database.lock, readable_failures():
            found = self._database.execute(
                _DUE, (collection, _microseconds(until), int(moment), last, limit)
            ).fetchall()
        more = f"{found[-1][1]}/{found[-1][0]}" if found and len(found) == limit else None
        return Page(tuple(id for id, _ in found), more)

    def counters(self, day: date) -> Mapping[str, int]:
        """A day's counters, summed over the shards."""
        with self._database.lock, readable_failures():
            return dict(self._database.execute(_SUM, (day.isoformat(),)).fetchall())

    def _read(self, ref: Ref) -> Loaded:
        cached = self._cache.get(ref)
        if cached is not None and self._database.exclusive:
            return cached
        known = cached.version if cached is not None else None
        row = self._database.execute(_READ, (known, ref.collection, ref.id)).fetchone()
        if row is None:
            return _ABSENT
        version, body = row
        if cached is not None and body is None:
            return cached
        loaded = Loaded(from_json(ref.collection, body), version)
        self._cache.put(ref, loaded, len(body))
        return loaded

    def _write(self, put: Put) -> tuple[Loaded, int]:
        ref, document, body = put.ref, put.document, to_json(put.document)
        values = (body, due_moment(ref.collection, document), ref.collection, ref.id)
        if put.expected is None:
            changed = self._database.execute(_CREATE, values).rowcount
            version = 1
        else:
            assert isinstance(put.expected, int)  # noqa: S101 - versions are made here
            changed = self._database.execute(_REPLACE, (*values, put.expected)).rowcount
            version = put.expected + 1
        if not changed:
            raise Conflict(f"{ref.collection}/{ref.id} is not at version {put.expected}")
        return Loaded(document, version), len(body)

    def _count(self, counters: Counters) -> None:
        day = counters.day.isoformat()
        for name, amount in counters.amounts.items():
            self._database.execute(_COUNT, (day, counters.shard, name, amount))


def due_moment(collection: str, document: object) -> int | None:
    """What a document is found by in `due`, in microseconds; None = it isn't."""
    field = DUE_FIELDS.get(collection)
    moment = getattr(document, field) if field else None
    return None if moment is None else _microseconds(moment)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND
