"""Adobe Commerce: signed webhooks, I/O Events, and the challenge that registers an address."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from functions.storefront_api.platforms import PLATFORMS
from functions.storefront_api.signatures import adobe
from functions.storefront_api.signatures.public_keys import PublicKeys
from tests.unit.functions.storefront_api.vectors import BODY, NOW, PEM, RSA_OF_BASE64, RSA_OF_BODY, call

PATH = "/prod/keys/pub-key-IkpzhSpTw0.pem"
OTHER_PATH = "/prod/keys/pub-key-Ptc2pD9vT9.pem"
EVENT = b'{"event_id":"e-1","event":{"id":77},"recipient_client_id":"client-of-bielik"}'
ENTRY = "client_id:client-of-bielik"


def is_genuine(headers: dict[str, str], *entries: str, body: bytes = BODY) -> bool:
    """Whether the call is taken."""
    return adobe.verify(call("adobe_commerce", headers, body=body), entries, NOW)


@pytest.mark.parametrize("signature", [RSA_OF_BODY, RSA_OF_BASE64])
def test_a_webhook_is_known_by_its_key(signature: str) -> None:
    """OpenSSL signed the body as it is, and in base64 as Adobe's example does: both are genuine."""
    headers = {"x-adobe-commerce-webhook-signature": signature}
    assert is_genuine(headers, PEM)
    assert is_genuine(headers, "another secret", PEM)
    assert not is_genuine(headers, PEM, body=BODY + b" ")
    assert not is_genuine(headers, PEM.replace("3QfG", "3QfH"))
    assert not is_genuine(headers)
    assert not is_genuine({"x-adobe-commerce-webhook-signature": signature[:-8]}, PEM)


def test_a_broken_key_is_no_error() -> None:
    """What isn't a public RSA key signs nothing."""
    private = generate_private_key(65537, 2048)
    kept = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for pem in ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", kept, "-----BEGIN "):
        assert not is_genuine({"x-adobe-commerce-webhook-signature": RSA_OF_BODY}, pem)


@pytest.fixture
def event(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The headers of a genuine event; `published` and `fetched` are what its keys are had from."""
    key = generate_private_key(65537, 2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    published, fetched = {adobe.KEYS_AT + PATH: pem, adobe.KEYS_AT + OTHER_PATH: PEM.encode()}, []

    def fetch(url: str) -> bytes:
        fetched.append(url)
        return published.get(url, b"<html>not found</html>")

    keys = PublicKeys(fetch, lambda: 0.0)
    monkeypatch.setattr(adobe, "public_keys", lambda: keys)
    signature = base64.b64encode(key.sign(EVENT, PKCS1v15(), SHA256())).decode()
    headers = {"x-adobe-digital-signature-1": signature, "x-adobe-public-key1-path": PATH}
    return {"headers": headers, "fetched": fetched}


def test_an_event_is_known_by_adobes_key(event: dict[str, Any]) -> None:
    """Signed by a key that Adobe publishes, and meant for our client."""
    assert is_genuine(event["headers"], ENTRY, body=EVENT)
    assert is_genuine(event["headers"], "a secret", ENTRY, body=EVENT)
    assert event["fetched"] == [adobe.KEYS_AT + PATH]


def test_either_signature_is_enough(event: dict[str, Any]) -> None:
    """While Adobe changes a key, one of the two holds."""
    headers = {
        "x-adobe-digital-signature-1": "AAAA",
        "x-adobe-public-key1-path": OTHER_PATH,
        "x-adobe-digital-signature-2": event["headers"]["x-adobe-digital-signature-1"],
        "x-adobe-public-key2-path": PATH,
    }
    assert is_genuine(headers, ENTRY, body=EVENT)
    assert not is_genuine(headers | {"x-adobe-public-key2-path": OTHER_PATH}, ENTRY, body=EVENT)


def test_somebody_elses_event_is_refused(event: dict[str, Any]) -> None:
    """Adobe signs all customers' events with the same keys: the recipient is half of the proof."""
    assert not is_genuine(event["headers"], "client_id:another", body=EVENT)
    assert not is_genuine(event["headers"], "client-of-bielik", body=EVENT)
    assert not is_genuine(event["headers"], body=EVENT)
    for body in (b"", b"[]", b'{"recipient_client_id":1}', b"[" * 100_000, EVENT + b" "):
        assert not is_genuine(event["headers"], ENTRY, body=body)


@pytest.mark.parametrize(
    "path",
    ["", "/", "//evil.example/keys/pub-key-a.pem", "/prod/keys/../pub-key-a.pem", "@evil.example/keys/pub-key-a.pem",
     "/prod/keys/pub-key-a.pem?x=1", ".evil.example/prod/keys/pub-key-a.pem", "/prod/keys/pub-key-a.pem\n"],
)  # fmt: skip
def test_keys_come_from_adobe_only(event: dict[str, Any], path: str) -> None:
    """A path that could lead elsewhere is never fetched."""
    assert not is_genuine(event["headers"] | {"x-adobe-public-key1-path": path}, ENTRY, body=EVENT)
    assert event["fetched"] == []


def test_the_challenge_is_answered() -> None:
    """I/O Events registers an address that gives its word back; nonsense is not repeated."""
    greet = PLATFORMS["adobe_commerce"].greet
    asked = call("adobe_commerce", {}, method="GET", query={"challenge": "8ec8d794-e0ab-42df"}, body=b"")
    answer = greet(asked)
    assert answer is not None
    assert (answer.status, answer.body) == (200, {"challenge": "8ec8d794-e0ab-42df"})
    for query in ({}, {"challenge": "<script>"}, {"challenge": "a" * 201}):
        assert greet(call("adobe_commerce", {}, method="GET", query=query)) is None
    assert greet(call("adobe_commerce", {}, query={"challenge": "abc"})) is None
