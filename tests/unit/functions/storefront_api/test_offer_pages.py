"""An offer's page: what it shows in which language, what it may load, and that it is sound HTML."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest

from common.domain.money import format_minor
from common.domain.vocabulary import OfferStage
from functions.storefront_api.languages import LANGUAGES
from functions.storefront_api.offer_addresses import link, origin, picture
from functions.storefront_api.offer_words import WORDS
from functions.storefront_api.page_formats import locale_of, money
from tests.unit.functions.storefront_api.offered import (
    ANNA,
    PROPOSAL,
    WANTED,
    Shop,
    case,
    offer,
    policy,
    shop,
)

_VOID = {"meta", "img", "input", "br", "link"}


class Outline(HTMLParser):
    """Complains about what isn't closed in order, and keeps what the tests look at."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        self.tags.append((tag, dict(attrs)))
        self.ids += [value or "" for name, value in attrs if name == "id"]
        assert len({name for name, _ in attrs}) == len(attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, *tags: str) -> list[dict[str, Any]]:
        """The attributes of all of these tags."""
        return [found for tag, found in self.tags if tag in tags]


def plain(page: Any) -> str:
    """The page's text, with plain blanks."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", str(page), flags=re.DOTALL)
    return " ".join(text.replace("\u00a0", " ").split())


def reading(lang: str, **changes: Any) -> Shop:
    """A shop whose customer reads that language."""
    opened = shop(offer(**changes))
    opened.put(replace(ANNA, locale={"pl": "pl-PL", "en": "en-GB"}[lang], offer_cases=(case(offer()).id,)))
    return opened


def shown(opened: Shop) -> list[Any]:
    """Every page that there is for one customer."""
    pages = [
        opened.visit(),
        opened.press("accept", version=3),
        opened.press("accept"),
        opened.press("decline"),
    ]
    for stage in OfferStage:
        opened.put(case(offer(stage)))
        pages.append(opened.visit())
    return pages


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_sound_speaks_one_language_and_loads_only_pictures(lang: str) -> None:
    """Closed in order, one main heading, each section named by its own; no script, and a policy that says so."""
    other = {"pl": "en", "en": "pl"}[lang]
    for given in shown(reading(lang)):
        outline = Outline(str(given.page))
        assert [one["lang"] for one in outline.of("html")] == [lang]
        assert len(outline.of("h1")) == len(outline.of("main")) == len(outline.of("title")) == 1
        assert len(set(outline.ids)) == len(outline.ids)
        assert {one["aria-labelledby"] for one in outline.of("section")} == set(outline.ids)
        assert all(one["alt"] == "" for one in outline.of("img"))
        assert outline.of("script", "iframe", "object", "link") == []
        assert all(
            "style" not in found and not any(n[:2] == "on" for n in found) for _, found in outline.tags
        )
        foreign = [words["lead"] for words in WORDS[other].values() if "lead" in words]
        assert not [sentence for sentence in foreign if sentence in plain(given.page)]
        allowed = given.headers["Content-Security-Policy"]
        assert allowed.startswith("default-src 'none'; style-src 'sha256-")
        assert allowed.count("https://") == (1 if outline.of("img") else 0)


def test_the_buttons_lead_to_the_offers_own_addresses() -> None:
    """From the page itself, and from the one that a refused answer gets, under any path that it is deployed at."""
    opened = reading("en")
    here = f"https://functions.test/storefront_api/offers/{opened.token()}"
    for address, given in [(here, opened.visit()), (f"{here}/accept", opened.press("accept", version=3))]:
        actions = [urljoin(address, one["action"]) for one in Outline(str(given.page)).of("form")]
        assert actions == [f"{here}/accept", f"{here}/decline"]


def test_languages_have_the_same_words() -> None:
    """Nothing is left untranslated."""
    shapes = [{name: sorted(words) for name, words in pages.items()} for pages in WORDS.values()]
    assert shapes[0] == shapes[1]
    assert list(WORDS) == list(LANGUAGES)


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        (
            "pl",
            [
                "Cena 2 799,00 zł",
                "Cena regularna 2 999,00 zł",
                "Cena 4 999,00 zł",
                "ważna do 9 marca 2026, 10:30 (Europe/Warsaw, UTC+1)",
            ],
        ),
        (
            "en",
            [
                "Price PLN 2,799.00",
                "Regular price PLN 2,999.00",
                "Price PLN 4,999.00",
                "Valid until 9 March 2026, 10:30 (Europe/Warsaw, UTC+1)",
            ],
        ),
    ],
)
def test_the_offer_says_price_and_until_when_with_the_zone(lang: str, sentences: list[str]) -> None:
    """As the customer's language writes it, on the customer's clock (L21, L22, L34)."""
    text = plain(reading(lang).visit().page)
    for sentence in sentences:
        assert sentence in text


def test_the_customers_own_zone_goes_before_the_shops() -> None:
    """And an impossible one is none (L21)."""
    opened = reading("en")
    for zone, said in [("America/New_York", "5:30"), ("Asia/Tokyo", "18:30"), ("Moon/Base", "10:30")]:
        opened.put(replace(ANNA, locale="en", time_zone=zone))
        assert f"{said} ({zone if zone[0] != 'M' else 'Europe/Warsaw'}" in plain(opened.visit().page).replace(
            "05:30", "5:30"
        )


def test_several_pieces_have_a_price_each_and_together() -> None:
    """The customer sees what they will pay."""
    text = plain(reading("pl", wanted=replace(WANTED, quantity=3)).visit().page)
    assert "Cena za sztukę 2 799,00 zł" in text
    assert "Liczba 3 Razem 8 397,00 zł" in text


def test_a_price_that_everybody_pays_is_not_called_regular() -> None:
    """Nothing is said to be reduced that isn't."""
    same = replace(PROPOSAL, regular_price_minor=PROPOSAL.unit_price_minor)
    assert "regularna" not in plain(reading("pl", proposal=same).visit().page)


