"""What becomes of the samples, in the words of their expectations."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from common.application.failures import Refused
from functions.ingest_event.understanding import Ignored, Said, understand
from tests.samples.sample import Sample

_OTHERS = {"sample", "outcomes"}


def platforms() -> list[str]:
    """The platforms of which there are samples."""
    return sorted({module.name for module in iter_modules([str(Path(__file__).parent)])} - _OTHERS)


def samples_of(platform: str, folder: Path) -> Iterator[Sample]:
    """A platform's samples."""
    yield from import_module(f"{__package__}.{platform}").samples(folder)


def told_by(sample: Sample) -> tuple[Said, ...]:
    """What a sample tells when it arrives at once. A mistake of ours raises."""
    told = understand(sample.message, sample.message.publish_time)
    for said in told:
        if isinstance(said, Refused) and said.reason == "not_understood":
            raise AssertionError(sample.name) from said.__cause__
    return told


def outcome(told: tuple[Said, ...]) -> str:
    """As `Sample.expected` says it."""
    return ",".join(map(_outcome, told))


def _outcome(said: Said) -> str:
    if isinstance(said, Refused):
        return f"refused:{said.reason}"
    return "ignored" if isinstance(said, Ignored) else "understood"
