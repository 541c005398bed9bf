"""A campaign day of 200,000 events, an hour of which has 50 times the usual rate, with a limited intake.

`python -m tests.bench spike`. Pub/Sub's subscriptions and Cloud Tasks' dispatch rate are simulated in virtual time;
the engine is the embedded one, in a process of its own so that its memory can be told.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from common import logs
from common.application.backlog import Backlog
from common.application.policies import build
from common.application.priorities import Priority
from infra.local.database import Database
from infra.local.machine import LOCAL_KEYS
from tests.bench.figure import Figure
from tests.campaign import Outcome, live_through
from tests.spikes import Limits

EVENTS = 200_000
LIMITS = Limits(messages=15, tasks=10, twice=0.01, failing=0.02)
"""In the hour of the campaign 38 messages come a second, and 21 of them tell of carts and orders."""
MOST_MEGABYTES = 500
_ROOT = Path(__file__).resolve().parents[2]
_MINUTE = timedelta(minutes=1)


def measure(events: int = EVENTS) -> Iterator[Figure]:
    """The day with a queue for each priority, and as it would be if all waited in one."""
    priorities = _run(events, labelled=True)
    yield from _of_priorities(priorities)
    yield from _of_outcome("", priorities)
    took = f"{events:,} events and the nine days after them in {priorities['seconds']:.0f} s"
    yield Figure(
        what="memory, the backlog included",
        value=priorities["megabytes"],
        unit="MB",
        digits=0,
        limit="≤",
        target=MOST_MEGABYTES,
        note=took,
    )
    one_queue = _run(events, labelled=False)
    yield Figure(
        what="one queue: an order waits at most",
        value=one_queue["oldest"][Priority.ORDER],
        unit="min",
        digits=1,
        note="as if no message told its priority",
    )
    yield from _of_outcome("one queue: ", one_queue)


def _of_priorities(run: dict[str, Any]) -> Iterator[Figure]:
    for priority in Priority:
        published, most = run["published"][priority], run["most_waiting"][priority]
        is_order = priority is Priority.ORDER
        yield Figure(
            what=f"{priority.value} events wait at most",
            value=run["oldest"][priority],
            unit="min",
            digits=1,
            limit="≤" if is_order else None,
            target=1.0,
            note=f"{most:,} of {published:,} at the worst moment",
        )
    yield Figure(what="browse events shed", value=run["shed"], unit="events", digits=0)


def _of_outcome(prefix: str, run: dict[str, Any]) -> Iterator[Figure]:
    repeated = run["deliveries"] - sum(run["published"].values())
    for what, value, note in (
        ("events lost", run["lost"], f"orders and carts looked up one by one; {repeated:,} came twice"),
        ("messages to who had ordered", run["after_order"], f"of {run['sent']:,}; {run['held']:,} were held"),
    ):
        yield Figure(what=prefix + what, value=value, unit="", digits=0, limit="≤", target=0, note=note)
    yield Figure(
        what=f"{prefix}messages in the busiest minute",
        value=run["most_in_a_minute"],
        unit="",
        digits=0,
        limit="≤",
        target=(LIMITS.tasks or 0) * 60,
        note="against what the queues of timers may dispatch",
    )


def _run(events: int, *, labelled: bool) -> dict[str, Any]:
    """One day in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.spike", str(events), *(["labelled"] if labelled else [])]
    with subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        answer = process.stdout.read()
        # This one child's own peak: RUSAGE_CHILDREN would be that of the largest child so far.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the day ended with status {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {**json.loads(answer), "megabytes": usage.ru_maxrss / unit}


def _live(events: int, *, labelled: bool) -> dict[str, Any]:
    began = time.perf_counter()
    policy = build({"recovery": {"holdout_percent": 0}}, LOCAL_KEYS)
    with tempfile.TemporaryDirectory(prefix="recoup-spike-") as folder:
        database = Database(Path(folder) / "spike.sqlite", exclusive=True)
        outcome = live_through(
            events, policy, LIMITS, database=database, backlog=Backlog(), labelled=labelled
        )
        told = _told(outcome)
        database.close()
    return {**told, "seconds": time.perf_counter() - began}


def _told(outcome: Outcome) -> dict[str, Any]:
    seen = outcome.seen
    return {
        "published": {one: seen.published[one] for one in Priority},
        "most_waiting": {one: seen.most_waiting[one] for one in Priority},
        "oldest": {one: seen.oldest[one] / _MINUTE for one in Priority},
        "deliveries": seen.deliveries,
        "lost": seen.lost + len(outcome.missing_orders()) + len(outcome.wrong_carts()),
        "shed": outcome.shed,
        "sent": len(outcome.sent_at),
        "after_order": len(outcome.after_order),
        "held": len(outcome.held),
        "most_in_a_minute": outcome.most_in_a_minute,
    }


if __name__ == "__main__":
    logs.configure(severity="ERROR")
    print(json.dumps(_live(int(sys.argv[1]), labelled="labelled" in sys.argv)))
