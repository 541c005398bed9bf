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
    """Speed against the target speed, and peak memory, which has its target at a million events."""
    with tempfile.TemporaryDirectory(prefix="recoup-bench-") as folder:
        run = _replayed(Path(folder) / "day.jsonl", events)
    speed = run.events / run.seconds
    took = f"{run.events:,} in {run.seconds:.0f} s ({run.cpu_seconds:.0f} s of CPU), the week after included"
    yield Figure(
        what=f"replay against {LEAST_EVENTS_A_SECOND:,} events a second",
        value=speed / LEAST_EVENTS_A_SECOND,
        limit="≥",
        target=1.0,
        note=f"{speed:,.0f} events a second: {took}",
    )
    a_million = events >= MILLION
    yield Figure(
        what=f"replay's peak memory, {run.events:,} events",
        value=run.megabytes,
        unit="MB",
        digits=0,
        limit="≤" if a_million else None,
        target=MOST_MEGABYTES,
        # Caches fill and then stay: a straight line from here to a million would be wrong by half.
        note="" if a_million else f"at most {MOST_MEGABYTES} MB at a million; ARGS=--million measures that",
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
