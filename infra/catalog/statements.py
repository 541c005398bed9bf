"""What readers make of a file: products as they are stated there, and what can't be read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.catalog.amounts import AUTO


@dataclass(frozen=True, slots=True)
class Statement:
    """One product in our names for its fields, its values still as the file has them."""

    line: int
    values: Mapping[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)
    """What the file calls a field, where that isn't our name."""
    decimal: str = AUTO
    """What separates decimals in this format, where nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What was refused, or (`note`) left out of a product that was taken all the same."""

    line: int
    reason: str
    detail: str
    field: str | None = None
    sku: str | None = None
    file: str = ""
    note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How files are to be understood."""

    store: str | None
    """Whose products they are; None = every product says so itself."""
    now: datetime
    currency: str | None = None
    """Of amounts that don't name theirs."""
    decimal: str = AUTO
    """Which of point and comma separates decimals; auto = as each amount shows, and refused where it doesn't."""
    sku: str | None = None
    """The column that holds the SKU, where it isn't the usual one."""
    url_base: str | None = None
    """The shop's own address, for formats whose files hold only parts of addresses."""
    encoding: str | None = None


class Unreadable(Exception):
    """The rest of the file can't be read; the sentence says why and what to do."""


Stated = Iterator[Statement | Problem]


def normal(name: str) -> str:
    """A column's name as it is compared: lower case, words parted by single spaces, without Google's prefix."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split()).removeprefix("g:")
