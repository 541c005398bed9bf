"""recoup demo: a day at an invented shop and the week after it, in seconds."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from common import logs
from infra.cli.replay import fail
from infra.demo.day import MIDNIGHT, SEED, Outcome, live_through
from infra.demo.figures import add_up
from infra.demo.report import write_report
from infra.demo.screen import closing, show
from infra.demo.telling import clock
from infra.local.database import Database

_USUAL_LENGTH = timedelta(days=9, hours=8)


def demo(
    out: Annotated[
        Path, typer.Option(help="Where to write the report: one HTML file that needs no network.")
    ] = Path("demo-report.html"),
    seed: Annotated[
        int, typer.Option(help="Another number makes another day; the same one the same day.")
    ] = SEED,
    messages: Annotated[
        Path | None,
        typer.Option(help="Also write what the shop sent, for `recoup replay` with another policy."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON instead.")] = False,
) -> None:
    """Show the engine at work: a day at an invented shop, then a week of virtual time, in seconds.

    Hundreds of customers fill carts, forget them, are reminded and come back, or don't.

    The report shows every message as its customer would see it. Nothing leaves this machine.

    Example: recoup demo --out demo-report.html
    """
    for path in filter(None, (out, messages)):
        if path.is_dir() or not path.absolute().parent.is_dir():
            fail(f"{path} can't be written; name a file in a folder that exists")
    logs.configure(severity="ERROR")  # refused messages and rejected addresses are part of the story
    began = monotonic()
    outcome = _run(seed)
    figures = add_up(outcome)
    try:
        write_report(out, outcome, figures)
        if messages is not None:
            messages.write_text(outcome.simulation.as_lines(), encoding="utf-8", newline="\n")
    except OSError as error:
        fail(f"{error.filename} can't be written: {error.strerror}")
    if as_json:
        sys.stdout.write(json.dumps(figures.as_fields(), indent=2, ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    show(console, outcome, figures)
    console.print()
    console.print(closing(monotonic() - began, str(out)), soft_wrap=True)


def _run(seed: int) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="recoup-") as home, _progress() as progress:
        database = Database(Path(home) / "demo.sqlite", exclusive=True)
        try:
            return live_through(database, seed, progress)
        finally:
            database.close()


@contextmanager
def _progress() -> Iterator[Callable[[datetime], None]]:
    """A bar over virtual time on standard error, if that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(bar_width=30))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(clock(MIDNIGHT), total=_USUAL_LENGTH.total_seconds())

        def arrive(now: datetime) -> None:
            bar.update(task, completed=(now - MIDNIGHT).total_seconds(), description=clock(now))

        yield arrive
