"""Moves events along with an engine whose clock is ahead, so that what happens now happens now."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from infra.dev.incoming import Incoming

NOW = timedelta(days=1)
"""Moments this close to the machine's time are the storefront's "now"; the others are history and stay."""
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
_IN_JSON = re.compile(rf'"({_MOMENT})"'.encode())
_WHOLE = re.compile(_MOMENT)


def shifted(message: Incoming, by: timedelta, real_now: datetime) -> Incoming:
    """The message with its present moments `by` later; nothing else in its data changes, to the byte."""
    if by < timedelta(seconds=1):
        return message

    def in_json(match: re.Match[bytes]) -> bytes:
        return f'"{_later(match[1].decode(), by, real_now)}"'.encode()

    attributes = {
        name: _later(value, by, real_now) if _WHOLE.fullmatch(value) else value
        for name, value in message.attributes.items()
    }
    return replace(message, attributes=attributes, data=_IN_JSON.sub(in_json, message.data))


def _later(text: str, by: timedelta, real_now: datetime) -> str:
    try:
        moment = datetime.fromisoformat(text)
        return (moment + by).isoformat() if abs(moment - real_now) <= NOW else text
    except (ValueError, OverflowError):
        return text
