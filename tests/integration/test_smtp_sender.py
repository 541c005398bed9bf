"""The SMTP sender against servers on loopback: what arrives, and what is known when a conversation breaks."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from common.domain.shop import Shop
from common.domain.triggers import Accepted, Rejected, Uncertain
from common.domain.vocabulary import Reason
from functions.send_stimulus.senders.smtp_sender import SmtpSender, SmtpSettings
from tests.providers.messages import SHOP, email
from tests.providers.smtp import Rude, mail_server, make_certificate, scripted_server

MESSAGE_ID = "<0f1e2d3c4b5a69788796a5b4c3d2e1f0@bielik.example>"


def sender(port: int, shop: Shop | Callable[[], Shop] = SHOP, **settings: Any) -> SmtpSender:
    wanted = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 5.0, **settings}
    return SmtpSender(SmtpSettings(**wanted), shop if callable(shop) else lambda: shop)


def received(shop: Shop = SHOP, **changes: Any) -> EmailMessage:
    """The one message that a real server took."""
    with mail_server() as mailbox:
        assert isinstance(sender(mailbox.port, shop).send(email(**changes)), Accepted)
    (message,) = mailbox.messages
    return message


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def test_the_headers_identify_date_and_unsubscribe_the_message() -> None:
    """Message-ID and Date come from the claim; unsubscribing is by mail and by one click (L37, RFC 8058)."""
    message = received()
    assert message["Message-ID"] == MESSAGE_ID
    assert parsedate_to_datetime(message["Date"]) == datetime(2026, 3, 7, 15, 30, tzinfo=UTC)
    assert message["From"] == "Bielik & Sons <hello@bielik.example>"
    assert message["Reply-To"] == "help@bielik.example"
    assert message["To"] == "jan@example.com"
    assert message["Subject"] == "Your cart at Bielik & Sons is still here, now with 5% off"
    assert message["List-Unsubscribe"] == (
        "<https://bielik.example/stop/customer-1>, <mailto:help@bielik.example?subject=unsubscribe>"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_text_and_html_are_alternatives_in_unicode() -> None:
    """A mail program may choose plain text; both carry the letters of the customer's language."""
    message = received(locale="pl-PL")
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        assert "Dzień dobry, Jan Kowalski!" in part.get_content()
        assert "349,00\u00a0zł" in unescape(part.get_content())


def test_what_goes_over_the_wire_is_seven_bit_with_short_lines() -> None:
    """Any relay can pass it on: ASCII, lines under 998 bytes, ended by CR LF (RFC 5321)."""
    with mail_server() as mailbox:
        sender(mailbox.port).send(email(locale="pl", name="Żółć 😀" * 3))
    raw = mailbox.envelopes[0].original_content
    assert raw is not None
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_same_claim_makes_the_same_bytes() -> None:
    """Message-ID, date and boundary are the claim's own: a copy is recognised as one."""
    with mail_server() as mailbox:
        for _ in range(2):
            sender(mailbox.port).send(email())
    first, second = mailbox.envelopes
    assert first.original_content == second.original_content


def test_a_long_unsubscribe_link_stays_whole() -> None:
    """A link longer than a header line is neither encoded nor cut."""
    link = "https://bielik.example/stop/" + "x" * 300 + "/{customer_id}"
    message = received(replace(SHOP, unsubscribe_url=link))
    assert f"<{link.replace('{customer_id}', 'customer-1')}>, " in message["List-Unsubscribe"]


@pytest.mark.parametrize(
    "url", [None, "http://bielik.example/{customer_id}", "https://bielik.example/settings"]
)
def test_one_click_is_offered_only_where_it_can_work(url: str | None) -> None:
    """Without https, or without saying who asks, List-Unsubscribe-Post would promise too much (RFC 8058)."""
    message = received(replace(SHOP, unsubscribe_url=url))
    assert "<mailto:help@bielik.example?subject=unsubscribe>" in message["List-Unsubscribe"]
    assert "List-Unsubscribe-Post" not in message


def test_a_shop_name_with_commas_and_accents_stays_one_sender() -> None:
    """The display name can't turn into a second address."""
    name = "Müller, Söhne <x@y.example> & Żółw, sklep z bardzo długą nazwą"
    (address,) = received(replace(SHOP, name=name[:60]))["From"].addresses
    assert (address.display_name, address.addr_spec) == (name[:60], "hello@bielik.example")


