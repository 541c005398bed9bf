"""A privacy request's own document, saved in the commit of everything that is done for it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from common.application.engine import Engine
from common.application.failures import Conflict, Unavailable
from common.application.ports import Counters, Loaded, Put, Ref
from common.application.privacy_finding import REQUESTS
from common.application.retention import expires_at
from common.domain import ids
from common.domain.effects import Announce
from common.domain.privacy import PrivacyRecord, RequestState


class Progress:
    """How far a request is. A commit either did its part and is counted, or nothing happened: crashes repeat it."""

    def __init__(self, engine: Engine, record: PrivacyRecord, entry: Loaded | None = None) -> None:
        """`entry` is the record as it is stored; None = not yet."""
        self.engine = engine
        self.record = record
        self._version = entry.version if entry else None

    @property
    def now(self) -> datetime:
        """The moment of the request, the same for every attempt at it."""
        return self.record.requested_at

    def commit(
        self,
        puts: Sequence[Put] = (),
        erased: Mapping[str, int] | None = None,
        counters: Counters | None = None,
        **changes: Any,
    ) -> None:
        """Save the documents with the record. Raises Conflict, and Unavailable."""
        counts = Counter(self.record.counts)
        counts.update(erased or {})
        record = replace(self.record, counts=dict(counts), **changes)
        own = Put(
            Ref(REQUESTS, record.id),
            record,
            self._version,
            expires_at(record, self.engine.policies.current(), self.engine.clock.now(), None),
        )
        versions = self.engine.store.save([*puts, own], counters)
        self.record, self._version = record, versions[own.ref]

    def in_batches(self, puts: Sequence[Put], collection: str, size: int) -> None:
        """Commit documents of one collection, each of which counts as erased."""
        for start in range(0, len(puts), size):
            batch = puts[start : start + size]
            self.commit(batch, {collection: len(batch)})

    def finish(self) -> None:
        """Nothing leads from the record to the person any more."""
        self.commit(state=RequestState.DONE, done_at=self.engine.clock.now(), subject_ids=(), cursor=None)


def announce(progress: Progress, type: str, subject_ids: Collection[str] = (), **fields: object) -> None:
    """Tell the bus what was asked and done: ids and counts, nothing else. Repeating it is harmless."""
    record = progress.record
    known = sorted(subject_ids)
    progress.engine.bus.publish(
        [
            Announce(
                id=ids.hash_id("event", record.id, type),
                type=type,
                at=progress.now,
                store=record.store,
                case_id=None,
                customer_id=known[0] if len(known) == 1 else None,
                subject=None,
                fields={
                    "request_id": record.id,
                    **({"customer_ids": known} if known else {}),
                    **({"counts": dict(sorted(record.counts.items()))} if record.counts else {}),
                    **fields,
                },
            )
        ]
    )


def again_on_conflict(attempt: Any) -> str:
    """What the attempt came to. Whatever changed meanwhile is looked at anew, a bounded number of times."""
    import stamina

    try:
        for retry in stamina.retry_context(
            on=Conflict, attempts=8, timeout=60.0, wait_initial=0.02, wait_max=1.0, wait_jitter=0.1
        ):
            with retry:
                return str(attempt())
    except Conflict as conflict:
        raise Unavailable("the documents kept changing; try again") from conflict
    raise AssertionError("stamina either returns or raises")
