"""The table of entry points: what is deployed, and which module each one lives in.

Resolved lazily, so that a function loads only what it needs and a cold start stays short.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

ENTRY_POINTS = {
    "ingest_event": "functions.ingest_event.main",
    "generate_offer": "functions.generate_offer.main",
    "send_stimulus": "functions.send_stimulus.main",
    "expire_vouchers": "functions.expire_vouchers.main",
    "storefront_api": "functions.storefront_api.main",
    "price_offer": "functions.price_offer.main",
}


def __getattr__(name: str) -> Any:
    """Import the module of the entry point that is asked for."""
    if name not in ENTRY_POINTS:
        raise AttributeError(f"module {__name__!r} has no entry point {name!r}")
    return getattr(import_module(ENTRY_POINTS[name]), name)
