"""The Bus on Pub/Sub: CloudEvents in binary content mode."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from common.adapters.pubsub_publisher import PubSubPublisher
from common.application.wire import line_of
from common.domain.effects import Announce
from common.domain.wire import stamp

if TYPE_CHECKING:
    import grpc

_LONGEST_ATTRIBUTE_BYTES = 1024


class PubSubBus:
    """Publishes to one topic, in one RPC a call.

    Thread-safe; the client is built by the first call, on `channel` if one is given.
    """

    def __init__(
        self,
        project: str,
        topic: str = "recovery-events",
        *,
        timeout_seconds: float = 10.0,
        channel: "grpc.Channel | None" = None,
    ) -> None:
        self._publisher = PubSubPublisher(project, topic, timeout_seconds=timeout_seconds, channel=channel)

    def publish(self, announcements: Sequence[Announce]) -> None:
        """Returns when Pub/Sub has stored all of them."""
        self._publisher.publish(
            {"data": _data(one), "attributes": attributes_of(one)} for one in announcements
        )


def attributes_of(announcement: Announce) -> dict[str, str]:
    """The announcement's CloudEvents attributes (CloudEvents 1.0, Pub/Sub protocol binding)."""
    attributes = {
        "ce-specversion": "1.0",
        "ce-id": announcement.id,
        "ce-source": f"//recoup/{quote(announcement.store, safe='')}",
        "ce-type": f"recoup.{announcement.type}",
        "ce-time": stamp(announcement.at),
        "ce-datacontenttype": "application/json",
    }
    subject = announcement.subject
    if subject and len(subject.encode()) <= _LONGEST_ATTRIBUTE_BYTES:
        attributes["ce-subject"] = subject
    return attributes


def _data(announcement: Announce) -> bytes:
    line = line_of(announcement)
    return json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
