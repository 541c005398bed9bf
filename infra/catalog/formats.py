"""Which format a file is in, and who reads it."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from infra.catalog import google, own, shopify
from infra.catalog.csv_rows import header_of
from infra.catalog.opening import beginning, opened
from infra.catalog.statements import Reading, Stated, Unreadable


class Format(StrEnum):
    """What a file of products may be."""

    AUTO = "auto"
    CSV = "csv"
    JSONL = "jsonl"
    SHOPIFY = "shopify"
    GOOGLE = "google"


_READERS: Mapping[Format, Callable[[BinaryIO, Reading], Stated]] = {
    Format.CSV: own.read_csv,
    Format.JSONL: own.read_jsonl,
    Format.SHOPIFY: shopify.read,
    Format.GOOGLE: google.read_table,
}


def statements(stream: Any, wanted: Format, reading: Reading) -> Stated:
    """What the stream states about products. Raises Unreadable, here or between two statements."""
    start = beginning(stream)
    kind = wanted if wanted is not Format.AUTO else recognise(start, reading)
    if kind is Format.SHOPIFY and reading.currency is None:
        raise Unreadable("Shopify's export doesn't name its currency; say it, such as --currency EUR")
    if kind is Format.GOOGLE and _is_xml(start):
        return google.read_xml(stream, reading)
    return _READERS[kind](stream, reading)


def check(files: Sequence[Path], wanted: Format, reading: Reading) -> None:
    """Raise Unreadable, with the file's name, for the first file that can't even be begun."""
    for path in files:
        try:
            with opened(path) as stream:
                next(statements(stream, wanted, reading), None)
        except Unreadable as problem:
            raise Unreadable(f"{path.name}: {problem}") from None


def recognise(start: bytes, reading: Reading) -> Format:
    """The format of a file that begins like this. Raises Unreadable."""
    if not start.strip():
        raise Unreadable("The file is empty")
    if _is_xml(start):
        return Format.GOOGLE
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return Format.JSONL
    header = header_of(start, reading.encoding)
    if shopify.is_shopify(header):
        return Format.SHOPIFY
    if google.is_google(header):
        return Format.GOOGLE
    if {"name", "price"} <= {field for field, names in own.ALIASES if set(names) & set(header)}:
        return Format.CSV
    raise Unreadable(
        "The file is in none of the known formats; begin a CSV with a header such as sku,name,price"
    )


def _is_xml(start: bytes) -> bool:
    return start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")
