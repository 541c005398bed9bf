"""How much of the real sample payloads is understood, per platform: `make bench-intake`.

`python -m tests.bench.intake [FOLDER]`: FOLDER holds the samples; without it, the one that the tests use.
"""

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from common.application.failures import Refused
from functions.ingest_event.understanding import Ignored, Said
from tests.samples.outcomes import outcome, platforms, samples_of, told_by
from tests.samples.sample import samples_folder


def main() -> int:
    """Print the table. Exit status 1 if a sample came out otherwise than it should, 2 without samples."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else samples_folder()
    if not folder.is_dir():
        print(f"There are no sample payloads in {folder}; name their folder.", file=sys.stderr)
        return 2
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    details: dict[str, Counter[str]] = defaultdict(Counter)
    unexpected: list[str] = []
    began, told_in_all = time.perf_counter(), 0
    for sample in (one for platform in platforms() for one in samples_of(platform, folder)):
        told = told_by(sample)
        told_in_all += len(told)
        for one in told:
            kind, detail = _kind(one)
            counts[sample.platform][kind] += 1
            details[sample.platform].update([f"{kind}: {detail}"] if detail else [])
        if (came_out := outcome(told)) != sample.expected:
            unexpected.append(f"{sample.platform} {sample.name}: {came_out}, should be {sample.expected}")
    seconds = time.perf_counter() - began
    _print(counts, details)
    print(f"\n  {told_in_all:,} things told in {seconds:.1f} s")
    for line in unexpected:
        print(f"  unexpected: {line}")
    return 1 if unexpected else 0


def _kind(said: Said) -> tuple[str, str]:
    match said:
        case Refused():
            return "refused", said.reason
        case Ignored():
            return "ignored", said.topic
        case _:
            return "understood", ""


def _print(counts: dict[str, Counter[str]], details: dict[str, Counter[str]]) -> None:
    print(f"  {'platform':<16} {'understood':>10} {'ignored':>8} {'refused':>8}")
    for platform in sorted(counts):
        count = counts[platform]
        print(f"  {platform:<16} {count['understood']:>10} {count['ignored']:>8} {count['refused']:>8}")
    for platform in sorted(details):
        print(f"\n  {platform}")
        for what, times in sorted(details[platform].items()):
            print(f"    {times:>4} {what}")


if __name__ == "__main__":
    sys.exit(main())