@pytest.mark.parametrize("personalized", [True, False])
def test_a_price_made_for_somebody_says_so(personalized: bool) -> None:
    """Beside the price, in both languages, on the page and in the app (EU 2019/2161, New York GBL 349-a)."""
    for lang, words in (("en", "This price was made for you"), ("pl", "Ta cena powstała dla Ciebie")):
        opened = reading(lang, proposal=replace(PROPOSAL, personalized=personalized))
        assert (words in plain(opened.visit().page)) is personalized
        assert (opened.app().body or {})["personalized_price"] is personalized


def test_what_a_shop_says_of_a_product_is_text() -> None:
    """Escaped, and shortened where it is a novel; addresses that are none are left out."""
    bad = replace(
        PROPOSAL,
        name="<img src=x onerror=alert(1)>" + "x" * 500,
        url="javascript:alert(1)",
        image_url='https://cdn.socks.test/"><script>alert(1)</script>',
    )
    opened = reading("en", proposal=bad, wanted=replace(WANTED, image_url="http://cdn.socks.test/x.jpg"))
    page = str(opened.visit().page)
    assert Outline(page).of("img", "script") == []
    assert "&lt;img" in page
    assert "x" * 200 not in page
    assert "javascript" not in page
    alternative = (opened.app().body or {})["alternative"]
    assert (alternative["url"], alternative["image_url"]) == (None, None)


def test_the_policy_allows_exactly_the_origins_of_the_two_pictures() -> None:
    """Two hosts are named, one is named once, and none is none."""
    for image, images in [
        ("https://img.other.test:8443/s.jpg", "img-src https://img.other.test:8443 https://cdn.socks.test; "),
        ("https://CDN.socks.test/s.jpg", "img-src https://cdn.socks.test; "),
        (None, "img-src https://cdn.socks.test; "),
    ]:
        given = reading("en", proposal=replace(PROPOSAL, image_url=image)).visit()
        assert f"; {images}form-action 'self'" in given.headers["Content-Security-Policy"]
    nothing = reading(
        "en", proposal=replace(PROPOSAL, image_url=None), wanted=replace(WANTED, image_url=None)
    )
    assert "img-src" not in nothing.visit().headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("url", "from_where"),
    [
        ("https://cdn.socks.test/a.jpg?w=96&h=96", "https://cdn.socks.test"),
        ("https://cdn.socks.test:443/a.jpg", "https://cdn.socks.test:443"),
        ("http://cdn.socks.test/a.jpg", None),
        ("//cdn.socks.test/a.jpg", None),
        ("data:image/png;base64,AAAA", None),
        ("https://user@cdn.socks.test/a.jpg", None),
        ("https://localhost/a.jpg", None),
        ("https://[::1]/a.jpg", None),
        ("https://*.socks.test/a.jpg", None),
        ("https://cdn.socks.test;script-src/a.jpg", None),
        ("https://cdn.socks.test:port/a.jpg", None),
        ("https://cdn.socks.test\\@evil.test/a.jpg", None),
        ("https://cdn.socks.test/a b.jpg", None),
        ("https://cdn.socks.test/ü.jpg", None),
        ("https://" + "x" * 2000 + ".test/a.jpg", None),
        ("", None),
        (None, None),
    ],
)
def test_where_a_picture_may_come_from(url: str | None, from_where: str | None) -> None:
    """A name with a dot, by https, and nothing that would mean something to a policy."""
    assert origin(url) == from_where
    assert picture(url) == (url if from_where else None)


def test_a_link_may_also_be_without_tls() -> None:
    """A shop under development; never another scheme."""
    assert link("http://socks.test/s") == "http://socks.test/s"
    assert [link(one) for one in ("javascript:alert(1)", "ftp://socks.test/s", "/s", None)] == [None] * 4


@pytest.mark.parametrize("currency", ["PLN", "JPY", "KWD", "HUF"])
def test_amounts_have_the_currencys_own_decimals(currency: str) -> None:
    """Forint have two although nobody writes them, yen none, dinars three (L34)."""
    whole = format_minor(123456, currency)
    text = re.sub(r"[^0-9.]", "", money(123456, currency, locale_of("en")).replace(",", ""))
    assert text == whole


@pytest.mark.parametrize(
    ("lang", "known", "locale"),
    [
        ("en", ("en-US", "pl"), "en_US"),
        ("en", ("de-DE", "en_GB"), "en_GB"),
        ("pl", ("en-US", None), "pl"),
        ("pl", ("pl-XX", "pl-PL"), "pl_PL"),
        ("en", ("english", ""), "en"),
    ],
)
def test_figures_are_in_the_pages_language(lang: str, known: tuple[str | None, ...], locale: str) -> None:
    """The customer's own country, if it speaks it."""
    assert str(locale_of(lang, *known)) == locale


def test_the_shops_zone_stands_in_for_an_unknown_one() -> None:
    """Which the policy has checked."""
    opened = shop(rules=policy(shop={"time_zone": "UTC"}), customer_id=None)
    assert "9:30 (UTC)" in plain(opened.visit().page).replace("09:30", "9:30")
