"""Our own formats: CSV with a header, and JSON Lines."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, BinaryIO

from pydantic_core import from_json

from infra.catalog.amounts import JSON
from infra.catalog.csv_rows import Row, rows
from infra.catalog.opening import MAX_LINE, Lines, TooLong, text_of
from infra.catalog.statements import Problem, Reading, Stated, Statement, normal

Aliases = tuple[tuple[str, tuple[str, ...]], ...]
Chosen = tuple[dict[str, Any], dict[str, str]]

ALIASES: Aliases = (
    ("sku", ("sku", "product sku", "article number", "item number", "product id", "id")),
    ("name", ("name", "title", "product name")),
    ("price", ("price", "unit price")),
    ("cost", ("cost", "unit cost", "cost price", "purchase price", "cost per item")),
    ("currency", ("currency", "currency code")),
    ("category", ("category", "category path", "product type")),
    ("brand", ("brand", "vendor", "manufacturer")),
    ("group", ("group", "item group id", "parent sku")),
    ("stock", ("stock", "stock quantity", "quantity", "qty", "inventory")),
    ("active", ("active", "enabled", "published", "status")),
    ("tax_class", ("tax class", "tax code")),
    ("url", ("url", "link", "product url")),
    ("images", ("image urls", "images", "image url", "image link", "image")),
    ("attributes", ("attributes",)),
    ("store", ("store",)),
)
"""Our fields, and the columns that hold them; of several the first counts."""
_ATTRIBUTE = ("attribute:", "attribute.", "attributes.", "attr:")


def read_csv(stream: BinaryIO, reading: Reading) -> Stated:
    """One product a row; columns called `attribute:NAME` are attributes, unknown ones are ignored."""
    for row in rows(stream, reading.encoding):
        yield row if isinstance(row, Problem) else _stated(row, reading)


def _stated(row: Row, reading: Reading) -> Statement:
    values, columns = choose(row.cells, ALIASES, reading.sku)
    attributes = {
        name.removeprefix(prefix): text
        for name, text in row.cells.items()
        if text and name.startswith(_ATTRIBUTE)
        for prefix in _ATTRIBUTE
        if name.startswith(prefix)
    }
    if attributes:
        values["attributes"] = attributes
    return Statement(row.line, values, {field: row.names[column] for field, column in columns.items()})


def read_jsonl(stream: BinaryIO, reading: Reading) -> Stated:
    """One product a line."""
    lines = Lines(text_of(stream, reading.encoding))
    while True:
        number = lines.begin_record()
        try:
            line = next(lines).strip()
        except StopIteration:
            return
        except TooLong:
            yield _refused(number, f"has more than {MAX_LINE:,} characters; shorten its fields.")
            continue
        if line:
            yield _object(number, line, reading)


def _object(number: int, line: str, reading: Reading) -> Statement | Problem:
    try:
        stated = from_json(line, allow_inf_nan=False)
    except ValueError as error:  # wrong bytes in it are one
        return _refused(number, f"is not valid UTF-8 JSON ({error}); send one JSON object a line.")
    if not isinstance(stated, dict):
        return _refused(number, "is not a JSON object; send one product a line.")
    values, columns = choose({normal(name): value for name, value in stated.items()}, ALIASES, reading.sku)
    return Statement(number, values, columns, JSON)


def choose(cells: Mapping[str, Any], aliases: Aliases, sku: str | None = None) -> Chosen:
    """The cells by our fields, and which columns those were; `sku` names the SKU's column, if not the usual one."""
    values: dict[str, Any] = {}
    columns: dict[str, str] = {}
    for field, names in _present(tuple(cells), aliases, sku):
        stated = next((name for name in names if cells[name] not in (None, "")), None)
        if stated is not None:
            values[field] = cells[stated]
        columns[field] = stated or names[0]
    return values, columns


@lru_cache(maxsize=64)
def _present(header: tuple[str, ...], aliases: Aliases, sku: str | None) -> Aliases:
    """The aliases without columns that the header lacks, for all of a table's rows at once."""
    usual = ((field, (normal(sku),) if sku and field == "sku" else names) for field, names in aliases)
    found = ((field, tuple(name for name in names if name in header)) for field, names in usual)
    return tuple((field, names) for field, names in found if names)


def _refused(line: int, why: str) -> Problem:
    return Problem(line=line, reason="json_invalid", detail=f"Line {line} {why}")
