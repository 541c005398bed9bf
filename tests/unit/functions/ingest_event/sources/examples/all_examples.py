"""The examples of every platform that has some."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from tests.unit.functions.ingest_event.sources.examples.example import Example

_OTHERS = {"example", "all_examples"}


def platforms() -> list[str]:
    """The names of the platforms, which are those of their sources."""
    names = {module.name for module in iter_modules([str(Path(__file__).parent)])}
    return sorted(names - _OTHERS)


def examples_of(platform: str) -> tuple[Example, ...]:
    """A platform's examples."""
    module = import_module(f"{__package__}.{platform}")
    examples: tuple[Example, ...] = module.EXAMPLES
    return examples
