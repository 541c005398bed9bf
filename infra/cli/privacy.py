"""recoup privacy: what is kept about a person, handed over or erased."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from common.application.engine import Engine
from common.application.ports import Ref
from common.application.privacy import carry_out, record_id
from common.application.privacy_export import export as export_of
from common.application.privacy_failures import failures_naming
from common.application.privacy_finding import (
    REQUESTS,
    Subject,
    browse,
    cases_of,
    codes_of,
    find_subject,
    load,
    orders_of,
)
from common.application.privacy_mentions import mentions
from common.application.privacy_requests import handed_over
from common.domain.privacy import PrivacyRecord, RequestState
from common.domain.storefront import CustomerErased
from common.domain.wire import stamp
from infra.cli.persons import AccountId, AnonymousId, Email, Phone, Store, named, new_id, person_of
from infra.cli.replay import fail
from infra.cli.target import Data, PolicyFolder, engine_of

privacy = typer.Typer(
    help="What is kept about a person: show it, erase it, and prove that it was done.", no_args_is_help=True
)

_FINDINGS = ("carts", "orders", "vouchers", "messages_about_you_that_could_not_be_read")
Orders = Annotated[list[str] | None, typer.Option("--order", help="An order of theirs; may be repeated.")]


@privacy.command()
def export(
    store: Store,
    email: Email = None,
    phone: Phone = None,
    id: AccountId = None,
    anonymous_id: AnonymousId = None,
    order: Orders = None,
    request: Annotated[
        str | None, typer.Option(help="An open request of `recoup privacy list`; it is then closed.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write to, for your eyes only; otherwise it is printed.")
    ] = None,
    data: Data = None,
) -> None:
    """Everything that is kept about one person, as one JSON document that they can read.

    Exit status: 0 done; 1 nobody is known by that; 2 it can't be done; 3 something didn't answer.

    Example: recoup privacy export my-shop --email anna@shop.example --output anna.json

    Example: recoup privacy export my-shop --request 5f0c9c1e...
    """
    person = person_of(email, phone, id, anonymous_id)
    if not named(person) and not order and not request:
        fail("say who: --email, --phone, --id, --anonymous-id, --order or --request")
    with engine_of(data, working=request is not None) as engine:
        asked = _request(engine, store, request)
        subject = find_subject(engine, store, person, order or (), asked.subject_ids if asked else ())
        found = export_of(engine, subject, tuple(order or ()))
        if not subject.customers and not any(found[name] for name in _FINDINGS):
            typer.echo("recoup: nobody is known by that.", err=True)
            raise typer.Exit(1)
        _write(found, output)
        if asked is not None:
            handed_over(engine, asked.id)


def _request(engine: Engine, store: str, id: str | None) -> PrivacyRecord | None:
    if id is None:
        return None
    ref = Ref(REQUESTS, id)
    record: PrivacyRecord | None = load(engine, [ref])[ref].document
    if record is None or record.store != store or record.state is not RequestState.OPEN:
        fail(f"{store} has no open request {id}; `recoup privacy list` shows them")
    return record


def _write(found: dict[str, Any], output: Path | None) -> None:
    text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        with os.fdopen(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    except OSError as error:
        fail(f"{output} can't be written: {error.strerror}")


@privacy.command()
def erase(
    store: Store,
    email: Email = None,
    phone: Phone = None,
    id: AccountId = None,
    anonymous_id: AnonymousId = None,
    order: Orders = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would be erased.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    data: Data = None,
    policy: PolicyFolder = None,
) -> None:
    """Erase everything that leads to one person; figures stay as they are. It can't be undone.

    Interrupted, begin it again: what is done is done. What providers, logs of the shop and consumers of
    recovery-events keep is theirs to erase; they are told by `customer.erased`.

    Exit status: 0 done; 1 not confirmed; 2 it can't be done; 3 something didn't answer: begin again.

    Example: recoup privacy erase my-shop --email anna@shop.example --dry-run

    Example: recoup privacy erase my-shop --id 7731 --yes
    """
    person = person_of(email, phone, id, anonymous_id)
    if not named(person) and not order:
        fail("say who: --email, --phone, --id, --anonymous-id or --order")
    with engine_of(data, policy, working=not dry_run) as engine:
        order_ids = tuple(order or ())
        if dry_run or not yes:
            counts = _counts(engine, find_subject(engine, store, person, order_ids), order_ids)
            if dry_run:
                typer.echo(json.dumps(counts))
                return
            typer.echo(json.dumps(counts), err=True)
            typer.confirm("Erase these documents for ever?", abort=True, err=True)
        request = CustomerErased(
            id=new_id(),
            store=store,
            source="cli",
            occurred_at=engine.clock.now(),
            person=person,
            order_ids=order_ids,
        )
        carry_out(engine, request)
        ref = Ref(REQUESTS, record_id(request))
        typer.echo(json.dumps(record_fields(load(engine, [ref])[ref].document)))


def _counts(engine: Engine, subject: Subject, order_ids: tuple[str, ...]) -> dict[str, int]:
    refused = failures_naming(engine, mentions(subject.identifiers), subject.store)
    return {
        "customers": len(subject.customers),
        "cases": len(cases_of(engine, subject)),
        "orders": len(orders_of(engine, subject, order_ids)),
        "voucher_codes": len(codes_of(engine, subject)),
        "intake_failures": sum(1 for _ in refused),
    }


@privacy.command("list")
def list_(
    store: Annotated[str | None, typer.Option(help="Only of this store.")] = None,
    open_: Annotated[bool, typer.Option("--open", help="Only those that somebody has to deal with.")] = False,
    data: Data = None,
) -> None:
    """What was asked for and done, the newest first, as JSON Lines; nothing in it says who it was.

    Example: recoup privacy list --open
    """
    with engine_of(data) as engine:
        found = [entry.document for _, entry in browse(engine, REQUESTS, ("store", store) if store else None)]
        for record in sorted(found, key=lambda one: one.requested_at, reverse=True):
            if not open_ or record.state is not RequestState.DONE:
                typer.echo(json.dumps(record_fields(record)))


def record_fields(record: PrivacyRecord) -> dict[str, Any]:
    """One request, as it is printed."""
    known = {
        "id": record.id,
        "kind": record.kind.value,
        "state": record.state.value,
        "store": record.store,
        "source": record.source,
        "requested_at": stamp(record.requested_at),
        "done_at": record.done_at and stamp(record.done_at),
        "counts": dict(sorted(record.counts.items())),
    }
    return {name: value for name, value in known.items() if value is not None}
