"""What the engine did, kept in its file for the page: every announcement once, and every letter."""

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any

from common.application.wire import line_of
from common.domain.effects import Announce
from infra.local.database import Database
from infra.local.mailbox import Letter

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS announcements (
           number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, case_id TEXT, line TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS announcements_case ON announcements (case_id)",
    """CREATE TABLE IF NOT EXISTS letters (
           number INTEGER PRIMARY KEY, case_id TEXT NOT NULL, channel TEXT NOT NULL, step TEXT NOT NULL,
           recipient TEXT NOT NULL, at TEXT NOT NULL, title TEXT NOT NULL, source BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS letters_case ON letters (case_id)",
)
_ADD = "INSERT INTO announcements (id, case_id, line) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_KEEP = "INSERT INTO letters VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FORGET_LETTERS_OF_CASE = "DELETE FROM letters WHERE case_id = ?"
_FORGET_LETTERS_TO = "DELETE FROM letters WHERE recipient = ?"
_FORGET_CASE = "DELETE FROM announcements WHERE case_id = ?"
_FORGET_NAMING = "DELETE FROM announcements WHERE instr(line, ?)"
_NEWEST = "SELECT number, line FROM announcements ORDER BY number DESC LIMIT ?"
_OF_CASE = "SELECT number, line FROM announcements WHERE case_id = ? ORDER BY number"
_AFTER = "SELECT number, line FROM announcements WHERE number > ? ORDER BY number LIMIT 1000"
_LETTERS = "SELECT * FROM letters ORDER BY number DESC LIMIT ?"
_LETTERS_OF_CASE = "SELECT * FROM letters WHERE case_id = ? ORDER BY number"
_LETTER = "SELECT * FROM letters WHERE number = ?"
_COUNTS = "SELECT (SELECT COUNT(*) FROM letters), (SELECT COUNT(*) FROM announcements), total_changes()"


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter as it is kept."""

    number: int
    case_id: str
    channel: str
    step: str
    recipient: str
    at: str
    """RFC 3339."""
    title: str
    """An e-mail's subject; the beginning of a text message."""
    source: bytes


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is. `changes` differs whenever anything in the file does."""

    letters: int
    announcements: int
    changes: int


class Journal:
    """Thread-safe; survives the process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        with database.change():
            for statement in _SCHEMA:
                database.execute(statement)

    def add(self, announced: Announce) -> None:
        """Keep an announcement; a repeated one is there already."""
        if announced.type == "customer.erased":  # this machine has nothing left to erase by the ids
            kept = {name: value for name, value in announced.fields.items() if name != "customer_ids"}
            announced = replace(announced, customer_id=None, fields=kept)
        line = json.dumps(line_of(announced), ensure_ascii=False)
        with self._database.change():
            self._database.execute(_ADD, (announced.id, announced.case_id, line))

    def keep(self, letter: Letter) -> None:
        """Keep a letter. Called by the mailbox, within its own change."""
        message = letter.message
        email = isinstance(letter.content, EmailMessage)
        title = (
            str(letter.content["Subject"])
            if isinstance(letter.content, EmailMessage)
            else letter.content.text
        )
        at = message.claimed_at.isoformat()
        row = (message.case_id, message.channel.value, message.step, message.recipient, at, title)
        self._database.execute(_KEEP, (letter.number, *row, letter.as_bytes() if email else title.encode()))

    def forget(self, customer_ids: Set[str], case_ids: Set[str], addresses: Set[str]) -> int:
        """Delete letters to the person and announcements about them, by the ids of their cases and documents."""
        gone = 0
        with self._database.change():
            for id in case_ids:
                gone += self._database.execute(_FORGET_LETTERS_OF_CASE, (id,)).rowcount
                gone += self._database.execute(_FORGET_CASE, (id,)).rowcount
            for address in addresses:
                gone += self._database.execute(_FORGET_LETTERS_TO, (address,)).rowcount
            for word in (*customer_ids, *addresses):
                gone += self._database.execute(_FORGET_NAMING, (word,)).rowcount
        return gone

    def newest(self, limit: int) -> list[Mapping[str, Any]]:
        """Announcements as they stand on the wire, the newest first."""
        return [json.loads(line) for _, line in self._rows(_NEWEST, limit)]

    def of_case(self, case_id: str) -> list[Mapping[str, Any]]:
        """A case's announcements, in order."""
        return [json.loads(line) for _, line in self._rows(_OF_CASE, case_id)]

    def lines(self, after: int = 0) -> Iterator[str]:
        """All announcements after a number, as JSON texts, a thousand at a time."""
        while rows := self._rows(_AFTER, after):
            yield from (line for _, line in rows)
            after = rows[-1][0]

    def letters(self, limit: int) -> list[Kept]:
        """The newest letters, the newest first."""
        return [Kept(*row) for row in self._rows(_LETTERS, limit)]

    def letters_of(self, case_id: str) -> list[Kept]:
        """A case's letters, in order."""
        return [Kept(*row) for row in self._rows(_LETTERS_OF_CASE, case_id)]

    def letter(self, number: int) -> Kept | None:
        """One letter."""
        return next((Kept(*row) for row in self._rows(_LETTER, number)), None)

    def counts(self) -> Counts:
        """How much there is now."""
        return Counts(*self._rows(_COUNTS)[0])

    def _rows(self, statement: str, *values: object) -> list[Any]:
        with self._database.lock:
            return self._database.execute(statement, values).fetchall()
