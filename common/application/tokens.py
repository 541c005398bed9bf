"""Tokens in links: signed, expiring, for one purpose, and never a login (L7)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from itsdangerous import URLSafeTimedSerializer

CART, UNSUBSCRIBE, OFFER = "cart", "unsubscribe", "offer"
"""What a token is good for; one of another purpose is none."""
VALID_KEYS = 2
"""The newest signs; the one before it still counts, so that a key can be changed."""
_LONGEST = 1000


class InvalidToken(ValueError):
    """Not ours, for something else, or too old: whoever holds it is told the same."""


def keys_of(kept: bytes) -> tuple[bytes, ...]:
    """The keys of a secret, one a line, the newest first."""
    return tuple(line for line in (line.strip() for line in kept.splitlines()) if line)[:VALID_KEYS]


def issue(keys: Sequence[bytes], purpose: str, content: Sequence[str], at: datetime) -> str:
    """A token of that moment: ids and words only, as anybody can read what it holds. The same input, the same token."""
    return _serializer(keys, purpose, at).dumps(list(content))


def read(
    keys: Sequence[bytes], purpose: str, token: str, now: datetime, lifetime: timedelta
) -> tuple[str, ...]:
    """What the token holds. Raises InvalidToken."""
    from itsdangerous import BadData

    if not keys or len(token) > _LONGEST:
        raise InvalidToken("unusable")
    try:
        content = _serializer(keys, purpose, now).loads(token, max_age=int(lifetime.total_seconds()))
    except BadData as problem:
        raise InvalidToken(type(problem).__name__) from None
    if not isinstance(content, list) or not all(isinstance(part, str) for part in content):
        raise InvalidToken("content")
    return tuple(content)


def _serializer(keys: Sequence[bytes], purpose: str, moment: datetime) -> "URLSafeTimedSerializer":
    from hashlib import sha256

    from itsdangerous import TimestampSigner, URLSafeTimedSerializer

    class Signer(TimestampSigner):
        """Signs with our time: the engine's clock, or the message's own date."""

        default_digest_method = staticmethod(sha256)

        def get_timestamp(self) -> int:
            return int(moment.timestamp())

    return URLSafeTimedSerializer(list(reversed(keys)), salt=f"recoup-{purpose}", signer=Signer)
