"""An import that only reads."""

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from infra.catalog.checkpoint import Checkpoint, Progress, counted
from infra.catalog.formats import Format
from infra.catalog.importing import Watch, duplicate, items, read
from infra.catalog.reporting import Report
from infra.catalog.statements import Problem, Reading, Statement

_TOLD_EVERY = 1_000


def rehearse(files: Sequence[Path], wanted: Format, reading: Reading, report: Report) -> int:
    """Tell what would be refused and how much taken; the exit status that the import would have."""
    watch = Watch(bytes_read=report.bytes_read)
    done = Progress(fingerprint="", run_id="", started_at="", fresh=True)
    with tempfile.TemporaryDirectory(prefix="recoup-") as home:
        seen = Checkpoint(Path(home), "rehearsal")
        seen.begin(done)
        for number, (file, item) in enumerate(items(files, wanted, reading, watch)):
            problems = [replace(problem, file=file) for problem in _problems(item, reading, seen, number)]
            for problem in problems:
                report.problem(problem)
            refused = sum(not problem.note for problem in problems)
            done = counted(done, read=1, refused=refused, notes=len(problems) - refused)
            if number % _TOLD_EVERY == 0:
                report.saved(done)
        seen.close()
    report.rehearsed(done)
    return int(done.refused > 0)


def _problems(item: Statement | Problem, reading: Reading, seen: Checkpoint, number: int) -> list[Problem]:
    if isinstance(item, Problem):
        return [item]
    taken = read(item, reading)
    if isinstance(taken, Problem):
        return [taken]
    product, _, notes = taken
    return notes if seen.first_time(product.sku, number) else [duplicate(item.line, product.sku)]
