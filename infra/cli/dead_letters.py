"""recoup dead-letters: what was refused, found, opened, replayed and dropped."""

import sys
from getpass import getuser
from typing import Annotated

import typer

from common import wiring
from common.application import dead_letters as letters
from common.application.engine import Engine
from common.application.replaying import Replayed, Verdict, replay
from common.domain.dead_letters import by_rule, rank
from common.domain.refused import IntakeFailure
from functions.ingest_event.describing import describe
from functions.ingest_event.understanding import understand
from infra.cli.replay import fail
from infra.cli.target import Data, PolicyFolder, engine_of
from infra.dead_letters import fields, screen
from infra.dead_letters.output import pipe, progress, say
from infra.dead_letters.selection import Selection, by_message, selection

dead_letters = typer.Typer(
    help="Messages that could not be understood or delivered: find them, open them, replay them.",
    no_args_is_help=True,
)

Source = Annotated[str | None, typer.Option(help="Only of this source, such as shopify.")]
Store = Annotated[str | None, typer.Option(help="Only of this store.")]
Reason = Annotated[str | None, typer.Option(help="Only refused for this reason, such as amount_invalid.")]
Field = Annotated[
    str | None, typer.Option(help="Only for this field; indexes don't matter: line_items[].price.")
]
Since = Annotated[
    str | None, typer.Option(help="Only refused from this day or moment on, such as 2026-03-08.")
]
Until = Annotated[str | None, typer.Option(help="Only refused before this day or moment.")]
Currency = Annotated[str | None, typer.Option(help="Only with money of this currency at stake.")]
MinAmount = Annotated[str | None, typer.Option(help="Only with at least so much at stake; needs --currency.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]
By = Annotated[str | None, typer.Option(help="Who is doing this; it is kept. You, without it.")]


@dead_letters.command("list")
def list_(
    source: Source = None,
    store: Store = None,
    reason: Reason = None,
    field: Field = None,
    since: Since = None,
    until: Until = None,
    currency: Currency = None,
    min_amount: MinAmount = None,
    each: Annotated[
        bool, typer.Option("--each", help="Every message by itself, not alike ones together.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="Also those that were dealt with.")] = False,
    rules: Annotated[
        bool,
        typer.Option(
            "--by-rule", help="Per reason: how many were refused, replayed, and accepted after all."
        ),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Rank what was refused by money at stake, how recent, and how many alike.

    Example: recoup dead-letters list --since 2026-03-08

    Example: recoup dead-letters list --each --json --reason amount_invalid | jq -r .id
    """
    chosen = _selection(
        source=source,
        store=store,
        reason=reason,
        field=field,
        since=since,
        until=until,
        currency=currency,
        min_amount=min_amount,
    )
    with engine_of(data) as engine, pipe():
        found = [one for one in letters.failures(engine, dealt_with=all_ or rules) if chosen.takes(one)]
        now = engine.clock.now()
        groups = [] if rules else rank(found, now)
        if rules:
            records = by_rule(found)
            say(as_json, map(fields.rule_fields, records), lambda: screen.rules(records))
        elif each:
            ranked = [failure for group in groups for failure in group.failures]
            say(as_json, map(fields.failure_fields, ranked), lambda: screen.failures(ranked, now))
        else:
            say(as_json, map(fields.group_fields, groups), lambda: screen.groups(groups, now))


@dead_letters.command()
def show(
    id: Annotated[str, typer.Argument(help="The message's id, or its beginning.")],
    raw: Annotated[bool, typer.Option("--raw", help="Print only the message's data, byte for byte.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Open one message: what is wrong with it, what to do, and what it says.

    Example: recoup dead-letters show 3f2a91c07b --raw > message.json
    """
    with engine_of(data) as engine, pipe():
        failure = letters.find(engine, id)
        try:
            message = letters.message_of(engine, failure)
        except letters.NotFound:
            message = None
        if raw:
            sys.stdout.buffer.write(letters.message_of(engine, failure).data)
            return
        body = None if message is None else message.data.decode("utf-8", errors="replace")
        whole = {
            **fields.failure_fields(failure),
            "attributes": dict(failure.attributes),
            "delivery": dict(failure.delivery),
            "data": body,
        }
        say(as_json, [whole], lambda: screen.failure(failure, message, engine.clock.now()))


@dead_letters.command("replay")
def replay_(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of messages, or their beginnings.")] = None,
    source: Source = None,
    store: Store = None,
    reason: Reason = None,
    field: Field = None,
    since: Since = None,
    until: Until = None,
    currency: Currency = None,
    min_amount: MinAmount = None,
    all_: Annotated[bool, typer.Option("--all", help="Every message that waits.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would come of it by the rules of this version.")
    ] = False,
    by: By = None,
    data: Data = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Send messages through every gate again, as if they came now, with their own ids and times.

    Doing it twice is the same as once; interrupted, begin it again. The oldest goes first.

    Exit status: 0 none is refused any more; 1 some are; 2 it can't be done; 3 something didn't answer; 130 interrupted.
    What is printed is done in any case.

    Example: recoup dead-letters replay --reason currency_unknown --dry-run

    Example: recoup dead-letters replay 3f2a91c07b 90cd22e1aa
    """
    chosen = _selection(
        source=source,
        store=store,
        reason=reason,
        field=field,
        since=since,
        until=until,
        currency=currency,
        min_amount=min_amount,
    )
    if not ids and not all_ and chosen.is_everything:
        fail("name messages by their ids or a filter, or say --all")
    if ids and (all_ or not chosen.is_everything):
        fail("name messages either by their ids or by filters, not by both")
    done: list[Replayed] = []
    try:
        with engine_of(data, policy, working=not dry_run) as engine, pipe():
            try:
                for together in progress("replay", _to_replay(engine, ids or [], chosen)):
                    found = replay(
                        engine, [one.id for one in together], understand, by or _you(), rehearse=dry_run
                    )
                    done += found
                    if as_json:
                        say(True, map(fields.replayed_fields, found), str)
            finally:
                if done and not as_json:
                    screen.console().print(screen.replayed(done, rehearsed=dry_run))
            if not done and not as_json:
                typer.echo("No refused message is like that.")
    except KeyboardInterrupt:
        fail("interrupted; what is printed is done, begin again for the rest", 130)
    refused = (Verdict.STILL_REFUSED, Verdict.REFUSED_ANEW)
    raise typer.Exit(int(any(one.verdict in refused for one in done)))


def _to_replay(engine: Engine, ids: list[str], chosen: Selection) -> list[tuple[IntakeFailure, ...]]:
    waiting = list(letters.failures(engine))
    wanted = [letters.find(engine, id) for id in ids] or [one for one in waiting if chosen.takes(one)]
    return by_message(wanted, waiting)


@dead_letters.command()
def drop(
    ids: Annotated[list[str], typer.Argument(help="Ids of messages, or their beginnings.")],
    because: Annotated[str, typer.Option(help="Why they are of no use; it is kept.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")] = False,
    by: By = None,
    data: Data = None,
) -> None:
    """Mark messages as of no use. They are kept as long as any, and can still be replayed by their ids.

    Example: recoup dead-letters drop 3f2a91c07b --because "a test of the agency's" --yes
    """
    with engine_of(data) as engine:
        found = [letters.find(engine, id) for id in ids]
        if not yes:
            screen.console().print(screen.failures(found, engine.clock.now()))
            typer.confirm(f"Drop {len(found)}?", abort=True)
        dropped = sum(letters.drop(engine, failure.id, by or _you(), because) for failure in found)
    typer.echo(f"{dropped} dropped; {len(found) - dropped} had been dealt with before.")


@dead_letters.command()
def drain(
    subscription: Annotated[str, typer.Argument(help="Of the dead-letter topic; its name or full path.")],
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many messages.")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fetch what Pub/Sub could not deliver, so that it can be listed and replayed like everything refused.

    A message is acknowledged after it is stored, and stored once: stop at any moment and begin again.

    Example: recoup dead-letters drain storefront-events-dead-letters && recoup dead-letters list
    """
    kept: list[IntakeFailure] = []
    with engine_of(data, working=True) as engine, pipe(), progress("drain") as bar:

        def keep(failure: IntakeFailure) -> None:
            kept.append(failure)
            bar.update()

        came = letters.drain(engine, wiring.dead_letter_subscription(subscription), describe, keep, limit)
    if as_json:
        with pipe():
            say(True, map(fields.failure_fields, kept), str)
    else:
        typer.echo(f"{came} fetched; `recoup dead-letters list --reason delivery_failed` shows them.")


def _you() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "unknown"


def _selection(**filters: str | None) -> Selection:
    try:
        return selection(**filters)
    except ValueError as problem:
        fail(str(problem))
        raise AssertionError("fail ends the command") from problem
