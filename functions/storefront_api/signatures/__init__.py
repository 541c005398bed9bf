"""How each platform proves that a call is its own: one module per kind of proof."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from functions.storefront_api.calls import Call

Verify = Callable[[Call, Sequence[str], datetime], bool]
"""Whether one of the store's entries vouches for the call at that moment. Raises Unavailable: nobody can tell."""

_TOLERANCE = timedelta(minutes=5)


def any_of(checks: Iterable[bool]) -> bool:
    """Whether one holds; all are made, so that the time says nothing about which one did."""
    return True in list(checks)


def either(*ways: Verify) -> Verify:
    """Any of several proofs that a platform may be set up to give."""

    def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
        return any_of(way(call, entries, now) for way in ways)

    return verify


def is_recent(seconds: object, now: datetime) -> bool:
    """Whether a signed time (Unix seconds, a number or its digits) is within five minutes of now."""
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdigit() and len(seconds) <= 12:
        seconds = int(seconds)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 10**12:
        return False
    return abs(now.timestamp() - seconds) <= _TOLERANCE.total_seconds()
