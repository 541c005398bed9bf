"""`python -m tests.bench [imports] [ingest] [pricing] [replay] [spike] [--million]`: figures beside their targets."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from tests.bench import imports, ingest, pricing, replay, spike
from tests.bench.figure import TIMES, Figure, table

USUAL = ("imports", "ingest", "pricing", "replay")
"""What is measured unless something is named."""


def main() -> None:
    """Measure what is asked for, or everything but the spike, which takes minutes.

    The exit status is 0 even if a target is missed: it's a figure.
    """
    options = _options()
    benches: dict[str, Callable[[], Iterator[Figure]]] = {
        "imports": imports.measure,
        "ingest": ingest.measure,
        "pricing": pricing.measure,
        "replay": lambda: replay.measure(replay.MILLION if options.million else replay.DEFAULT),
        "spike": spike.measure,
    }
    began = time.perf_counter()
    figures: list[Figure] = []
    for name in options.names or USUAL:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures.extend(benches[name]())
    print(table(figures))
    took = time.perf_counter() - began
    print(
        f"\n  measured in {took:.0f} s; {TIMES} is the median of turns (ours, bare, ...), or of the least imports"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help="imports, ingest, pricing, replay, spike; without a name, all but the spike",
    )
    parser.add_argument("--million", action="store_true", help="replay a million events instead of 200,000")
    options = parser.parse_args()
    unknown = set(options.names) - {*USUAL, "spike"}
    if unknown:
        parser.error(
            f"there is no bench {min(unknown)}; there are imports, ingest, pricing, replay and spike"
        )
    return options


if __name__ == "__main__":
    main()
