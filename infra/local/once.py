"""Which ids were seen before: what any consumer of an at-least-once topic keeps."""

from infra.local.database import Database

_SCHEMA = "CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY) WITHOUT ROWID"


class Once:
    """Remembers ids in the machine's file, so that a long run needs no memory for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.lock:
            database.execute(_SCHEMA)

    def first_time(self, id: str) -> bool:
        """Whether `id` is new; from now on it isn't."""
        with self._database.change():
            return bool(self._database.execute("INSERT OR IGNORE INTO seen VALUES (?)", (id,)).rowcount)
