"""Where the outside world enters and an answer leaves. Returned = done; a 500 = deliver it again; nothing else."""

import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from common.application.engine import Engine
from common.application.failures import Refused, Unavailable
from common.application.ports import PubSubMessage
from common.application.shell import Deliver, Price, advance
from common.domain.casework import REPEATED
from common.domain.intake_rules import IntakePolicy
from common.domain.storefront import StorefrontEvent
from common.domain.triggers import Look, PrivacyRequest, Storefront
from common.domain.vocabulary import LookKind
from common.logs import concern, log, unconcern

MAX_TASK_BYTES = 10_000
IGNORED = "ignored"
"""The outcome of something on a topic that doesn't concern the engine."""
Answer = tuple[Mapping[str, Any], int]
Understand = Callable[[PubSubMessage, datetime, IntakePolicy], Sequence[Any]]


def pubsub_message(event_id: str, event_time: str | None, data: Any, now: datetime) -> PubSubMessage:
    """The Pub/Sub message inside a CloudEvent of type google.cloud.pubsub.topic.v1.messagePublished.

    Whatever is missing or broken is replaced by what can be said, so that the message can be refused as it is.
    """
    message = data.get("message") if isinstance(data, Mapping) else None
    if not isinstance(message, Mapping):
        return PubSubMessage(event_id, now, {}, json.dumps(data, default=str).encode())
    attributes = message.get("attributes")
    return PubSubMessage(
        id=str(message.get("messageId") or message.get("message_id") or event_id),
        publish_time=_moment(message.get("publishTime") or message.get("publish_time") or event_time) or now,
        attributes=dict(attributes) if isinstance(attributes, Mapping) else {},
        data=_decoded(message.get("data")),
    )


def _decoded(data: Any) -> bytes:
    if not isinstance(data, str):
        return b""
    try:
        return binascii.a2b_base64(data, strict_mode=True)
    except (binascii.Error, ValueError):
        return data.encode()


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def receive(engine: Engine, message: PubSubMessage, understand: Understand) -> tuple[str, ...]:
    """Take one storefront message. Returns what became of each thing that it tells.

    Raises Unavailable for redelivery, nothing else; what was taken before that is then only repeated.
    """
    parts = understand(message, engine.clock.now(), engine.policies.current().intake)
    outcomes = tuple([_take(engine, message, part) for part in parts])
    if engine.backlog is not None and any(outcome != REPEATED for outcome in outcomes):
        engine.backlog.heed(engine.store, message, engine.clock.now())
    return outcomes


def _take(engine: Engine, message: PubSubMessage, part: Any) -> str:
    token = concern(message=message.id, event=str(getattr(part, "id", "")))
    try:
        return _taken(engine, message, part)
    finally:
        unconcern(token)


def _taken(engine: Engine, message: PubSubMessage, part: Any) -> str:
    taken = take(engine, part)
    if isinstance(taken, Refused):
        from common.application import intake  # on first use, as nearly all events are understood

        failure = intake.refuse(engine, message, taken)
        log("intake_refused", failure=failure.id, source=failure.source, reason=failure.reason)
        return "refused"
    if taken == IGNORED:
        from common.application import intake

        intake.ignore(engine, message, part.source, part.store, part.topic)
    return taken


def take(engine: Engine, part: Any) -> str | Refused:
    """What became of one thing that a message tells; a refusal is the caller's to keep. Raises Unavailable."""
    if isinstance(part, Refused):
        return part
    if not isinstance(part, StorefrontEvent):
        return IGNORED
    if isinstance(part, PrivacyRequest):
        from common.application.privacy import carry_out

        outcome = carry_out(engine, part)
    else:
        outcome = advance(engine, cast("Storefront", part)).outcome
    return _id_reused(part) if outcome == "id_reused" else outcome


def _id_reused(event: StorefrontEvent) -> Refused:
    return Refused(
        reason="id_reused",
        detail="id was used before for an event with another content; give every event an id of its own.",
        field="id",
        source=event.source,
        store=event.store,
    )


class UnreadableTask(ValueError):
    """The request is no timer's task; the message names what is wrong with it."""


def _look_of(body: bytes, kind: LookKind) -> Look:
    """The look that a timer's task asks for: {"id", "case_id", "customer_id"?}."""
    try:
        task = json.loads(body) if len(body) <= MAX_TASK_BYTES else None
    except (ValueError, RecursionError):
        task = None
    if not isinstance(task, dict):
        raise UnreadableTask("the task's body is not a small JSON object")
    id, case_id, customer_id = task.get("id"), task.get("case_id"), task.get("customer_id")
    if not isinstance(id, str) or not isinstance(case_id, str) or not id or not case_id:
        raise UnreadableTask("the task's id and case_id must be texts")
    return Look(
        id=id, case_id=case_id, kind=kind, customer_id=customer_id if isinstance(customer_id, str) else None
    )


def answer_task(
    engine: Engine,
    authorization: str | None,
    body: bytes,
    kind: LookKind,
    deliver: Deliver | None = None,
    price: Price | None = None,
) -> Answer:
    """Answer a timer's task: 200 done, 403 not the queue, 400 nonsense, 500 try again."""
    try:
        if not engine.identity.verify(authorization):
            return {"error": "only the queue's service account may call this function"}, 403
        return _looked(engine, _look_of(body, kind), deliver, price)
    except UnreadableTask as unreadable:
        return {"error": str(unreadable)}, 400
    except Unavailable as unavailable:
        log("task_unavailable", severity="WARNING", kind=kind.value, detail=str(unavailable))
        return {"error": "unavailable; try again"}, 500


def _looked(engine: Engine, look: Look, deliver: Deliver | None, price: Price | None) -> Answer:
    token = concern(case=look.case_id, task=look.id)
    try:
        outcome = advance(engine, look, deliver, price).outcome
        log("task_done", kind=look.kind.value, outcome=outcome)
        return {"outcome": outcome}, 200
    except Unavailable as unavailable:
        log("task_unavailable", severity="WARNING", kind=look.kind.value, detail=str(unavailable))
        return {"error": "unavailable; try again"}, 500
    finally:
        unconcern(token)
