"""SMS alphabets and lengths."""

import pytest

from functions.send_stimulus import gsm


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("ł" * 70, 1), ("ł" * 71, 2), ("ł" * 134, 2), ("ł" * 135, 3), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_segments_are_counted_as_they_are_billed(text: str, count: int) -> None:
    """160 or 70 characters in one SMS, 153 or 67 in each of several (3GPP TS 23.038)."""
    assert gsm.segments(text) == count


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Zażółć gęślą jaźń", "Zazolc gesla jazn"), ("“Łódź” — 5 €", '"Lodz" - 5 €'),
     ("Müller & Søn", "Müller & Søn"), ("20,00\u00a0PLN", "20,00 PLN"), ("ﬁn…", "fin..."),
     ("Кошик", "Кошик"), ("店😀", "店😀"), ("", "")],
)  # fmt: skip
def test_letters_become_plain_where_they_can(text: str, folded: str) -> None:
    """Polish fits GSM-7 without its marks; other scripts stay as they are."""
    assert gsm.fold(text) == folded
