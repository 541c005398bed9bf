"""Vouchers for the shop's own backend: what a code is worth, and its way through a checkout."""

import math
from functools import cache

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.shell import advance
from common.domain.verdicts import Verdict
from common.domain.vocabulary import VoucherAction, VoucherRefusal
from common.logs import log
from functions.storefront_api.backend_calls import NO_KEY, store_of
from functions.storefront_api.calls import (
    NOT_FOUND,
    UNAVAILABLE,
    Answer,
    Call,
    options,
    refusal,
    wrong_method,
)
from functions.storefront_api.rate_limit import RateLimiter
from functions.storefront_api.voucher_answers import answer_of
from functions.storefront_api.voucher_bodies import UnusableBody, read

_ACTIONS = {one.value: one for one in VoucherAction if one is not VoucherAction.SHOW}
_LONGEST_CODE = 64


@cache
def _limiter() -> RateLimiter:
    """This instance's."""
    return RateLimiter()


def take(
    engine: Engine, code: str, action: str | None, call: Call, limiter: RateLimiter | None = None
) -> Answer:
    """200 and the verdict, 409 refused, 400 unusable, 401 no key, 404 no such code, 429 too much, 503 ask again."""
    if action is not None and action not in _ACTIONS:
        return NOT_FOUND
    methods = ("GET", "HEAD") if action is None else ("POST",)
    if call.method == "OPTIONS":
        return options(*methods)
    if call.method not in methods:
        return wrong_method(*methods)
    known = VoucherAction.SHOW if action is None else _ACTIONS[action]
    try:
        store = store_of(engine, call, "voucher_call_refused")
        if store is None:
            return NO_KEY
        return _limited(engine, store, code, known, call, _limiter() if limiter is None else limiter)
    except UnusableBody as unusable:
        field = {"field": unusable.field} if unusable.field else {}
        return Answer(400, {"error": str(unusable), **field})
    except Unavailable as unavailable:
        log("voucher_call_unavailable", "WARNING", action=known.value, detail=str(unavailable))
        return UNAVAILABLE


def _limited(
    engine: Engine, store: str, code: str, action: VoucherAction, call: Call, limiter: RateLimiter
) -> Answer:
    """Every call counts a little, a code that doesn't exist counts for much: it may be a guess (L32)."""
    policy = engine.policies.current()
    often, guesses = policy.vouchers.calls_per_minute, policy.vouchers.unknown_codes_per_minute
    guesser = (store, "unknown", call.header("x-recoup-shopper")[:200])
    wait = limiter.wait((store, "calls"), 1, per_minute=often, burst=often)
    if wait := wait or limiter.wait_for_one(guesser, per_minute=guesses, burst=guesses):
        return refusal(429, "too many calls; ask again later", Retry_After=str(math.ceil(wait)))
    verdict, locale = _verdict(engine, store, code, action, call)
    if verdict.refusal is VoucherRefusal.UNKNOWN_CODE:
        limiter.wait(guesser, 1, per_minute=guesses, burst=guesses)
    return answer_of(
        action, code[:_LONGEST_CODE], verdict, locale, verdict.locale, policy.shop.default_locale
    )


def _verdict(
    engine: Engine, store: str, code: str, action: VoucherAction, call: Call
) -> tuple[Verdict, str | None]:
    trigger, locale = read(store, code, action, b"" if action is VoucherAction.SHOW else call.body or b"")
    if len(code) > _LONGEST_CODE:
        return Verdict(refusal=VoucherRefusal.UNKNOWN_CODE), locale
    decision = advance(engine, trigger)
    log("voucher_called", store=store, action=action.value, outcome=decision.outcome)
    if not isinstance(decision.verdict, Verdict):
        raise AssertionError("every call about a voucher has a verdict")
    return decision.verdict, locale
