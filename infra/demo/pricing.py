"""The pricing algorithm of the demonstration: the reference one, which is down for a while on the day."""

from datetime import datetime

from common.application.ports import Clock, PricingReply, PricingService


class DownForAWhile:
    """Answers 503 from `begins` until `ends`; each attempt finds it so, as no time passes between them here."""

    def __init__(self, service: PricingService, clock: Clock, begins: datetime, ends: datetime) -> None:
        self._service, self._clock = service, clock
        self._begins, self._ends = begins, ends

    def ask(self, request: bytes, timeout_seconds: float) -> PricingReply:
        """What the service answers, if it is up."""
        if self._begins <= self._clock.now() < self._ends:
            return PricingReply(status=503, body=b"upstream connect error")
        return self._service.ask(request, timeout_seconds)

    def rest(self, seconds: float) -> None:
        """Time is virtual here."""
        self._service.rest(seconds)
