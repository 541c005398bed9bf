"""Which address takes what."""

import re

from common.application.engine import Engine
from functions.storefront_api import (
    browser_calls,
    cart_links,
    customer_offers,
    offer_links,
    unsubscribe_links,
    voucher_api,
    webhooks,
)
from functions.storefront_api.calls import NOT_FOUND, TOO_LARGE, Answer, Call, options, wrong_method
from functions.storefront_api.platforms import platform

_STORE = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)


def answer(engine: Engine, call: Call) -> Answer:
    """Answer any call. Never raises for what a caller sent."""
    if call.body is None:
        return TOO_LARGE
    return _event(engine, call) or _backend(engine, call) or _link(engine, call) or NOT_FOUND


def _event(engine: Engine, call: Call) -> Answer | None:
    match call.path:
        # On *.run.app Google's front end keeps addresses that end in z for itself.
        case ("healthz" | "health" | "readyz" | "ready",):
            return _health(call)
        case ("webhooks", source, store) if _STORE.fullmatch(store):
            known = platform(source)
            return webhooks.take(engine, known, store, call) if known else NOT_FOUND
        case ("events", store) if _STORE.fullmatch(store):
            return browser_calls.take(engine, store, call)
        case _:
            return None


def _backend(engine: Engine, call: Call) -> Answer | None:
    match call.path:
        case ("vouchers", code) if code:
            return voucher_api.take(engine, code, None, call)
        case ("vouchers", code, action) if code and action:
            return voucher_api.take(engine, code, action, call)
        case ("customers", id, "offers") if id:
            return customer_offers.take(engine, id, call)
        case _:
            return None


def _link(engine: Engine, call: Call) -> Answer | None:
    match call.path:
        case ("cart", token) if token:
            return cart_links.take(engine, token, call)
        case ("offers", token) if token:
            return offer_links.take(engine, token, None, call)
        case ("offers", token, action) if token and action:
            return offer_links.take(engine, token, action, call)
        case ("unsubscribe", token) if token:
            return unsubscribe_links.take(engine, token, call)
        case _:
            return None


def _health(call: Call) -> Answer:
    if call.method == "OPTIONS":
        return options("GET", "HEAD")
    if call.method not in ("GET", "HEAD"):
        return wrong_method("GET", "HEAD")
    return Answer(200, {"status": "ok"})
