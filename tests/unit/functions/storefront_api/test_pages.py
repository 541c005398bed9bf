"""Pages for customers, and the languages that they speak."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from common.domain.shop import Shop
from functions.storefront_api.http import response_of
from functions.storefront_api.languages import LANGUAGES, language
from functions.storefront_api.page_words import WORDS
from functions.storefront_api.pages import Item, page

SHOP = Shop(name="Bielik & Co <b>", url="https://bielik.example/")
PAGES = [name for name in WORDS["en"] if name != "choices"]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_every_page_speaks_every_language_and_loads_nothing(name: str, lang: str) -> None:
    """No script, no address but the shop's, and its style is the one that its policy permits."""
    shown = page(name, lang, SHOP, choices=(("channel", "A"), ("all", "B")) if name == "unsubscribe" else ())
    assert shown.page is not None
    assert f'<html lang="{lang}">' in shown.page
    assert "<script" not in shown.page
    assert set(re.findall(r'(?:href|src)="([^"]*)"', shown.page)) <= {SHOP.url}
    assert "Bielik &amp; Co &lt;b&gt;" in shown.page
    (style,) = re.findall(r"<style>(.*?)</style>", shown.page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in shown.headers["Content-Security-Policy"]


def test_languages_have_the_same_words() -> None:
    """Nothing is left untranslated."""
    shapes = [{name: sorted(words) for name, words in pages.items()} for pages in WORDS.values()]
    assert shapes[0] == shapes[1]


def test_what_a_shop_says_of_an_article_is_text() -> None:
    """Escaped, and shortened where it is a novel."""
    items = [
        Item("<img src=x onerror=alert(1)>", 1, 'https://bielik.example/"><script>'),
        Item("x" * 500, 2, None),
    ]
    shown = str(page("cart", "en", SHOP, items=items).page)
    assert "<img" not in shown
    assert "<script" not in shown
    assert "x" * 159 + "…" in shown
    assert "x" * 160 not in shown


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (("pl-PL",), "pl"),
        (("de", "pl"), "pl"),
        ((None, "de-DE,pl;q=0.8,en;q=0.5"), "pl"),
        (("PL_pl",), "pl"),
        (("de",), "en"),
        ((), "en"),
        (("",), "en"),
    ],
)
def test_the_first_language_that_we_speak(wanted: tuple[str | None, ...], spoken: str) -> None:
    """Else English."""
    assert language(*wanted) == spoken


def test_a_page_goes_out_as_html_and_is_never_kept() -> None:
    """Its address is a key: no cache, no referrer, no index."""
    response = response_of(replace(page("gone", "en", SHOP), status=404))
    assert (response.status_code, response.mimetype) == (404, "text/html")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert "Set-Cookie" not in response.headers
