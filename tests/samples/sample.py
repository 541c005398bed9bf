"""One real payload and what has to become of it."""

from dataclasses import dataclass

from common.application.ports import PubSubMessage


@dataclass(frozen=True, slots=True)
class Sample:
    """`expected` is understood, ignored or refused:<reason>; of several things told, joined by commas."""

    platform: str
    name: str
    message: PubSubMessage
    expected: str
