"""E-mail over SMTP, step by step, so that it is known at each whether the server may have the message."""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import field
from email.message import EmailMessage
from typing import Literal

from common.application.ports import FindOutcome, SendOutcome
from common.domain.effects import FindMessage, SendMessage
from common.domain.shop import Shop
from common.domain.triggers import Accepted, Rejected, Uncertain
from common.domain.values import dataclass
from common.domain.vocabulary import Reason
from functions.send_stimulus.rendering import RenderingFailed
from functions.send_stimulus.senders.email_message import InvalidRecipient, compose

_ENHANCED_CODE = re.compile(rb"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_CREDENTIALS_WANTED = (530, 534, 535, 538)
_FAREWELL_SECONDS = 2.0
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where e-mail is handed over. Raises ValueError with a sentence that names the setting."""

    host: str
    port: int = 587
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`tls` from the first byte (port 465), `starttls` on a plain one (587), `none` for a local relay."""
    ca_file: str | None = None
    """PEM certificates to trust instead of the system's, for a relay with a private one."""
    timeout_seconds: float = 20.0
    """For each answer of the server."""

    def __post_init__(self) -> None:
        if self.security not in ("starttls", "tls", "none"):
            raise ValueError(f"security {self.security!r} is not one of starttls, tls, none")
        if not 0 < self.port < 65536:
            raise ValueError(f"port {self.port} is not a port number")
        if self.timeout_seconds <= 0:
            raise ValueError("timeout_seconds must be above 0")
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together")
        if self.password is not None and self.security == "none" and self.host not in _LOOPBACK:
            raise ValueError("security none would send the password in clear; use starttls or tls")


class SmtpSender:
    """Sends each message over a connection of its own; safe to use from several threads."""

    def __init__(self, settings: SmtpSettings, shop: Callable[[], Shop]) -> None:
        """`shop` is asked for each message, so that an edit of the document counts at once."""
        self._settings = settings
        self._shop = shop

    def send(self, message: SendMessage) -> SendOutcome:
        """Render and hand over, once; Accepted carries the Message-ID."""
        try:
            shop = self._shop()
            email = compose(message, shop)
        except RenderingFailed as failure:
            return Rejected(failure.reason, detail=failure.detail)
        except InvalidRecipient as invalid:
            return Rejected(
                Reason.PROVIDER_REFUSED, detail=f"the recipient's {invalid} can't be used in e-mail"
            )
        except Exception as error:  # noqa: BLE001 - a sender never raises, and nothing has been sent
            return _later(f"before sending: {type(error).__name__}")
        return _Delivery(self._settings, email, shop.from_email).run()

    def find(self, query: FindMessage) -> FindOutcome:
        """An e-mail can't be looked up."""
        return Uncertain("SMTP has no way to ask")


class _Answer(Exception):
    """The server's definite no to one command."""

    def __init__(self, command: str, code: int, text: bytes) -> None:
        super().__init__(command)
        self.code = code
        enhanced = _ENHANCED_CODE.match(text)
        self.detail = f"{command} {code}" + (f" {enhanced[0].decode()}" if enhanced else "")


class _Delivery:
    """One message's conversation with the server."""

    def __init__(self, settings: SmtpSettings, email: EmailMessage, sender: str) -> None:
        self._settings = settings
        self._email = email
        self._sender = sender
        self._body_started = False

    def run(self) -> SendOutcome:
        """Talk, and judge how far it came: a break after the body has begun is nobody's knowledge (L14)."""
        try:
            with self._connection() as server:
                return self._hand_over(server)
        except _Answer as answer:
            permanent = answer.code >= 500 and answer.code not in _CREDENTIALS_WANTED
            return (
                Rejected(Reason.PROVIDER_REFUSED, detail=answer.detail)
                if permanent
                else _later(answer.detail)
            )
        except Exception as error:  # noqa: BLE001 - a sender never raises
            detail = _describe(error)
            return Uncertain(f"after the body: {detail}") if self._body_started else _later(detail)

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = self._connect()
        try:
            if self._settings.security == "starttls":
                server.starttls(context=self._tls())
            server.ehlo_or_helo_if_needed()
            if self._settings.username is not None and self._settings.password is not None:
                server.login(self._settings.username, self._settings.password)
            yield server
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        wanted = self._settings
        greeting = self._sender.rpartition("@")[2]
        if wanted.security == "tls":
            return smtplib.SMTP_SSL(
                wanted.host, wanted.port, greeting, timeout=wanted.timeout_seconds, context=self._tls()
            )
        return smtplib.SMTP(wanted.host, wanted.port, greeting, timeout=wanted.timeout_seconds)

    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.ca_file)

    def _hand_over(self, server: smtplib.SMTP) -> SendOutcome:
        recipient, body = str(self._email["To"]), self._email.as_bytes()
        options = [f"size={len(body)}"] if server.has_extn("size") else []
        if not recipient.isascii():
            if not server.has_extn("smtputf8"):
                return Rejected(
                    Reason.PROVIDER_REFUSED, detail="the server has no SMTPUTF8, which the address needs"
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        _expect("MAIL", 250, server.mail(self._sender, options))
        _expect("RCPT", (250, 251), server.rcpt(recipient))
        _expect("DATA", 354, server.docmd("DATA"))
        self._body_started = True
        server.send(_dot_stuffed(body))
        code, text = server.getreply()
        if not 200 <= code < 300:
            if not 400 <= code < 600:
                return Uncertain(f"after the body: unintelligible answer {code}")
            raise _Answer("message", code, text)
        self._say_goodbye(server)
        return Accepted(str(self._email["Message-ID"]))

    def _say_goodbye(self, server: smtplib.SMTP) -> None:
        """Politeness; the outcome is known, and a slow answer must not hold it up."""
        with suppress(OSError, smtplib.SMTPException):
            if server.sock is not None:
                server.sock.settimeout(min(_FAREWELL_SECONDS, self._settings.timeout_seconds))
            server.quit()


def _expect(command: str, wanted: int | tuple[int, ...], reply: tuple[int, bytes]) -> None:
    code, text = reply
    if code not in (wanted if isinstance(wanted, tuple) else (wanted,)):
        raise _Answer(command, code, text)


def _dot_stuffed(body: bytes) -> bytes:
    """The body as DATA wants it: a leading dot doubled, a lone dot at the end (RFC 5321 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", body)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _later(detail: str) -> Rejected:
    """Nothing left, and another try may go better, perhaps once somebody has put the settings right."""
    return Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail=detail)


def _describe(error: Exception) -> str:
    """The error's kind and the server's code; its text may contain the address."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"AUTH {error.smtp_code}: username or password is wrong"
        case smtplib.SMTPResponseException():
            return f"{type(error).__name__} {error.smtp_code}"
        case ssl.SSLError():
            return f"TLS: {error.reason or type(error).__name__}"
        case smtplib.SMTPServerDisconnected() if isinstance(error.__context__, TimeoutError):
            return "time-out"
        case TimeoutError():
            return "time-out"
        case _:
            return type(error).__name__
