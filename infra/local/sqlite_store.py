"""The Store in one SQLite file."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from os import urandom

from common.application.documents import from_json, to_json
from common.application.failures import Conflict
from common.application.ports import Counters, Listing, Loaded, Page, Put, Ref
from infra.local.database import Database, readable_failures
from infra.local.document_cache import DocumentCache

DUE_FIELDS: Mapping[str, str] = {
    "cases": "next_due_at",
    "customers": "returned_until",
    "intake_failures": "expire_at",
    "intake_parts": "expire_at",
}
"""The moment that each collection can be searched by."""
EXPIRING = ("intake_failures", "intake_parts")
"""Collections whose documents say themselves when they expire; the others' moment is kept beside them."""

_ABSENT = Loaded(None, None)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_READ = """SELECT version, CASE version WHEN ? THEN NULL ELSE body END, expires_at FROM documents
           WHERE collection = ? AND id = ?"""
_CREATE = """INSERT INTO documents (body, due_at, expires_at, collection, id, version) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT DO NOTHING"""
_REPLACE = """UPDATE documents SET version = version + 1, body = ?, due_at = ?, expires_at = ?
              WHERE collection = ? AND id = ? AND version = ?"""
_DELETE = "DELETE FROM documents WHERE collection = ? AND id = ? AND version = ?"
_ABSENCE = "SELECT 1 FROM documents WHERE collection = ? AND id = ?"
_COUNT = """INSERT INTO counters VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET amount = amount + excluded.amount"""
_SUM = "SELECT name, SUM(amount) FROM counters WHERE day = ? GROUP BY name"
_HEAR = """INSERT INTO latest VALUES (?, ?, ?)
           ON CONFLICT DO UPDATE SET moment = MAX(moment, excluded.moment)"""
_HEARD = "SELECT name, moment FROM latest WHERE day = ?"
_BROWSE = """SELECT id, version, body, expires_at FROM documents WHERE collection = ? AND id > ?
           AND (? IS NULL OR json_extract(CAST(body AS TEXT), ?) = ?) ORDER BY id LIMIT ?"""
_BROWSE_LISTS = """SELECT id, version, body, expires_at FROM documents WHERE collection = ? AND id > ?
           AND (? IS NULL OR EXISTS (SELECT 1 FROM json_each(CAST(body AS TEXT), ?) WHERE value = ?))
           ORDER BY id LIMIT ?"""
_EXPIRE = "DELETE FROM documents WHERE collection = ? AND due_at <= ? RETURNING id"
_EXPIRE_BESIDE = "DELETE FROM documents WHERE expires_at <= ? RETURNING collection, id"
_DUE = """SELECT id, due_at FROM documents
          WHERE collection = ? AND due_at < ? AND (due_at, id) > (?, ?) ORDER BY due_at, id LIMIT ?"""


class SqliteStore:
    """Documents as JSON; a version counts a document's saves, from a number by chance. Thread-safe.

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
                if loaded.document is None:
                    self._cache.forget(ref)
                else:
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
                _DUE, (collection, microseconds(until), int(moment), last, limit)
            ).fetchall()
        more = f"{found[-1][1]}/{found[-1][0]}" if found and len(found) == limit else None
        return Page(tuple(id for id, _ in found), more)

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        """Documents in the order of their ids. With `where` the whole collection is read: enough for one machine."""
        name, text = where or (None, None)
        among = name is not None and name.endswith("[]")
        path = f'$."{name.removesuffix("[]")}"' if name else None
        values = (collection, cursor or "", name, path, text, limit)
        with self._database.lock, readable_failures():
            rows = self._database.execute(_BROWSE_LISTS if among else _BROWSE, values).fetchall()
        loaded = {
            Ref(collection, id): Loaded(from_json(collection, body), version, moment_of(expires_at))
            for id, version, body, expires_at in rows
        }
        return Listing(loaded, rows[-1][0] if len(rows) == limit else None)

    def counters(self, day: date) -> Mapping[str, int]:
        """A day's counters: amounts summed over the shards, latest at their greatest."""
        with self._database.lock, readable_failures():
            amounts = self._database.execute(_SUM, (day.isoformat(),)).fetchall()
            return dict(amounts + self._database.execute(_HEARD, (day.isoformat(),)).fetchall())

    def purge_expired(self, now: datetime) -> int:
        """Delete what has expired by `now`; how many documents that were. Harmless to repeat."""
        gone: list[Ref] = []
        with self._database.lock:
            with self._database.change():
                for collection in EXPIRING:
                    rows = self._database.execute(_EXPIRE, (collection, microseconds(now))).fetchall()
                    gone += [Ref(collection, id) for (id,) in rows]
                gone += [Ref(*row) for row in self._database.execute(_EXPIRE_BESIDE, (microseconds(now),))]
            for ref in gone:
                self._cache.forget(ref)
        return len(gone)

    def _read(self, ref: Ref) -> Loaded:
        cached = self._cache.get(ref)
        if cached is not None and self._database.exclusive:
            return cached
        known = cached.version if cached is not None else None
        row = self._database.execute(_READ, (known, ref.collection, ref.id)).fetchone()
        if row is None:
            return _ABSENT
        version, body, expires_at = row
        if cached is not None and body is None:
            return cached
        loaded = Loaded(from_json(ref.collection, body), version, moment_of(expires_at))
        self._cache.put(ref, loaded, len(body))
        return loaded

    def _write(self, put: Put) -> tuple[Loaded, int]:
        ref, document = put.ref, put.document
        if document is None:
            self._delete(put)
            return _ABSENT, 0
        body = to_json(document)
        expires_at = None if put.expire_at is None else microseconds(put.expire_at)
        values = (body, due_moment(ref.collection, document), expires_at, ref.collection, ref.id)
        if put.expected is None:
            version = first_version()
            changed = self._database.execute(_CREATE, (*values, version)).rowcount
        else:
            assert isinstance(put.expected, int)  # noqa: S101 - versions are made here
            version = put.expected + 1
            changed = self._database.execute(_REPLACE, (*values, put.expected)).rowcount
        if not changed:
            raise _not_as_expected(put)
        return Loaded(document, version, put.expire_at), len(body)

    def _delete(self, put: Put) -> None:
        if put.expected is None:
            if self._database.execute(_ABSENCE, put.ref).fetchone():
                raise _not_as_expected(put)
        elif not self._database.execute(_DELETE, (*put.ref, put.expected)).rowcount:
            raise _not_as_expected(put)

    def _count(self, counters: Counters) -> None:
        day = counters.day.isoformat()
        for name, amount in counters.amounts.items():
            self._database.execute(_COUNT, (day, counters.shard, name, amount))
        for name, moment in counters.latest.items():
            self._database.execute(_HEAR, (day, name, moment))


def _not_as_expected(put: Put) -> Conflict:
    return Conflict(f"a document of {put.ref.collection} is not at version {put.expected}")


def first_version() -> int:
    """A new document's version: of one that is deleted and made again, nobody may take the old one for the new."""
    return int.from_bytes(urandom(6), "big")


def moment_of(microseconds: int | None) -> datetime | None:
    """The moment as it was written down."""
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND


def due_moment(collection: str, document: object) -> int | None:
    """What a document is found by in `due`, in microseconds; None = it isn't."""
    field = DUE_FIELDS.get(collection)
    moment = getattr(document, field) if field else None
    return None if moment is None else microseconds(moment)


def microseconds(moment: datetime) -> int:
    """The moment as it is written down."""
    return (moment - _EPOCH) // _MICROSECOND
