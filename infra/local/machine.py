"""The whole engine on one machine: the real functions on the embedded twins, driven by whoever moves the clock."""

import io
import json
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from cloudevents.http import CloudEvent
from flask import Request

from common import wiring
from common.application.backlog import Backlog
from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.policies import DOCUMENTS, Policies
from common.application.ports import (
    Archive,
    Clock,
    Inlet,
    PricingService,
    PubSubMessage,
    Secrets,
    Sender,
    Task,
)
from common.domain.policy import Keys, Policy
from common.domain.vocabulary import Channel
from infra.local.database import Database
from infra.local.identity import LocalIdentity
from infra.local.local_bus import LocalBus
from infra.local.memory_timer import MemoryTimer
from infra.local.pricing import ReferencePricing
from infra.local.sqlite_catalogue import SqliteCatalogue
from infra.local.sqlite_store import SqliteStore
from infra.local.virtual_timer import VirtualTimer
from infra.local.write_back_store import WriteBackStore

DELIVERIES = 5
"""How often a message is delivered before the machine gives up on it: nothing here is unavailable for long."""
LOCAL_KEYS = Keys(
    voucher=b"recoup-on-one-machine-vouchers",
    suppression=b"recoup-on-one-machine-suppressions",
    links=(b"recoup-on-one-machine-links",),
)
"""Fixed, so that the same input gives the same codes. Never used in the cloud."""


class Machine:
    """An engine with its store, bus and timer. While it exists the functions of this process work on it."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        policies: Policies,
        senders: Mapping[Channel, Sender],
        keys: Keys = LOCAL_KEYS,
        *,
        lasting: bool = True,
        inlet: Inlet | None = None,
        secrets: Secrets | None = None,
        backlog: Backlog | None = None,
        archives: Sequence[Archive] = (),
        pricing: PricingService | None = None,
    ) -> None:
        """`lasting`: the engine goes on where it was when the file is opened again. Without, it is much faster."""
        self.clock = clock
        self.bus = LocalBus()
        self.store = SqliteStore(database) if lasting else WriteBackStore(database)
        self.timer = VirtualTimer(database, clock) if lasting else MemoryTimer(clock)
        self.identity = LocalIdentity(keys.voucher)
        self.engine = Engine(
            store=self.store,
            bus=self.bus,
            timer=self.timer,
            clock=clock,
            policies=policies,
            identity=self.identity,
            senders=senders,
            inlet=inlet,
            secrets=secrets,
            catalogue=SqliteCatalogue(database),
            backlog=backlog,
            archives=archives,
            pricing=pricing or ReferencePricing(),
        )
        wiring.use(lambda: self.engine)

    def receive(self, message: PubSubMessage) -> None:
        """Have ingest_event take the message, again if need be. Raises Unavailable when it keeps failing."""
        event = _as_cloud_event(message)
        for delivery in range(1, DELIVERIES + 1):
            try:
                _function("ingest_event")(event)
                return
            except Unavailable:
                if delivery == DELIVERIES:
                    raise

    def call(self, task: Task) -> None:
        """Have the task's function carry it out; a failed one is due again after a pause."""
        _, status = _function(task.role)(self._request(task))
        if status == 200:
            self.timer.finish(task)
        else:
            self.timer.fail(task)

    def purge_expired(self) -> None:
        """Delete what was kept long enough, as Firestore does by itself; a run that nothing outlives keeps all."""
        if isinstance(self.store, SqliteStore):
            self.store.purge_expired(self.clock.now())

    def run_due(
        self, before: datetime, *, inclusive: bool = False, arrive: Callable[[datetime], None]
    ) -> None:
        """Carry out everything due before `before`, in order; `arrive` moves the clock to each due moment."""
        while (task := self.timer.pop_due(before, inclusive=inclusive)) is not None:
            arrive(task.at)
            self.call(task)

    def _request(self, task: Task) -> Request:
        body = json.dumps(dict(task.body)).encode()
        return Request(
            {
                "REQUEST_METHOD": "POST",
                "PATH_INFO": "/",
                "SERVER_NAME": "localhost",
                "SERVER_PORT": "80",
                "wsgi.url_scheme": "http",
                "wsgi.input": io.BytesIO(body),
                "wsgi.input_terminated": True,
                "CONTENT_TYPE": "application/json",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_AUTHORIZATION": self.identity.authorization,
            }
        )


def fixed_policies(policy: Policy) -> Policies:
    """Policies that were read and checked beforehand and don't change."""
    return _Fixed(policy)


class _Fixed(Policies):
    def __init__(self, policy: Policy) -> None:
        self._fixed = policy

    def current(self) -> Policy:
        return self._fixed

    def review(self) -> tuple[Mapping[str, Any], list[str]]:
        return {name: getattr(self._fixed, name) for name in DOCUMENTS}, []


@cache
def _function(name: str) -> Callable[[Any], Any]:
    """The deployed function itself, as functions-framework would find it."""
    function: Callable[[Any], Any] = getattr(import_module(f"functions.{name}.main"), name)
    return function


def _as_cloud_event(message: PubSubMessage) -> CloudEvent:
    published = message.publish_time.isoformat()
    attributes = {
        "id": message.id,
        "source": "//pubsub.googleapis.com/projects/local/topics/storefront-events",
        "type": "google.cloud.pubsub.topic.v1.messagePublished",
        "time": published,
    }
    content = {
        "messageId": message.id,
        "publishTime": published,
        "attributes": message.attributes,
        "data": b2a_base64(message.data, newline=False).decode("ascii"),
    }
    return CloudEvent(attributes, {"message": content, "subscription": "projects/local/subscriptions/local"})
