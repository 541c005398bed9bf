"""recoup doctor: whether the engine is well."""

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from common.application import health
from common.application.health import Finding, Level
from infra.cli.target import Data, PolicyFolder, engine_of
from infra.dead_letters.printable import json_line, printable
from infra.dead_letters.screen import console

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


def doctor(
    store: Annotated[
        list[str] | None,
        typer.Option(help="Also look for this store; repeatable. Most are found by themselves."),
    ] = None,
    data: Data = None,
    policy: PolicyFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Say whether the engine is well: who is heard, what is refused, what waits too long, what is switched on.

    Exit status: 0 well, or only warnings; 1 something fails; 2 it can't be asked; 3 something didn't answer.

    Example: recoup doctor --json | jq 'select(.level != "ok")'
    """
    with engine_of(data, policy) as engine:
        found = health.findings(health.examine(engine, store or []))
    if as_json:
        for finding in found:
            typer.echo(json_line(_fields(finding)))
    else:
        console().print(_table(found))
    raise typer.Exit(int(health.worst(found) is Level.FAIL))


def _fields(finding: Finding) -> dict[str, str]:
    return {"level": finding.level.value, "about": finding.about, "sentence": finding.sentence}


def _table(found: list[Finding]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), show_edge=False)
    for finding in found:
        level = Text(finding.level.value, style=_STYLES[finding.level])
        table.add_row(level, Text(printable(finding.about)), Text(printable(finding.sentence)))
    return table
