"""An import: files to statements to batches to the catalogue, with a few batches under way at once.

What is done is what was written without a gap before it; a process that is killed does the rest again, which is
harmless.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import stamina

from common.application import catalogue as records
from common.application.failures import Refused, Unavailable
from common.application.ports import Catalogue, Clock, Store
from common.domain.catalogue import CatalogueStatus, ImportRun, Product
from infra.catalog.building import build, sku_of
from infra.catalog.checkpoint import Checkpoint, Progress, counted
from infra.catalog.formats import Format, statements
from infra.catalog.opening import opened
from infra.catalog.statements import Problem, Reading, Statement, Unreadable

MAX_PRODUCTS = 500
"""Of one batch; what Firestore took in one commit for long."""
MAX_BYTES = 4 * 2**20
"""Of one batch as JSON; Firestore takes 10 MiB on the wire, where names and numbers are longer."""
_ITEMS = 2_000
"""Items after which progress is saved even if nearly all were refused."""
_LISTED = 1_000
_DEACTIVATED = 100


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where an import goes."""

    catalogue: Catalogue
    store: Store
    clock: Clock
    in_flight: int = 4
    """Batches under way at once."""


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Who wants to know how it goes."""

    bytes_read: Callable[[int], object] = lambda size: None
    problem: Callable[[Problem], int] = lambda problem: 0
    """Told each problem once its batch is written; returns how long the file of problems is then."""
    saved: Callable[[Progress], object] = lambda progress: None


@dataclass(kw_only=True)
class _Batch:
    """A few products, and what was wrong with others up to the same item."""

    products: list[Product] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    size: int = 0
    read: int = 0
    items: int = 0
    unnamed: int = 0

    @property
    def full(self) -> bool:
        return len(self.products) >= MAX_PRODUCTS or self.size >= MAX_BYTES or self.items >= _ITEMS


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an import ended."""

    status: CatalogueStatus
    run: ImportRun
    notes: int
    kept: str | None
    """Why products missing from the files were not deactivated although that was asked for."""


Item = tuple[str, Statement | Problem]
"""With the name of its file."""


def items(files: Sequence[Path], wanted: Format, reading: Reading, watch: Watch) -> Iterator[Item]:
    """Everything that the files state; a file that can't be read to its end is a problem of its own."""
    for path in files:
        line = 0
        try:
            with opened(path, watch.bytes_read) as stream:
                for item in statements(stream, wanted, reading):
                    line = item.line
                    yield path.name, item
        except Unreadable as broken:
            yield path.name, Problem(line=line, reason="file_unreadable", detail=f"{broken}.")


