"""What happened, from both sides: what the shoppers did, and what the engine said and sent."""

from dataclasses import dataclass
from datetime import datetime

from common.domain.effects import Announce
from infra.demo.shoppers.people import Person
from infra.local.mailbox import Letter


@dataclass(frozen=True, slots=True)
class Note:
    """A shopper did something."""

    at: datetime
    person: int
    what: str


class Diary:
    """Grows while the simulation runs; read afterwards."""

    def __init__(self) -> None:
        self.people: dict[int, Person] = {}
        """As they were in the beginning, by number."""
        self.fates: dict[int, str] = {}
        self.entries: list[Note | Announce] = []
        """What shoppers did and what the engine said, in the order in which it came about."""
        self.letters: list[Letter] = []
        """What left, as it left."""
        self._owners: dict[tuple[str, str], int] = {}
        self._heard: set[str] = set()

    def meet(self, person: Person, fate: str) -> None:
        """Somebody enters the story."""
        self.people[person.number] = person
        self.fates[person.number] = fate

    @property
    def announced(self) -> list[Announce]:
        """What the engine said."""
        return [entry for entry in self.entries if isinstance(entry, Announce)]

    @property
    def notes(self) -> list[Note]:
        """What shoppers did."""
        return [entry for entry in self.entries if isinstance(entry, Note)]

    def owns(self, person: int, store: str, subject: str) -> None:
        """The cart or order is this person's."""
        self._owners[store, subject] = person

    def owner_of(self, store: str, subject: str | None) -> int | None:
        """Whose cart or order it is."""
        return self._owners.get((store, subject or ""))

    def note(self, at: datetime, person: int, what: str) -> None:
        """A shopper did something."""
        self.entries.append(Note(at, person, what))

    def hear(self, announced: Announce) -> None:
        """The engine said something; said twice, it counts once."""
        if announced.id not in self._heard:
            self._heard.add(announced.id)
            self.entries.append(announced)

    def keep(self, letter: Letter) -> None:
        """A message left."""
        self.letters.append(letter)
