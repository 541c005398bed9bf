"""Files in memory, read as an import reads them."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from common.domain.catalogue import Product
from infra.catalog.formats import Format, statements
from infra.catalog.importing import read
from infra.catalog.statements import Problem, Reading

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
READING = Reading(store="shop", now=NOW, currency="PLN")


def found(
    content: str | bytes, wanted: Format = Format.AUTO, **options: Any
) -> tuple[list[Product], list[Problem]]:
    """The products, and what was refused or left out."""
    reading = replace(READING, **options)
    data = content.encode() if isinstance(content, str) else content
    products: list[Product] = []
    problems: list[Problem] = []
    for item in statements(io.BufferedReader(io.BytesIO(data), 2**18), wanted, reading):
        taken = item if isinstance(item, Problem) else read(item, reading)
        if isinstance(taken, Problem):
            problems.append(taken)
        else:
            products.append(taken[0])
            problems += taken[2]
    return products, problems


def told(problems: list[Problem]) -> list[tuple[int, str, str | None]]:
    """The problems' lines, reasons and fields."""
    return [(problem.line, problem.reason, problem.field) for problem in problems]
