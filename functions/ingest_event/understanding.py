"""Which platform sent a message, and what it tells: an event, something irrelevant, or a refusal."""

from collections.abc import Mapping
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


class Source(Protocol):
    """What a module in `sources` offers."""

    NAME: str

    def recognises(self, message: PubSubMessage) -> bool:
        """Whether the message is this platform's, judged by its attributes."""

    def store_of(self, message: PubSubMessage) -> str | None:
        """The store that the attributes name, if any."""

    def understand(self, message: PubSubMessage, received_at: datetime) -> StorefrontEvent | Ignored:
        """The event; raises Refused, whose source, store and money the caller fills in."""

    def at_stake(self, payload: Mapping[str, Any]) -> Money | None:
        """The money that a payload is about, as far as it can be read, however broken the rest is."""


def understand(message: PubSubMessage, received_at: datetime) -> StorefrontEvent | Ignored:
    """What a storefront's message tells. Raises Refused and nothing else; repeatable."""
    source = next((source for source in _sources() if source.recognises(message)), None)
    if source is None:
        raise _unknown_source(message)
    try:
        return source.understand(message, received_at)
    except Refused as refused:
        raise _completed(refused, source, message) from refused.__cause__
    except MemoryError:
        raise
    except Exception as error:
        # A mistake of ours is stored and replayed after an update; raised, it would be redelivered for ever.
        why = f"Source {source.NAME} failed with {type(error).__name__}; report it, then replay the message."
        raise _completed(Refused("not_understood", why), source, message) from error


@cache
def _sources() -> tuple[Source, ...]:
    """Every module of the package by name, imported on first use."""
    package = import_module("functions.ingest_event.sources")
    names = sorted(module.name for module in iter_modules(package.__path__))
    return tuple(cast(Source, import_module(f"{package.__name__}.{name}")) for name in names)


def _unknown_source(message: PubSubMessage) -> Refused:
    from functions.ingest_event.salvage import guess_money

    known = ", ".join(source.NAME for source in _sources())
    why = f"No platform is recognised (known: {known}); set the attributes source=recoup and store."
    money = guess_money(message.data)
    return Refused(
        "source_unknown", why, "attributes.source", store=message.attribute("store"), at_stake=money
    )


def _completed(refused: Refused, source: Source, message: PubSubMessage) -> Refused:
    from functions.ingest_event.salvage import guess_money, salvage

    refused.source = source.NAME
    refused.store = refused.store or source.store_of(message)
    refused.at_stake = source.at_stake(salvage(message.data)) or guess_money(message.data)
    return refused
