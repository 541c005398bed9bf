"""How fast `recoup replay` is, and how much memory it needs for however many events."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.figure import Figure
from tests.bench.shop_day import lines

ROOT = Path(__file__).resolve().parents[2]
DEFAULT, MILLION = 200_000, 1_000_000
LEAST_EVENTS_A_SECOND = 3_000
MOST_MEGABYTES = 500


@dataclass(frozen=True, slots=True)
class Run:
    """One replay in a process of its own. Memory is the peak of its resident set."""

    events: int
    seconds: float
    cpu_seconds: float
    megabytes: float


def measure(events: int) -> Iterator[Figure]:
    """Speed against the target speed, and peak memory. Half of the events first, to see how memory grows."""
    with tempfile.TemporaryDirectory(prefix="recoup-bench-") as folder:
        part = _replayed(Path(folder) / "part.jsonl", events // 2)
        whole = _replayed(Path(folder) / "day.jsonl", events)
    speed = whole.events / whole.seconds
    yield Figure(
        what=f"replay against {LEAST_EVENTS_A_SECOND:,} events a second",
        value=speed / LEAST_EVENTS_A_SECOND,
        limit="≥",
        target=1.0,
        note=f"{speed:,.0f} events a second: {whole.events:,} in {whole.seconds:.0f} s, a week of timers included",
    )
    yield _memory(part, whole)


def _memory(part: Run, whole: Run) -> Figure:
    measured = (
        f"{whole.megabytes:.0f} MB at {whole.events:,} events, {part.megabytes:.0f} MB at {part.events:,}"
    )
    a_million = whole.events >= MILLION
    growth = (whole.megabytes - part.megabytes) / (whole.events - part.events)
    megabytes = whole.megabytes if a_million else whole.megabytes + growth * (MILLION - whole.events)
    return Figure(
        what="replay's peak memory, a million events" + ("" if a_million else " (EXTRAPOLATED)"),
        value=megabytes,
        unit="MB",
        digits=0,
        limit="≤",
        target=MOST_MEGABYTES,
        note=measured + ("" if a_million else "; ARGS=--million measures it"),
    )


def _replayed(day: Path, events: int) -> Run:
    with day.open("w", encoding="utf-8") as file:
        written = 0
        for line in lines(events):
            file.write(line + "\n")
            written += 1
    command = [str(Path(sys.executable).with_name("recoup")), "replay", str(day)]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        # This one child's own peak: RUSAGE_CHILDREN would be that of the largest child so far.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if process.returncode:
        raise RuntimeError(f"recoup replay ended with status {process.returncode}")
    day.unlink()
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Run(written, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)
