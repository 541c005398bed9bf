"""The engine that a command of operations works on: the cloud's, or that of recoup dev's file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from common import logs, wiring
from common.application.dead_letters import NotFound
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.config import InvalidSettings
from infra.cli.replay import fail

UNAVAILABLE = 3
"""The exit status when something didn't answer; what was done until then is done."""

Data = Annotated[
    Path | None,
    typer.Option(
        help="Work on this file of `recoup dev`; without it, on the project that the environment names."
    ),
]
PolicyFolder = Annotated[
    Path | None, typer.Option(help="With --data: folder with one YAML file per policy document.")
]


class _Unusable(Exception):
    """The engine can't be worked on; the sentence says why."""


@contextmanager
def engine_of(data: Path | None, policy: Path | None = None, *, working: bool = False) -> Iterator[Engine]:
    """The engine; what goes wrong with it ends the command with a sentence and its status.

    `working`: the command does the engine's work. That needs its secrets, and in a file nobody else may be at it.
    """
    try:
        if data is None:
            yield _cloud(working=working)
        else:
            yield from _local(data, policy, working=working)
    except (NotFound, _Unusable) as problem:
        fail(str(problem))
    except Unavailable as problem:
        fail(f"{problem}; try again", UNAVAILABLE)
    finally:
        wiring.use(None)


def _cloud(*, working: bool) -> Engine:
    try:
        engine = wiring.cloud_engine()
    except InvalidSettings as problem:
        raise _Unusable(f"{problem}; or name a file of recoup dev with --data") from None
    logs.configure(severity="ERROR")
    if working:
        try:
            engine.policies.current()
        except KeyError as missing:
            raise _Unusable(str(missing.args[0])) from None
    return engine


def _local(data: Path, policy: Path | None, *, working: bool) -> Iterator[Engine]:
    from infra.dev.clock import SkippingClock
    from infra.dev.engine import DevEngine, Unusable
    from infra.dev.rules import Rules
    from infra.local.database import Database
    from infra.local.machine import Machine

    if not data.is_file():
        raise _Unusable(f"{data} does not exist or is not a file; name the one that recoup dev keeps")
    logs.configure(severity="ERROR")
    if working:
        try:
            dev = DevEngine(data, policy)
        except Unusable as problem:
            raise _Unusable(str(problem)) from None
        try:
            yield dev.machine.engine
        finally:
            dev.close()
        return
    try:
        database = Database(data)
    except (sqlite3.Error, Unavailable) as error:
        raise _Unusable(f"{data} can't be used: {error}") from None
    try:
        yield Machine(database, SkippingClock(database), Rules(policy).policies, {}).engine
    finally:
        database.close()
