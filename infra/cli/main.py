"""The `recoup` command."""

import typer

from infra.cli.demo import demo
from infra.cli.dev import dev
from infra.cli.replay import EXAMPLE, replay

app = typer.Typer(
    name="recoup",
    help="Recoup: brings back orders that a shop had almost won.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(dev)
app.command(epilog=EXAMPLE)(replay)


@app.callback()
def _commands() -> None:
    """Recoup: brings back orders that a shop had almost won."""


def main() -> None:
    """Entry point of the console script."""
    app()
