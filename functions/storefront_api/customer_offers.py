"""A customer's offers for the shop's own backend, which shows them in its app."""

import math
from datetime import datetime
from functools import cache
from typing import Any

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Ref
from common.application.tokens import OFFER, issue
from common.domain import ids
from common.domain.book import CASES
from common.domain.documents import Case, Customer
from common.domain.offer_timing import is_approved
from common.domain.offers import Offer
from common.domain.policy import Policy
from common.domain.vocabulary import OfferStage
from common.logs import log
from functions.storefront_api.backend_calls import NO_KEY, store_of
from functions.storefront_api.calls import UNAVAILABLE, Answer, Call, options, refusal, wrong_method
from functions.storefront_api.link_calls import person
from functions.storefront_api.offer_bodies import offer_body
from functions.storefront_api.rate_limit import RateLimiter

_LISTED = (
    OfferStage.READY,
    OfferStage.DELIVERED,
    OfferStage.VIEWED,
    OfferStage.ACCEPTED,
    OfferStage.ORDERED,
    OfferStage.DECLINED,
    OfferStage.EXPIRED,
)
"""What the customer has, had, or is about to get; never what came to nothing before."""
_LONGEST_ID = 200


@cache
def _limiter() -> RateLimiter:
    """This instance's."""
    return RateLimiter()


def take(engine: Engine, external_id: str, call: Call, limiter: RateLimiter | None = None) -> Answer:
    """200 with the offers, none for a stranger; 401 no key, 429 too much, 503 ask again. Changes nothing."""
    if call.method == "OPTIONS":
        return options("GET", "HEAD")
    if call.method not in ("GET", "HEAD"):
        return wrong_method("GET", "HEAD")
    try:
        store = store_of(engine, call, "offers_call_refused")
        if store is None:
            return NO_KEY
        policy = engine.policies.current()
        often = policy.vouchers.calls_per_minute
        known = _limiter() if limiter is None else limiter
        if wait := known.wait(store, 1, per_minute=often, burst=often):
            return refusal(429, "too many calls; ask again later", Retry_After=str(math.ceil(wait)))
        return Answer(200, {"offers": _offers(engine, policy, store, external_id)})
    except Unavailable as unavailable:
        log("offers_call_unavailable", "WARNING", detail=str(unavailable))
        return UNAVAILABLE


def _offers(engine: Engine, policy: Policy, store: str, external_id: str) -> list[dict[str, Any]]:
    """The newest first. Raises Unavailable."""
    named = external_id if len(external_id) <= _LONGEST_ID else ""
    customer = person(engine, ids.customer_id(store, "id", named)) if named else None
    if customer is None or not customer.offer_cases:
        return []
    refs = [Ref(CASES, id) for id in dict.fromkeys(customer.offer_cases)]
    loaded = engine.store.load(refs)
    now = engine.clock.now()
    found = [
        (offer, case)
        for case in (loaded[ref].document for ref in refs)
        if isinstance(case, Case) and _is_theirs(engine, case, customer)
        for offer in (case.offer, case.former_offer)
        if offer is not None and _is_listed(offer, policy, now)
    ]
    found.sort(key=lambda one: (one[0].requested_at, one[0].id), reverse=True)
    return [_written(offer, case, policy, now) for offer, case in found]


def _is_theirs(engine: Engine, case: Case, customer: Customer) -> bool:
    if case.customer_id == customer.id:
        return True
    owner = person(engine, case.customer_id) if case.customer_id else None
    return owner is not None and owner.id == customer.id


def _is_listed(offer: Offer, policy: Policy, now: datetime) -> bool:
    """Whether the customer may know of it: one that still needs somebody's approval they may not."""
    if offer.proposal is None or offer.state_at(now) not in _LISTED:
        return False
    return offer.stage is not OfferStage.READY or is_approved(offer, policy)


def _written(offer: Offer, case: Case, policy: Policy, now: datetime) -> dict[str, Any]:
    if offer.proposal is None:
        raise AssertionError("only what has a price is listed")
    said = offer_body(offer, offer.proposal, offer.state_at(now))
    return {
        **said,
        "case_id": case.id,
        "order_id": case.lost_order_id,
        "url": page_address(policy, offer.id, now),
    }


def page_address(policy: Policy, offer_id: str, at: datetime) -> str | None:
    """The offer's own page, by a link of that moment; None where storefront_api answers no links."""
    base, keys = policy.shop.storefront_url, policy.keys.links
    if base is None or not keys:
        return None
    return f"{base.rstrip('/')}/offers/{issue(keys, OFFER, (offer_id,), at)}"
