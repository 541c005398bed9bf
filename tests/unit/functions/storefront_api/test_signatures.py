"""Each platform's proof: taken when it is right, and only then."""

import base64
import hmac
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from functions.storefront_api.platforms import PLATFORMS
from functions.storefront_api.signatures.hmacs import base64_sha256, hex_digest, standard_webhooks
from tests.unit.functions.storefront_api.vectors import (
    BODY,
    DATED,
    HEX_SHA256,
    NOW,
    NOW_SECONDS,
    SECRET,
    SIGNED,
    STANDARD,
    call,
)

PROOF = {source: next(name for name, value in headers.items() if value not in ("msg_1", str(NOW_SECONDS)))
         for source, headers in SIGNED.items()}  # fmt: skip
"""The one header of each platform that is the proof itself."""


def is_genuine(source: str, *entries: str, **changes: Any) -> bool:
    """Whether the platform's call is taken by these entries."""
    return PLATFORMS[source].verify(call(source, **changes), entries or (SECRET,), NOW)


def test_every_platform_has_a_vector() -> None:
    """No platform is added without a signature that somebody else's tool has made."""
    assert SIGNED.keys() == PLATFORMS.keys()


@pytest.mark.parametrize("source", PLATFORMS)
def test_a_right_proof_is_taken(source: str) -> None:
    """What OpenSSL signed is genuine, whichever of the current secrets signed it."""
    assert is_genuine(source)
    assert is_genuine(source, "the next secret", SECRET)
    assert is_genuine(source, SECRET, "the last secret")


@pytest.mark.parametrize("source", PLATFORMS)
def test_another_secret_is_refused(source: str) -> None:
    """Somebody else's secret proves nothing, and neither does one without its last character."""
    assert not is_genuine(source, "somebody else's")
    assert not is_genuine(source, SECRET.rstrip())


@pytest.mark.parametrize(
    "source", [name for name in PLATFORMS if PROOF[name] not in ("authorization", "x-recoup-secret")]
)
def test_another_body_is_refused(source: str) -> None:
    """One byte more, less or other, and nothing at all, are not what was signed."""
    for body in (BODY + b"\n", BODY[:-1], BODY.replace(b"129", b"128"), b""):
        assert not is_genuine(source, body=body)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda proof: "",
        lambda proof: proof[:-1],
        lambda proof: proof[1:],
        lambda proof: proof + "x",
        lambda proof: f"{proof},{proof}",
        lambda proof: proof.swapcase(),
        lambda proof: "łść",
        lambda proof: "\udc80",
        lambda proof: "v1,",
        lambda proof: "Bearer ",
    ],
    ids=[
        "empty",
        "truncated",
        "headless",
        "longer",
        "doubled",
        "swapped",
        "foreign",
        "broken",
        "void",
        "bearer",
    ],
)
@pytest.mark.parametrize("source", PLATFORMS)
def test_a_spoiled_proof_is_refused(source: str, spoil: Callable[[str], str]) -> None:
    """Missing, cut, repeated or garbled: refused without an error."""
    spoiled = dict(SIGNED[source])
    spoiled[PROOF[source]] = spoil(spoiled[PROOF[source]])
    if spoiled[PROOF[source]].strip() not in (f"{DATED},{DATED}", SECRET):
        assert not is_genuine(source, headers=spoiled)
    assert not is_genuine(source, headers={})


