"""Which platform sent a message, and what it tells: events, something irrelevant, or refusals."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.intake_rules import IntakePolicy
from common.domain.money import Money
from functions.ingest_event.gates import held_to, read_with_care, with_notes
from functions.ingest_event.outcomes import Ignored as Ignored
from functions.ingest_event.outcomes import Said as Said

_DEFAULT = IntakePolicy()


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


def understand(
    message: PubSubMessage, received_at: datetime, policy: IntakePolicy = _DEFAULT
) -> tuple[Said, ...]:
    """What a storefront's message tells, in its order, held to the policy. Never raises; repeatable."""
    source: Source | None = None
    try:
        message = _unwrapped(message)
        source, guess = _source_of(message)
        rules = policy.rules_for(source.NAME, source.store_of(message))
        waited = received_at - message.publish_time
        read = _read(source, message, received_at, rules)
        said = [held_to(part, rules, waited) for part in read]
    except Refused as refused:
        return (refused,)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - raised, a mistake of ours would be redelivered for ever
        return (_broken(error, source, message),)
    return tuple([_completed(part, source, message, guess) for part in said])


def _read(
    source: Source, message: PubSubMessage, received_at: datetime, rules: IntakePolicy
) -> Sequence[Said]:
    """What the source reads; of an array that it doesn't know, entry by entry. Raises Refused."""
    if message.data[:1] != b"[":
        return read_with_care(source, message, received_at, rules)
    from functions.ingest_event.lists import entries_of, is_several, placed

    if not is_several(source.NAME):
        return read_with_care(source, message, received_at, rules)
    told: list[Said] = []
    for index, entry in enumerate(entries_of(message)):
        for part in placed(read_with_care(source, entry, received_at, rules), index):
            if isinstance(part, Refused):
                part.at_stake = part.at_stake or _money_in(entry, source)
            told.append(part)
    return told


def _broken(error: Exception, source: Source | None, message: PubSubMessage) -> Refused:
    """A mistake of ours: the message is stored, to be replayed after an update."""
    name = source.NAME if source else None
    why = (
        f"Source {name or 'unknown'} failed with {type(error).__name__}; report it, then replay the message."
    )
    broken = Refused("not_understood", why, source=name, store=message.attribute("store"))
    broken.__cause__ = error
    with suppress(Exception):  # whatever failed before may fail again; the money is only for ranking
        broken.at_stake = _money_in(message, source)
    return broken


def _source_of(message: PubSubMessage) -> tuple[Source, str | None]:
    """The source, and a note if its name had to be guessed. Raises Refused."""
    named = _named(message.attribute("source") or "")
    if named is not None:
        return named, None
    telling = [source for source in _sources() if source.recognises(message)]
    if telling:
        return telling[0], None
    if not message.attribute("source"):
        from functions.ingest_event.lists import shapes_in

        for payload in shapes_in(message.data):
            alike = [source for source in _sources() if source.resembles(payload)]
            if len(alike) == 1:
                source = alike[0]
                hint = f"set the attribute source={source.NAME}"
                return source, f"The source {source.NAME} was guessed from the payload; {hint}."
    raise _unknown_source(message)


@lru_cache(maxsize=256)
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


@cache
def _module(name: str) -> Source:
    return cast(Source, import_module(f"functions.ingest_event.sources.{name}"))


@cache
def _sources() -> tuple[Source, ...]:
    """Every module of the package by name, imported on first use."""
    return tuple(_module(name) for name in _module_names())


def _unwrapped(message: PubSubMessage) -> PubSubMessage:
    """The message inside a CloudEvent that a broker or platform put around it, if it is one."""
    if b'"specversion"' in message.data or message.attribute("ce-specversion"):
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


def _money_in(message: PubSubMessage, source: Source | None) -> Money | None:
    from functions.ingest_event.salvage import guess_money, salvage

    stated = source.at_stake(salvage(message.data)) if source else None
    return stated or guess_money(message.data)


def _completed(part: Said, source: Source, message: PubSubMessage, guess: str | None) -> Said:
    if isinstance(part, Refused):
        part.source = source.NAME
        part.store = part.store or source.store_of(message)
        part.at_stake = part.at_stake or _money_in(message, source)
        return part
    return with_notes(part, [guess] if guess else [])
