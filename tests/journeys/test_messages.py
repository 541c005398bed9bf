"""Stories whose messages are really rendered: what the customer reads is what was decided."""

from datetime import datetime
from typing import Any

from infra.local.database import Database
from infra.local.mailbox import Letter, MailboxSender
from tests.builders import ANNA, BOOTS, SOCKS, Shopper, rules
from tests.stories import Story

PHONE_ONLY = Shopper(phone=ANNA.phone, name="Anna")


def with_mailbox(**policy: Any) -> tuple[Story, list[Letter]]:
    """A story that keeps every letter as its customer gets it."""
    letters: list[Letter] = []
    policies = rules(**policy)

    def sender(database: Database) -> MailboxSender:
        return MailboxSender(database, lambda: policies.shop, letters.append)

    return Story(policies, sender=sender), letters


def text_of(letter: Letter) -> str:
    """What a person reads."""
    if hasattr(letter.content, "text"):
        return letter.content.text
    body: Any = letter.content.get_body(("plain",))
    return str(body.get_content())


def test_an_email_says_what_was_decided() -> None:
    """Recipient, items, total and the very code and expiry that the case holds (L22, L34)."""
    story, letters = with_mailbox()
    story.cart("k1", "10:00", ANNA, SOCKS, BOOTS)
    story.run_until("11:00")
    (letter,) = letters
    text = text_of(letter)
    assert str(ANNA.email) in letter.as_bytes().decode()
    assert story.code() in text
    assert "500.00" in text
    assert "March 9" in text or "9 March" in text or "Mar 9" in text


def test_a_text_message_carries_the_code() -> None:
    """Somebody with a phone only gets one SMS with the same promise."""
    story, letters = with_mailbox()
    story.cart("k1", "10:00", PHONE_ONLY)
    story.run_until("+9d 00:00")
    (letter,) = letters
    assert story.code() in text_of(letter)


def test_without_a_voucher_none_is_mentioned() -> None:
    """Kind `none`: the reminder promises nothing, and no placeholder shows (L35, L48)."""
    story, letters = with_mailbox(incentives={"tiers": {"not_returned": {"kind": "none"}}})
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert len(letters) == 2
    for letter in letters:
        assert "None" not in text_of(letter)
        assert "%" not in text_of(letter)


def test_a_step_without_templates_blocks_its_message_and_issues_nothing_that_stays() -> None:
    """Nothing half-rendered ever leaves: the step fails with its reason and its code is taken back (L35, L48)."""
    steps = [{"id": "surprise", "after_minutes": 30, "channels": ["email", "sms"]}]
    story, letters = with_mailbox(sequence={"steps": steps})
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert letters == []
    assert story.reasons() == [
        ("stimulus.failed", "template_invalid"),
        ("voucher.revoked", "template_invalid"),
    ]


def test_a_mailbox_knows_what_it_had() -> None:
    """Every sent message is one letter, dated with its claim."""
    story, letters = with_mailbox()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    sent_at = [datetime.fromisoformat(said["at"]) for said in story.said("stimulus.sent")]
    assert [letter.message.claimed_at for letter in letters] == sent_at
