"""recoup resume: messages leave again, those that waited spread out."""

from datetime import timedelta
from typing import Annotated

import typer

from common.application.pausing import Done, resume_sends
from infra.cli.pause import AsJson, By, DryRun, moment, one_line, queues_of, span, tell, you
from infra.cli.target import Data, PolicyFolder, engine_of


def resume(
    over_minutes: Annotated[
        int | None,
        typer.Option(
            min=60,
            max=7 * 24 * 60,
            help="Spread what waited over so many minutes; without it over as long as the pause took, "
            "at least an hour and at most 12.",
        ),
    ] = None,
    by: By = None,
    dry_run: DryRun = False,
    data: Data = None,
    policy: PolicyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Let messages leave again after `recoup pause`, without a burst: each of those that waited at its own moment.

    Each is asked every question anew: who has ordered meanwhile, or left the cart for too long, hears nothing. What
    fell due after now leaves when it is due. Queues run again that ran before. Doing it twice is the same as once.

    Exit status: 0 sends go on; 2 it can't be done; 3 something didn't answer: what is printed is done, begin again.

    Example: recoup resume

    Example: recoup resume --over-minutes 240 --dry-run
    """
    over = None if over_minutes is None else timedelta(minutes=over_minutes)
    with engine_of(data, policy) as engine:
        done = resume_sends(
            engine.store, engine.clock, queues_of(data), one_line(by) or you(), over, dry_run=dry_run
        )
        tell(done, _sentences(done, dry_run), as_json=as_json, now=engine.clock.now(), dry_run=dry_run)


def _sentences(done: Done, dry_run: bool) -> list[str]:
    ended = done.pause
    lines = []
    if ended is None or ended.resumed_at is None or ended.spread_until is None:
        lines.append("Sends are not paused.")
    elif not done.changed:
        lines.append(f"Sends are not paused; they went on at {moment(ended.resumed_at)}.")
    else:
        said = "Sends would go on" if dry_run else "Sends go on"
        spread = timedelta(seconds=ended.spread_seconds)
        lines.append(f"{said}. What waited leaves within {span(spread)}, until {moment(ended.spread_until)}.")
    if done.queues:
        lines.append(f"{'To run again' if dry_run else 'Running again'}: {', '.join(done.queues)}.")
    if done.left:
        lines.append(f"Paused by somebody else, and left so: {', '.join(done.left)}.")
    return lines
