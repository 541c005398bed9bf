"""The e-mail's own parts: ids, addresses and settings."""

from typing import Any

import pytest

from functions.send_stimulus.senders.email_message import compose, message_id, recipient_address
from functions.send_stimulus.senders.smtp_sender import SmtpSettings
from functions.send_stimulus.senders.twilio_sender import TwilioSettings
from tests.providers.messages import SHOP, email


def test_the_message_id_is_the_claims() -> None:
    """A retry or a copy has the same id; nothing personal is in it."""
    assert message_id("abc-1", SHOP) == "<abc-1@bielik.example>"


def test_a_claim_id_that_no_header_takes_is_hashed() -> None:
    """An odd id can't break the header, and two odd ids stay two."""
    first, second = message_id("a b>\r\nBcc: x", SHOP), message_id("a b>\r\nBcc: y", SHOP)
    assert first != second
    assert len(first) == len("<@bielik.example>") + 32


def test_the_whole_message_is_the_same_each_time() -> None:
    """No clock and no chance in it: same input, same bytes."""
    assert compose(email(), SHOP).as_bytes() == compose(email(), SHOP).as_bytes()


def test_the_domain_is_written_in_ascii() -> None:
    """International domains go out as DNS knows them."""
    assert recipient_address(" jan@BÜCHER.example ") == "jan@xn--bcher-kva.example"


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"security": "ssl"}, "security"),
        ({"port": 0}, "port"),
        ({"port": 70000}, "port"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"username": "x"}, "password"),
        ({"username": "x", "password": "y", "security": "none"}, "in clear"),
    ],
)
def test_bad_smtp_settings_are_refused_by_name(settings: dict[str, Any], word: str) -> None:
    """A wrong setting is found when it is read, not when a message is due."""
    with pytest.raises(ValueError, match=word):
        SmtpSettings(host="mail.example", **settings)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"account_sid": "SK1"}, "api_key"),
        ({"auth_token": ""}, "auth_token"),
        ({"timeout_seconds": -1}, "timeout"),
    ],
)
def test_bad_twilio_settings_are_refused_by_name(settings: dict[str, Any], word: str) -> None:
    """A wrong setting is found when it is read, not when a message is due."""
    with pytest.raises(ValueError, match=word):
        TwilioSettings(**{"account_sid": "AC1", "auth_token": "x", **settings})


def test_secrets_stay_out_of_what_is_printed() -> None:
    """Settings may be logged; passwords and tokens don't show."""
    smtp = SmtpSettings(host="mail.example", username="u", password="s3cret")
    twilio = TwilioSettings(account_sid="AC1", auth_token="s3cret")
    assert "s3cret" not in repr(smtp) + repr(twilio)
