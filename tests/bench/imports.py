"""How long each function's entry point takes to import, against what any such function has to load.

In CPU time, the least of several rounds: with warm files an import is nothing else, and it is the same each time; what
differs is what the machine's other work adds.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from main import ENTRY_POINTS
from tests.bench.figure import Figure

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 9
LONGEST = 1.25
FLOOR = "import functions_framework\nfrom google.cloud import firestore"
"""The framework that serves the function, and the client of the database that it is all about."""
FIRST_EVENT = """import functions.ingest_event.main
from contextlib import suppress
from datetime import UTC, datetime
from common.application.documents import from_fields
from common.application.ports import PubSubMessage
from functions.ingest_event.understanding import understand
event = b'{"id": "1", "type": "page.viewed", "occurred_at": "2026-03-02T10:00:00Z", "cart_id": "c1"}'
now = datetime(2026, 3, 2, 11, tzinfo=UTC)
understand(PubSubMessage("1", now, {"source": "recoup", "store": "shop"}, event), now)
for collection in ("cases", "customers", "orders"):
    with suppress(ValueError):
        from_fields(collection, {})"""
"""Importing less only moves work to the first event; this is both, without the network."""
UNWANTED = ("twilio", "jinja2", "css_inline", "phonenumbers", "babel")

_CODE = """
import sys, time, json
began = time.process_time()
{imports}
took = time.process_time() - began
print(json.dumps([took, sorted(sys.modules)]))
"""


def measure() -> Iterator[Figure]:
    """One figure per function, and what ingest_event must not load."""
    functions = {name: f"import {module}" for name, module in ENTRY_POINTS.items()}
    took: dict[str, list[float]] = {name: [] for name in (*functions, "first", "")}
    loaded: dict[str, set[str]] = {}
    for round_ in range(ROUNDS + 1):
        for name, imports in {"": FLOOR, **functions, "first": FIRST_EVENT}.items():
            seconds, modules = _import(imports)
            loaded[name] = set(modules)
            # The first round only warms the file cache and writes the bytecode.
            if round_ > 0:
                took[name].append(seconds)
    least = {name: min(seconds) for name, seconds in took.items()}
    for name in functions:
        note = f"{least[name] * 1000:.0f} ms against {least[''] * 1000:.0f} ms; beyond it: "
        note += _packages(loaded[name] - loaded[""])
        yield _figure(f"import {name}", least[name] / least[""], note)
    note = f"{least['first'] * 1000:.0f} ms; what the import leaves to the first event included"
    yield Figure(
        what="import ingest_event, and read a first event", value=least["first"] / least[""], note=note
    )
    surplus = {name.partition(".")[0] for name in loaded["ingest_event"] - loaded[""]}
    found = sorted(surplus.intersection(UNWANTED))
    yield Figure(
        what="ingest_event loads of the renderer and the providers",
        value=len(found),
        unit="packages",
        digits=0,
        limit="≤",
        target=0,
        note=", ".join(found),
    )


def _figure(what: str, value: float, note: str) -> Figure:
    return Figure(what=what, value=value, limit="≤", target=LONGEST, note=note)


def _import(imports: str) -> tuple[float, list[str]]:
    # As deployed, where the build compiles everything; some machines forbid it in their environment.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", _CODE.format(imports=imports)]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    seconds, modules = json.loads(run.stdout.splitlines()[-1])
    return seconds, modules


def _packages(modules: set[str]) -> str:
    """The packages with the most modules."""
    counted = Counter(".".join(name.split(".")[: 3 if name.startswith("google") else 1]) for name in modules)
    return ", ".join(f"{name} {count}" for name, count in counted.most_common(6))
