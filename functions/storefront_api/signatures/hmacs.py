"""Proofs by a shared secret: an HMAC of the body as it came, or the secret itself in a header."""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from functions.storefront_api.calls import Call
from functions.storefront_api.signatures import Verify, any_of, is_recent

_BEARER = re.compile("bearer +", re.IGNORECASE)


def same(expected: str | bytes, stated: str) -> bool:
    """Whether both are the same, in a time that doesn't tell how much of it is."""
    known = expected.encode() if isinstance(expected, str) else expected
    return hmac.compare_digest(known, stated.encode("utf-8", "replace"))


def base64_sha256(header: str) -> Verify:
    """The header is the base64 of the body's HMAC-SHA256: Shopify, WooCommerce, Commerce Layer."""

    def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
        stated = call.header(header)
        return any_of(same(_base64(entry.encode(), call.body or b""), stated) for entry in entries)

    return verify


def hex_digest(algorithm: str, *headers: str, prefix: str = "") -> Verify:
    """A header is the HMAC of the body in hexadecimal digits, perhaps after a prefix: Saleor, Medusa, Segment."""

    def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
        stated = next((call.header(name) for name in headers if call.header(name)), "").removeprefix(prefix)
        return any_of(
            same(hmac.digest(entry.encode(), call.body or b"", algorithm).hex(), stated) for entry in entries
        )

    return verify


def shared_secret(*headers: str) -> Verify:
    """A header is the secret, in Authorization also as a bearer token: platforms that only send fixed headers."""

    def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
        stated = [call.header(name) for name in headers]
        stated += [_BEARER.sub("", value, count=1) for value in stated if _BEARER.match(value)]
        return any_of(same(entry, value) for entry in entries for value in stated)

    return verify


def standard_webhooks(call: Call, entries: Sequence[str], now: datetime) -> bool:
    """Standard Webhooks 1.0: `v1,<base64>` of "id.timestamp.body", several separated by spaces: BigCommerce.

    The timestamp is that of the attempt, so a retry is as fresh as the first delivery. A secret that begins
    with whsec_ is base64; any other one is taken as it is.
    """
    id, timestamp = call.header("webhook-id"), call.header("webhook-timestamp")
    content = f"{id}.{timestamp}.".encode() + (call.body or b"")
    stated = [text[3:] for text in call.header("webhook-signature").split(" ") if text.startswith("v1,")][:10]
    matches = any_of(
        same(_base64(key, content), text) for entry in entries for key in _whsec(entry) for text in stated
    )
    return matches and bool(id) and is_recent(timestamp, now)


def _whsec(entry: str) -> list[bytes]:
    if not entry.startswith("whsec_"):
        return [entry.encode()]
    try:
        return [base64.b64decode(entry[6:], validate=True)]
    except (binascii.Error, ValueError):
        return []


def dated(call: Call, entries: Sequence[str], now: datetime) -> bool:
    """Recoup's own: `X-Recoup-Signature: t=<Unix seconds>,v1=<hex of the HMAC-SHA256 of "t.body">`."""
    parts = [part.strip().partition("=") for part in call.header("x-recoup-signature").split(",")][:10]
    timestamp = next((value for name, _, value in parts if name == "t"), "")
    content = f"{timestamp}.".encode() + (call.body or b"")
    stated = [value for name, _, value in parts if name == "v1"]
    matches = any_of(
        same(hmac.digest(entry.encode(), content, "sha256").hex(), text)
        for entry in entries
        for text in stated
    )
    return matches and is_recent(timestamp, now)


def _base64(key: bytes, content: bytes) -> bytes:
    return base64.b64encode(hmac.digest(key, content, "sha256"))
