"""Saleor: a detached JWS by the key set of its own domain, or (older) an HMAC with the webhook's secretKey."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from functions.storefront_api.calls import Call
from functions.storefront_api.signatures import Verify, any_of, either, is_recent
from functions.storefront_api.signatures.hmacs import hex_digest
from functions.storefront_api.signatures.public_keys import PublicKeys, public_keys

_KEY_SET = re.compile(r"https://[^\s/?#@]+/\S*|http://(localhost|127\.0\.0\.1)(:[0-9]+)?/\S*")
"""In clear only on this machine."""
_HEADERS = ("saleor-signature", "x-saleor-signature")
_hmac = hex_digest("sha256", *_HEADERS)


def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
    """An entry that is an address is the key set's, https://<domain>/.well-known/jwks.json; others are secretKeys."""
    addresses = [entry for entry in entries if _KEY_SET.fullmatch(entry)]
    return either(_by_keys(addresses, public_keys()), _by_secrets)(call, entries, now)


def _by_secrets(call: Call, entries: Sequence[str], now: datetime) -> bool:
    return _hmac(call, [entry for entry in entries if not _KEY_SET.fullmatch(entry)], now)


def _by_keys(addresses: Sequence[str], keys: PublicKeys) -> Verify:
    def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
        token = next((call.header(name) for name in _HEADERS if call.header(name)), "")
        if not 0 < len(token) <= 8192 or token.count(".") != 2:
            return False
        return any_of(is_signed(token, call.body or b"", address, keys, now) for address in addresses)

    return verify


def is_signed(token: str, body: bytes, address: str, keys: PublicKeys, now: datetime) -> bool:
    """Whether a key of the set at the address signed the body: RS256 and nothing else, the payload unencoded.

    A time of issue in the signed header must be recent; Saleor states none so far. Raises Unavailable.
    """
    import jwt

    try:
        header = jwt.PyJWS().get_unverified_header(token)
        key = _key(header.get("kid"), address, keys)
        if key is None or ("iat" in header and not is_recent(header["iat"], now)):
            return False
        jwt.PyJWS().decode(token, key, algorithms=["RS256"], detached_payload=body)
    except (jwt.InvalidTokenError, jwt.PyJWKError, ValueError, TypeError, RecursionError):
        return False
    return True


def _key(id: object, address: str, keys: PublicKeys) -> Any:
    """The RSA key with that id; None if the set has none."""
    from jwt.algorithms import RSAAlgorithm

    described = _keys_of(keys.document(address, lambda document: id in _keys_of(document))).get(id)
    if described is None or described.get("kty") != "RSA":
        return None
    # Only the public part counts, whatever else somebody has published.
    return RSAAlgorithm.from_jwk({"kty": "RSA", "n": described["n"], "e": described["e"]})


def _keys_of(document: bytes) -> dict[object, dict[str, Any]]:
    try:
        listed = json.loads(document)["keys"]
        return {key.get("kid"): key for key in listed if isinstance(key, dict) and "n" in key and "e" in key}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
