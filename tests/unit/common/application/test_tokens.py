"""Tokens in links."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.tokens import CART, UNSUBSCRIBE, InvalidToken, issue, keys_of, read

NOW = datetime(2026, 3, 2, 11, tzinfo=UTC)
DAY = timedelta(days=1)
NEW, OLD = b"the newest key", b"the one before"


def test_a_token_holds_what_was_put_in() -> None:
    """Until its last second; the same input makes the same token, so that a message's bytes are the same."""
    token = issue((NEW, OLD), CART, ("a", "b"), NOW)
    assert token == issue((NEW,), CART, ("a", "b"), NOW)
    assert read((NEW, OLD), CART, token, NOW + DAY, DAY) == ("a", "b")


@pytest.mark.parametrize(
    ("keys", "purpose", "at"),
    [
        ((NEW,), CART, NOW + DAY + timedelta(seconds=1)),
        ((NEW,), UNSUBSCRIBE, NOW),
        ((OLD,), CART, NOW),
        ((), CART, NOW),
    ],
)
def test_a_token_is_for_its_purpose_time_and_key_only(
    keys: tuple[bytes, ...], purpose: str, at: datetime
) -> None:
    """Anything else is refused (L7)."""
    with pytest.raises(InvalidToken):
        read(keys, purpose, issue((NEW,), CART, ("a",), NOW), at, DAY)


def test_two_keys_are_valid_while_one_is_being_changed() -> None:
    """The newest is the first line; a third one is forgotten."""
    assert keys_of(b"new\n old \r\n\nolder\n") == (b"new", b"old")
    assert read((NEW, OLD), CART, issue((OLD,), CART, ("a",), NOW), NOW, DAY) == ("a",)


@given(st.text(max_size=300))
def test_whatever_stands_in_an_address_is_no_reason_to_fail(token: str) -> None:
    """Only InvalidToken comes of it."""
    with pytest.raises(InvalidToken):
        read((NEW,), CART, token, NOW, DAY)
