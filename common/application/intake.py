"""What happens to a message that could not be understood, or isn't meant for us: never lost, never looping."""

import base64
import zlib
from collections.abc import Iterator
from contextlib import suppress

from common.application.engine import Engine
from common.application.failures import Conflict, Refused
from common.application.ports import Counters, PubSubMessage, Put, Ref
from common.domain import ids
from common.domain.effects import Announce
from common.domain.refused import IntakeFailure, IntakePart

PART_SIZE = 700_000
"""Characters of raw data per document, well below Firestore's 1 MiB."""
FAILURES, PARTS = "intake_failures", "intake_parts"


def refuse(engine: Engine, message: PubSubMessage, refused: Refused) -> IntakeFailure:
    """Store the message whole, with its reason, and say so. The same message again is stored once."""
    failure, parts = _failure(engine, message, refused)
    for part in parts:
        # One commit each: Firestore takes 10 MiB a commit. The failure itself comes last, when all is there.
        _save_once(engine, Put(Ref(PARTS, part.id), part, None))
    counted = {"intake_refused": 1, f"intake_refused_{refused.reason}": 1}
    _save_once(engine, Put(Ref(FAILURES, failure.id), failure, None), _counters(engine, failure.id, counted))
    engine.bus.publish([_announcement(failure)])
    return failure


def ignore(engine: Engine, message: PubSubMessage, source: str) -> None:
    """Count a known platform's irrelevant topic; nothing is stored."""
    shard = ids.hash_id("ignored", message.id)
    engine.store.save((), _counters(engine, shard, {"intake_ignored": 1, f"intake_ignored_{source}": 1}))


def _counters(engine: Engine, shard_key: str, amounts: dict[str, int]) -> Counters:
    return Counters(day=engine.clock.now().date(), shard=int(shard_key[:8], 16) % 10, amounts=amounts)


def _save_once(engine: Engine, put: Put, counters: Counters | None = None) -> None:
    with suppress(Conflict):  # stored by an earlier delivery of the same message
        engine.store.save([put], counters)


def _failure(
    engine: Engine, message: PubSubMessage, refused: Refused
) -> tuple[IntakeFailure, list[IntakePart]]:
    id = ids.hash_id("intake", message.id, refused.reason, refused.field or "")
    raw, encoding = _as_text(message.data)
    chunks = list(_chunks(raw)) or [""]
    failure = IntakeFailure(
        id=id,
        received_at=engine.clock.now(),
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
    )
    return failure, [IntakePart(id=f"{id}.{n}", raw=chunk) for n, chunk in enumerate(chunks[1:], start=1)]


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


def _announcement(failure: IntakeFailure) -> Announce:
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
