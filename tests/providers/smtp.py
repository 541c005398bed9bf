"""SMTP servers on loopback: a real one (aiosmtpd), and one that follows a script, however badly."""

import asyncio
import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from enum import Enum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What a server took, and how often it was called."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    tls: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        self.envelopes.append(envelope)
        self.tls.append(session.ssl is not None or _is_encrypted(server))
        return "250 2.0.0 taken"

    @property
    def messages(self) -> list[EmailMessage]:
        """What was taken, as a mail program reads it."""
        raw = (envelope.original_content or b"" for envelope in self.envelopes)
        return [message_from_bytes(content, policy=SMTP_POLICY) for content in raw]


@contextmanager
def mail_server(
    *,
    certificate: Path | None = None,
    security: str = "none",
    login: tuple[str, str] | None = None,
    **options: Any,
) -> Iterator[Mailbox]:
    """A real SMTP server; with a `certificate`, over TLS from the start or by STARTTLS."""
    mailbox, context = Mailbox(), _server_context(certificate)
    if security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    if login is not None:
        options |= {"authenticator": _authenticator(mailbox, login), "auth_required": True}
        options |= {"auth_require_tls": security == "starttls"}
    options = {"enable_SMTPUTF8": True, "hostname": "mail.example", **options}
    loop = asyncio.new_event_loop()
    listening = loop.create_server(
        lambda: _protocol(mailbox, loop=loop, **options),
        "127.0.0.1",
        0,
        ssl=context if security == "tls" else None,
    )
    server = loop.run_until_complete(listening)
    mailbox.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield mailbox
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def _protocol(*arguments: Any, **options: Any) -> SMTP:
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "Requiring AUTH while not requiring TLS"
        )  # TLS may be there already
        return SMTP(*arguments, **options)


async def _stop(server: asyncio.Server) -> None:
    server.close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _authenticator(mailbox: Mailbox, login: tuple[str, str]) -> Callable[..., AuthResult]:
    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        mailbox.logins.append(given.login.decode())
        return AuthResult(success=(given.login.decode(), given.password.decode()) == login, handled=False)

    return authenticate


def _is_encrypted(server: SMTP) -> bool:
    return server.transport is not None and server.transport.get_extra_info("ssl_object") is not None


def _server_context(certificate: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def make_certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """A self-signed certificate of `host` with its key, in one PEM file, which clients may trust."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]),
    )
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(host))])
    certificate = (
        x509.CertificateBuilder(subject_name=name, issuer_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(
        Encoding.PEM
    )
    path = folder / "certificate.pem"
    path.write_bytes(pem)
    return path


class Rude(Enum):
    """What a script may do instead of answering."""

    DROP = "close the connection"
    HANG = "stay silent"


_POLITE: dict[str, object] = {
    "CONNECT": "220 mail.example",
    "EHLO": "250 mail.example",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "HALF": None,
    "BODY": "250 2.0.0 taken",
    "QUIT": "221 bye",
}


@dataclass
class Script:
    """What happened at a scripted server."""

    port: int
    commands: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0
    closed: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    """Released once for each connection that the client has closed."""


@contextmanager
def scripted_server(**answers: object) -> Iterator[Script]:
    """A server that answers as told, by command; HALF comes in the middle of the body, BODY after it."""
    script_answers = _POLITE | answers
    listener = socket.create_server(("127.0.0.1", 0))
    script, over = Script(listener.getsockname()[1]), threading.Event()

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                script.connections += 1
                with connection, suppress(OSError):
                    _converse(connection, script, script_answers, over)
                script.closed.release()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        over.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _converse(
    connection: socket.socket, script: Script, answers: dict[str, object], over: threading.Event
) -> None:
    def answer(command: str) -> bool:
        reply = answers.get(command, "502 5.5.1 what?")
        if reply is Rude.HANG:
            over.wait(5)
        elif isinstance(reply, str):
            connection.sendall(reply.encode() + b"\r\n")
            return True
        return reply is None

    lines = connection.makefile("rb")
    if not answer("CONNECT"):
        return
    while line := lines.readline():
        command = line[:4].decode().strip().upper()
        script.commands.append(line.decode().strip())
        if not answer(command):
            return
        if command == "DATA" and str(answers["DATA"]).startswith("354"):
            first = lines.readline()
            if not answer("HALF"):
                return
            script.bodies.append(first + b"".join(iter(lines.readline, b".\r\n")))
            if not answer("BODY"):
                return
