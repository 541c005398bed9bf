"""Which pages may call: exactly the origins that the policy lists, without cookies."""

from common.domain.browsers import BrowserAccess
from functions.storefront_api.calls import Answer, Call

_VARY = {"Vary": "Origin"}
_PREFLIGHT_SECONDS = 7200
"""The longest that every browser honours."""


def is_foreign(call: Call, access: BrowserAccess) -> bool:
    """Whether the call comes from a page that isn't the shop's. Apps and servers state no origin."""
    origin = call.header("origin")
    return bool(origin) and origin not in access.allowed_origins


def headers(call: Call, access: BrowserAccess) -> dict[str, str]:
    """What lets the shop's page read an answer; every answer differs by origin for caches."""
    origin = call.header("origin")
    if origin not in access.allowed_origins:
        return _VARY
    return {**_VARY, "Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "Retry-After"}


def preflight(call: Call, access: BrowserAccess) -> Answer:
    """The answer to OPTIONS; a foreign page's browser finds no permission in it."""
    allowed = {
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type, x-recoup-key",
        "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
    }
    granted = headers(call, access)
    permission = allowed if "Access-Control-Allow-Origin" in granted else {}
    return Answer(204, None, {"Allow": "POST, OPTIONS", **granted, **permission})
