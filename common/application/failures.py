"""The only two exceptions that cross a function's edge, and the one that stays inside the shell."""

from dataclasses import dataclass

from common.domain.money import Money


@dataclass(eq=False)
class Refused(Exception):
    """The input can't be understood: it is stored with its reason and acknowledged; a retry can't help."""

    reason: str
    """Machine-readable, snake_case."""
    detail: str
    """A sentence for a person, which names the field and says what to do."""
    field: str | None = None
    source: str | None = None
    store: str | None = None
    at_stake: Money | None = None
    """The money concerned, where it could be read."""

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


class Unavailable(Exception):
    """Could not find out: something outside didn't answer. A retry may help, so the caller gets a 500."""


class Conflict(Exception):
    """A document changed between load and save. Loading and deciding again settles it."""
