"""The inbox: which messages a document has applied, and what was owed to the world for each.

A redelivered message decides nothing; what it owed is done again, and doing it again is harmless. So a crash at
any point after the save is repaired by redelivery, with no outbox and no extra read.
"""

from dataclasses import replace

from common.domain.effects import Announce, ScheduleLook
from common.domain.values import dataclass

CAPACITY = 32
"""How many messages a document remembers; redelivery after more than that is settled by the state alone."""


@dataclass(frozen=True, slots=True)
class Applied:
    """One applied message. What a step's outcome owes is added to the message that had the step sent."""

    message_id: str
    digest: str = ""
    looks: tuple[ScheduleLook, ...] = ()
    announcements: tuple[Announce, ...] = ()
    notes: tuple[str, ...] = ()
    """What was left out of the message, repaired or guessed, so that it could be applied."""

    @property
    def owed(self) -> tuple[ScheduleLook | Announce, ...]:
        """Everything to be done again, in the order in which it was decided."""
        return (*self.announcements, *self.looks)


Inbox = tuple[Applied, ...]


def find(inbox: Inbox, message_id: str) -> Applied | None:
    """The entry of a message that was applied before."""
    for entry in reversed(inbox):
        if entry.message_id == message_id:
            return entry
    return None


def record(
    inbox: Inbox,
    message_id: str,
    digest: str,
    effects: tuple[object, ...],
    notes: tuple[str, ...] = (),
) -> Inbox:
    """The inbox with the message applied; a message that comes in two parts keeps one entry."""
    looks = tuple([effect for effect in effects if isinstance(effect, ScheduleLook)]) if effects else ()
    announcements = tuple([effect for effect in effects if isinstance(effect, Announce)]) if effects else ()
    earlier = find(inbox, message_id)
    if earlier is None:
        return (*inbox, Applied(message_id, digest, looks, announcements, notes))[-CAPACITY:]
    both = replace(
        earlier,
        looks=(*earlier.looks, *looks),
        announcements=(*earlier.announcements, *announcements),
    )
    return tuple(both if entry is earlier else entry for entry in inbox)
