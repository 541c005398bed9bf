"""Roles that the shell needs filled. Each has one contract suite, run on every adapter and on its local twin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from common.domain.effects import Announce, FindMessage, SendMessage
from common.domain.triggers import Accepted as Accepted
from common.domain.triggers import NotSent as NotSent
from common.domain.triggers import Rejected as Rejected
from common.domain.triggers import Uncertain as Uncertain


class Ref(NamedTuple):
    """A document's place."""

    collection: str
    id: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document as it was read. `version` is the store's own token; None = the document doesn't exist."""

    document: Any
    version: object | None


@dataclass(frozen=True, slots=True)
class Put:
    """Write one document whole, if it is still at `expected` (None = if it doesn't exist)."""

    ref: Ref
    document: Any
    expected: object | None


@dataclass(frozen=True, slots=True)
class Counters:
    """Blind increments of `metrics/{day}/shards/{shard}`, in the same commit as the documents."""

    day: date
    shard: int
    amounts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """Ids in order of their due moment, and where to go on (None = that was all)."""

    ids: tuple[str, ...]
    cursor: str | None


class Store(Protocol):
    """Documents with optimistic versions. Every method is one round trip and raises Unavailable."""

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        """All of the documents, in one batch; an absent one is Loaded(None, None)."""

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        """All or nothing; the new version of each document. Raises Conflict if any precondition fails."""

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        """Documents of `collection` whose `field` is a moment before `until`, earliest first."""

    def counters(self, day: date) -> Mapping[str, int]:
        """A day's counters, summed over the shards."""


@dataclass(frozen=True, slots=True)
class Task:
    """A timer: POST `body` to the function `role` at `at`."""

    role: str
    """generate_offer, send_stimulus or expire_vouchers."""
    name: str
    """[A-Za-z0-9_-]{1,500}; one name is one intention."""
    at: datetime
    """Aware UTC; a moment in the past means at once."""
    body: Mapping[str, Any]


class Timer(Protocol):
    """Timers are hints: at least once, perhaps late, perhaps lost."""

    def schedule(self, task: Task) -> None:
        """Arrange for the task; a second call with the same name is harmless. Raises Unavailable."""


class Bus(Protocol):
    """Where the engine says what it did."""

    def publish(self, announcements: Sequence[Announce]) -> None:
        """Publish all; returns when the bus has them. Repeating is harmless. Raises Unavailable."""


class Secrets(Protocol):
    """Named secrets, in pinned versions."""

    def get(self, name: str) -> bytes:
        """The secret's bytes; cached. Raises Unavailable, or KeyError if it is not configured."""


SendOutcome = Accepted | Rejected | Uncertain
FindOutcome = Accepted | NotSent | Uncertain


class Sender(Protocol):
    """One channel's provider. Never raises: what can't be told is Uncertain."""

    def send(self, message: SendMessage) -> SendOutcome:
        """Render and hand over, once."""

    def find(self, query: FindMessage) -> FindOutcome:
        """Whether a claimed message left."""


class Clock(Protocol):
    """The current time."""

    def now(self) -> datetime:
        """Aware UTC."""


class TaskIdentity(Protocol):
    """Who may call the task functions."""

    def verify(self, authorization: str | None) -> bool:
        """Whether the Authorization header proves the queue's identity. Raises Unavailable."""


class PolicySource(Protocol):
    """Where administrators keep their policy documents."""

    def read(self) -> Mapping[str, Mapping[str, Any]]:
        """Every policy document by its name, as written. Raises Unavailable."""

    def last_good(self) -> Mapping[str, Mapping[str, Any]]:
        """Every document as it was last reported good, for instances that start while an edit is bad."""

    def report(self, name: str, problem: str | None, good: Mapping[str, Any] | None = None) -> None:
        """Tell the administrators what is wrong with a document; or (None) that it was taken, and keep it as good."""


@dataclass(frozen=True, slots=True)
class PubSubMessage:
    """A message as Pub/Sub delivered it."""

    id: str
    publish_time: datetime
    attributes: Mapping[str, str] = field(default_factory=dict)
    data: bytes = b""

    def attribute(self, name: str) -> str | None:
        """An attribute, whatever the case of its name."""
        if name in self.attributes:
            return self.attributes[name]
        wanted = name.lower()
        return next((value for key, value in self.attributes.items() if key.lower() == wanted), None)
