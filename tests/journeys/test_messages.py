"""Stories whose messages are really rendered: what the customer reads is what was decided."""

from datetime import datetime
from typing import Any

import pytest

from infra.local.database import Database
from infra.local.mailbox import Letter, MailboxSender
from tests.builders import ANNA, BOOTS, SOCKS, Shopper, line, rules
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


def steps_of(*ids: str) -> list[dict[str, object]]:
    return [
        {"id": id, "after_minutes": 240 * number, "channels": ["email", "sms"]}
        for number, id in enumerate(ids, start=1)
    ]


@pytest.mark.parametrize(
    ("ids", "templates"),
    [
        (("surprise",), ["first"]),
        (("first", "second", "last_call"), ["first", "first", "last_call"]),
        (("one", "two", "three"), ["first", "first", "last_call"]),
        (("last_call", "once_more"), ["last_call", "last_call"]),
    ],
)
def test_a_step_may_have_any_name(ids: tuple[str, ...], templates: list[str]) -> None:
    """One without words of its own says what the first message says, the last of several what the last call says."""
    story, letters = with_mailbox(sequence={"steps": steps_of(*ids)})
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    assert [letter.message.template for letter in letters] == templates
    assert [said["step"] for said in story.said("stimulus.sent")] == list(ids)


def test_a_cart_with_a_sold_out_item_is_told_at_what_it_costs_now() -> None:
    """The total is of what is shown (L34, L44)."""
    story, letters = with_mailbox()
    story.cart(
        "k1",
        "10:00",
        ANNA,
        line("LAMP", unit_price="499.00"),
        line("RUG", unit_price="100.00", available=False),
    )
    story.run_until("11:00")
    text = text_of(letters[0])
    assert "499.00" in text
    assert "599.00" not in text
    assert "RUG" not in text


def test_all_lines_of_a_huge_cart_are_counted() -> None:
    """Of sixty lines five are shown (L44)."""
    story, letters = with_mailbox()
    story.cart("k1", "10:00", ANNA, *(line(f"SOCKS-{number}") for number in range(60)))
    story.run_until("11:00")
    assert "and 55 more items" in text_of(letters[0])


def test_an_older_voucher_is_told_at_what_this_cart_gets_of_it() -> None:
    """Twenty off a cart of five would be a promise that nobody can keep (L30)."""
    tiers = {"tiers": {"not_returned": {"kind": "fixed", "amounts": {"PLN": "20.00"}}}}
    story, letters = with_mailbox(incentives=tiers)
    story.cart("k1", "10:00", ANNA, line("LAMP", unit_price="499.00"))
    story.cart("k2", "+3d 10:00", ANNA, line("PEN", unit_price="5.00"))
    story.run_until("+9d 00:00")
    first, *_, last = (text_of(letter) for letter in letters)
    assert "PLN 20.00 off" in first.replace("\xa0", " ")
    assert "PLN 5.00 off" in last.replace("\xa0", " ")
    assert "20.00" not in last


def test_a_mailbox_knows_what_it_had() -> None:
    """Every sent message is one letter, dated with its claim."""
    story, letters = with_mailbox()
    story.cart("k1", "10:00", ANNA)
    story.run_until("+9d 00:00")
    sent_at = [datetime.fromisoformat(said["at"]) for said in story.said("stimulus.sent")]
    assert [letter.message.claimed_at for letter in letters] == sent_at
