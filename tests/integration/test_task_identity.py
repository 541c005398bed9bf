"""GoogleTaskIdentity lets in who carries a token of the queue's service account, and nobody else."""

import base64
import json
import time
from collections.abc import Iterator

import pytest

from common.adapters.task_identity import GoogleTaskIdentity
from common.application.failures import Unavailable
from infra.local.tasks_server.identity import TokenIssuer
from tests.integration.cloud_tasks import Worker, running_worker

EMAIL = "tasks@shop.iam.gserviceaccount.com"
AUDIENCE = "https://send-stimulus.example"
ISSUER = TokenIssuer()


@pytest.fixture
def certificates() -> Iterator[Worker]:
    """Publishes the certificates of ISSUER."""
    with running_worker() as publisher:
        publisher.content = lambda: json.dumps(ISSUER.certificates()).encode()
        yield publisher


@pytest.fixture
def identity(certificates: Worker) -> GoogleTaskIdentity:
    return GoogleTaskIdentity(EMAIL, AUDIENCE, certificates.url)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the age of certificates is measured on: its last entry is now."""
    times = [0.0]
    monkeypatch.setattr("common.adapters.task_identity.monotonic", lambda: times[-1])
    return times


def bearer(issuer: TokenIssuer = ISSUER, email: str = EMAIL, audience: str = AUDIENCE) -> str:
    return f"Bearer {issuer.token(email, audience)}"


def at(seconds: float) -> TokenIssuer:
    """ISSUER with a clock that is so many seconds off."""
    issuer = TokenIssuer(lambda: time.time() + seconds)
    issuer._signer = ISSUER._signer
    return issuer


def unsigned(header: object, claims: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, claims))
    return f"Bearer {'.'.join(parts)}.AAAA"


def test_good_token_is_let_in(identity: GoogleTaskIdentity) -> None:
    """A fresh token of the account for the audience is accepted, whatever the case of the scheme."""
    assert identity.verify(bearer())
    assert identity.verify(bearer().replace("Bearer", "bearer"))


@pytest.mark.parametrize(
    "authorization",
    [
        pytest.param(bearer(audience="https://other.example"), id="wrong audience"),
        pytest.param(bearer(email="somebody@shop.iam.gserviceaccount.com"), id="wrong email"),
        pytest.param(bearer(at(-3600 - 20)), id="expired"),
        pytest.param(bearer(at(3600)), id="not yet valid"),
        pytest.param(bearer(TokenIssuer()), id="somebody else's key"),
        pytest.param(bearer()[:-4] + "AAAA", id="broken signature"),
        pytest.param(bearer().removeprefix("Bearer "), id="no scheme"),
        pytest.param(bearer().replace("Bearer", "Basic"), id="other scheme"),
    ],
)
def test_other_tokens_are_kept_out(identity: GoogleTaskIdentity, authorization: str) -> None:
    """A token that is wrong in one point only is refused."""
    assert not identity.verify(authorization)


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer é.é.é",
        unsigned({"alg": "none"}, {"email": EMAIL, "aud": AUDIENCE}),
        unsigned({"alg": "HS256", "kid": next(iter(ISSUER.certificates()))}, {}),
        unsigned({"alg": "ES256", "kid": next(iter(ISSUER.certificates()))}, {}),
        unsigned({"alg": ["RS256"], "kid": {"a": 1}}, {}),
        unsigned({"alg": "RS256"}, {}),
        unsigned([], []),
        "Bearer " + base64.urlsafe_b64encode(b"[" * 100_000).decode() + ".e30.AAAA",
    ],
    ids=range(13),
)
def test_garbage_is_kept_out(identity: GoogleTaskIdentity, authorization: str | None) -> None:
    """Whatever else is in the header is refused without an error."""
    assert not identity.verify(authorization)


def test_other_claims_are_checked(identity: GoogleTaskIdentity, monkeypatch: pytest.MonkeyPatch) -> None:
    """A well-signed token of another issuer, or with an email that isn't verified, is refused."""
    from google.auth import jwt

    claims = jwt.decode(bearer().removeprefix("Bearer "), verify=False)
    for claim, value in (
        ("iss", "https://evil.example"),
        ("email_verified", False),
        ("email_verified", "true"),
    ):
        token = jwt.encode(ISSUER._signer, {**claims, claim: value}).decode()
        assert not identity.verify(f"Bearer {token}")


def test_certificates_are_fetched_once_an_hour(certificates: Worker, clock: list[float]) -> None:
    """Many tokens cause one fetch; after an hour there is a second one."""
    identity = GoogleTaskIdentity(EMAIL, AUDIENCE, certificates.url)
    assert all(identity.verify(bearer()) for _ in range(5))
    assert len(certificates.received) == 1
    clock.append(3600.0)
    assert identity.verify(bearer())
    assert len(certificates.received) == 2


def test_new_key_is_looked_for(certificates: Worker, clock: list[float]) -> None:
    """A token with a key that isn't known causes a fetch, but not more than one a minute."""
    issuer = TokenIssuer()
    certificates.content = lambda: json.dumps(issuer.certificates()).encode()
    identity = GoogleTaskIdentity(EMAIL, AUDIENCE, certificates.url)
    assert identity.verify(bearer(issuer))
    issuer.rotate()
    assert not identity.verify(bearer(issuer))
    assert len(certificates.received) == 1
    clock.append(60.0)
    assert identity.verify(bearer(issuer))
    assert len(certificates.received) == 2


def test_missing_certificates_are_no_verdict(certificates: Worker) -> None:
    """When the certificates can't be had, or aren't any, nobody knows; later it is asked again."""
    unreachable = GoogleTaskIdentity(EMAIL, AUDIENCE, "http://127.0.0.1:9/certs")
    with pytest.raises(Unavailable):
        unreachable.verify(bearer())
    identity = GoogleTaskIdentity(EMAIL, AUDIENCE, certificates.url)
    certificates.answers += [500]
    with pytest.raises(Unavailable):
        identity.verify(bearer())
    good, certificates.content = certificates.content, lambda: b"<html>"
    with pytest.raises(Unavailable):
        identity.verify(bearer())
    certificates.content = good
    assert identity.verify(bearer())
