"""The parts that the demonstration's screen is made of."""

from collections.abc import Iterable

from rich.console import RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from infra.demo.words import amount

GOOD, QUIET, HEAD = "green", "dim", "bold"


def section(title: str, *content: RenderableType) -> Iterable[RenderableType]:
    """What follows, under a heading."""
    yield ""
    yield Rule(Text(title, style=HEAD), align="left", style=QUIET, characters="─")
    yield from content


def table_of(*columns: tuple[str, bool]) -> Table:
    """Columns with their heading, and whether they hold numbers."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style=QUIET, show_edge=False)
    for heading, number in columns:
        table.add_column(heading, justify="right" if number else "left", no_wrap=number)
    return table


def pairs() -> Table:
    """A number in each row, and what it counts."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def plain(minor: int, currency: str) -> str:
    """The amount without its currency, which heads the row."""
    return amount(minor, currency).lstrip(amount(0, currency).rstrip("0."))
