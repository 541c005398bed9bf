"""recoup customers: people who were taken for one."""

import json

import typer

from common.application.rehearsal import rehearsing
from common.application.shell import advance
from common.domain.triggers import CustomersSeparated
from infra.cli.persons import AccountId, AnonymousId, Email, Phone, Store, named, new_id, person_of
from infra.cli.replay import fail
from infra.cli.target import Data, PolicyFolder, engine_of

customers = typer.Typer(help="Who is who among a store's customers.", no_args_is_help=True)

_WHY_NOT = {
    "nobody_known": "nobody is known by that",
    "stands_alone": "that was never merged into somebody else's, or was separated before",
}


@customers.callback()
def _customers() -> None:
    """Who is who among a store's customers."""


@customers.command()
def separate(
    store: Store,
    email: Email = None,
    phone: Phone = None,
    id: AccountId = None,
    anonymous_id: AnonymousId = None,
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would come of it."),
    data: Data = None,
    policy: PolicyFolder = None,
) -> None:
    """Give one identifier back its own customer: a shared phone or a mistyped address had made two people one.

    Each has again what they had before; what was recorded since stays where it is. They are not joined again.

    Exit status: 0 separated; 1 there is nothing to separate; 2 it can't be done; 3 something didn't answer.

    Example: recoup customers separate my-shop --email anna@shop.example --dry-run

    Example: recoup customers separate my-shop --phone "+48 600 123 456"
    """
    known = named(person_of(email, phone, id, anonymous_id))
    if len(known) != 1:
        fail("name exactly one of --email, --phone, --id and --anonymous-id")
    ((kind, value),) = known
    request = CustomersSeparated(id=new_id(), store=store, kind=kind, value=value)
    with engine_of(data, policy, working=not dry_run) as engine:
        outcome = advance(rehearsing(engine) if dry_run else engine, request).outcome
    if outcome in _WHY_NOT:
        typer.echo(f"recoup: {_WHY_NOT[outcome]}.", err=True)
        raise typer.Exit(1)
    typer.echo(json.dumps({"outcome": outcome, "dry_run": dry_run}))
