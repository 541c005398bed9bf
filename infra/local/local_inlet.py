"""The Inlet within one process."""

from collections.abc import Callable, Mapping, Sequence

from common.application.ports import Incoming


class LocalInlet:
    """Hands each message to `publish`, such as a LocalTopic's."""

    def __init__(self, publish: Callable[[bytes, Mapping[str, str]], object]) -> None:
        self._publish = publish

    def publish(self, messages: Sequence[Incoming]) -> None:
        """Hand over all, in order."""
        for message in messages:
            self._publish(message.data, message.attributes)
