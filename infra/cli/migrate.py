"""recoup migrate: stored documents brought to the form of this version."""

import sys
from typing import Annotated, Any

import typer
from tqdm import tqdm

from common.domain.migrations import Migration
from common.domain.wire import stamp
from infra.cli.replay import fail
from infra.cli.target import Data, engine_of
from infra.dead_letters.printable import json_line
from infra.migrations.running import Change, carry_out, changes, progress_of, rehearse

migrate = typer.Typer(
    help="Bring stored documents to the form of this version. The engine may be at work: it understands both.",
    no_args_is_help=True,
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


@migrate.command()
def status(data: Data = None, as_json: AsJson = False) -> None:
    """Say which migrations there are, and how far each is.

    Exit status: 0 all are done; 1 some are left; 2 it can't be asked; 3 something didn't answer.

    Example: recoup migrate status || recoup migrate up
    """
    found = changes()
    with engine_of(data) as engine:
        known = progress_of(engine.store, found)
    for change, progress in zip(found, known, strict=True):
        _tell(change, progress, as_json=as_json)
    raise typer.Exit(int(any(progress is None or progress.done_at is None for progress in known)))


@migrate.command()
def up(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count the documents that would change.")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Carry out what is left, in order. Run it after the new version is deployed everywhere.

    Stopped at any moment, begin it again: it goes on where it was, and a document is changed only as it was read.

    Exit status: 0 done; 2 it can't be done; 3 something didn't answer: begin again; 130 interrupted.

    Example: recoup migrate up --dry-run

    Example: recoup migrate up
    """
    found = changes()
    try:
        with engine_of(data) as engine:
            for change, known in zip(found, progress_of(engine.store, found), strict=True):
                if known is not None and known.done_at is not None:
                    continue
                with _bar(change) as bar:
                    if dry_run:
                        pages = [_seen(bar, page) for page in rehearse(engine.store, change)]
                        read, would = (sum(numbers) for numbers in zip(*pages, strict=True))
                        _tell(change, known, as_json=as_json, would_read=read, would_change=would)
                        continue
                    last = known
                    for last in carry_out(engine.store, engine.clock, change):
                        bar.update(last.read - bar.n)
                _tell(change, last, as_json=as_json)
    except KeyboardInterrupt:
        fail("interrupted; begin again, it goes on where it was", 130)


def _seen(bar: Any, page: tuple[int, int]) -> tuple[int, int]:
    bar.update(page[0])
    return page


def _bar(change: Change) -> Any:
    return tqdm(desc=change.id, disable=not sys.stderr.isatty(), unit="document")


def _tell(change: Change, progress: Migration | None, *, as_json: bool, **counted: int) -> None:
    if as_json:
        typer.echo(json_line({"id": change.id, "about": change.about, **_fields(progress), **counted}))
        return
    typer.echo(f"{change.id}: {_state(progress, counted)} ({change.about}).")


def _state(progress: Migration | None, counted: dict[str, int]) -> str:
    if counted:
        return f"would change {counted['would_change']:,} of {counted['would_read']:,} documents"
    if progress is None:
        return "not begun"
    so_far = f"{progress.changed:,} of {progress.read:,} documents changed"
    return (
        f"done at {progress.done_at:%Y-%m-%d %H:%M} UTC, {so_far}" if progress.done_at else f"begun, {so_far}"
    )


def _fields(progress: Migration | None) -> dict[str, Any]:
    if progress is None:
        return {"state": "not_begun"}
    state = "done" if progress.done_at else "begun"
    done = {"done_at": stamp(progress.done_at)} if progress.done_at else {}
    return {"state": state, "read": progress.read, "changed": progress.changed, **done}
