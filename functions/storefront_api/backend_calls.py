"""Calls of a shop's own backend, which shows its store's API key.

The key tells nothing about the store, so the call names it: keys stay plain secrets, changed in steps.
"""

import re
import secrets as randomness

from common.application.engine import Engine
from common.application.failures import Unavailable
from common.logs import log
from functions.storefront_api.calls import Call, refusal
from functions.storefront_api.signatures.hmacs import shared_secret
from functions.storefront_api.store_secrets import api_key_name, entries_of

NO_KEY = refusal(
    401,
    "the API key is not one of this store's; send it as Authorization: Bearer or X-Recoup-Key, "
    "and the store as X-Recoup-Store or ?store=",
    WWW_Authenticate="Bearer",
)
_STORE = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)
_is_shown = shared_secret("authorization", "x-recoup-key")


def store_of(engine: Engine, call: Call, event: str) -> str | None:
    """The store whose key the call shows, or None, which is logged as `event`. Raises Unavailable.

    Without any key of the store, the same work is done for nothing.
    """
    store = call.header("x-recoup-store") or call.query.get("store", "")
    if not _STORE.fullmatch(store):
        return None
    if engine.secrets is None:
        raise Unavailable("this engine keeps no secrets")
    try:
        known = entries_of(engine.secrets.get(api_key_name(store)))
    except KeyError:
        known = ()
    if _is_shown(call, known or (randomness.token_urlsafe(),), engine.clock.now()):
        return store
    why = "key_wrong" if known else "secret_missing"
    log(event, "WARNING", store=store, secret=api_key_name(store), reason=why)
    return None
