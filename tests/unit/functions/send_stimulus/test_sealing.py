"""Untrusted text: cleaned once, and never seen by a template."""

import html
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.send_stimulus.sealing import Seals, clean, clean_name, clean_url

ANYTHING = st.text(st.characters())


@given(st.lists(ANYTHING, min_size=1))
def test_a_seal_gives_back_its_text_escaped_once(texts: list[str]) -> None:
    """What is sealed comes back exactly, whatever it looks like, even another seal (L48)."""
    seals = Seals()
    rendered = "|".join(seals.seal(text) for text in texts)
    assert seals.open(rendered) == "|".join(texts)
    assert seals.open(rendered, html.escape) == "|".join(map(html.escape, texts))
    assert Seals.blank(rendered) == "|" * (len(texts) - 1)
    assert not Seals.is_broken(rendered)


def test_a_cut_seal_is_noticed() -> None:
    """A template that truncates or takes apart a text is at fault."""
    assert Seals.is_broken(Seals().seal("x")[:-1])


@given(ANYTHING, st.integers(1, 200))
def test_clean_text_is_one_printable_line(text: str, longest: int) -> None:
    """No controls, line ends, lone surrogates or direction tricks; it can always be encoded."""
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert len(cleaned.splitlines()) <= 1
    assert cleaned == " ".join(cleaned.split())
    assert not {unicodedata.category(letter) for letter in cleaned} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(cleaned) & set("\u202e\u2066\u200f")
    cleaned.encode()


@pytest.mark.parametrize(
    "name", ["None", "Jan Kowalski", "O'Brien-Łoś", "{{ name }}", "김민수", "José A. Núñez Jr.", "R2"]
)
def test_a_customer_is_greeted_by_their_name(name: str) -> None:
    """However odd a name looks, it is the customer's (L48)."""
    assert clean_name(name) == name


@pytest.mark.parametrize(
    "name",
    [None, "", " \n ", "WIN at https://evil.example", "www.evil", "visit evil.example now", "eve@example.com",
     "call +48 600100200", "A" * 41, "a/b"],
)  # fmt: skip
def test_an_advertisement_is_no_name(name: str | None) -> None:
    """The shop's own mail must not carry a stranger's message to a victim's address."""
    assert clean_name(name) is None


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://bielik.example/a?b=c&d=%20#e", "https://bielik.example/a?b=c&d=%20#e"),
        ("http://localhost:8080/cart", "http://localhost:8080/cart"),
        (" https://Bielik.Example/Żółw 1 ", "https://bielik.example/%C5%BB%C3%B3%C5%82w%201"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://user:secret@bielik.example/", "https://bielik.example/"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]/x"),
        ('https://bielik.example/"><script>', "https://bielik.example/%22%3E%3Cscript%3E"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//bielik.example/", None),
        ("bielik.example", None),
        ("https://", None),
        ("https://[", None),
        ("https://a:b/", None),
        ("https://bielik.example/\ud800", None),
        ("https://" + "x" * 2000, None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, cleaned: str | None) -> None:
    """Anything else is no link; what isn't ASCII is encoded."""
    assert clean_url(url) == cleaned


@given(ANYTHING)
def test_a_clean_url_is_printable_ascii(text: str) -> None:
    """Whatever comes in, a link can't break out of its attribute or its line."""
    for url in (clean_url(text), clean_url("https://bielik.example/" + text)):
        assert url is None or (url.isascii() and url.isprintable() and not set(url) & set(' "<>\\'))
