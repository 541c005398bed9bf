"""The table and views of infra/cloud/bigquery in DuckDB, their SQL translated from BigQuery's."""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from common.adapters.pubsub_bus import _data, attributes_of
from common.domain.effects import Announce

FOLDER = Path(__file__).resolve().parents[2] / "infra" / "cloud" / "bigquery"
VIEWS = tuple(sorted((FOLDER / "views").glob("*.sql"), key=lambda path: (path.stem != "events", path.stem)))
"""`events` first: the others read it."""
_TABLE = re.compile(r"`\$\{dataset\}\.(\w+)`")


def tables_of(sql: str) -> set[str]:
    """Which tables and views of the dataset the SQL reads."""
    return set(_TABLE.findall(sql))


def parsed(sql: str) -> exp.Expression:
    """One statement of BigQuery's SQL, as it is once Terraform has filled in the dataset. Raises ParseError."""
    statement = sqlglot.parse_one(_TABLE.sub(r"\1", sql), read="bigquery")
    assert statement is not None
    return statement


class Warehouse:
    """A dataset with the table that Terraform makes, and every view."""

    def __init__(self) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET TimeZone = 'UTC'")
        columns = json.loads((FOLDER / "recovery_events.json").read_text())
        kinds = {"STRING": "VARCHAR", "TIMESTAMP": "TIMESTAMPTZ", "JSON": "JSON"}
        spelled = ", ".join(f"{column['name']} {kinds[column['type']]}" for column in columns)
        self._connection.execute(f"CREATE TABLE recovery_events ({spelled})")
        for view in VIEWS:
            self._connection.execute(f"CREATE VIEW {view.stem} AS {_translated(view.read_text())}")

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What the subscription would write."""
        for row in rows:
            values = [*row.values()]
            marks = ", ".join("?" * len(values))
            self._connection.execute(
                f"INSERT INTO recovery_events ({', '.join(row)}) VALUES ({marks})", values
            )

    def ask(self, sql: str) -> list[dict[str, Any]]:
        """The answer to a query in BigQuery's SQL."""
        answer = self._connection.execute(_translated(sql))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def run(self, sql: str) -> None:
        """Carry out a statement in BigQuery's SQL."""
        self._connection.execute(_translated(sql))

    def all(self, view: str) -> list[dict[str, Any]]:
        """Every row of a view."""
        return self.ask(f"SELECT * FROM {view}")


def row_of(announcement: Announce, message_id: str) -> dict[str, Any]:
    """The row for a message of the bus, as a BigQuery subscription with write_metadata makes it."""
    return {
        "subscription_name": "projects/p/subscriptions/recovery-events-bigquery",
        "message_id": message_id,
        "publish_time": announcement.at,
        "attributes": json.dumps(attributes_of(announcement)),
        "data": _data(announcement).decode(),
    }


def _translated(sql: str) -> str:
    return parsed(sql).sql(dialect="duckdb")