def test_no_name_can_add_a_header() -> None:
    """Line ends in names of customers and items end up as blanks."""
    evil = "x\r\nBcc: eve@example.com\r\n\r\n<b>\u2028Bcc: eve@example.com"
    line = replace(email().lines[0], name=evil)
    with mail_server() as mailbox:
        sender(mailbox.port).send(email(name=evil, lines=(line,)))
    (message,) = mailbox.messages
    assert "Bcc" not in message
    assert mailbox.envelopes[0].rcpt_tos == ["jan@example.com"]


@pytest.mark.parametrize(
    "address",
    ["", "jan", "@example.com", "jan@", "a b@example.com", "jan@example.com\r\nRCPT TO:<eve@example.com>",
     "jan@example.com,eve@example.com", "<jan@example.com>", "jan@exa mple.com", "jan@-example.com",
     "j\ud800@example.com"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_unsent(address: str) -> None:
    """A bad address is refused for good, and no second recipient can be smuggled in."""
    with mail_server() as mailbox:
        outcome = sender(mailbox.port).send(email(recipient=address))
    assert isinstance(outcome, Rejected)
    assert (outcome.reason, outcome.retryable) == (Reason.PROVIDER_REFUSED, False)
    assert mailbox.envelopes == []


def test_an_address_in_another_script_is_reached() -> None:
    """The domain goes out in its ASCII form, the part before the @ by SMTPUTF8."""
    with mail_server() as mailbox:
        assert isinstance(sender(mailbox.port).send(email(recipient="józef@bücher.example")), Accepted)
    assert mailbox.envelopes[0].rcpt_tos == ["józef@xn--bcher-kva.example"]


def test_a_server_without_smtputf8_refuses_such_an_address() -> None:
    """An address that the server can't write is refused for good."""
    with scripted_server() as script:
        outcome = sender(script.port).send(email(recipient="józef@example.com"))
    assert isinstance(outcome, Rejected)
    assert not outcome.retryable
    assert script.bodies == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_password_and_message_travel_encrypted(certificate: Path, security: str) -> None:
    """TLS from the first byte, or by STARTTLS before anything is said."""
    with mail_server(certificate=certificate, security=security, login=("recoup", "s3cret")) as mailbox:
        settings: dict[str, Any] = {
            "security": security,
            "username": "recoup",
            "password": "s3cret",
            "ca_file": str(certificate),
        }
        assert isinstance(sender(mailbox.port, **settings).send(email()), Accepted)
    assert mailbox.logins == ["recoup"]
    assert mailbox.tls == [True]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_untrusted_certificate_ends_the_conversation(certificate: Path, security: str) -> None:
    """A server that can't prove its name gets nothing; it may be tried again."""
    with mail_server(certificate=certificate, security=security) as mailbox:
        outcome = sender(mailbox.port, security=security).send(email())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert "TLS" in outcome.detail
    assert mailbox.envelopes == []


def test_a_server_without_starttls_gets_nothing() -> None:
    """There is no silent fall-back to plain text."""
    with scripted_server() as script:
        outcome = sender(script.port, security="starttls").send(email())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert not any(command.startswith("MAIL") for command in script.commands)


def test_a_wrong_password_may_be_put_right() -> None:
    """535 is the configuration's fault, not the message's: nothing left, a retry may help."""
    with mail_server(login=("recoup", "s3cret")) as mailbox:
        outcome = sender(mailbox.port, username="recoup", password="wrong").send(email())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert "535" in outcome.detail
    assert mailbox.envelopes == []


@pytest.mark.parametrize(
    ("answers", "detail"),
    [
        ({"MAIL": "550 5.7.1 no"}, "MAIL 550 5.7.1"),
        ({"RCPT": "550 5.1.1 <jan@example.com> unknown"}, "RCPT 550 5.1.1"),
        ({"RCPT": "553 no"}, "RCPT 553"),
        ({"DATA": "554 no"}, "DATA 554"),
        ({"BODY": "552 5.3.4 too big"}, "message 552 5.3.4"),
    ],
)
def test_a_definite_no_is_final(answers: dict[str, object], detail: str) -> None:
    """5xx means that it never will; the log gets codes, not the address."""
    with scripted_server(**answers) as script:
        assert sender(script.port).send(email()) == Rejected(Reason.PROVIDER_REFUSED, detail=detail)


@pytest.mark.parametrize(
    "answers",
    [
        {"CONNECT": "421 busy"},
        {"CONNECT": "554 not you"},
        {"CONNECT": Rude.DROP},
        {"CONNECT": "hello"},
        {"EHLO": Rude.DROP},
        {"MAIL": "421 4.3.2 closing"},
        {"MAIL": "530 5.7.0 authenticate first"},
        {"RCPT": "450 4.2.1 greylisted"},
        {"RCPT": Rude.DROP},
        {"DATA": "451 4.3.0 later"},
        {"DATA": Rude.DROP},
        {"BODY": "451 4.3.0 later"},
        {"BODY": "421 4.3.2 closing"},
    ],
    ids=repr,
)
def test_what_broke_off_before_the_body_may_be_tried_again(answers: dict[str, object]) -> None:
    """Until the body has gone, or when the server says that it didn't take it, nothing has left."""
    with scripted_server(**answers) as script:
        outcome = sender(script.port).send(email())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable


@pytest.mark.parametrize(
    "answers", [{"BODY": Rude.DROP}, {"HALF": Rude.DROP}, {"BODY": "354 what"}, {"BODY": "hello"}], ids=repr
)
def test_what_broke_off_after_the_body_began_is_uncertain(answers: dict[str, object]) -> None:
    """The server may have the message: it must not be sent again (L14)."""
    with scripted_server(**answers) as script:
        assert isinstance(sender(script.port).send(email()), Uncertain)


@pytest.mark.parametrize("when", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_silence_before_the_body_may_be_tried_again(when: str) -> None:
    """A time-out before the body is a time-out and no more."""
    with scripted_server(**{when: Rude.HANG}) as script:
        outcome = sender(script.port, timeout_seconds=0.2).send(email())
    assert isinstance(outcome, Rejected)
    assert outcome.retryable
    assert outcome.detail == "time-out"


def test_silence_after_the_body_is_uncertain() -> None:
    """A time-out after the body must not lead to a second copy (L14)."""
    with scripted_server(BODY=Rude.HANG) as script:
        assert sender(script.port, timeout_seconds=0.2).send(email()) == Uncertain("after the body: time-out")


@pytest.mark.parametrize("farewell", [Rude.DROP, Rude.HANG, "500 what?"])
def test_a_rude_farewell_changes_nothing(farewell: object) -> None:
    """Once the message is taken, the outcome is known."""
    with scripted_server(QUIT=farewell) as script:
        assert sender(script.port, timeout_seconds=0.3).send(email()) == Accepted(MESSAGE_ID)
    assert len(script.bodies) == 1


def test_nobody_listening_may_be_tried_again() -> None:
    """Connection refused: nothing left."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    outcome = sender(port).send(email())
    assert outcome == Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail="ConnectionRefusedError")


def test_an_unknown_host_may_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing name look-up: nothing left."""

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    outcome = sender(25, host="mail.invalid").send(email())
    assert outcome == Rejected(Reason.PROVIDER_REFUSED, retryable=True, detail="gaierror")


@pytest.mark.parametrize(
    "answers", [{}, {"RCPT": "550 no"}, {"BODY": Rude.DROP}, {"MAIL": Rude.DROP}], ids=repr
)
def test_the_connection_is_closed_whatever_happens(answers: dict[str, object]) -> None:
    """One connection per message, and none is left behind."""
    with scripted_server(**answers) as script:
        sender(script.port).send(email())
        assert script.closed.acquire(timeout=2)
        assert script.connections == 1


def test_lines_that_begin_with_a_dot_arrive_unchanged() -> None:
    """A dot at the beginning of a line neither vanishes nor ends the message (RFC 5321 4.5.2)."""
    line = replace(email().lines[0], name="." + " ." * 100)
    message = received(lines=(line,), name=". .")
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "* ." + " ." * 58 in plain.get_content()


def test_an_unreadable_shop_document_may_be_tried_again() -> None:
    """The sender never raises: what fails before sending is retried."""

    def unavailable() -> Shop:
        raise ConnectionError

    started = perf_counter()
    outcome = sender(1, unavailable).send(email())
    assert outcome == Rejected(
        Reason.PROVIDER_REFUSED, retryable=True, detail="before sending: ConnectionError"
    )
    assert perf_counter() - started < 1
