"""recoup stores: shops that left and came back."""

import json

import typer

from common.application.failures import Conflict, Unavailable
from common.application.privacy_stores import store_returned
from infra.cli.persons import Store
from infra.cli.target import Data, PolicyFolder, engine_of

stores = typer.Typer(help="Stores that left, and came back.", no_args_is_help=True)


@stores.callback()
def _stores() -> None:
    """Stores that left, and came back."""


@stores.command()
def returned(store: Store, data: Data = None, policy: PolicyFolder = None) -> None:
    """Contact the customers of a store again that had removed the engine.

    Exit status: 0 done; 1 it had not left; 2 it can't be done; 3 something didn't answer.

    Example: recoup stores returned my-shop
    """
    with engine_of(data, policy, working=True) as engine:
        try:
            done = store_returned(engine, store)
        except Conflict as conflict:
            raise Unavailable("somebody else is doing the same") from conflict
    typer.echo(json.dumps({"store": store, "returned": done}))
    raise typer.Exit(0 if done else 1)
