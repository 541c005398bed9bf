"""recoup replay: recorded messages through the real functions, in virtual time."""

import codecs
import gc
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from tqdm import tqdm

from common import logs, wiring
from common.application.failures import Unavailable
from common.application.policies import InvalidPolicy, build
from common.application.ports import PricingService
from common.domain.policy import Policy
from common.domain.vocabulary import Channel
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import LOCAL_KEYS, Machine, fixed_policies
from infra.local.mailbox import MailboxSender, folder
from infra.local.pricing import ScriptedPricing
from infra.local.replay import BEGINNING, InputLine, Replay, run
from infra.local.yaml_policies import YamlPolicySource


def replay(
    files: Annotated[
        list[Path],
        typer.Argument(help="JSON Lines of Pub/Sub messages, each file in time order; - is standard input."),
    ],
    policy: Annotated[
        Path | None, typer.Option(help="Folder with one YAML file per policy document.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Run to this moment (RFC 3339); otherwise until nothing is pending.")
    ] = None,
    mailbox: Annotated[
        Path | None, typer.Option(help="Folder to write every message to, as its customer would get it.")
    ] = None,
    catalog: Annotated[
        Path | None,
        typer.Option(
            help="JSON Lines of products, to offer alternatives from: store, sku, name, price, cost ..."
        ),
    ] = None,
    pricing: Annotated[
        str | None,
        typer.Option(help="Address of a pricing algorithm; otherwise Recoup's own prices the offers."),
    ] = None,
    pricing_script: Annotated[
        Path | None,
        typer.Option(help="JSON Lines of the algorithm's answers, used in order: to try outages."),
    ] = None,
) -> None:
    """Run recorded messages through the engine in virtual time. Prints what it did as JSON Lines.

    Example: recoup replay day.jsonl --policy policy/ --mailbox mail/ > what-happened.jsonl
    """
    try:
        _check_files([*files, *(file for file in (catalog, pricing_script) if file)])
        _check_mailbox(mailbox)
        rules = read_policy(policy)
        end = _moment(until)
        service = _pricing(pricing, pricing_script)
    except (InvalidPolicy, ValueError, Unavailable) as problem:
        fail(str(problem))
    logs.configure(severity="ERROR")
    try:
        opened = machine_for_replay(rules, mailbox, service)
        with opened as (machine, clock), _recordings(files) as recordings:
            if catalog is not None:
                _load(machine, catalog)
            run(Replay(machine, clock, _print), recordings, end)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        fail("interrupted; what was printed so far is complete", status=130)


_BAR_STEP = 65_536
"""Bytes between two looks at the progress bar."""


def fail(sentence: str, status: int = 2) -> None:
    """Say what is wrong, once and clearly, and end."""
    typer.echo(f"recoup: {sentence}", err=True)
    raise typer.Exit(status)


def read_policy(folder: Path | None) -> Policy:
    """The policy of a folder; all defaults without one. Raises InvalidPolicy or ValueError."""
    return build(YamlPolicySource(folder).read() if folder else {}, LOCAL_KEYS)


@contextmanager
def machine_for_replay(
    policy: Policy, mailbox: Path | None, pricing: PricingService | None = None
) -> Iterator[tuple[Machine, VirtualClock]]:
    """A machine on a file of its own that is gone afterwards."""
    # Documents hold no cycles: looking for some among tens of thousands of them only costs time.
    gc.set_threshold(100_000, 50, 100)
    with tempfile.TemporaryDirectory(prefix="recoup-") as home:
        database = Database(Path(home) / "replay.sqlite", exclusive=True)
        clock = VirtualClock(BEGINNING)
        sender = MailboxSender(database, lambda: policy.shop, *([folder(mailbox)] if mailbox else []))
        senders = dict.fromkeys((Channel.EMAIL, Channel.SMS), sender)
        try:
            rules = fixed_policies(policy)
            machine = Machine(database, clock, rules, senders, lasting=False, pricing=pricing)
            yield machine, clock
        finally:
            database.close()


def _pricing(url: str | None, script: Path | None) -> PricingService | None:
    """Whom to ask for prices; None = the reference algorithm. Raises ValueError."""
    if url is not None and script is not None:
        raise ValueError("--pricing and --pricing-script exclude each other; name one of them")
    if script is not None:
        return ScriptedPricing(script)
    return wiring.pricing_at(url) if url is not None else None


def _load(machine: Machine, catalog: Path) -> None:
    """The catalogue, before the first event. What can't be read of it is said, and the rest is used."""
    from infra.catalog.loading import load  # few runs have one
    from infra.catalog.statements import Unreadable

    catalogue = machine.engine.catalogue
    if catalogue is None:
        raise AssertionError("a machine has a catalogue")
    try:
        for problem in load(catalogue, machine.store, catalog, BEGINNING):
            typer.echo(f"recoup: {catalog} line {problem.line}: {problem.detail}", err=True)
    except Unreadable as problem:
        fail(str(problem))


def _check_files(files: list[Path]) -> None:
    for file in files:
        if str(file) != "-" and not file.is_file():
            raise ValueError(f"{file} does not exist or is not a file")
    if files.count(Path("-")) > 1:
        raise ValueError("- is named twice; standard input can be read once only")


def _check_mailbox(folder: Path | None) -> None:
    if folder is not None and folder.exists() and not folder.is_dir():
        raise ValueError(f"--mailbox {folder} is a file; name a folder")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"--until {text!r} is not a time with an offset such as 2026-03-08T00:00:00Z")
    return moment.astimezone(UTC)


@contextmanager
def _recordings(files: list[Path]) -> Iterator[list[Iterator[InputLine]]]:
    """The lines of each file, one at a time, with a progress bar on a terminal's standard error."""
    size = sum(file.stat().st_size for file in files if str(file) != "-") or None
    with tqdm(total=size, unit="B", unit_scale=True, disable=not sys.stderr.isatty(), desc="replay") as bar:
        yield [_read(file, name, bar) for file, name in zip(files, _names(files), strict=True)]


def _names(files: list[Path]) -> list[str | None]:
    """What to call each of several files: by its last part, unless two have the same."""
    if len(files) == 1:
        return [None]
    names = [file.name for file in files]
    return [name if names.count(name) == 1 else str(file) for file, name in zip(files, names, strict=True)]


def _read(file: Path, name: str | None, bar: Any) -> Iterator[InputLine]:
    unseen = 0
    with sys.stdin.buffer if str(file) == "-" else file.open("rb") as stream:
        for number, text in enumerate(stream, start=1):
            unseen += len(text)
            if unseen >= _BAR_STEP:
                bar.update(unseen)
                unseen = 0
            line = text.removeprefix(codecs.BOM_UTF8)
            if line and not line.isspace():
                yield InputLine(number, line, name)
    bar.update(unseen)


def _print(line: Any) -> None:
    sys.stdout.write(_encode(line) + "\n")


_encode = json.JSONEncoder(ensure_ascii=False).encode
