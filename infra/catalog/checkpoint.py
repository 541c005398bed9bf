"""How far an import has come, in a file of its own, so that it can go on after Ctrl-C or a crash."""

import fcntl
import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (sku TEXT PRIMARY KEY, item INTEGER NOT NULL) WITHOUT ROWID;
"""
_CHUNK = 2**20


class InUse(Exception):
    """Another process on this machine is importing into the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What is done for good: everything up to `items`."""

    fingerprint: str
    run_id: str
    started_at: str
    fresh: bool
    """Whether the catalogue was empty, so that there is nothing to compare with."""
    items: int = 0
    read: int = 0
    written: int = 0
    unchanged: int = 0
    refused: int = 0
    notes: int = 0
    unnamed: int = 0
    """Refused without it being known which product that was."""
    rejects_bytes: int = 0
    """How long the file of what was refused is."""


class Checkpoint:
    """One store's unfinished import, held by one process at a time."""

    def __init__(self, folder: Path, store: str) -> None:
        """Raises InUse, or OSError if the folder can't be used."""
        folder.mkdir(parents=True, exist_ok=True)
        name = hashlib.blake2b(store.encode(), digest_size=8).hexdigest()
        self._lock = (folder / f"{name}.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise InUse(f"another import into {store} is at work on this machine; wait for it") from None
        self._connection = sqlite3.connect(folder / f"{name}.sqlite", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_SCHEMA)
        self.owner = self._owner()

    def unfinished(self) -> Progress | None:
        """The import that was begun and has not ended."""
        stated = self._get("progress")
        return None if stated is None else Progress(**json.loads(stated))

    def begin(self, progress: Progress) -> None:
        """Begin an import, or go on with the one that `progress` is of."""
        if progress.items == 0:
            self._connection.execute("DROP TABLE seen")
            self._connection.executescript(_SCHEMA)
        else:
            self._connection.execute("DELETE FROM seen WHERE item >= ?", (progress.items,))
        self._put("progress", json.dumps(asdict(progress)))
        self._connection.execute("BEGIN")

    def first_time(self, sku: str, item: int) -> bool:
        """Remember that an item was of that SKU; False if an earlier one was too."""
        inserted = self._connection.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (sku, item))
        return inserted.rowcount == 1

    def save(self, progress: Progress) -> None:
        """Everything up to `progress.items` is done."""
        self._put("progress", json.dumps(asdict(progress)))
        self._connection.execute("COMMIT")
        self._connection.execute("BEGIN")

    def unseen(self, skus: Iterable[str]) -> Sequence[str]:
        """Those of the SKUs that no item was of."""
        query = "SELECT 1 FROM seen WHERE sku = ?"
        return [sku for sku in skus if self._connection.execute(query, (sku,)).fetchone() is None]

    def end(self) -> None:
        """The import has ended; the next one begins anew."""
        self._connection.execute("DELETE FROM state WHERE name = 'progress'")
        self._connection.execute("DROP TABLE seen")
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of it; what was not saved will be done again."""
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        self._connection.close()
        self._lock.close()

    def _owner(self) -> str:
        known = self._get("owner")
        if known is None:
            known = uuid.uuid4().hex
            self._put("owner", known)
        return known

    def _get(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _put(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))


def fingerprint(files: Sequence[Path], *options: object) -> str:
    """What makes two imports the same one: the files' contents, in their order, and how they are read."""
    digest = hashlib.blake2b(repr(options).encode(), digest_size=16)
    for path in files:
        digest.update(f"{path.stat().st_size}/".encode())
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()


def counted(progress: Progress, **more: int) -> Progress:
    """The progress with so much added to its counts."""
    return replace(progress, **{name: getattr(progress, name) + amount for name, amount in more.items()})
