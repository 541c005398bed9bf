"""One message as a platform sends it, written for these tests."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Example:
    """`payload` is what the data holds as JSON; `attributes` include source and store, or the platform's own."""

    name: str
    attributes: dict[str, str]
    payload: Any
