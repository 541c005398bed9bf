"""The canary: a message that no shop could have sent, always refused, and so announced without a customer or case.

It says its source is one that doesn't exist. Nothing about it is a cart or a person, so nobody can be contacted;
and a source that isn't known leaves no sign of life that would hide a shop's silence.
"""

import uuid
from collections.abc import Mapping

from google.cloud.firestore_v1.types.write import Write

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import unavailable
from common.application.failures import Conflict
from common.application.intake import FAILURES
from common.application.metrics import shard_of
from common.application.ports import Counters, Put, Ref
from common.application.priorities import Priority, stated
from common.domain import ids
from common.domain.refused import IntakeFailure
from common.domain.values import dataclass

STORE = "recoup-canary"
SOURCE = "recoup-canary"
REASON, FIELD = "source_unknown", "attributes.source"
"""Why it is refused."""
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Canary:
    """One published message. Its traces are known by the id that Pub/Sub gave it."""

    priority: Priority
    message_id: str

    @property
    def failure_id(self) -> str:
        """Of the document that keeps it as refused."""
        return ids.hash_id("intake", self.message_id, REASON, FIELD)

    @property
    def announcement_id(self) -> str:
        """Of what is announced."""
        return ids.hash_id("event", self.failure_id)


def message(priority: Priority) -> Mapping[str, object]:
    """What to publish for the subscription that takes messages of this priority."""
    attributes = {"source": SOURCE, "store": STORE, **stated(priority)}
    return {"data": f'{{"canary":"{uuid.uuid4()}"}}'.encode(), "attributes": attributes}


def remove(store: FirestoreStore, database: FirestoreDatabase, canary: Canary) -> bool:
    """Undo what the canary left in Firestore: document and counters; False = there was none. Raises Unavailable."""
    ref = Ref(FAILURES, canary.failure_id)
    for _ in range(_ATTEMPTS):
        entry = store.load([ref])[ref]
        if entry.document is None:
            return False
        counted = _counted(entry.document)
        try:
            store.save([Put(ref, None, entry.version)], counted)
        except Conflict:
            continue
        _drop_empty(database, counted)
        return True
    return False


def _counted(failure: IntakeFailure) -> Counters:
    names = (
        "intake_refused",
        f"intake_refused_{failure.reason}",
        f"intake_refused_by_{failure.source or 'unknown'}",
    )
    return Counters(failure.received_at.date(), shard_of(failure.id), dict.fromkeys(names, -1))


def _drop_empty(database: FirestoreDatabase, counted: Counters) -> None:
    """Delete the day's shard if nothing but canaries was counted in it."""
    path = database.path("metrics", counted.day.isoformat(), "shards", str(counted.shard))
    with unavailable("Firestore"):
        found = database.get([path])
    if not found or any(
        value.integer_value or value.HasField("map_value") for value in found[0].fields.values()
    ):
        return
    write = Write.pb()()
    write.delete = path
    write.current_document.update_time.CopyFrom(found[0].update_time)
    _commit_if_unchanged(database, write)


def _commit_if_unchanged(database: FirestoreDatabase, write: object) -> None:
    from google.api_core.exceptions import Aborted, FailedPrecondition, NotFound

    with unavailable("Firestore"):
        try:
            database.commit([write])
        except (Aborted, FailedPrecondition, NotFound):
            return  # something real was counted meanwhile
