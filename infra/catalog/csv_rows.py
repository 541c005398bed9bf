"""CSV and TSV files, row by row, as spreadsheets and shops really write them."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from infra.catalog.opening import MAX_LINE, Lines, TooLong, text_of
from infra.catalog.statements import Problem, Unreadable, normal

MAX_FIELD = 2**19
MAX_COLUMNS = 2_000
_DELIMITERS = ",;\t|"
_NO_HEADER = "The file doesn't begin with a header of columns; put one such as sku,name,price"
_HINT = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_WRONG_BYTES = re.compile("[\udc80-\udcff\ufffd]")


@dataclass(frozen=True, slots=True)
class Row:
    """One row by the normal names of its columns; what it doesn't have is empty."""

    line: int
    cells: dict[str, str]
    names: dict[str, str]
    """The columns as the file writes them, by their normal names."""


def rows(stream: BinaryIO, encoding: str | None = None) -> Iterator[Row | Problem]:
    """The rows below the header. A row that can't be read is a Problem and the next line is tried.

    Raises Unreadable if there is no header.
    """
    csv.field_size_limit(MAX_FIELD)
    lines = Lines(text_of(stream, encoding))
    try:
        delimiter, header = _header(lines)
    except (TooLong, csv.Error, UnicodeError):
        raise Unreadable(_NO_HEADER) from None
    columns = [normal(name) for name in header]
    names = dict(zip(columns, header, strict=True))
    for line, cells in _records(lines, delimiter, len(columns)):
        if isinstance(cells, Problem):
            yield cells
        elif any(cells):
            yield Row(line, dict(zip(columns, cells, strict=False)), names)


def header_of(beginning: bytes, encoding: str | None = None) -> list[str]:
    """The normal names of the columns at the beginning of a file; none if that is no table."""
    try:
        _, header = _header(Lines(text_of(io.BufferedReader(io.BytesIO(beginning)), encoding)))
    except (Unreadable, TooLong, csv.Error, UnicodeError):
        return []
    return [normal(name) for name in header]


def _header(lines: Lines) -> tuple[str, list[str]]:
    hinted = None
    for line in lines:
        if hint := _HINT.fullmatch(line):
            hinted = hint[1]
        elif line.strip():
            delimiter = hinted or max(_DELIMITERS, key=re.sub('"[^"]*"', "", line).count)
            header = [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
            while header and not header[-1]:
                header.pop()
            if _WRONG_BYTES.search(line):
                break
            if 0 < len(header) <= MAX_COLUMNS:
                return delimiter, header
            break
    raise Unreadable(_NO_HEADER)


def _records(lines: Lines, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | Problem]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = lines.begin_record()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except TooLong:
            yield line, _too_long(line)
        except (csv.Error, UnicodeError) as error:
            # A quote that isn't closed swallows rows: only its own line is given up.
            lines.reread()
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield line, _broken(line, str(error))
            continue
        else:
            problem = _problem(line, cells, lines.of_record, width)
            if problem is not None and lines.of_record > 1:
                lines.reread()
                reader = csv.reader(lines, delimiter=delimiter, strict=True)
            yield line, problem or cells
            continue
        reader = csv.reader(lines, delimiter=delimiter, strict=True)


def _problem(line: int, cells: list[str], lines: int, width: int) -> Problem | None:
    if (len(cells) > width and any(cells[width:])) or (lines > 1 and len(cells) < width):
        return _broken(line, f"the row has {len(cells)} fields and the header {width}")
    joined = "".join(cells)
    if not joined.isascii() and _WRONG_BYTES.search(joined):
        return Problem(
            line=line,
            reason="encoding_invalid",
            detail=f"Line {line} is not UTF-8; save the file as UTF-8, or say --encoding windows-1250 or the like.",
        )
    return None


def _broken(line: int, why: str) -> Problem:
    detail = f"Line {line} is no row of this table: {why}; put fields with quotes or separators in quotes."
    return Problem(line=line, reason="row_invalid", detail=detail)


def _too_long(line: int) -> Problem:
    detail = f"Line {line} has more than {MAX_LINE:,} characters; shorten its fields."
    return Problem(line=line, reason="row_too_long", detail=detail)
