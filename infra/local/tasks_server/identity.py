"""OIDC tokens as Cloud Tasks attaches them, signed with keys of this server's own."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from google.auth import crypt, jwt

ISSUER = "https://accounts.google.com"
_LIFETIME_SECONDS = 3600


class TokenIssuer:
    """Times in tokens come from `wall_clock` (epoch seconds), the real one unless a test says otherwise.

    They don't follow the server's movable clock, because whoever verifies a token looks at the real one.
    """

    def __init__(self, wall_clock: Callable[[], float] = time.time) -> None:
        self._wall_clock = wall_clock
        self._lock = threading.Lock()
        self._certificates: dict[str, str] = {}
        self.rotate()

    def rotate(self) -> None:
        """Sign with a new key from now on; certificates of older keys stay published."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        certificate = _certify(key, datetime.fromtimestamp(self._wall_clock(), UTC))
        key_id = certificate.fingerprint(hashes.SHA256()).hex()[:40]
        with self._lock:
            self._signer = _signer(key, key_id)
            self._certificates[key_id] = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def certificates(self) -> dict[str, str]:
        """Key id -> PEM, the form of https://www.googleapis.com/oauth2/v1/certs."""
        with self._lock:
            return dict(self._certificates)

    def token(self, email: str, audience: str) -> str:
        """A signed token, good for an hour: the bearer is this service account and means this audience."""
        issued_at = int(self._wall_clock())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "azp": email,
            "sub": email,
            "email": email,
            "email_verified": True,
            "iat": issued_at,
            "exp": issued_at + _LIFETIME_SECONDS,
        }
        with self._lock:
            token: bytes = jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return token.decode()


def _signer(key: rsa.RSAPrivateKey, key_id: str) -> crypt.Signer:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    signer: crypt.Signer = crypt.RSASigner.from_string(pem, key_id)  # type: ignore[no-untyped-call]
    return signer


def _certify(key: rsa.RSAPrivateKey, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "local-tasks-server")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
