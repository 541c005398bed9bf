"""Roles that the shell needs filled. Each has one contract suite, run on every adapter and on its local twin."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from common.domain.effects import Announce, FindMessage, SendMessage
from common.domain.triggers import Accepted as Accepted
from common.domain.triggers import NotSent as NotSent
from common.domain.triggers import Rejected as Rejected
from common.domain.triggers import Uncertain as Uncertain
from common.domain.values import dataclass

if TYPE_CHECKING:
    from common.domain.catalogue import Product


class Ref(NamedTuple):
    """A document's place."""

    collection: str
    id: str


class Loaded(NamedTuple):
    """A document as it was read. `version` is the store's own token; None = the document doesn't exist."""

    document: Any
    version: object | None
    expire_at: datetime | None = None
    """From then on the store may delete it; None = never, or the document says so itself."""


class Put(NamedTuple):
    """Write one document whole, if it is still at `expected` (None = if it doesn't exist)."""

    ref: Ref
    document: Any
    """None = delete it."""
    expected: object | None
    expire_at: datetime | None = None
    """From then on the store may delete it."""


class Counters(NamedTuple):
    """Blind changes of `metrics/{day}/shards/{shard}`, in the same commit as the documents."""

    day: date
    shard: int
    amounts: Mapping[str, int]
    """Added to what is there."""
    latest: Mapping[str, int] = MappingProxyType({})
    """Kept at the greatest value of the day, such as the second at which a source was heard; names of their own."""


@dataclass(frozen=True, slots=True)
class Page:
    """Ids in order of their due moment, and where to go on (None = that was all)."""

    ids: tuple[str, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """Documents of one collection in the order of their ids, and where to go on (None = that was all)."""

    loaded: Mapping[Ref, Loaded]
    cursor: str | None


class Store(Protocol):
    """Documents with optimistic versions. Every method is one round trip and raises Unavailable."""

    def load(self, refs: Sequence[Ref]) -> Mapping[Ref, Loaded]:
        """All of the documents, in one batch; an absent one is Loaded(None, None)."""

    def save(self, puts: Sequence[Put], counters: Counters | None = None) -> Mapping[Ref, object]:
        """All or nothing; the new version of each document (None: deleted). Raises Conflict if a precondition fails."""

    def due(
        self, collection: str, field: str, until: datetime, limit: int, cursor: str | None = None
    ) -> Page:
        """Documents of `collection` whose `field` is a moment before `until`, earliest first."""

    def browse(
        self, collection: str, limit: int, cursor: str | None = None, *, where: tuple[str, str] | None = None
    ) -> Listing:
        """Documents of `collection` whose id is greater than `cursor`; `where` = only with that text in that field.

        A field named with [] at its end is a list, which must have the text among its own.
        """

    def counters(self, day: date) -> Mapping[str, int]:
        """A day's counters: amounts summed over the shards, latest at their greatest."""


@dataclass(frozen=True, slots=True)
class SkuPage:
    """SKUs in the order of their products' ids, and where to go on (None = that was all)."""

    skus: tuple[str, ...]
    cursor: str | None


class Catalogue(Protocol):
    """What stores sell. Every method takes one round trip and raises Unavailable."""

    def products(self, store: str, skus: Sequence[str]) -> "Mapping[str, Product]":
        """Those of the SKUs that the catalogue has."""

    def candidates(
        self, store: str, category: tuple[str, ...], currency: str, below_minor: int, limit: int
    ) -> "tuple[Product, ...]":
        """What a customer could buy instead for less than `below_minor`, at most `limit` (1 to 1,000).

        First those of the category and what is beneath it, then those of the category above; in each the dearest
        first. Which of several at one price are left out over the limit is up to the catalogue.
        """

    def digests(self, store: str, skus: Sequence[str]) -> Mapping[str, str]:
        """The digests of those of the SKUs that the catalogue has."""

    def put_many(self, products: "Sequence[Product]") -> None:
        """Write all or none, whatever is there; at most 500 in 8 MiB. Repeating is harmless."""

    def active_skus(self, store: str, limit: int, cursor: str | None = None) -> SkuPage:
        """The active products among the store's next `limit`, in the order of their ids."""

    def count(self, store: str) -> int:
        """How many products the store has, active or not."""


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


class Incoming(NamedTuple):
    """One storefront message on its way in."""

    data: bytes
    attributes: Mapping[str, str]


class Inlet(Protocol):
    """Where a storefront's messages enter the engine that did not come by Pub/Sub."""

    def publish(self, messages: Sequence[Incoming]) -> None:
        """Hand over all of them in one round trip; returns when they are safe. Raises Unavailable.

        Repeating is harmless for the engine, which knows each event by its id.
        """


class Archive(Protocol):
    """Where one machine keeps what left the engine."""

    def forget(self, customer_ids: Set[str], case_ids: Set[str], addresses: Set[str]) -> int:
        """Delete what is about the person; how many entries that were. Harmless to repeat. Raises Unavailable."""


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


@dataclass(frozen=True, slots=True)
class PricingReply:
    """What the pricing service answered to one attempt."""

    status: int
    body: bytes
    took_seconds: float = 0.0
    retry_after_seconds: float | None = None
    """How long it asks to be left alone."""


class PricingUnreachable(Exception):
    """One attempt came to nothing: no connection, a time-out, or an answer that was cut off."""

    def __init__(self, detail: str, took_seconds: float, *, for_good: bool = False) -> None:
        super().__init__(detail)
        self.detail, self.took_seconds, self.for_good = detail, took_seconds, for_good


class PricingService(Protocol):
    """The pricing algorithm, wherever it runs; the contract is docs/pricing.openapi.yaml."""

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """One attempt. Raises PricingUnreachable."""

    def rest(self, seconds: float) -> None:
        """Wait between two attempts, where time is real."""


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
        for key, value in self.attributes.items():
            if key.lower() == wanted:
                return value
        return None
