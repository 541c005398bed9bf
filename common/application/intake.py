"""What happens to a message that could not be understood, or isn't meant for us: never lost, never looping."""

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from common.application.engine import Engine
from common.application.failures import Conflict, Refused
from common.application.metrics import heard, shard_of
from common.application.ports import Counters, PubSubMessage, Put, Ref
from common.domain import ids
from common.domain.effects import Announce
from common.domain.intake_rules import PASSED_OVER
from common.domain.refused import IntakeFailure, IntakePart

PART_SIZE = 700_000
"""Characters of raw data per document, well below Firestore's 1 MiB."""
FAILURES, PARTS = "intake_failures", "intake_parts"
DELIVERY_FAILED = "delivery_failed"
_BOOKKEEPING = "CloudPubSubDeadLetterSource"
"""How the attributes begin that Pub/Sub adds to a message it has given up."""

Describe = Callable[[PubSubMessage, Refused], Refused]
"""Fills in the source, the store and the money of a refusal, as far as the message tells."""


def refuse(engine: Engine, message: PubSubMessage, refused: Refused) -> IntakeFailure:
    """Store the message whole, with its reason, and say so. The same message again is stored once."""
    failure = keep_parts(engine, message, refused)
    _save_once(engine, Put(Ref(FAILURES, failure.id), failure, None), refusal_counters(engine, failure))
    engine.bus.publish([announcement(failure)])
    return failure


def keep_dead_letter(
    engine: Engine, message: PubSubMessage, describe: Describe = lambda message, refused: refused
) -> IntakeFailure:
    """Store a message from the dead-letter topic: one that could not be delivered, however often it was tried.

    It is kept as it was published first, to be replayed; Pub/Sub's notes are kept beside it. Harmless to repeat.
    """
    original, notes = _as_published(message)
    tried = notes.get("DeliveryCount", "several")
    why = f"The message was delivered {tried} times and never taken: something that the engine needs didn't answer. "
    refused = Refused(DELIVERY_FAILED, f"{why}Replay it.", store=original.attribute("store"))
    failure = keep_parts(engine, original, describe(original, refused), notes)
    _save_once(engine, Put(Ref(FAILURES, failure.id), failure, None), refusal_counters(engine, failure))
    engine.bus.publish([announcement(failure)])
    return failure


def ignore(
    engine: Engine, message: PubSubMessage, source: str, store: str | None = None, topic: str | None = None
) -> None:
    """Count a known platform's irrelevant topic, or what the policy passes over; nothing is stored."""
    now = engine.clock.now()
    shard = shard_of(ids.hash_id("ignored", message.id))
    amounts = {"intake_ignored": 1, f"intake_ignored_{source}": 1}
    if topic in PASSED_OVER:
        amounts[f"intake_passed_over_{topic}"] = 1
    engine.store.save((), Counters(now.date(), shard, amounts, heard(source, store, now)))


def failure_id(message: PubSubMessage, refused: Refused) -> str:
    """One failure for each thing that is wrong with a message."""
    return ids.hash_id("intake", message.id, refused.reason, refused.field or "")


def keep_parts(
    engine: Engine, message: PubSubMessage, refused: Refused, delivery: Mapping[str, str] | None = None
) -> IntakeFailure:
    """The failure, not stored yet, after what doesn't fit into its document was.

    One commit each: Firestore takes 10 MiB a commit. The failure itself comes last, when all is there.
    """
    failure, parts = _failure(engine, message, refused, delivery or {})
    for part in parts:
        _save_once(engine, Put(Ref(PARTS, part.id), part, None))
    return failure


def refusal_counters(engine: Engine, failure: IntakeFailure) -> Counters:
    """What to count in the commit that stores the failure."""
    now, by = engine.clock.now(), failure.source or "unknown"
    amounts = {
        "intake_refused": 1,
        f"intake_refused_{failure.reason}": 1,
        f"intake_refused_by_{by}": 1,
    }
    # A message that was given up is no sign of life: it may have waited for days.
    known = None if failure.reason == DELIVERY_FAILED else failure.source
    return Counters(now.date(), shard_of(failure.id), amounts, heard(known, failure.store, now))


def _save_once(engine: Engine, put: Put, counters: Counters | None = None) -> None:
    with suppress(Conflict):  # stored by an earlier delivery of the same message
        engine.store.save([put], counters)


def _failure(
    engine: Engine, message: PubSubMessage, refused: Refused, delivery: Mapping[str, str]
) -> tuple[IntakeFailure, list[IntakePart]]:
    now = engine.clock.now()
    expire_at = now + engine.policies.current().retention.refused_messages
    raw, encoding = _as_text(message.data)
    chunks = list(_chunks(raw)) or [""]
    failure = IntakeFailure(
        id=failure_id(message, refused),
        received_at=now,
        source=refused.source,
        store=refused.store,
        reason=refused.reason,
        detail=refused.detail,
        field=refused.field,
        at_stake=refused.at_stake,
        message_id=message.id,
        publish_time=message.publish_time,
        attributes=dict(message.attributes),
        raw=chunks[0],
        encoding=encoding,
        parts=len(chunks) - 1,
        delivery=dict(delivery),
        expire_at=expire_at,
    )
    return failure, [
        IntakePart(id=f"{failure.id}.{n}", raw=chunk, expire_at=expire_at)
        for n, chunk in enumerate(chunks[1:], start=1)
    ]


def _as_published(message: PubSubMessage) -> tuple[PubSubMessage, dict[str, str]]:
    """The message as the storefront published it, and what Pub/Sub wrote on it when it gave up."""
    added = {name: text for name, text in message.attributes.items() if name.startswith(_BOOKKEEPING)}
    notes = {name.removeprefix(_BOOKKEEPING): text for name, text in added.items()}
    attributes = {name: text for name, text in message.attributes.items() if name not in added}
    published = _moment(notes.get("TopicPublishTime", "")) or message.publish_time
    return replace(message, attributes=attributes, publish_time=published), notes


def _moment(text: str) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else None
    return None


def _as_text(data: bytes) -> tuple[str, str]:
    if len(data) <= PART_SIZE // 4:
        try:
            return data.decode(), "utf-8"
        except UnicodeDecodeError:
            pass
    return base64.b64encode(zlib.compress(data)).decode("ascii"), "zlib+base64"


def _chunks(raw: str) -> Iterator[str]:
    for start in range(0, len(raw), PART_SIZE):
        yield raw[start : start + PART_SIZE]


def raw_data(failure: IntakeFailure, parts: tuple[IntakePart, ...] = ()) -> bytes:
    """The message's data, byte for byte as it came."""
    text = failure.raw + "".join(part.raw for part in parts)
    return text.encode() if failure.encoding == "utf-8" else zlib.decompress(base64.b64decode(text))


def announcement(failure: IntakeFailure) -> Announce:
    """That the message was refused; the same one however often it is said."""
    stake = failure.at_stake
    money = {"amount": stake.major, "currency": stake.currency} if stake else {}
    return Announce(
        id=ids.hash_id("event", failure.id),
        type="intake.refused",
        at=failure.received_at,
        store=failure.store or "",
        case_id=None,
        customer_id=None,
        subject=None,
        fields={
            "source": failure.source or "unknown",
            "reason": failure.reason,
            "detail": failure.detail,
            **({"field": failure.field} if failure.field else {}),
            **money,
        },
    )
