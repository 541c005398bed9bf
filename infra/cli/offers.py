"""recoup offers: alternative offers, listed, opened, and let out or stopped while they wait for approval."""

import sys
from collections.abc import Iterable, Iterator
from heapq import nlargest
from typing import Annotated

import typer
from rich.console import Group, RenderableType

from common.application.engine import Engine
from common.application.ports import Ref
from common.application.shell import advance
from common.domain.book import OFFER_EVIDENCE
from common.domain.offers import Offer, OfferEvidence
from common.domain.policy import Keys, Policy
from common.domain.triggers import OfferApproved
from infra.cli.persons import new_id
from infra.cli.replay import fail
from infra.cli.target import Data, PolicyFolder, engine_of
from infra.dead_letters.output import pipe, say
from infra.dead_letters.screen import console
from infra.offers import fields, screen
from infra.offers.found import Found, every, find

offers = typer.Typer(
    help="Alternative offers: what was proposed within which limits, and which of them wait for approval.",
    no_args_is_help=True,
)

MOST_ROWS = 200
"""Of the table: so many can be read, and so many are held in memory, however many offers there are."""
_DONE = ("offer_approved", "offer_stopped")
OfferId = Annotated[str, typer.Argument(help="The offer's id, or its beginning.")]
By = Annotated[str, typer.Option(help="Who decides this.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON Lines, as a pipe gets them anyway.")]


@offers.command("list")
def list_(
    store: Annotated[str | None, typer.Option(help="Only of this store.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for approval.")] = False,
    data: Data = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """List offers: on a terminal the newest ones as a table, in a pipe all of them as JSON Lines.

    Which offers need an approval, `approval_over` of the policy document `pricing` says.

    Example: recoup offers list --waiting

    Example: recoup offers list --store my-shop --json | jq -r 'select(.stage == "cancelled") | .reason'
    """
    with engine_of(data, policy) as engine, pipe():
        rules = _rules(engine)
        found = (one for one in every(engine, store) if not waiting or one.waits(rules))
        if _for_pipes(as_json):
            say(True, (fields.offer_fields(one, waits=one.waits(rules)) for one in found), str)
        else:
            nothing = "No offer waits for approval." if waiting else "There are no offers."
            console().print(_table(found, engine, rules) or nothing)


def _table(found: Iterable[Found], engine: Engine, rules: Policy) -> RenderableType | None:
    number = 0

    def counted() -> Iterator[Found]:
        nonlocal number
        for one in found:
            number += 1
            yield one

    newest = nlargest(MOST_ROWS, counted(), key=lambda one: one.offer.stage_at)
    if not newest:
        return None
    table = screen.offers(newest, rules, engine.clock.now())
    more = f"The newest {MOST_ROWS} of {number:,}; --json prints all of them."
    return Group(table, "", more) if number > MOST_ROWS else table


@offers.command()
def show(id: OfferId, data: Data = None, policy: PolicyFolder = None, as_json: AsJson = False) -> None:
    """Open one offer: what was wanted, its frozen limits, the proposal, and what the pricing algorithm said.

    Example: recoup offers show 3f2a91c07b

    Example: recoup offers show 3f2a91c07b --json | jq .evidence.request
    """
    with engine_of(data, policy) as engine, pipe():
        rules, found = _rules(engine), find(engine, id)
        ref = Ref(OFFER_EVIDENCE, found.offer.id)
        evidence: OfferEvidence | None = engine.store.load([ref])[ref].document
        if _for_pipes(as_json):
            say(True, [fields.whole_fields(found, evidence, waits=found.waits(rules))], str)
        else:
            console().print(screen.offer(found, evidence, rules, engine.clock.now()))


@offers.command()
def approve(id: OfferId, by: By, data: Data = None, policy: PolicyFolder = None) -> None:
    """Let an offer out that is too dear to leave by itself; its message leaves as soon as it may.

    Exit status: 0 done; 1 it doesn't wait for approval; 2 it can't be done; 3 something didn't answer.

    Example: recoup offers approve 3f2a91c07b --by Anna
    """
    _decide(id, by, data, policy, approved=True)


@offers.command()
def stop(id: OfferId, by: By, data: Data = None, policy: PolicyFolder = None) -> None:
    """Cancel an offer that waits for approval (`not_approved`); its customer never hears of it.

    Exit status: 0 done; 1 it doesn't wait for approval; 2 it can't be done; 3 something didn't answer.

    Example: recoup offers stop 3f2a91c07b --by Anna
    """
    _decide(id, by, data, policy, approved=False)


def _decide(id: str, by: str, data: Data, policy: PolicyFolder, *, approved: bool) -> None:
    by = " ".join(by.split())
    if not by:
        fail("say who decides this: --by NAME")
    with engine_of(data, policy, working=True) as engine, pipe():
        found = find(engine, id)
        if not found.waits(engine.policies.current()):
            _why_not(found.offer)
        word = OfferApproved(id=new_id(), offer_id=found.offer.id, by=by, approved=approved)
        outcome = advance(engine, word).outcome
        offer = find(engine, found.offer.id).offer
        if outcome not in _DONE:  # somebody else was quicker
            _why_not(offer)
        say(True, [{"offer_id": offer.id, "outcome": outcome, "stage": offer.stage.value, "by": by}], str)


def _why_not(offer: Offer) -> None:
    who = f"; {offer.approved_by} approved it" if offer.approved_by else ""
    typer.echo(f"recoup: {offer.id} doesn't wait for approval: it is {offer.stage.value}{who}.", err=True)
    raise typer.Exit(1)


def _rules(engine: Engine) -> Policy:
    """The rules for offers as they are written now; to read them takes none of the engine's secrets."""
    good, problems = engine.policies.review()
    if "pricing" not in good:
        fail(next((one for one in problems if "pricing" in one), "the policy document pricing is wrong"))
    return Policy(keys=Keys(voucher=b"", suppression=b""), pricing=good["pricing"])


def _for_pipes(as_json: bool) -> bool:
    return as_json or not sys.stdout.isatty()
