"""The link to an offer: a page for the web, JSON for the app, and the answer to it, once (L37, L50, L51, L52).

Whoever holds the link may answer: it is signed, it expires, and it never logs anybody in (L7).
"""

import math
from dataclasses import replace
from datetime import timedelta
from functools import cache

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Ref
from common.application.shell import advance
from common.application.tokens import OFFER, InvalidToken, read
from common.domain import ids
from common.domain.book import CASES
from common.domain.documents import Case, Customer
from common.domain.offers import OfferVerdict
from common.domain.policy import Policy
from common.domain.triggers import OfferCalled
from common.domain.vocabulary import OfferAction, OfferRefusal, OfferStage, SalesChannel
from common.logs import log
from functions.storefront_api.calls import NOT_FOUND, Answer, Call, refusal
from functions.storefront_api.link_calls import answered, gone, person, wants_json
from functions.storefront_api.offer_answers import done_or_refused, shown
from functions.storefront_api.offer_bodies import sends_json, stated
from functions.storefront_api.offer_pages import bare_page, reader_of
from functions.storefront_api.rate_limit import RateLimiter, neighbourhood
from functions.storefront_api.voucher_bodies import UnusableBody

_ACTIONS = {one.value: one for one in (OfferAction.ACCEPT, OfferAction.DECLINE)}
_UNCONFIRMED = refusal(
    503, "it can't be told yet whether your answer was taken; send the same one again", Retry_After="10"
)
_AHEAD = ("prefetch", "prerender", "preview")
"""What browsers and mail programs say when they fetch a page that nobody has asked to see yet."""


@cache
def _limiter() -> RateLimiter:
    """This instance's."""
    return RateLimiter()


def take(
    engine: Engine, token: str, action: str | None, call: Call, limiter: RateLimiter | None = None
) -> Answer:
    """200 with the offer or the outcome; 409 and 410 refused, 404 no such link, 429 too much, 503 ask again."""
    if action is not None and action not in _ACTIONS:
        return NOT_FOUND
    if sends_json(call):  # and so reads it
        call = replace(call, headers={**call.headers, "accept": "application/json"})
    known = None if action is None else _ACTIONS[action]

    def act(policy: Policy) -> Answer:
        if wait := _wait(policy, call, _limiter() if limiter is None else limiter):
            return _too_much(policy, call, wait)
        offer_id = _named(engine, policy, token)
        if known is None:
            return _looked_at(engine, policy, offer_id, token, call)
        return _answered(engine, policy, offer_id, known, call)

    return answered(engine, call, ("GET", "HEAD") if known is None else ("POST",), act)


def _wait(policy: Policy, call: Call, limiter: RateLimiter) -> float:
    often = policy.storefront.offer_calls_per_minute
    return limiter.wait(neighbourhood(call.client), 1, per_minute=often, burst=often)


def _too_much(policy: Policy, call: Call, wait: float) -> Answer:
    seconds = str(math.ceil(wait))
    if wants_json(call):
        return refusal(429, "too many calls; ask again later", Retry_After=seconds)
    page = bare_page(reader_of(call, policy), "busy", 429)
    return replace(page, headers={**page.headers, "Retry-After": seconds})


def _named(engine: Engine, policy: Policy, token: str) -> str:
    """The offer of the link. Raises InvalidToken."""
    lifetime = timedelta(days=policy.storefront.offer_link_days)
    content = read(policy.keys.links, OFFER, token, engine.clock.now(), lifetime)
    if len(content) != 1:
        raise InvalidToken("content")
    return content[0]


# Looking at it.


def _looked_at(engine: Engine, policy: Policy, offer_id: str, token: str, call: Call) -> Answer:
    """The offer as it stands. All that a GET changes is that it was seen; where that can't be saved, it shows too."""
    verdict = _as_stored(engine, offer_id)
    if verdict.offer is None or verdict.offer.proposal is None:
        return gone(policy, call)
    if verdict.state is OfferStage.DELIVERED and call.method == "GET" and not _is_ahead(call):
        verdict = _seen(engine, offer_id, call) or verdict
    reader = reader_of(call, policy, None if wants_json(call) else _customer(engine, verdict))
    return shown(reader, verdict, as_json=wants_json(call), base=f"{token}/")


def _seen(engine: Engine, offer_id: str, call: Call) -> OfferVerdict | None:
    channel = SalesChannel.APP if wants_json(call) else SalesChannel.WEB
    try:
        verdict = _decided(engine, offer_id, OfferAction.VIEW, channel)
    except Unavailable as unavailable:
        log("offer_view_not_saved", "WARNING", offer=offer_id, detail=str(unavailable))
        return None
    return verdict if verdict.offer and verdict.offer.proposal else None


def _is_ahead(call: Call) -> bool:
    told = " ".join(call.header(name) for name in ("purpose", "sec-purpose", "x-purpose", "x-moz")).lower()
    return any(word in told for word in _AHEAD)


def _as_stored(engine: Engine, offer_id: str) -> OfferVerdict:
    """The offer as it was saved last; nothing is changed. Raises Unavailable."""
    ref = Ref(CASES, ids.case_of_offer(offer_id))
    case: Case | None = engine.store.load([ref])[ref].document
    offers = (case.offer, case.former_offer) if case else ()
    offer = next((one for one in offers if one is not None and one.id == offer_id), None)
    return OfferVerdict(
        action=OfferAction.VIEW,
        offer=offer,
        state=offer.state_at(engine.clock.now()) if offer else None,
        customer_id=case.customer_id if case else None,
    )


# Answering it.


def _answered(engine: Engine, policy: Policy, offer_id: str, action: OfferAction, call: Call) -> Answer:
    """Done, or why not. While nobody can tell, it is neither: the same answer can be sent again (L51, L52)."""
    try:
        told = stated(call)
    except UnusableBody as unusable:
        return Answer(400, {"error": str(unusable), **({"field": unusable.field} if unusable.field else {})})
    try:
        verdict = _decided(engine, offer_id, action, told.channel, told.version)
    except Unavailable as unavailable:
        log("offer_answer_unavailable", "WARNING", offer=offer_id, detail=str(unavailable))
        if wants_json(call):
            return _UNCONFIRMED
        return bare_page(
            reader_of(call, policy), "unconfirmed", 503, again=action.value, version=told.version
        )
    if (
        verdict.refusal is OfferRefusal.UNKNOWN_OFFER
        or verdict.offer is None
        or verdict.offer.proposal is None
    ):
        return gone(policy, call)
    needs_words = verdict.refusal is not None or not wants_json(call)
    reader = reader_of(call, policy, _customer(engine, verdict) if needs_words else None)
    return done_or_refused(reader, verdict, as_json=wants_json(call))


def _decided(
    engine: Engine, offer_id: str, action: OfferAction, channel: SalesChannel, version: int | None = None
) -> OfferVerdict:
    """What became of the call. Raises Unavailable."""
    called = OfferCalled(
        id=f"offer:{action.value}", offer_id=offer_id, action=action, channel=channel, version=version
    )
    decision = advance(engine, called)
    log("offer_called", offer=offer_id, action=action.value, channel=channel.value, outcome=decision.outcome)
    if not isinstance(decision.verdict, OfferVerdict):
        raise AssertionError("every call about an offer has a verdict")
    return decision.verdict


def _customer(engine: Engine, verdict: OfferVerdict) -> Customer | None:
    """Whose language and zone the answer is in; what was decided stands, even if they can't be had."""
    try:
        return person(engine, verdict.customer_id) if verdict.customer_id else None
    except Unavailable:
        return None
