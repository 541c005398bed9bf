"""Saleor's detached JWS, by the key set of its own domain."""

import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from common.application.failures import Unavailable
from functions.storefront_api.signatures import saleor
from functions.storefront_api.signatures.public_keys import PublicKeys
from tests.unit.functions.storefront_api.vectors import (
    BODY,
    HEX_SHA256,
    JWS,
    KEY_SET,
    NOW,
    NOW_SECONDS,
    SECRET,
    call,
)

AT = "https://bielik.saleor.cloud/.well-known/jwks.json"
Fetches = list[str]


@pytest.fixture
def key() -> RSAPrivateKey:
    """A key of this test's own."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is published at each address; `fetched` lists what was asked for."""
    there: dict[str, Any] = {AT: KEY_SET, "fetched": []}

    def fetch(url: str) -> bytes:
        there["fetched"].append(url)
        if url not in there:
            raise Unavailable(f"{url}: nobody there")
        return json.dumps(there[url]).encode()

    keys = PublicKeys(fetch, lambda: there.get("seconds", 0.0))
    monkeypatch.setattr(saleor, "public_keys", lambda: keys)
    return there


def is_genuine(token: str = JWS, *entries: str, body: bytes = BODY) -> bool:
    """Whether a call with the token is taken."""
    return saleor.verify(call("saleor", {"saleor-signature": token}, body=body), entries or (AT,), NOW)


def signed(key: RSAPrivateKey, body: bytes = BODY, **header: Any) -> str:
    """As Saleor's own library signs: PyJWT, detached, with an id and the critical b64."""
    headers = {"kid": "mine", "crit": ["b64"], **header}
    return jwt.PyJWS().encode(body, key, algorithm="RS256", headers=headers, is_payload_detached=True)


def public(key: RSAPrivateKey, **described: Any) -> dict[str, Any]:
    """A key set with the key."""
    return {
        "keys": [
            {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "mine", **described}
        ]
    }


def test_what_openssl_signed_is_genuine(published: dict[str, Any]) -> None:
    """A token that OpenSSL's command line made of the body, header by header."""
    assert is_genuine()
    assert is_genuine(JWS, "an old secretKey", AT)


def test_another_body_is_refused(published: dict[str, Any]) -> None:
    """Not a byte may differ, not even white space."""
    for body in (BODY + b" ", BODY.replace(b"77", b"78"), b""):
        assert not is_genuine(body=body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: token[:-4],
        lambda token: token.replace("..", "."),
        lambda token: token.replace("..", ".e30."),
        lambda token: "e30.." + token.rpartition(".")[2],
        lambda token: "...",
        lambda token: "a.b.c",
        lambda token: "." * 9000,
        lambda token: token + "," + token,
        lambda token: token.partition("..")[0] + "..",
    ],
)
def test_a_spoiled_token_is_refused(published: dict[str, Any], spoil: Callable[[str], str]) -> None:
    """Cut, doubled, without a part, or with a payload of its own: refused without an error."""
    assert not is_genuine(spoil(JWS))


def test_only_rs256_counts(published: dict[str, Any], key: RSAPrivateKey) -> None:
    """No algorithm at all, a weaker one, or one keyed with the public key: the token doesn't choose."""
    published[AT] = public(key)
    assert is_genuine(signed(key))
    for algorithm in ("RS384", "PS256"):
        token = jwt.PyJWS().encode(
            BODY, key, algorithm=algorithm, headers={"kid": "mine"}, is_payload_detached=True
        )
        assert not is_genuine(token)
    unsigned = jwt.PyJWS().encode(
        BODY, "", algorithm="none", headers={"kid": "mine"}, is_payload_detached=True
    )
    assert not is_genuine(unsigned)
    keyed = jwt.PyJWS().encode(
        BODY, KEY_SET["keys"][0]["n"], algorithm="HS256", headers={"kid": "mine"}, is_payload_detached=True
    )
    assert not is_genuine(keyed)


def test_a_critical_header_that_is_unknown_is_refused(published: dict[str, Any], key: RSAPrivateKey) -> None:
    """RFC 7515: what is critical and not understood makes a token invalid."""
    published[AT] = public(key)
    assert not is_genuine(signed(key, crit=["b64", "novelty"], novelty=1))


def test_a_signed_time_must_be_recent(published: dict[str, Any], key: RSAPrivateKey) -> None:
    """Saleor states none; if it ever does, an old token is a replay."""
    published[AT] = public(key)
    assert is_genuine(signed(key, iat=NOW_SECONDS - 200))
    assert not is_genuine(signed(key, iat=NOW_SECONDS - 400))
    odd: tuple[Any, ...] = ("yesterday", 10**400, -(10**400), float("inf"), float("nan"), True, None, [])
    for nonsense in odd:
        assert not is_genuine(signed(key, iat=nonsense))


def test_a_new_key_is_fetched_once_a_minute_at_most(published: dict[str, Any], key: RSAPrivateKey) -> None:
    """A key that isn't in the set may be new; made-up ids cause no fetch each."""
    assert not is_genuine(signed(key))
    published[AT] = public(key)
    assert not is_genuine(signed(key))
    assert len(published["fetched"]) == 1
    published["seconds"] = 61.0
    assert is_genuine(signed(key))
    assert is_genuine(signed(key))
    assert len(published["fetched"]) == 2


def test_a_private_or_foreign_key_in_the_set_is_no_error(
    published: dict[str, Any], key: RSAPrivateKey
) -> None:
    """Whatever stands in the set: only a whole public RSA key counts."""
    for described in (
        {"kty": "oct", "k": "AAAA"},
        {"n": "!", "e": "AQAB"},
        {"n": 1, "e": 2},
        {"n": "", "e": ""},
    ):
        published[AT] = public(key, **described)
        published["seconds"] = published.get("seconds", 0.0) + 7200
        assert not is_genuine(signed(key))
    odd: tuple[Any, ...] = ([], {"keys": {}}, {"keys": [1, None]}, {})
    for published[AT] in odd:
        published["seconds"] = published["seconds"] + 7200
        assert not is_genuine(signed(key))


def test_a_key_set_that_can_not_be_had_is_unavailable(published: dict[str, Any]) -> None:
    """Nobody can tell then, so Saleor is to try again; and the next call doesn't wait for it once more."""
    del published[AT]
    for _ in range(2):
        with pytest.raises(Unavailable):
            is_genuine()
    assert len(published["fetched"]) == 1


def test_the_older_signature_needs_no_key_set(published: dict[str, Any]) -> None:
    """A webhook with a secretKey signs with an HMAC; the address of a key set is no secret."""
    assert is_genuine(HEX_SHA256, SECRET, AT)
    assert not is_genuine(HEX_SHA256, AT)
    assert published["fetched"] == []


def test_keys_are_only_had_over_https(published: dict[str, Any]) -> None:
    """Anything else, but for this machine, is a secretKey with an odd look."""
    for address in ("http://bielik.saleor.cloud/.well-known/jwks.json", "ftp://x/", "https://a@b/"):
        published[address] = KEY_SET
        assert not is_genuine(JWS, address)
    published["http://localhost:8000/jwks.json"] = KEY_SET
    assert is_genuine(JWS, "http://localhost:8000/jwks.json")
