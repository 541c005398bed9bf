"""Adobe Commerce: its webhooks, Adobe I/O Events, or a secret in a header that both can be told to send.

An entry is the webhooks' public key in PEM, `client_id:<id>` for I/O Events, or a secret.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from datetime import datetime

from functions.storefront_api.calls import Call
from functions.storefront_api.signatures import any_of
from functions.storefront_api.signatures.hmacs import same, shared_secret
from functions.storefront_api.signatures.public_keys import PublicKeys, public_keys

KEYS_AT = "https://static.adobeioevents.com"
_CLIENT_ID = "client_id:"
_PATH = re.compile(r"/[a-z]{1,20}/keys/pub-key-[A-Za-z0-9_-]{1,80}\.pem", re.ASCII)
_in_header = shared_secret("authorization", "x-recoup-secret")


def verify(call: Call, entries: Sequence[str], now: datetime) -> bool:
    """Any of the three."""
    pems = [entry for entry in entries if entry.startswith("-----BEGIN ")]
    clients = [entry.removeprefix(_CLIENT_ID).strip() for entry in entries if entry.startswith(_CLIENT_ID)]
    others = [entry for entry in entries if not entry.startswith(("-----BEGIN ", _CLIENT_ID))]
    if _in_header(call, others, now):
        return True
    return by_webhook_key(call, pems) or by_events(call, clients, public_keys())


def by_webhook_key(call: Call, pems: Sequence[str]) -> bool:
    """`x-adobe-commerce-webhook-signature`: RSA-SHA256 of the body, which Adobe's own example encodes in base64."""
    signature = _decoded(call.header("x-adobe-commerce-webhook-signature"))
    body = call.body or b""
    contents = (body, base64.b64encode(body))
    return any_of(_signed(pem, signature, content) for pem in pems for content in contents)


def by_events(call: Call, clients: Sequence[str], keys: PublicKeys) -> bool:
    """`x-adobe-digital-signature-1` or `-2` by a key of Adobe's, of an event that is meant for our client.

    Adobe signs everybody's events with the same keys, so the recipient in the body is half of the proof.
    """
    if not clients or not any_of(same(client, _recipient(call.body or b"")) for client in clients):
        return False
    return any(_by_one_key(call, number, keys) for number in "12")


def _by_one_key(call: Call, number: str, keys: PublicKeys) -> bool:
    signature, path = call.header(f"x-adobe-digital-signature-{number}"), _path(call, number)
    if not signature or path is None:
        return False
    pem = keys.document(KEYS_AT + path).decode("ascii", "replace")
    return _signed(pem, _decoded(signature), call.body or b"")


def _path(call: Call, number: str) -> str | None:
    path = call.header(f"x-adobe-public-key{number}-path")
    return path if _PATH.fullmatch(path) else None


def _recipient(body: bytes) -> str:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    recipient = event.get("recipient_client_id") if isinstance(event, dict) else None
    return recipient if isinstance(recipient, str) else ""


def _signed(pem: str, signature: bytes, content: bytes) -> bool:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from jwt import InvalidKeyError
    from jwt.algorithms import RSAAlgorithm

    rsa = RSAAlgorithm(RSAAlgorithm.SHA256)
    try:
        key = rsa.prepare_key(pem)
        return isinstance(key, RSAPublicKey) and rsa.verify(content, key, signature)
    except (InvalidKeyError, ValueError, TypeError):
        return False


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
