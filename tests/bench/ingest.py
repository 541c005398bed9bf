"""How many events one process takes in on the Firestore emulator, against the same calls made bare.

The engine's own requests are written down and then made again, by the same client but without the engine: the
same documents read, documents of the same size written. What is missing to 1.0 is the engine's own time.
"""

import base64
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from cloudevents.http import CloudEvent

from common import wiring
from common.adapters.firestore_client import EMULATOR, FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.application.engine import Engine
from common.application.policies import build
from common.application.ports import PubSubMessage
from common.domain.vocabulary import Channel
from functions.ingest_event.main import ingest_event
from infra.local.clocks import VirtualClock
from infra.local.identity import LocalIdentity
from infra.local.local_bus import LocalBus
from infra.local.machine import LOCAL_KEYS, fixed_policies
from infra.local.memory_timer import MemoryTimer
from infra.local.replay import InputLine, message_of
from tests import emulators
from tests.bench.figure import Figure, ratio
from tests.bench.shop_day import lines

ROUNDS, EVENTS_A_ROUND = 7, 240
LEAST = 0.8
AS_DEPLOYED = 8
"""Threads of one worker of the deployed function; beside it, for comparison, one thread alone."""


@dataclass(frozen=True, slots=True)
class Call:
    """One of the engine's calls: the paths that it read, or the writes that it committed."""

    paths: Sequence[str] = ()
    writes: Sequence[Any] = ()


class Recorder(FirestoreDatabase):
    """The engine's database, which also writes down what the engine asks of it."""

    calls: list[Call]

    def get(self, paths: Sequence[str]) -> list[Any]:
        """As always."""
        self.calls.append(Call(paths=list(paths)))
        return super().get(paths)

    def commit(self, writes: Any) -> list[Any]:
        """As always."""
        writes = list(writes)
        self.calls.append(Call(writes=writes))
        return super().commit(writes)


def measure() -> Iterator[Figure]:
    """The process with a worker's threads, and with one thread alone."""
    run = emulators.Run()
    try:
        os.environ[EMULATOR] = emulators.address("firestore", run.folder)
        for threads in (AS_DEPLOYED, 1):
            yield _compared(threads)
    except emulators.EmulatorMissing as missing:
        yield Figure(what="ingest on the Firestore emulator", value=None, note=str(missing))
    finally:
        os.environ.pop(EMULATOR, None)
        run.stop()


def _compared(threads: int) -> Figure:
    bench = _Bench(f"bench-{uuid.uuid4().hex[:12]}")
    ours, bare = [], []
    with bench.engine(), ThreadPoolExecutor(threads) as pool:
        # The first round makes the connection, the caches and the emulator's own code warm.
        for round_ in range(ROUNDS + 1):
            events = bench.next_events()
            took = _seconds(pool, ingest_event, events)
            calls = _seconds(pool, bench.make, bench.taken())
            if round_ > 0:
                ours.append(EVENTS_A_ROUND / took)
                bare.append(EVENTS_A_ROUND / calls)
    note = f"{median(ours):,.0f} events a second against {median(bare):,.0f} of the bare calls"
    return Figure(
        what=f"ingest on the Firestore emulator, {threads} thread{'s' if threads > 1 else ''}",
        value=ratio(ours, bare),
        limit="≥" if threads == AS_DEPLOYED else None,
        target=LEAST,
        note=note,
    )


def _seconds(pool: ThreadPoolExecutor, do: Callable[[Any], object], work: Sequence[Any]) -> float:
    began = time.perf_counter()
    list(pool.map(do, work))
    return time.perf_counter() - began


class _Bench:
    """A project of its own in the emulator, with an engine on it, and the same calls beside it."""

    def __init__(self, project: str) -> None:
        self._store = FirestoreStore(project)
        self._recorder = Recorder(project, "(default)", 10.0, None)
        self._recorder.calls = []
        self._store._database = self._recorder
        self._bare = FirestoreDatabase(project, "(default)", 10.0, None)
        self._messages = _known_carts()
        self._clock = VirtualClock(datetime(2026, 3, 1, tzinfo=UTC))

    @contextmanager
    def engine(self) -> Iterator[None]:
        """While it is open, the functions of this process work on the emulator."""
        engine = Engine(
            store=self._store,
            bus=LocalBus(),
            timer=MemoryTimer(self._clock),
            clock=self._clock,
            policies=fixed_policies(build({}, LOCAL_KEYS)),
            identity=LocalIdentity(LOCAL_KEYS.voucher),
            senders=dict[Channel, Any](),
        )
        wiring.use(lambda: engine)
        try:
            yield
        finally:
            wiring.use(None)

    def next_events(self) -> list[CloudEvent]:
        """A round's events; the clock goes along."""
        messages = [next(self._messages) for _ in range(EVENTS_A_ROUND)]
        self._clock.set(messages[-1].publish_time + timedelta(seconds=1))
        return [_as_cloud_event(message) for message in messages]

    def taken(self) -> list[Call]:
        """The engine's calls since the last time."""
        calls, self._recorder.calls = self._recorder.calls, []
        return calls

    def make(self, call: Call) -> None:
        """Make one call again, without the engine; writes go to documents beside the engine's."""
        if call.paths:
            self._bare.get(call.paths)
        else:
            self._bare.commit([_beside(write) for write in call.writes])


def _beside(write: Any) -> Any:
    write.update.name = write.update.name.replace("/documents/", "/documents/beside_", 1)
    if write.HasField("current_document"):
        write.ClearField("current_document")
    return write


def _known_carts() -> Iterator[PubSubMessage]:
    """The ordinary event: somebody known, at work on a cart that the engine has seen before or sees now."""
    for number, line in enumerate(lines(40 * ROUNDS * EVENTS_A_ROUND), start=1):
        message = message_of(InputLine(number, line))
        if b'"order.' not in message.data:
            yield message


def _as_cloud_event(message: PubSubMessage) -> CloudEvent:
    attributes = {
        "id": message.id,
        "source": "//pubsub",
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
    }
    data = base64.b64encode(message.data).decode()
    published = message.publish_time.isoformat()
    content = {
        "messageId": message.id,
        "publishTime": published,
        "attributes": dict(message.attributes),
        "data": data,
    }
    return CloudEvent(attributes, {"message": content})
