"""One call of the pricing service: a bounded number of attempts within one deadline, with rests between them."""

from common.application.ports import PricingReply, PricingService, PricingUnreachable
from common.domain.effects import AskPrice
from common.domain.ids import bucket
from common.domain.values import dataclass

FIRST_REST_SECONDS = 0.5
"""The longest rest after the first attempt; it doubles with each further one."""
LONGEST_REST_SECONDS = 8.0
_BUCKETS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """No answer that could be read. `for_good`: asking again is of no use; else the service was asked often enough."""

    detail: str
    took_seconds: float = 0.0
    retry_after_seconds: float = 0.0
    body: bytes | None = None
    """What came with the failure, if anything did."""
    for_good: bool = False


def call(service: PricingService, effect: AskPrice) -> PricingReply | Failure:
    """The first answer that is no passing trouble. The deadline counts what attempts took and the rests between them.

    So it holds in virtual time as well, where nobody waits. An attempt gets at most what is left of the deadline.
    """
    request, left = effect.request.encode(), float(effect.deadline_seconds)
    attempt = 0
    while True:
        attempt += 1
        answer = _attempt(service, request, min(left, float(effect.attempt_timeout_seconds)))
        if isinstance(answer, PricingReply) or answer.for_good:
            return answer
        left -= answer.took_seconds
        rest = max(answer.retry_after_seconds, jitter(effect.offer_id, attempt))
        if attempt >= effect.attempts or rest >= left:
            return _given_up(answer, attempt, effect)
        service.rest(rest)
        left -= rest


def jitter(offer_id: str, attempt: int) -> float:
    """Seconds to rest after the attempt (counted from 1): anything from 0 to a bound that doubles each time.

    Full jitter: services come back slowly when all their callers return at once. It is drawn by a hash, so that
    offers differ and a replay doesn't.
    """
    bound = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2.0 ** (attempt - 1))
    return bound * bucket("pricing rest", offer_id, str(attempt)) / _BUCKETS


def _attempt(service: PricingService, request: bytes, timeout_seconds: float) -> PricingReply | Failure:
    try:
        reply = service.ask(request, timeout_seconds)
    except PricingUnreachable as nothing:
        return Failure(detail=nothing.detail, took_seconds=nothing.took_seconds, for_good=nothing.for_good)
    if not _passing(reply.status):
        return reply
    return Failure(
        detail=f"status {reply.status}",
        took_seconds=reply.took_seconds,
        retry_after_seconds=reply.retry_after_seconds or 0.0,
        body=reply.body,
    )


def _passing(status: int) -> bool:
    """Whether the same request may well succeed a moment later."""
    return status in (408, 429) or status >= 500


def _given_up(last: Failure, attempts: int, effect: AskPrice) -> Failure:
    tried = "1 attempt" if attempts == 1 else f"{attempts} attempts"
    why = "" if attempts >= effect.attempts else f" of a deadline of {effect.deadline_seconds} seconds"
    return Failure(detail=f"{last.detail}, after {tried}{why}", body=last.body)
