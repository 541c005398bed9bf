"""One real payload and what has to become of it."""

import os
from dataclasses import dataclass
from pathlib import Path

from common.application.ports import PubSubMessage

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Sample:
    """`expected` is understood, ignored or refused:<reason>; of several things told, joined by commas."""

    platform: str
    name: str
    message: PubSubMessage
    expected: str


def samples_folder() -> Path:
    """Where the samples lie, which are no part of the repository: RECOUP_SAMPLES, or beside the repository."""
    return Path(os.environ.get("RECOUP_SAMPLES") or ROOT.parent / "shared" / "data")
