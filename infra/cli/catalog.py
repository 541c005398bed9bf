"""recoup catalog: what a store sells, imported from its files, and looked at."""

import logging
import os
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from common.application import catalogue as records
from common.application.catalogue import Busy
from common.application.engine import Engine
from common.application.ports import Catalogue
from common.domain.money import is_currency
from infra.catalog.checkpoint import Checkpoint, InUse, Progress, fingerprint
from infra.catalog.formats import Format, check
from infra.catalog.importing import Import, Target, Watch
from infra.catalog.rehearsing import rehearse
from infra.catalog.reporting import Report, product_fields, screen_of, status_fields
from infra.catalog.statements import Reading, Unreadable
from infra.cli.replay import fail
from infra.cli.target import Data, engine_of
from infra.dead_letters.output import pipe, say

catalog = typer.Typer(
    help="What a store sells: import it from the store's files, and look at it.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]
_DECIMALS = ("auto", "point", "comma")


@catalog.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV, JSON Lines, a Shopify export or a Google feed; gzip is unpacked."),
    ],
    store: Annotated[str, typer.Option(help="The store, as its events name it.")],
    format: Annotated[Format, typer.Option(help="How the files are written; auto looks.")] = Format.AUTO,
    currency: Annotated[
        str | None, typer.Option(help="Of prices that don't name theirs, such as EUR.")
    ] = None,
    decimal: Annotated[
        str, typer.Option(help="What separates decimals: point, comma, or auto as each price shows.")
    ] = "auto",
    sku: Annotated[
        str | None, typer.Option(help="The column with the SKU, if carts name products by another.")
    ] = None,
    shop_url: Annotated[
        str | None, typer.Option(help="The shop's address, for Shopify exports, which have no links.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Such as windows-1250; UTF-8 and UTF-16 are recognised.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only read; write nothing.")] = False,
    resume: Annotated[
        bool | None,
        typer.Option(
            "--resume/--restart", help="Go on with an interrupted import, or not; by itself it goes on."
        ),
    ] = None,
    deactivate_missing: Annotated[
        bool, typer.Option("--deactivate-missing", help="Stop selling what the files don't have.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(help="Write every refused row here, as JSON Lines; else the first are shown."),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Folder for the progress of imports; it has a place of its own.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Bring a store's products into its catalogue. Only what changed is written; again is the same as once.

    Interrupted, run it again: it goes on where it was. A row that can't be read is told and passed over.

    Exit status: 0 every row was taken; 1 some were refused; 2 it can't be done; 3 no answer; 130 interrupted.

    Example: recoup catalog import products.csv --store shop --currency EUR

    Example: recoup catalog import feed.xml.gz --store shop --deactivate-missing --rejects refused.jsonl
    """
    _check(files, store, currency, decimal, encoding)
    reading = Reading(
        store=store,
        now=datetime.now(UTC),
        currency=currency.upper() if currency else None,
        decimal=decimal,
        sku=sku,
        url_base=shop_url,
        encoding=encoding,
    )
    _check_beginnings(files, format, reading)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # a write that is tried again is no news
    size = sum(file.stat().st_size for file in files)
    try:
        with pipe(), ExitStack() as stack:
            if dry_run:
                report = stack.enter_context(Report(size, rejects, as_json=as_json))
                raise typer.Exit(rehearse(files, format, reading, report))
            engine = stack.enter_context(engine_of(data))
            checkpoint = _checkpoint(stack, state or _state(data), store)
            stated = fingerprint(files, store, format, currency, decimal, sku, shop_url, encoding)
            progress = _progress(checkpoint, stated, resume)
            report = stack.enter_context(
                Report(size, rejects, as_json=as_json, length=progress.rejects_bytes)
            )
            report.resumed(progress)
            outcome = _run(
                engine, reading, store, checkpoint, report, in_flight=4 if data is None else 1
            ).run(files, format, progress, missing_too=deactivate_missing)
            report.finished(outcome)
            raise typer.Exit(int(outcome.run.refused > 0))
    except Busy as busy:
        fail(str(busy))
    except KeyboardInterrupt:
        fail("interrupted; run the same command again to go on", 130)


@catalog.command()
def show(
    store: Annotated[str, typer.Argument(help="The store.")],
    sku: Annotated[str, typer.Argument(help="The product's SKU.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show one product as the catalogue has it.

    Example: recoup catalog show shop SOCKS-42
    """
    with engine_of(data) as engine, pipe():
        product = _catalogue(engine).products(store, [sku]).get(sku)
        if product is None:
            fail(f"the catalogue of {store} has no product with that SKU", 1)
            raise AssertionError("fail ends the command")
        say(as_json, [product_fields(product)], lambda: screen_of(product_fields(product)))


@catalog.command()
def status(
    store: Annotated[str, typer.Argument(help="The store.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Say how many products a store has, in which version, and how its last import went.

    Example: recoup catalog status shop --json
    """
    with engine_of(data) as engine, pipe():
        found = status_fields(
            records.status(engine.store, store), _catalogue(engine).count(store), engine.clock.now()
        )
        say(as_json, [found], lambda: screen_of(found))


def _run(
    engine: Engine, reading: Reading, store: str, checkpoint: Checkpoint, report: Report, *, in_flight: int
) -> Import:
    target = Target(catalogue=_catalogue(engine), store=engine.store, clock=engine.clock, in_flight=in_flight)
    watch = Watch(bytes_read=report.bytes_read, problem=report.problem, saved=report.saved)
    return Import(target, store, reading, checkpoint, watch)


def _catalogue(engine: Engine) -> Catalogue:
    if engine.catalogue is None:
        raise AssertionError("wiring gives every engine of a command its catalogue")
    return engine.catalogue


def _check(files: list[Path], store: str, currency: str | None, decimal: str, encoding: str | None) -> None:
    for file in files:
        if not file.is_file():
            fail(f"{file} does not exist or is not a file")
    if not store.strip() or store != store.strip():
        fail("--store is empty or has spaces around it; name the store as its events do")
    if currency is not None and not is_currency(currency.upper()):
        fail("--currency is not a known currency; name an ISO 4217 code such as EUR")
    if decimal not in _DECIMALS:
        fail(f"--decimal is one of {', '.join(_DECIMALS)}")
    try:
        "".encode(encoding or "utf-8")
    except LookupError:
        fail(f"--encoding {encoding} is not known; name one such as windows-1250")


def _check_beginnings(files: list[Path], format: Format, reading: Reading) -> None:
    try:
        check(files, format, reading)
    except Unreadable as problem:
        fail(str(problem))


def _state(data: Path | None) -> Path:
    if data is not None:
        return data.with_name(data.name + ".imports")
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    project = os.environ.get("GOOGLE_CLOUD_PROJECT", "project")
    database = os.environ.get("RECOUP_FIRESTORE_DATABASE", "(default)")
    return Path(home) / "recoup" / "imports" / project / database


def _checkpoint(stack: ExitStack, folder: Path, store: str) -> Checkpoint:
    try:
        checkpoint = Checkpoint(folder, store)
    except InUse as problem:
        fail(str(problem))
    except OSError as problem:
        fail(f"progress can't be kept in {folder} ({problem.strerror}); name another folder with --state")
    stack.callback(checkpoint.close)
    return checkpoint


def _progress(checkpoint: Checkpoint, stated: str, resume: bool | None) -> Progress:
    unfinished = checkpoint.unfinished()
    if unfinished is not None and unfinished.fingerprint == stated and resume is not False:
        return unfinished
    if resume:
        fail("there is no interrupted import of these files to go on with; leave --resume out")
    now = datetime.now(UTC).isoformat()
    return Progress(fingerprint=stated, run_id=uuid.uuid4().hex, started_at=now, fresh=False)
