"""The mailbox that keeps what a provider would have sent."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from common.domain.triggers import Accepted, NotSent, Rejected, Uncertain
from common.domain.vocabulary import Channel, Reason
from infra.local.database import Database
from infra.local.mailbox import Letter, MailboxSender, folder
from tests.providers.messages import SHOP, email, query, sms
from tests.providers.offers import offering, offering_push, offering_sms


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "engine.db")
    yield database
    database.close()


def test_letters_are_kept_as_their_customers_get_them(database: Database) -> None:
    """An e-mail is kept as the whole e-mail and a text message as its text, in the order of sending."""
    letters: list[Letter] = []
    mailbox = MailboxSender(database, lambda: SHOP, letters.append)
    assert isinstance(mailbox.send(email()), Accepted)
    assert isinstance(mailbox.send(sms(claim_id="claim-2")), Accepted)
    first, second = letters
    assert isinstance(first.content, EmailMessage)
    assert first.content["To"] == "jan@example.com"
    assert "ACDE-FGHJ-KMNP" in second.as_bytes().decode()
    assert (first.number, second.number) == (1, 2)


def test_a_folder_sorts_in_the_order_of_sending(database: Database, tmp_path: Path) -> None:
    """Every letter is a file that opens as what it is, and file names sort as the letters were sent."""
    mailbox = MailboxSender(database, lambda: SHOP, folder(tmp_path / "mail" / "box"))
    for number in range(11):
        mailbox.send(sms(claim_id=f"claim-{number}"))
    mailbox.send(email())
    names = sorted(path.name for path in (tmp_path / "mail" / "box").iterdir())
    assert names[0] == "0000001-20260307T153000Z-first-sms.txt"
    assert names[-1] == "0000012-20260307T153000Z-first-email.eml"
    written = message_from_bytes((tmp_path / "mail" / "box" / names[-1]).read_bytes(), policy=policy.default)
    assert written["To"] == "jan@example.com"


def test_a_push_message_is_kept_with_what_it_opens(database: Database, tmp_path: Path) -> None:
    """A text file with recipient, date, link, title and body, so that a replay can show it."""
    letters: list[Letter] = []
    mailbox = MailboxSender(database, lambda: SHOP, letters.append, folder(tmp_path / "box"))
    sent = mailbox.send(offering_push())
    assert isinstance(sent, Accepted)
    assert mailbox.find(query(offering_push())) == sent
    (letter,) = letters
    (file,) = (tmp_path / "box").iterdir()
    assert file.name == "0000001-20260307T153000Z-offer-push.txt"
    assert file.read_bytes() == letter.as_bytes()
    assert file.read_text().replace("\u00a0", " ") == (
        "To: device-token\nDate: Sat, 07 Mar 2026 15:30:00 +0000\n"
        "Opens: https://recoup.bielik.example/offers/t0ken\n\n"
        "An alternative for you that costs less\n"
        "Wool cardigan for PLN 249.00, until 14 March 2026, 16:30 (UTC+1).\n"
    )


@pytest.mark.parametrize("make", [offering, offering_sms, offering_push])
def test_an_offer_that_is_written_wrongly_is_not_kept(database: Database, make: Any) -> None:
    """The check is part of writing a message, whoever carries it."""
    letters: list[Letter] = []
    mailbox = MailboxSender(database, lambda: SHOP, letters.append)
    rejected = mailbox.send(make(template="first"))
    assert isinstance(rejected, Rejected)
    assert rejected.reason is Reason.TEMPLATE_INVALID
    assert letters == []


def test_a_claim_is_found_for_certain(database: Database) -> None:
    """What was kept is found by its claim, also after a restart; what wasn't is known not to have left."""
    sent = MailboxSender(database, lambda: SHOP).send(email())
    again = MailboxSender(database, lambda: SHOP)
    assert again.find(query(email())) == sent
    assert again.find(query(email(claim_id="another"))) == NotSent()


def test_a_message_sent_twice_is_two_letters(database: Database) -> None:
    """A mailbox hides no mistake: sending one claim twice leaves two letters."""
    letters: list[Letter] = []
    mailbox = MailboxSender(database, lambda: SHOP, letters.append)
    assert mailbox.send(email()) == mailbox.send(email())
    assert len(letters) == 2


@pytest.mark.parametrize("kept", [True, False])
def test_what_cannot_be_written_truly_is_rejected(database: Database, kept: bool) -> None:
    """A broken message or address is rejected as a real provider's sender would, kept or not."""
    letters: list[Letter] = []
    mailbox = MailboxSender(database, lambda: SHOP, *([letters.append] if kept else []))
    outcomes = [
        mailbox.send(email(template="no_such_template")),
        mailbox.send(sms(valid_until=None)),
        mailbox.send(email(channel=Channel.PUSH)),
        mailbox.send(email(recipient="nobody")),
    ]
    assert all(isinstance(outcome, Rejected) and not outcome.retryable for outcome in outcomes)
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Rejected)]
    assert reasons == [Reason.TEMPLATE_INVALID] * 3 + [Reason.PROVIDER_REFUSED]
    assert letters == []


def test_a_letter_that_cannot_be_kept_was_not_sent(database: Database) -> None:
    """When keeping fails the outcome is uncertain, and asking tells that nothing left."""

    def fail(letter: Letter) -> None:
        raise OSError("disk full")

    mailbox = MailboxSender(database, lambda: SHOP, fail)
    assert isinstance(mailbox.send(email()), Uncertain)
    assert mailbox.find(query(email())) == NotSent()
