"""The one SQLite file of an engine on one machine, shared by its store, its timer and its mailbox."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.application.failures import Unavailable

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, due_at INTEGER,
    expires_at INTEGER,
    PRIMARY KEY (collection, id)
);
CREATE INDEX IF NOT EXISTS documents_due ON documents (collection, due_at, id) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS counters (
    day TEXT NOT NULL, shard INTEGER NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL,
    PRIMARY KEY (day, shard, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS latest (
    day TEXT NOT NULL, name TEXT NOT NULL, moment INTEGER NOT NULL, PRIMARY KEY (day, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tasks (
    seq INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, done_at INTEGER
);
CREATE INDEX IF NOT EXISTS tasks_done ON tasks (done_at) WHERE done_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY, claim_id TEXT NOT NULL, provider_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS messages_claim ON messages (claim_id);
"""
_EXPIRING = """
CREATE INDEX IF NOT EXISTS documents_expiring ON documents (expires_at) WHERE expires_at IS NOT NULL
"""
_COMMIT_EVERY = 500
"""Changes that an exclusive file gathers into one commit."""
_WAIT_SECONDS = 10.0
"""How long a change waits for another process's change to end."""


class Database:
    """One connection in WAL mode and the lock around it; thread-safe.

    `exclusive`: the file is this process's alone until `close`, and a crash may lose what was changed last.
    Nothing is synced to disk and changes are committed in batches, which makes it several times as fast.
    """

    def __init__(self, path: Path | str, *, exclusive: bool = False) -> None:
        self.exclusive = exclusive
        self.lock = threading.RLock()
        self._changes = 0
        self._closed = False
        self._connection = sqlite3.connect(
            path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self.execute = self._connection.execute
        """Run one statement; the caller holds `lock`."""
        self.execute_many = self._connection.executemany
        """Run one statement for each row; the caller holds `lock`."""
        with readable_failures():
            self._prepare()

    @contextmanager
    def change(self) -> Iterator[None]:
        """All statements within take effect, or none."""
        with self.lock, readable_failures():
            self.execute("SAVEPOINT change" if self.exclusive else "BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.execute("ROLLBACK TO change" if self.exclusive else "ROLLBACK")
                raise
            self.execute("RELEASE change" if self.exclusive else "COMMIT")
            self._gather()

    def close(self) -> None:
        """Commit what is gathered and let go of the file. A second call is harmless."""
        with self.lock:
            if self._closed:
                return
            self._closed = True
            if self._connection.in_transaction:
                self._connection.commit()
            self._connection.close()

    def _prepare(self) -> None:
        self.execute("PRAGMA page_size = 8192")
        if self.exclusive:
            self.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.execute("PRAGMA journal_mode = WAL")
        self.execute(f"PRAGMA synchronous = {'OFF' if self.exclusive else 'NORMAL'}")
        self.execute("PRAGMA cache_size = -32768")
        self.execute("PRAGMA wal_autocheckpoint = 4000")
        self._connection.executescript(_SCHEMA)
        self._add_what_older_files_lack()
        if self.exclusive:
            self.execute("BEGIN IMMEDIATE")

    def _add_what_older_files_lack(self) -> None:
        columns = {row[1] for row in self.execute("PRAGMA table_info(documents)")}
        if "expires_at" not in columns:
            self.execute("ALTER TABLE documents ADD COLUMN expires_at INTEGER")
        self.execute(_EXPIRING)

    def _gather(self) -> None:
        if not self.exclusive:
            return
        self._changes += 1
        if self._changes % _COMMIT_EVERY == 0:
            self.execute("COMMIT")
            self.execute("BEGIN IMMEDIATE")


@contextmanager
def readable_failures() -> Iterator[None]:
    """SQLite's failures (a full disk, a file that another process keeps locked) become Unavailable."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(f"SQLite: {error}") from error
