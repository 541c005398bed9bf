"""The lines of an order: what was wanted, should the order come to nothing. No order is lost over them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from typing import TypeVar

from common.application.failures import Refused
from common.domain.storefront import Line
from functions.ingest_event.reading import MAX_LINES

T = TypeVar("T")


def readable_lines(items: Iterable[T], read: Callable[[T], Line | None]) -> tuple[Line, ...]:
    """What `read` makes of the items, of which it takes at most as many as a cart may have.

    An item for which it raises Refused or says None is left out.
    """
    lines = []
    for item in islice(items, MAX_LINES):
        with suppress(Refused):
            if line := read(item):
                lines.append(line)
    return tuple(lines)
