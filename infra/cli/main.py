"""The `recoup` command."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

COMMANDS = (
    "catalog",
    "cost",
    "customers",
    "dead-letters",
    "demo",
    "dev",
    "doctor",
    "migrate",
    "offers",
    "pause",
    "privacy",
    "replay",
    "resume",
    "stores",
)
"""Each is the function, or the app of sub-commands, of that name in the module of that name."""


def app(arguments: Sequence[str]) -> typer.Typer:
    """The command line. Only the command that is called is imported: a replay doesn't wait for the demo's pages."""
    recoup = typer.Typer(
        name="recoup",
        help="Recoup: brings back orders that a shop had almost won.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=_recoup,
    )
    called = [name for name in COMMANDS if arguments[:1] == [name]]
    for name in called or COMMANDS:
        _add(recoup, name)
    return recoup


def _add(recoup: typer.Typer, name: str) -> None:
    identifier = name.replace("-", "_")
    command = getattr(import_module(f"infra.cli.{identifier}"), identifier)
    if isinstance(command, typer.Typer):
        recoup.add_typer(command, name=name)
    else:
        recoup.command(name)(command)


def _recoup() -> None:
    """Recoup: brings back orders that a shop had almost won."""


def main() -> None:
    """Entry point of the console script. Interrupted while it still loads, it ends like any interrupted command."""
    try:
        app(sys.argv[1:])()
    except KeyboardInterrupt:
        sys.exit(130)
