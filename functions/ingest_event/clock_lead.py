"""How far a storefront's clock may be ahead of ours, by the policy for the message that is being read."""

from contextvars import ContextVar

USUAL_MINUTES = 15
LEAD_MINUTES: ContextVar[int] = ContextVar("lead_minutes", default=USUAL_MINUTES)


class ClockAhead:
    """Within it a storefront's clock may be so many minutes ahead."""

    __slots__ = ("_before", "_minutes")

    def __init__(self, minutes: int) -> None:
        self._minutes = minutes

    def __enter__(self) -> None:
        self._before = LEAD_MINUTES.set(self._minutes)

    def __exit__(self, *_: object) -> None:
        LEAD_MINUTES.reset(self._before)