@pytest.mark.parametrize("source", PLATFORMS)
def test_proofs_are_compared_in_constant_time(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every entry is compared, by hmac.compare_digest, also after one has matched."""
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def spy(known: bytes, stated: bytes) -> bool:
        compared.append((known, stated))
        return real(known, stated)

    monkeypatch.setattr(hmac, "compare_digest", spy)
    assert is_genuine(source, SECRET, "the last secret")
    assert len({known for known, _ in compared}) >= 2


@pytest.mark.parametrize(("source", "header"), [("commercetools", "x-functions-key"), ("segment", "x-recoup-secret"),
                                                ("bigcommerce", "x-recoup-secret"), ("medusa", "authorization"),
                                                ("recoup", "authorization"), ("ga4", "x-recoup-secret")])  # fmt: skip
def test_a_secret_in_a_header_does_where_nothing_is_signed(source: str, header: str) -> None:
    """Platforms that only send fixed headers are known by the secret itself, plainly or as a bearer token."""
    assert is_genuine(source, headers={header: SECRET})
    assert is_genuine(source, headers={header: f"bearer {SECRET}"})
    assert not is_genuine(source, headers={header: "Basic " + SECRET})


@pytest.mark.parametrize("source", ["shopify", "woocommerce", "commercelayer", "saleor"])
def test_a_platform_that_signs_is_not_believed_by_its_secret_alone(source: str) -> None:
    """Where the platform signs the body, the bare secret in a header is no proof."""
    assert not is_genuine(source, headers={"authorization": f"Bearer {SECRET}", "x-recoup-secret": SECRET})


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_a_dated_call_is_taken_for_five_minutes(seconds: int) -> None:
    """The clocks may differ by that much, either way."""
    now = NOW + timedelta(seconds=seconds)
    for source in ("recoup", "bigcommerce"):
        assert PLATFORMS[source].verify(call(source), (SECRET,), now)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_a_replay_is_refused(seconds: int) -> None:
    """Later, the same call is a copy of it."""
    now = NOW + timedelta(seconds=seconds)
    for source in ("recoup", "bigcommerce"):
        assert not PLATFORMS[source].verify(call(source), (SECRET,), now)


def test_a_retry_of_a_platform_that_signs_no_date_is_taken() -> None:
    """Shopify repeats a delivery for hours with its first X-Shopify-Triggered-At, which it doesn't sign."""
    headers = {**SIGNED["shopify"], "x-shopify-triggered-at": "2026-03-01T12:00:00Z"}
    assert is_genuine("shopify", headers=headers)


@pytest.mark.parametrize("date", ["t=", "t=x", "t=1e9", "t=-1", "t=" + "9" * 5000, "t=1772452801"])
def test_a_forged_date_is_refused(date: str) -> None:
    """The date is signed with the body; nonsense in its place is no error."""
    forged = DATED.replace("t=1772452800", date)
    assert not is_genuine("recoup", headers={"x-recoup-signature": forged})


def test_one_of_several_signatures_is_enough() -> None:
    """While a secret is being changed, both the old and the new one sign."""
    both = {**SIGNED["bigcommerce"], "webhook-signature": f"v1,AAAA v1a,BBBB {STANDARD}"}
    assert is_genuine("bigcommerce", headers=both)
    assert is_genuine("recoup", headers={"x-recoup-signature": f"{DATED},v1=00"})
    assert is_genuine("recoup", headers={"x-recoup-signature": DATED.replace(",", ", v1=00, ")})


def test_the_standard_webhooks_own_example() -> None:
    """The key, message and signature that the specification's libraries test with."""
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    example = call("bigcommerce", headers, body=b'{"test": 2432232314}')
    now = NOW.fromtimestamp(1614265330, NOW.tzinfo)
    assert standard_webhooks(example, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], now)
    assert not standard_webhooks(example, ["whsec_not base64", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], now)


@pytest.mark.parametrize(
    ("key", "content", "sha256", "sha1"),
    [
        ("Jefe", b"what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("\x0b" * 20, b"Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
         "b617318655057264e28bc0b6fb378c8ef146be00"),
    ],
)  # fmt: skip
def test_the_hmacs_of_the_rfcs(key: str, content: bytes, sha256: str, sha1: str) -> None:
    """RFC 4231's and RFC 2202's test cases, in every form that a platform writes them."""
    signed = {"h": sha256, "p": f"sha256={sha256}", "s": sha1,
              "b": base64.b64encode(bytes.fromhex(sha256)).decode()}  # fmt: skip
    example = call("shopify", signed, body=content)
    assert hex_digest("sha256", "h")(example, [key], NOW)
    assert hex_digest("sha256", "p", prefix="sha256=")(example, [key], NOW)
    assert hex_digest("sha1", "s")(example, [key], NOW)
    assert base64_sha256("b")(example, [key], NOW)


def test_medusa_may_name_its_algorithm() -> None:
    """Its plugins write sha256= before the digits, or don't."""
    assert is_genuine("medusa", headers={"x-medusa-signature": f"sha256={HEX_SHA256}"})
