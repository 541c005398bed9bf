"""recoup dev: the engine on this machine, in real time, with a page to look at it."""

from pathlib import Path
from typing import Annotated

import typer

from common.application.failures import Unavailable
from common.application.policies import InvalidPolicy
from infra.cli.replay import fail, read_policy
from infra.dev.engine import DevEngine, Unusable
from infra.dev.server import bound, serve

_WELCOME = """
  Recoup is at work on {url}
  Everything is kept in {data}.{rules} Ctrl-C stops it.

  Publish a first event:

    curl {url}events -d '{{"attributes": {{"source": "recoup", "store": "my-shop"}}, "data": {{
      "id": "'$(date +%s)'", "type": "cart.updated", "occurred_at": "'$(date -u +%FT%TZ)'",
      "customer": {{"email": "anna@shop.test", "consent": {{"email": true}}}},
      "cart": {{"id": "cart-1", "currency": "EUR",
               "lines": [{{"sku": "MUG", "name": "Mug", "quantity": 2, "unit_price": "12.50"}}]}}}}}}'
"""


def dev(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port on localhost; 0 takes any free one.")
    ] = 8080,
    policy: Annotated[
        Path | None, typer.Option(help="Folder with one YAML file per policy document; edits count at once.")
    ] = None,
    data: Annotated[
        Path, typer.Option(help="File that keeps everything; it is made if it isn't there.")
    ] = Path("recoup-dev.sqlite"),
    fast: Annotated[
        bool, typer.Option("--fast", help="Don't wait: skip on whenever nothing is left to do.")
    ] = False,
) -> None:
    """Run the engine on localhost, with its mailbox and cases on a page. Nothing leaves this machine.

    Example: recoup dev --policy policy/ --fast
    """
    try:
        read_policy(policy)
    except (InvalidPolicy, ValueError, Unavailable) as problem:
        fail(str(problem))
    try:
        with bound(port) as listening:
            engine = DevEngine(data, policy, fast=fast, complain=_complain)
            serve(engine, listening, lambda url: _welcome(url, engine))
    except Unusable as problem:
        fail(str(problem))
    typer.echo(f"\nStopped. recoup dev goes on from {data}.")


def _welcome(url: str, engine: DevEngine) -> None:
    folder = engine.rules.folder
    rules = f" The policy is read from {folder}." if folder else ""
    typer.echo(_WELCOME.format(url=url, data=engine.data, rules=rules))


def _complain(sentence: str) -> None:
    typer.echo(f"recoup: {sentence}", err=True)
