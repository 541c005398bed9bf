"""Refused messages, found again: listed, opened, dropped, and fetched from Pub/Sub's own dead-letter topic."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from common.application import intake
from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.intake import FAILURES, PARTS, Describe
from common.application.metrics import shard_of
from common.application.ports import Counters, Loaded, PubSubMessage, Put, Ref
from common.domain.refused import FailureState, IntakeFailure

PAGE = 100
_BEGINNING = re.compile(r"[0-9a-f]{1,32}")


class NotFound(LookupError):
    """What was named isn't there, or isn't there whole any more; the sentence says which."""


def failures(engine: Engine, *, dealt_with: bool = False) -> Iterator[IntakeFailure]:
    """All open failures, in no telling order; `dealt_with` = the others too. Without their raw messages.

    Raises Unavailable.
    """
    cursor = None
    where = None if dealt_with else ("state", FailureState.OPEN.value)
    while True:
        listing = engine.store.browse(FAILURES, PAGE, cursor, where=where)
        for entry in listing.loaded.values():
            yield without_raw(entry.document)
        if (cursor := listing.cursor) is None:
            return


def find(engine: Engine, beginning: str) -> IntakeFailure:
    """The one failure whose id begins like this. Raises NotFound, and Unavailable."""
    if not _BEGINNING.fullmatch(beginning):
        raise NotFound(f"{beginning!r} is no id; copy one from `recoup dead-letters list --each`")
    (entry,) = load_failures(engine, [beginning])
    if entry.document is not None:
        return existing(entry, beginning)
    listing = engine.store.browse(FAILURES, 2, beginning)
    found = [one.document for one in listing.loaded.values() if one.document.id.startswith(beginning)]
    if len(found) > 1:
        raise NotFound(f"several refused messages begin with {beginning}; give more of the id")
    return existing(Loaded(found[0] if found else None, None), beginning)


def message_of(engine: Engine, failure: IntakeFailure) -> PubSubMessage:
    """The message as it came, with its own id and time of publishing. Raises NotFound, and Unavailable."""
    refs = [Ref(PARTS, f"{failure.id}.{n}") for n in range(1, failure.parts + 1)]
    loaded = engine.store.load(refs) if refs else {}
    parts = [loaded[ref].document for ref in refs]
    if None in parts:
        raise NotFound(
            f"the message of {failure.id} is no longer whole: its time was over, and parts are deleted"
        )
    data = intake.raw_data(failure, tuple(parts))
    return PubSubMessage(failure.message_id, failure.publish_time, failure.attributes, data)


def drop(engine: Engine, failure_id: str, by: str, because: str) -> bool:
    """Mark a failure as of no use; it is kept as long as any. False = it was dealt with before.

    Raises NotFound, and Unavailable.
    """
    (entry,) = load_failures(engine, [failure_id])
    failure = existing(entry, failure_id)
    if failure.state is not FailureState.OPEN:
        return False
    now = engine.clock.now()
    dropped = replace(
        failure, state=FailureState.DROPPED, closed_at=now, closed_by=by, outcome=because or None
    )
    save_failure(engine, entry, dropped, {"intake_dropped": 1, f"intake_dropped_{failure.reason}": 1})
    return True


class DeadLetterSubscription(Protocol):
    """A subscription to the topic where Pub/Sub puts what it could not deliver."""

    def pull(self, limit: int) -> Sequence[tuple[PubSubMessage, str]]:
        """Some messages, each with the name to acknowledge it by; none = there are none now. Raises Unavailable."""

    def acknowledge(self, names: Sequence[str]) -> None:
        """They need not come again. Raises Unavailable."""


def drain(
    engine: Engine,
    subscription: DeadLetterSubscription,
    describe: Describe,
    kept: Callable[[IntakeFailure], None] = lambda failure: None,
    limit: int | None = None,
) -> int:
    """Keep the subscription's messages as failures until there are none; how many came.

    A message is acknowledged after it is stored, and stored once however often it comes: stop at any moment and
    begin again. Raises Unavailable.
    """
    came = 0
    while limit is None or came < limit:
        batch = subscription.pull(PAGE if limit is None else min(PAGE, limit - came))
        if not batch:
            break
        for message, _ in batch:
            kept(without_raw(intake.keep_dead_letter(engine, message, describe)))
        subscription.acknowledge([name for _, name in batch])
        came += len(batch)
    return came


def load_failures(engine: Engine, failure_ids: Sequence[str]) -> list[Loaded]:
    """Each failure, in the order of the ids. Raises Unavailable."""
    refs = [Ref(FAILURES, id) for id in failure_ids]
    loaded = engine.store.load(refs)
    return [loaded[ref] for ref in refs]


def existing(entry: Loaded, id: str) -> IntakeFailure:
    """The failure that was loaded. Raises NotFound."""
    if entry.document is None:
        raise NotFound(f"there is no refused message {id}; it may have been deleted when its time was over")
    failure: IntakeFailure = entry.document
    return failure


def without_raw(failure: IntakeFailure) -> IntakeFailure:
    """What is needed to list a failure: thousands of messages needn't fit into memory."""
    return replace(failure, raw="")


def save_failure(engine: Engine, entry: Loaded, failure: IntakeFailure, amounts: dict[str, int]) -> None:
    """Replace the failure as it was loaded, and count. Raises Unavailable."""
    counted = Counters(engine.clock.now().date(), shard_of(failure.id), amounts)
    try:
        engine.store.save([Put(Ref(FAILURES, failure.id), failure, entry.version)], counted)
    except Conflict as conflict:
        raise Unavailable("somebody else is dealing with the same message; try again") from conflict
