"""recoup pause: nobody is written to any more, at once; everything else goes on."""

from datetime import datetime, timedelta
from getpass import getuser
from typing import Annotated, Any

import typer

from common import wiring
from common.application.pausing import Done, TaskQueues, pause_sends
from common.domain.pause import Pause, is_paused
from common.domain.wire import stamp
from infra.cli.replay import fail
from infra.cli.target import UNAVAILABLE, Data, PolicyFolder, engine_of
from infra.dead_letters.printable import json_line, printable

By = Annotated[str | None, typer.Option(help="Who does this; it is kept. You, without it.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON.")]


def pause(
    because: Annotated[str | None, typer.Option(help="Why; it is kept, and shown to whoever asks.")] = None,
    by: By = None,
    dry_run: DryRun = False,
    data: Data = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Stop sends at once: no message is claimed any more, and the queue of sends is paused.

    Orders, carts, offers and vouchers go on as ever, and no policy document is changed. Messages that fall due wait;
    `recoup resume` lets them leave, spread out. Doing it twice is the same as once.

    Exit status: 0 paused; 2 it can't be done; 3 something didn't answer: what is printed is done, begin again.

    Example: recoup pause --because "the summer prices are wrong"

    Example: recoup pause --dry-run
    """
    with engine_of(data, policy) as engine:
        done = pause_sends(
            engine.store,
            engine.clock,
            queues_of(data),
            one_line(by) or you(),
            one_line(because),
            dry_run=dry_run,
        )
        tell(done, _sentences(done, dry_run), as_json=as_json, now=engine.clock.now(), dry_run=dry_run)


def _sentences(done: Done, dry_run: bool) -> list[str]:
    began = done.pause
    if began is None:
        return []
    who = f"{began.by}: {began.because}" if began.because else began.by
    said = "Would pause sends" if dry_run else "Sends are paused"
    if not done.changed:
        said = f"Sends were paused before, since {moment(began.paused_at)}"
    lines = [f"{said} ({who}). Orders, carts, offers and vouchers go on."]
    if done.queues:
        lines.append(
            f"{'To be paused' if dry_run else 'Paused'}, to run again afterwards: {', '.join(done.queues)}."
        )
    if not dry_run:
        lines.append("`recoup resume` ends it.")
    return lines


def tell(done: Done, sentences: list[str], *, as_json: bool, now: datetime, dry_run: bool) -> None:
    """Print what was done; whatever kept a queue as it was ends the command with its status."""
    if as_json:
        typer.echo(json_line({**_fields(done, now), "dry_run": dry_run}))
    else:
        for sentence in sentences:
            typer.echo(printable(sentence))
    if done.problems:
        fail(
            f"{'; '.join(done.problems)}; the engine itself has heard of it, begin again for the rest",
            UNAVAILABLE,
        )


def _fields(done: Done, now: datetime) -> dict[str, Any]:
    pause = done.pause
    known = {
        "paused": is_paused(pause),
        "changed": done.changed,
        "paused_at": pause and stamp(pause.paused_at),
        "by": pause and pause.by,
        "because": pause and pause.because,
        "resumed_at": pause and pause.resumed_at and stamp(pause.resumed_at),
        "spread_until": _until(pause),
        "queues": list(done.queues),
        "left_paused": list(done.left),
        "problems": list(done.problems),
        "now": stamp(now),
    }
    return {name: value for name, value in known.items() if value is not None}


def _until(pause: Pause | None) -> str | None:
    return stamp(pause.spread_until) if pause and pause.spread_until else None


def queues_of(data: object) -> TaskQueues | None:
    """The queues of sends; a file has none that could be paused."""
    return wiring.send_queues() if data is None else None


def you() -> str:
    """The user of this machine."""
    try:
        return getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return "unknown"


def one_line(text: str | None) -> str | None:
    """What was typed, on one line and not too long to keep; None if there is nothing in it."""
    return " ".join((text or "").split())[:500] or None


def moment(at: datetime) -> str:
    """A moment as a person reads it."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def span(length: timedelta) -> str:
    """Such as 12 min or 3 h 20 min."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return (
        " ".join(
            part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part
        )
        or "0 min"
    )
