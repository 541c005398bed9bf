"""The Bus within one process."""

from collections.abc import Callable, Sequence

from common.domain.effects import Announce


class LocalBus:
    """Hands each announcement to every subscriber, in the order in which they subscribed."""

    def __init__(self, *subscribers: Callable[[Announce], object]) -> None:
        self._subscribers = list(subscribers)

    def subscribe(self, subscriber: Callable[[Announce], object]) -> None:
        """Add a subscriber. It is called in the publisher's thread; what it raises reaches the publisher."""
        self._subscribers.append(subscriber)

    def publish(self, announcements: Sequence[Announce]) -> None:
        """Hand over all, in order; repeated ones too, as any bus may repeat."""
        for announcement in announcements:
            for subscriber in self._subscribers:
                subscriber(announcement)
