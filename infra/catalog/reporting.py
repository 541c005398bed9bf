"""What an import says: a bar while it works, what was refused, and what came of it."""

import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from tqdm import tqdm

from common.application.catalogue import LEASE
from common.domain.catalogue import CatalogueStatus, Product
from infra.catalog.checkpoint import Progress
from infra.catalog.importing import Outcome
from infra.catalog.statements import Problem
from infra.dead_letters.printable import json_line, printable

_SHOWN = 20


class Report:
    """Tells a person on standard error, a program on standard output, and both in a file of rejects."""

    def __init__(self, size: int, rejects: Path | None, *, as_json: bool, length: int = 0) -> None:
        """`length`: how much of the file of rejects is to stay, of an import that goes on."""
        self._size = size
        self._path = rejects
        self._length = length
        self._as_json = as_json
        self._told = 0

    def __enter__(self) -> "Report":
        self._rejects = None
        if self._path is not None:
            try:
                # Unbuffered: what the checkpoint says is in the file must be in it.
                self._rejects = self._path.open("ab" if self._length else "wb", buffering=0)
                self._rejects.truncate(min(self._length, self._rejects.seek(0, 2)))
            except OSError as problem:
                typer.echo(f"recoup: {self._path} can't be written: {problem.strerror}", err=True)
                raise typer.Exit(2) from None
        hidden = not sys.stderr.isatty()
        self._bar = tqdm(total=self._size, unit="B", unit_scale=True, disable=hidden, desc="import")
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()
        if self._rejects is not None:
            self._rejects.close()

    def bytes_read(self, size: int) -> None:
        """So many bytes of the files more."""
        self._bar.update(size)

    def saved(self, progress: Progress) -> None:
        """So much is done for good."""
        self._bar.set_postfix_str(f"{progress.read:,} products, {progress.refused:,} refused", refresh=False)

    def problem(self, problem: Problem) -> int:
        """Tell one problem; how long the file of rejects is then."""
        line = json_line(problem_fields(problem)) + "\n"
        if self._rejects is not None:
            self._rejects.write(line.encode())
            return self._rejects.tell()
        if self._as_json:
            sys.stdout.write(line)
            return 0
        self._told += 1
        if self._told <= _SHOWN:
            self._say(_sentence(problem))
        elif self._told == _SHOWN + 1:
            self._say("... more of that; --rejects FILE keeps all of it")
        return 0

    def resumed(self, progress: Progress) -> None:
        """An interrupted import goes on, if it had come anywhere."""
        if progress.items:
            self._say(f"going on after {progress.items:,} rows that are done")

    def rehearsed(self, done: Progress) -> None:
        """Nothing was written."""
        taken = done.read - done.refused
        if self._as_json:
            sys.stdout.write(
                json_line({"dry_run": True, "read": done.read, "taken": taken, "refused": done.refused})
                + "\n"
            )
        else:
            self._tell(
                f"{taken:,} products would be taken, {done.refused:,} rows refused; nothing was written"
            )

    def finished(self, outcome: Outcome) -> None:
        """The import is done."""
        run, status = outcome.run, outcome.status
        if self._as_json:
            fields = {**status_fields(status, status.products), "notes": outcome.notes, "kept": outcome.kept}
            sys.stdout.write(json_line(fields) + "\n")
            return
        gone = f", {run.deactivated:,} deactivated" if run.deactivated else ""
        self._tell(
            f"{run.read:,} rows: {run.written:,} products written, {run.unchanged:,} unchanged, "
            f"{run.refused:,} refused{gone}; {status.store} has {status.products:,} products "
            f"in version {status.version}"
        )
        if outcome.kept:
            self._say(f"nothing was deactivated: {outcome.kept}")

    def _say(self, sentence: str) -> None:
        self._bar.write(printable(sentence), file=sys.stderr)

    def _tell(self, sentence: str) -> None:
        self._bar.close()
        typer.echo(printable(sentence))


def problem_fields(problem: Problem) -> Mapping[str, Any]:
    """A problem as a line of JSON."""
    return {
        "kind": "note" if problem.note else "refused",
        "file": problem.file,
        "line": problem.line,
        "sku": problem.sku,
        "field": problem.field,
        "reason": problem.reason,
        "detail": problem.detail,
    }


def product_fields(product: Product) -> Mapping[str, Any]:
    """A product as a line of JSON that an import would take, and when it was last changed."""
    return {
        "store": product.store,
        "sku": product.sku,
        "name": product.name,
        "price": product.price.major,
        "cost": None if product.cost is None else product.cost.major,
        "currency": product.price.currency,
        "category": " > ".join(product.category),
        "brand": product.brand,
        "group": product.group,
        "attributes": dict(product.attributes),
        "stock": product.stock,
        "active": product.active,
        "tax_class": product.tax_class,
        "url": product.url,
        "image_urls": list(product.image_urls),
        "changed_at": product.updated_at.isoformat(),
        "version": product.version,
    }


def status_fields(status: CatalogueStatus, products: int, now: datetime | None = None) -> Mapping[str, Any]:
    """A catalogue's state as a line of JSON; `now` tells whether an import is at work."""
    lease, run = status.lease, status.last
    at_work = lease is not None and now is not None and now - lease.renewed_at < LEASE
    last = None
    if run is not None:
        last = {
            "files": list(run.files),
            "started_at": run.started_at.isoformat(),
            "finished_at": None if run.finished_at is None else run.finished_at.isoformat(),
            "read": run.read,
            "written": run.written,
            "unchanged": run.unchanged,
            "refused": run.refused,
            "deactivated": run.deactivated,
        }
    return {
        "store": status.store,
        "version": status.version,
        "products": products,
        "importing": at_work,
        "interrupted": lease is not None and not at_work,
        "last_import": last,
    }


def screen_of(fields: Mapping[str, Any]) -> RenderableType:
    """Fields below each other; inner ones beside their names."""
    table = Table.grid(padding=(0, 2))
    for name, value in fields.items():
        table.add_row(Text(name.replace("_", " "), style="dim"), Text(printable(_word(value))))
    return table


def _word(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case dict():
            return ", ".join(f"{name} {_word(one)}" for name, one in value.items()) or "-"
        case list():
            return " ".join(map(str, value)) or "-"
        case _:
            return str(value)


def _sentence(problem: Problem) -> str:
    product = f" ({problem.sku})" if problem.sku else ""
    return f"{problem.file}:{problem.line}{product}: {problem.detail}"
