"""The smoke test of a deployment: a canary for each subscription goes in, its refusal comes out, both are removed.

`python -m infra.cloud.smoke PROJECT` ends with 0 when every canary came out, 1 when one didn't, 3 when Google Cloud
doesn't answer.
"""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

from google.api_core.exceptions import DeadlineExceeded, NotFound
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from common.adapters.firestore_client import FirestoreDatabase
from common.adapters.firestore_store import FirestoreStore
from common.adapters.google_calls import emulator_channel, unavailable
from common.adapters.pubsub_publisher import EMULATOR
from common.application.failures import Unavailable
from common.application.priorities import Priority
from infra.cloud import canary
from infra.cloud.canary import Canary

NOT_HEARD, UNAVAILABLE = 1, 3
_FILTER = f'attributes.ce-source = "//recoup/{canary.STORE}"'
_RETENTION, _FORGOTTEN = timedelta(minutes=10), timedelta(days=1)
"""The shortest that Pub/Sub takes: so a subscription that nobody could remove goes by itself."""
_CALL_SECONDS, _LISTEN_SECONDS = 30.0, 10.0


class Topics:
    """The two topics, from outside the engine."""

    def __init__(self, project: str, storefront: str, recovery: str) -> None:
        self._project = project
        self._storefront = f"projects/{project}/topics/{storefront}"
        self._recovery = f"projects/{project}/topics/{recovery}"
        self._publisher, self._subscriber = _clients()

    def publish(self, priority: Priority) -> Canary:
        """One canary; returns when Pub/Sub has stored it. Raises Unavailable."""
        request = {"topic": self._storefront, "messages": [canary.message(priority)]}
        with unavailable("Pub/Sub"):
            answer = self._publisher.publish(request=request, timeout=_CALL_SECONDS)
        return Canary(priority, answer.message_ids[0])

    @contextmanager
    def listener(self) -> Iterator[str]:
        """A subscription that exists as long as the block, and hears canaries only. Raises Unavailable."""
        name = f"projects/{self._project}/subscriptions/{canary.STORE}-{uuid.uuid4().hex[:12]}"
        request = {
            "name": name,
            "topic": self._recovery,
            "filter": _FILTER,
            "message_retention_duration": _RETENTION,
            "expiration_policy": {"ttl": _FORGOTTEN},
        }
        with unavailable("Pub/Sub"):
            self._subscriber.create_subscription(request=request, timeout=_CALL_SECONDS)
        try:
            yield name
        finally:
            with unavailable("Pub/Sub"), suppress(NotFound):
                self._subscriber.delete_subscription(subscription=name, timeout=_CALL_SECONDS)

    def heard(self, listener: str, within_seconds: float) -> set[str]:
        """The ids of what is announced within that time, at the first answer. Raises Unavailable."""
        request = {"subscription": listener, "max_messages": 100}
        with unavailable("Pub/Sub"):
            try:
                answer = self._subscriber.pull(request=request, retry=None, timeout=within_seconds)
            except DeadlineExceeded:
                return set()
            names = [one.ack_id for one in answer.received_messages]
            if names:
                self._subscriber.acknowledge(subscription=listener, ack_ids=names, timeout=_CALL_SECONDS)
        return {one.message.attributes.get("ce-id", "") for one in answer.received_messages}


def _clients() -> tuple[Any, Any]:
    emulator = os.environ.get(EMULATOR)
    if not emulator:
        return PublisherClient(), SubscriberClient()
    channel = emulator_channel(emulator)
    publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    return publisher, SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))


def silent(topics: Topics, listener: str, published: Sequence[Canary], within_seconds: float) -> list[Canary]:
    """The canaries that were not announced in time; returns as soon as all were. Raises Unavailable."""
    waiting = {one.announcement_id: one for one in published}
    deadline = time.monotonic() + within_seconds
    while waiting and (left := deadline - time.monotonic()) > 0:
        for id in topics.heard(listener, min(left, _LISTEN_SECONDS)):
            waiting.pop(id, None)
    return list(waiting.values())


def run(topics: Topics, project: str, database: str, within_seconds: float) -> list[Canary]:
    """Send a canary to each subscription and clean up, whatever becomes of them; those not heard of.

    Raises Unavailable.
    """
    firestore = FirestoreDatabase(project, database, _CALL_SECONDS, None)
    store = FirestoreStore(project, database)
    published: list[Canary] = []
    try:
        with topics.listener() as listener:
            for priority in Priority:
                published.append(topics.publish(priority))
                _say(f"Published a canary for ingest-event-{priority}.")
            return silent(topics, listener, published, within_seconds)
    finally:
        removed = [one for one in published if canary.remove(store, firestore, one)]
        if published:
            _say(
                f"Removed the subscription, and what {len(removed)} of {len(published)} canaries left in Firestore."
            )


def main(arguments: list[str]) -> int:
    """The command."""
    chosen = _parser().parse_args(arguments)
    try:
        topics = Topics(chosen.project, chosen.storefront_topic, chosen.recovery_topic)
        missing = run(topics, chosen.project, chosen.database, chosen.within_seconds)
    except Unavailable as problem:
        _say(
            f"Error: {problem}\nGoogle Cloud did not answer as it should; see what it says, and run this again."
        )
        return UNAVAILABLE
    for one in missing:
        _say(_unheard(one, chosen))
    if not missing:
        sys.stdout.write("Every canary came out on the other side.\n")
    return NOT_HEARD if missing else 0


def _unheard(one: Canary, chosen: argparse.Namespace) -> str:
    function = f"ingest-event-{one.priority}"
    return "\n  ".join(
        (
            f"Error: {function} announced nothing within {chosen.within_seconds:.0f} s.",
            f"Look at its log:  gcloud run services logs read {function} --project={chosen.project} --region=REGION",
            f"and at the subscriptions storefront-events-{one.priority} and storefront-events-dead-letters.",
            "On a first deployment permissions may take some minutes to be in force: run the test again.",
        )
    )


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="smoke",
        description="Publish a canary event for each subscription and watch it come out.",
        epilog="Example: python -m infra.cloud.smoke my-shop-recoup",
    )
    parser.add_argument("project")
    parser.add_argument("--database", default="(default)")
    parser.add_argument("--storefront-topic", default="storefront-events")
    parser.add_argument("--recovery-topic", default="recovery-events")
    parser.add_argument(
        "--within-seconds", type=float, default=300.0, help="how long to wait for all of them"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
