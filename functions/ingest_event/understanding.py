"""Which platform sent a message, and what it tells: events, something irrelevant, or refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import StorefrontEvent


@dataclass(frozen=True, slots=True)
class Ignored:
    """A known platform's irrelevant topic: counted, not stored."""

    source: str
    store: str | None
    topic: str


Said = StorefrontEvent | Ignored | Refused
"""One thing that a message tells. A broken part of it is a `Refused` among the others and costs them nothing."""


class Source(Protocol):
    """What a module in `sources` offers."""

    NAME: str
    """What the attribute `source` says."""
    ALIASES: tuple[str, ...]
    """Further names by which shops know the platform, with underscores for hyphens."""

    def recognises(self, message: PubSubMessage) -> bool:
        """Whether an attribute other than `source` can only be this platform's."""

    def resembles(self, payload: Mapping[str, Any]) -> bool:
        """Whether a payload without telling attributes can only be this platform's, judged by its shape."""

    def store_of(self, message: PubSubMessage) -> str | None:
        """The store that the attributes name, if any."""

    def understand(self, message: PubSubMessage, received_at: datetime) -> Sequence[Said]:
        """All that the message tells; raises Refused for the whole of it. The caller fills in source and money."""

    def at_stake(self, payload: Mapping[str, Any]) -> Money | None:
        """The money that a payload is about, as far as it can be read, however broken the rest is."""


def understand(message: PubSubMessage, received_at: datetime) -> tuple[Said, ...]:
    """What a storefront's message tells, in its order. Never raises; repeatable."""
    try:
        message = _unwrapped(message)
        source, guess = _source_of(message)
    except Refused as refused:
        return (refused,)
    try:
        said = source.understand(message, received_at)
    except Refused as refused:
        said = (refused,)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - raised, a mistake of ours would be redelivered for ever
        # It is stored instead, and replayed after an update.
        why = f"Source {source.NAME} failed with {type(error).__name__}; report it, then replay the message."
        broken = Refused("not_understood", why)
        broken.__cause__ = error
        said = (broken,)
    return tuple(_completed(part, source, message, guess) for part in said)


def _source_of(message: PubSubMessage) -> tuple[Source, str | None]:
    """The source, and a note if its name had to be guessed. Raises Refused."""
    named = _named(message.attribute("source") or "")
    if named is not None:
        return named, None
    telling = [source for source in _sources() if source.recognises(message)]
    if telling:
        return telling[0], None
    if not message.attribute("source"):
        from functions.ingest_event.salvage import salvage

        payload = salvage(message.data)
        alike = [source for source in _sources() if source.resembles(payload)]
        if len(alike) == 1:
            name = alike[0].NAME
            return alike[
                0
            ], f"The source {name} was guessed from the payload; set the attribute source={name}."
    raise _unknown_source(message)


def _named(name: str) -> Source | None:
    """The source of that name; only its module is imported."""
    name = name.strip().lower().replace("-", "_")
    if name in _module_names():
        return _module(name)
    return next((source for source in _sources() if name in source.ALIASES), None) if name else None


@cache
def _module_names() -> tuple[str, ...]:
    package = import_module("functions.ingest_event.sources")
    return tuple(sorted(module.name for module in iter_modules(package.__path__)))


def _module(name: str) -> Source:
    return cast(Source, import_module(f"functions.ingest_event.sources.{name}"))


@cache
def _sources() -> tuple[Source, ...]:
    """Every module of the package by name, imported on first use."""
    return tuple(_module(name) for name in _module_names())


def _unwrapped(message: PubSubMessage) -> PubSubMessage:
    """The message inside a CloudEvent that a broker or platform put around it, if it is one."""
    if message.attribute("ce-specversion") or b'"specversion"' in message.data:
        from functions.ingest_event.cloud_events import unwrapped

        return unwrapped(message)
    return message


def _unknown_source(message: PubSubMessage) -> Refused:
    from functions.ingest_event.salvage import guess_money

    known = ", ".join(source.NAME for source in _sources())
    why = f"No platform is recognised (known: {known}); set the attributes source=recoup and store."
    money = guess_money(message.data)
    return Refused(
        "source_unknown", why, "attributes.source", store=message.attribute("store"), at_stake=money
    )


def _completed(part: Said, source: Source, message: PubSubMessage, guess: str | None) -> Said:
    if isinstance(part, Refused):
        from functions.ingest_event.salvage import guess_money, salvage

        part.source = source.NAME
        part.store = part.store or source.store_of(message)
        part.at_stake = part.at_stake or source.at_stake(salvage(message.data)) or guess_money(message.data)
    elif guess is not None and isinstance(part, StorefrontEvent):
        from dataclasses import replace

        return replace(part, notes=(guess, *part.notes))
    return part
