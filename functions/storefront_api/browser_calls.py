"""Events from a storefront's own pages and apps, which hold nothing but a public key."""

import math
from dataclasses import replace
from functools import cache
from typing import Any

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.application.ports import Incoming
from common.application.priorities import priority_of_type, stated
from common.domain.browsers import BrowserAccess
from common.logs import log
from functions.storefront_api import cors
from functions.storefront_api.browser_events import Unreadable, check, read, written
from functions.storefront_api.calls import (
    UNAVAILABLE,
    Answer,
    Call,
    fits_attribute,
    options,
    refusal,
    wrong_method,
)
from functions.storefront_api.rate_limit import RateLimiter, neighbourhood
from functions.storefront_api.signatures import any_of
from functions.storefront_api.signatures.hmacs import same

_NO_KEY = refusal(401, "the publishable key is not one of this store's; send it as X-Recoup-Key or ?key=")
_FOREIGN = refusal(403, "this page's origin is not among allowed_origins of the store")


@cache
def _limiter() -> RateLimiter:
    """This instance's."""
    return RateLimiter()


def take(engine: Engine, store: str, call: Call, limiter: RateLimiter | None = None) -> Answer:
    """202 published; 400 unreadable; 401 no key; 403 a foreign page; 429 too much; 503 to be sent again."""
    try:
        access = engine.policies.current().storefront.stores.get(store)
        if access is None:
            return options("POST") if call.method == "OPTIONS" else _NO_KEY
        if call.method == "OPTIONS":
            return cors.preflight(call, access)
        answer = _checked(engine, store, access, call, _limiter() if limiter is None else limiter)
    except Unavailable as unavailable:
        log("browser_events_unavailable", "WARNING", store=store, detail=str(unavailable))
        return UNAVAILABLE
    return replace(answer, headers={**cors.headers(call, access), **answer.headers})


def _checked(engine: Engine, store: str, access: BrowserAccess, call: Call, limiter: RateLimiter) -> Answer:
    if call.method != "POST":
        return wrong_method("POST")
    if cors.is_foreign(call, access):
        return _FOREIGN
    key = call.header("x-recoup-key") or call.query.get("key", "")
    if not any_of(same(known, key) for known in access.publishable_keys):
        return _NO_KEY
    client = (store, key, neighbourhood(call.client))
    if wait := limiter.wait(client, 1, per_minute=access.events_per_minute, burst=access.burst):
        return _too_much(wait)
    try:
        events = read(call.body or b"")
    except Unreadable as unreadable:
        return refusal(400, str(unreadable))
    further = min(len(events), access.burst) - 1  # the first one was counted before anything was read
    wait = limiter.wait(client, further, per_minute=access.events_per_minute, burst=access.burst)
    return _too_much(wait) if wait else _publish(engine, store, access, call, events)


def _publish(engine: Engine, store: str, access: BrowserAccess, call: Call, events: list[Any]) -> Answer:
    """Publish what a browser may tell, in one round trip, and say of the rest why not."""
    taken, refused, notes = [], [], []
    for index, event in enumerate(events):
        checked = check(event, access)
        if isinstance(checked, str):
            refused.append({"index": index, "error": checked})
            continue
        priority = stated(priority_of_type(checked.event.get("type")))
        taken.append(Incoming(written(checked.event), {**_attributes(store, call), **priority}))
        notes += [{"index": index, "note": note} for note in checked.notes]
    if taken:
        if engine.inlet is None:
            raise Unavailable("this engine has no inlet")
        engine.inlet.publish(taken)
    if refused:
        log("browser_events_refused", "WARNING", store=store, events=len(refused))
    details = {name: found for name, found in (("refused", refused), ("notes", notes)) if found}
    if not taken:
        return Answer(400, {"error": refused[0]["error"], "accepted": 0, **details})
    return Answer(202, {"accepted": len(taken), **details})


def _attributes(store: str, call: Call) -> dict[str, str]:
    attributes = {"source": "recoup", "store": store}
    for name in ("user-agent", "origin"):
        value = call.header(name)
        if fits_attribute(value):
            attributes[name] = value
    return attributes


def _too_much(wait: float) -> Answer:
    return refusal(429, "too many events; send them later", Retry_After=str(math.ceil(wait)))
