"""Where a command's lines go, and its progress."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import RenderableType
from tqdm import tqdm

from infra.dead_letters.printable import json_line
from infra.dead_letters.screen import console


def say(as_json: bool, lines: Iterable[Mapping[str, Any]], told: Callable[[], RenderableType]) -> None:
    """Print JSON Lines, or what is told to a person."""
    if not as_json:
        console().print(told())
        return
    for line in lines:
        sys.stdout.write(json_line(line) + "\n")


@contextmanager
def pipe() -> Iterator[None]:
    """Whoever reads our output may have had enough of it."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def progress(name: str, items: list[Any] | None = None) -> Any:
    """A bar on standard error, if that is a terminal."""
    return tqdm(items, desc=name, disable=not sys.stderr.isatty(), unit="message")