class Import:
    """One run over the files."""

    def __init__(
        self, target: Target, store: str, reading: Reading, checkpoint: Checkpoint, watch: Watch
    ) -> None:
        self._target = target
        self._store = store
        self._reading = reading
        self._checkpoint = checkpoint
        self._watch = watch
        self._under_way: deque[tuple[_Batch, Future[int]]] = deque()

    def run(self, files: Sequence[Path], wanted: Format, progress: Progress, *, missing_too: bool) -> Outcome:
        """Go on from `progress`. Raises Busy, or Unavailable after several tries; then it can be run again.

        `missing_too`: deactivate what the store has and the files don't, if they could be read as a whole.
        """
        store, target = self._store, self._target
        before = records.begin(target.store, store, self._checkpoint.owner, target.clock.now())
        self._version = before.version + 1
        self._renewed = target.clock.now()
        self._progress = replace(progress, fresh=progress.fresh if progress.items else not before.begun)
        self._checkpoint.begin(self._progress)
        with ThreadPoolExecutor(target.in_flight) as self._threads:
            try:
                self._read(islice(items(files, wanted, self._reading, self._watch), progress.items, None))
            except BaseException:
                self._threads.shutdown(cancel_futures=True)
                raise
        kept = self._why_kept() if missing_too else None
        deactivated = self._deactivate_missing() if missing_too and kept is None else 0
        run = self._summary([path.name for path in files], deactivated)
        products = target.catalogue.count(store)
        status = records.finish(target.store, store, self._checkpoint.owner, run, products)
        self._checkpoint.end()
        return Outcome(status, run, self._progress.notes, kept)

    def _read(self, found: Iterator[Item]) -> None:
        batch = _Batch()
        for number, (file, item) in enumerate(found, self._progress.items):
            self._take(batch, number, file, item)
            if batch.full:
                self._submit(batch)
                batch = _Batch()
        self._submit(batch)
        while self._under_way:
            self._complete()

    def _take(self, batch: _Batch, number: int, file: str, item: Statement | Problem) -> None:
        batch.items += 1
        batch.read += not isinstance(item, Problem) or item.reason != "file_unreadable"
        taken = item if isinstance(item, Problem) else self._read_one(number, item)
        if isinstance(taken, Problem):
            batch.problems.append(replace(taken, file=file))
            batch.unnamed += taken.sku is None
            return
        product, size, notes = taken
        batch.products.append(product)
        batch.size += size
        batch.problems += [replace(note, file=file) for note in notes]

    def _read_one(self, number: int, item: Statement) -> tuple[Product, int, list[Problem]] | Problem:
        sku = sku_of(item)
        if sku is not None and not self._checkpoint.first_time(sku, number):
            return duplicate(item.line, sku)
        return read(item, self._reading)

    def _submit(self, batch: _Batch) -> None:
        self._renew()
        self._under_way.append((batch, self._threads.submit(self._write, batch.products)))
        if len(self._under_way) > self._target.in_flight:
            self._complete()

    def _write(self, products: Sequence[Product]) -> int:
        compare, now = not self._progress.fresh, self._target.clock.now()
        for attempt in stamina.retry_context(on=Unavailable, attempts=6, timeout=90):
            with attempt:
                return records.write_changed(
                    self._target.catalogue, products, self._version, now, compare=compare
                )
        raise AssertionError("the last attempt returns or raises")

    def _complete(self) -> None:
        batch, written = self._under_way.popleft()
        count = written.result()
        length = max([self._watch.problem(problem) for problem in batch.problems], default=0)
        refused = sum(not problem.note for problem in batch.problems)
        self._progress = counted(
            self._progress,
            items=batch.items,
            read=batch.read,
            written=count,
            unchanged=len(batch.products) - count,
            refused=refused,
            notes=len(batch.problems) - refused,
            unnamed=batch.unnamed,
        )
        self._progress = replace(self._progress, rejects_bytes=max(length, self._progress.rejects_bytes))
        self._checkpoint.save(self._progress)
        self._watch.saved(self._progress)

    def _renew(self) -> None:
        now = self._target.clock.now()
        if now - self._renewed >= records.RENEWED_EVERY:
            records.renew(self._target.store, self._store, self._checkpoint.owner, now)
            self._renewed = now

    def _why_kept(self) -> str | None:
        if self._progress.unnamed:
            return "some rows could not be read, so nobody knows which products are missing; mend them and import again"
        if self._progress.read == 0:
            return "the files hold no products"
        return None

    def _deactivate_missing(self) -> int:
        store, catalogue, cursor, gone = self._store, self._target.catalogue, None, 0
        while True:
            self._renew()
            page = catalogue.active_skus(store, _LISTED, cursor)
            missing = self._checkpoint.unseen(page.skus)
            for start in range(0, len(missing), _DEACTIVATED):
                some = missing[start : start + _DEACTIVATED]
                gone += records.deactivate(catalogue, store, some, self._version, self._target.clock.now())
            if (cursor := page.cursor) is None:
                return gone

    def _summary(self, files: Sequence[str], deactivated: int) -> ImportRun:
        done = self._progress
        return ImportRun(
            id=done.run_id,
            started_at=datetime.fromisoformat(done.started_at),
            files=tuple(files[:20]),
            finished_at=self._target.clock.now(),
            read=done.read,
            written=done.written,
            unchanged=done.unchanged,
            refused=done.refused,
            deactivated=deactivated,
        )


def read(item: Statement, reading: Reading) -> tuple[Product, int, list[Problem]] | Problem:
    """The product that an item states, its size and notes; or what is wrong with it."""
    try:
        return build(item, reading)
    except Refused as refused:
        return Problem(
            line=item.line,
            reason=refused.reason,
            detail=refused.detail,
            field=refused.field,
            sku=sku_of(item),
        )


def duplicate(line: int, sku: str, file: str = "") -> Problem:
    """A SKU that came before."""
    detail = "The SKU comes twice; the first row counts, remove this one."
    return Problem(line=line, reason="sku_duplicate", detail=detail, field="sku", sku=sku, file=file)
