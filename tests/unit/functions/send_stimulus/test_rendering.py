"""What customers read: the facts, the language, and nothing that shouldn't be there."""

import html
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.domain.effects import SendMessage
from common.domain.policy import TEMPLATES
from common.domain.shop import Shop
from common.domain.storefront import Line
from common.domain.vocabulary import Channel, IncentiveKind, Reason
from common.domain.vouchers import Incentive
from functions.send_stimulus import rendering
from functions.send_stimulus.rendering import RenderedEmail, RenderedSms, RenderingFailed, render
from functions.send_stimulus.sealing import clean
from tests.providers.messages import (
    FIVE_PERCENT,
    FREE_SHIPPING,
    LINES,
    NO_VOUCHER,
    SHOP,
    TWENTY_ZLOTY,
    email,
    sms,
)

ROOT = Path(__file__).resolve().parents[4]
ENTITY = re.compile(r"&[#\w]+;")
NASTY = [
    "None",
    "undefined",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "&amp; &#39;",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Bolt {M8} & nut <12 mm>",
    "x\r\nBcc: eve@example.com",
    "\ue0000\ue001",
]


def rendered_email(message: SendMessage, shop: Shop = SHOP) -> RenderedEmail:
    rendered = render(message, shop)
    assert isinstance(rendered, RenderedEmail)
    return rendered


def rendered_sms(message: SendMessage, shop: Shop = SHOP) -> RenderedSms:
    rendered = render(message, shop)
    assert isinstance(rendered, RenderedSms)
    return rendered


class Page(HTMLParser):
    """What a mail program makes of a page: its visible words, and its tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def both(message: SendMessage, shop: Shop = SHOP) -> list[str]:
    """The plain text and the page's visible text, with single blanks."""
    rendered = rendered_email(message, shop)
    return [" ".join(rendered.text.split()), Page(rendered.html).text]


@pytest.mark.parametrize("template", ["first", "last_call"])
@pytest.mark.parametrize(
    ("locale", "facts"),
    [
        ("en-GB", ["Hello Jan Kowalski,", "PLN 349.00", "3 \u00d7 PLN 45.00", "PLN 135.00", "PLN 484.00",
                   "14 March 2026, 16:30 (Europe/Warsaw, UTC+1)", "5% off"]),
        ("pl-PL", ["Dzień dobry, Jan Kowalski!", "349,00 zł", "3 \u00d7 45,00 zł", "135,00 zł", "484,00 zł",
                   "14 marca 2026, 16:30 (Europe/Warsaw, UTC+1)", "5% rabatu"]),
    ],
)  # fmt: skip
def test_an_email_states_the_facts(template: str, locale: str, facts: list[str]) -> None:
    """Items, amounts in the cart's currency, code, worth, expiry with its zone, in both parts (L22, L34)."""
    common = ["Merino sweater", "Wool socks", "ACDE-FGHJ-KMNP", "Bielik & Sons", "ul. Piękna 12/4"]
    for text in both(email(template=template, locale=locale)):
        for fact in facts + common:
            assert fact in text


@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.parametrize("template", ["first", "last_call"])
def test_without_a_voucher_nothing_is_promised(template: str, locale: str) -> None:
    """A pure reminder mentions neither code nor discount (L35)."""
    message = email(template=template, locale=locale, **NO_VOUCHER)
    for text in [*both(message), rendered_email(message).subject]:
        assert not re.search(
            r"\b(code|kod|off|rabat\w*|valid|ważny|voucher|shipping|dostaw\w*)\b", text, re.IGNORECASE
        )
    assert not re.search(
        r"(?i)code|kod\b", rendered_sms(sms(template=template, locale=locale, **NO_VOUCHER)).text
    )


@pytest.mark.parametrize(
    ("incentive", "locale", "worth"),
    [
        (TWENTY_ZLOTY, "en", "PLN 20.00 off"),
        (TWENTY_ZLOTY, "pl", "20,00 zł rabatu"),
        (FREE_SHIPPING, "en", "free shipping"),
        (FREE_SHIPPING, "pl", "darmowa dostawa"),
    ],
)
def test_a_voucher_says_what_it_is_worth(incentive: Incentive, locale: str, worth: str) -> None:
    """Percentage, amount or shipping, as the incentive says."""
    for text in both(email(incentive=incentive, locale=locale)):
        assert worth.casefold() in text.casefold()


@pytest.mark.parametrize(
    ("locale", "limit"),
    [
        ("en", "covers shipping only; the price of the items stays as it is"),
        ("pl", "obejmuje tylko koszt dostawy"),
    ],
)
def test_free_shipping_is_about_shipping_only(locale: str, limit: str) -> None:
    """Nobody may expect cheaper items (L31); other vouchers don't speak of shipping."""
    for text in both(email(incentive=FREE_SHIPPING, locale=locale)):
        assert limit in text
    for text in both(email(locale=locale)):
        assert limit not in text


@pytest.mark.parametrize(
    ("customer", "shop", "zone"),
    [
        ("America/New_York", "Europe/Warsaw", "11:30 (America/New_York, UTC-4)"),
        (None, "Europe/Warsaw", "16:30 (Europe/Warsaw, UTC+1)"),
        ("Mars/Olympus", "Europe/Warsaw", "16:30 (Europe/Warsaw, UTC+1)"),
        ("../../etc/passwd", "UTC", "15:30 (UTC)"),
    ],
)
def test_the_expiry_is_in_the_customers_zone_or_the_shops(customer: str | None, shop: str, zone: str) -> None:
    """An unknown zone falls back to the shop's, which is stated (L21, L22)."""
    for text in both(email(time_zone=customer), replace(SHOP, time_zone=shop)):
        assert zone in text


@pytest.mark.parametrize(
    ("wanted", "shop", "subject"),
    [
        ("pl-PL", "en", "koszyk"),
        ("pl", "en", "koszyk"),
        ("PL_pl", "en", "koszyk"),
        ("en-AU", "pl", "cart"),
        ("de-AT", "pl", "koszyk"),
        (None, "pl-PL", "koszyk"),
        ("de", "fr", "cart"),
        ("gibberish!", "de", "cart"),
    ],
)
def test_the_language_is_the_customers_the_shops_or_english(
    wanted: str | None, shop: str, subject: str
) -> None:
    """Exact, language, the shop's default, English (L47)."""
    assert subject in rendered_email(email(locale=wanted), replace(SHOP, default_locale=shop)).subject


def test_amounts_follow_the_language_of_the_words() -> None:
    """A German customer of a Polish shop reads Polish words with Polish amounts, not a mixture (L47)."""
    text = rendered_email(email(locale="de-DE")).text
    assert "349,00\u00a0zł" in text


def test_unavailable_lines_drop_out() -> None:
    """What can't be bought isn't shown, and the total is that of what is (L44)."""
    lines = (LINES[0], replace(LINES[1], available=False))
    for text in both(email(lines=lines)):
        assert "Wool socks" not in text
        assert "PLN 484.00" not in text
        assert re.search(r"Cart total:? PLN 349\.00", text)


def test_lines_that_the_case_doesn_t_keep_are_counted() -> None:
    """They are in the stated total, and what of the others sold out is not (L44)."""
    lines = tuple(replace(LINES[1], sku=f"S{number}", name=f"Socks {number}") for number in range(10))
    for text in both(email(lines=lines, line_count=20, total_minor=300_000)):
        assert "and 15 more items" in text
        assert re.search(r"Cart total:? PLN 3,000\.00", text)
    sold_out = (*lines[:7], *(replace(line, available=False) for line in lines[7:]))
    for text in both(email(lines=sold_out, line_count=20, total_minor=300_000)):
        assert "and 12 more items" in text
        assert re.search(r"Cart total:? PLN 2,595\.00", text)
    for text in both(email(lines=sold_out[5:], line_count=20, total_minor=10_000)):
        assert "and 15 more items" in text
        assert re.search(r"Cart total:? PLN 270\.00", text)


def test_an_amount_is_never_more_than_the_cart() -> None:
    """Of the code of an older cart this one gets no more than it costs (L30)."""
    for text in both(
        email(
            incentive=TWENTY_ZLOTY,
            lines=(replace(LINES[1], quantity=1, unit_price_minor=500),),
            total_minor=500,
        )
    ):
        assert "PLN 5.00 off" in text
        assert "20.00" not in text


def test_a_fraction_of_a_percent_is_said() -> None:
    """As the customer's language writes it."""
    half = replace(FIVE_PERCENT, percent=7.5)
    assert "7.5% off" in rendered_email(email(incentive=half)).subject
    assert "7,5%" in rendered_email(email(incentive=half, locale="pl")).text


def test_the_policy_knows_every_template_of_a_cart() -> None:
    """A further folder has to be named in `common.domain.policy`, or no step may use it."""
    folders = {name.partition("/")[0] for name in rendering._template_names()}
    assert folders - {"layout", "alternative_offer", "offer_reminder"} == set(TEMPLATES)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [((), Reason.CART_EMPTY), (tuple(replace(line, available=False) for line in LINES), Reason.OUT_OF_STOCK)],
)
def test_nothing_to_buy_is_nothing_to_say(lines: tuple[Line, ...], reason: Reason) -> None:
    """When no line is left there is no message, and the reason says why (L44)."""
    with pytest.raises(RenderingFailed) as failure:
        render(email(lines=lines), SHOP)
    assert failure.value.reason is reason


@pytest.mark.parametrize(
    ("count", "locale", "more"),
    [
        (6, "en", None),
        (7, "en", "and 2 more items"),
        (7, "pl", "i jeszcze 2 produkty"),
        (10, "pl", "i jeszcze 5 produktów"),
        (27, "pl", "i jeszcze 22 produkty"),
    ],
)
def test_a_long_cart_is_shortened_and_says_so(count: int, locale: str, more: str | None) -> None:
    """The first lines are shown and the rest is counted, in the language's own plural."""
    lines = tuple(replace(LINES[1], sku=str(number), name=f"Sock no. {number:02}") for number in range(count))
    for text in both(email(lines=lines, locale=locale)):
        assert len(re.findall(r"Sock no\. \d\d", text)) == (5 if more else count)
        assert more in text if more else "more" not in text


@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_name_is_shown_as_it_is(name: str, locale: str) -> None:
    """Names of people and items are data: neither refused, nor run, nor seen as markup (L48)."""
    line, shop = replace(LINES[0], name=name), replace(SHOP, name=clean(name, 60))
    message = email(name=name[:20], lines=(line,), locale=locale)
    rendered = rendered_email(message, shop)
    assert f"* {clean(name, 120)}\n" in rendered.text
    assert clean(name, 120) in Page(rendered.html).text
    assert html.escape(clean(name, 120)) in rendered.html
    assert clean(name, 60) in rendered.subject
    assert "* 49\n" not in rendered.text
    assert {tag for tag, _ in Page(rendered.html).tags}.isdisjoint({"script", "iframe", "form", "svg"})


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        dict, **dict.fromkeys(("name", "item", "sku", "url", "code"), st.text(st.characters(), max_size=150))
    )
)
def test_no_content_can_break_a_message(given_texts: dict[str, str]) -> None:
    """Whatever stands in a cart: one subject line, no header, no tag, no entity, and always a message."""
    url = "https://bielik.example/" + given_texts["url"]
    line = replace(LINES[0], name=given_texts["item"], sku=given_texts["sku"], url=url, image_url=url)
    changes = {
        "name": given_texts["name"],
        "lines": (line,),
        "cart_url": url,
        "voucher_code": given_texts["code"],
    }
    rendered = rendered_email(email(**changes))
    expected = [tag for tag, _ in Page(rendered_email(email(lines=(LINES[0],))).html).tags]
    found = [tag for tag, _ in Page(rendered.html).tags]
    assert sorted(set(found)) == sorted(set(expected) - ({"img"} if "img" not in found else set()))
    assert len(rendered.subject.splitlines()) == 1
    for text in (rendered.text, rendered.html, rendered_sms(sms(**changes)).text):
        text.encode()


def test_text_and_subject_hold_no_entity() -> None:
    """Only the page is escaped (L48)."""
    line = replace(LINES[0], name="Salt & <Pepper> \"set\" 'n' more")
    rendered = rendered_email(email(lines=(line,), name="O'Neil & Sons"))
    for text in (rendered.subject, rendered.text, rendered_sms(sms()).text):
        assert not ENTITY.search(text)
        assert "&" in text


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "not a url"])
def test_a_cart_without_a_usable_link_leads_to_the_shop(url: str | None) -> None:
    """The button always leads somewhere honest."""
    tags = Page(rendered_email(email(cart_url=url)).html).tags
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert "https://bielik.example/" in links
    assert all(link and link.startswith("https://") for link in links)


def test_the_page_is_accessible_and_self_contained() -> None:
    """Pictures have words, layout tables say so, the language is stated; nothing is run or fetched."""
    tags = Page(rendered_email(email(locale="pl-PL")).html).tags
    assert dict(tags)["html"]["lang"] == "pl-PL"
    assert all(attributes.get("role") == "presentation" for tag, attributes in tags if tag == "table")
    assert [attributes["alt"] for tag, attributes in tags if tag == "img"] == ["Merino sweater"]
    assert not {tag for tag, _ in tags} & {"script", "link", "iframe", "form", "object"}
    assert dict(tags)["h1"]["style"]


def test_a_page_stays_below_the_size_that_is_clipped() -> None:
    """Gmail hides what lies beyond 102 kB, and the unsubscribe link is at the end."""
    lines = tuple(replace(LINES[0], sku=str(number), name="Ż" * 200) for number in range(50))
    assert len(rendered_email(email(lines=lines, locale="pl")).html.encode()) < 60_000


@pytest.mark.parametrize(
    ("changes", "way_out"),
    [
        ({}, "https://bielik.example/stop/customer-1"),
        ({"unsubscribe_url": None, "unsubscribe_email": "stop@bielik.example"}, "stop@bielik.example"),
        ({"unsubscribe_url": None}, "reply to this e-mail"),
    ],
)
def test_every_email_says_how_to_stop(changes: dict[str, Any], way_out: str) -> None:
    """There is always a way out, the one that the shop has."""
    rendered = rendered_email(email(), replace(SHOP, **changes))
    assert way_out in rendered.text
    assert way_out in rendered.html


@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.parametrize("template", ["first", "last_call"])
@pytest.mark.parametrize("incentive", [None, FREE_SHIPPING, TWENTY_ZLOTY, email().incentive])
def test_an_sms_is_short(template: str, locale: str, incentive: Incentive | None) -> None:
    """At most two segments with everything in it, one without a voucher, whatever the language."""
    voucher = NO_VOUCHER if incentive is None else {"incentive": incentive}
    message = sms(template=template, locale=locale, **voucher)
    text = rendered_sms(message, replace(SHOP, name="Żółty Słoń"))
    assert text.segments <= (1 if incentive is None else 2)
    assert "Zolty Slon" in text.text
    assert "https://bielik.example/cart/9f2b7c4e" in text.text
    assert "STOP" in text.text
    if incentive is not None:
        assert "ACDE-FGHJ-KMNP" in text.text
        assert "2026 16:30 UTC+1" in text.text


def test_an_sms_from_a_name_doesnt_ask_for_a_reply() -> None:
    """Nobody can answer a name, so the way out is a link."""
    text = rendered_sms(sms(), replace(SHOP, sms_sender="BIELIK")).text
    assert "STOP" not in text
    assert "https://bielik.example/stop/customer-1" in text


def test_an_sms_that_no_provider_takes_is_not_sent() -> None:
    """Beyond 1600 characters there is no SMS (L48)."""
    with pytest.raises(RenderingFailed, match="1600"):
        render(sms(cart_url="https://bielik.example/" + "x" * 1470), SHOP)


@pytest.mark.parametrize("channel", [Channel.WHATSAPP, Channel.PUSH])
def test_a_channel_without_templates_has_no_message(channel: Channel) -> None:
    """What isn't written can't be sent."""
    with pytest.raises(RenderingFailed, match=channel):
        render(email(channel=channel), SHOP)


@pytest.mark.parametrize("kind", [IncentiveKind.NONE, IncentiveKind.PERCENT, IncentiveKind.FIXED])
def test_a_code_without_a_worth_is_not_sent(kind: IncentiveKind) -> None:
    """Half a promise must not leave (L35)."""
    with pytest.raises(RenderingFailed, match="without its value"):
        render(email(incentive=Incentive(kind=kind)), SHOP)


def test_every_message_exists_in_every_language_and_part() -> None:
    """English and Polish have the same templates."""
    for template in ("first", "last_call"):
        names = {path.name for path in (rendering._TEMPLATES / template).iterdir()}
        parts = ("email.{}.subject", "email.{}.txt", "email.{}.html", "sms.{}.txt")
        assert names == {part.format(language) for language in ("en", "pl") for part in parts}


def test_many_threads_render_the_same() -> None:
    """The environment is shared and nothing of one message gets into another."""
    messages = [email(name=f"Customer {number}", locale=("en", "pl")[number % 2]) for number in range(40)]
    alone = [render(message, SHOP) for message in messages]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda message: render(message, SHOP), messages)) == alone


def test_importing_the_renderer_loads_no_engine() -> None:
    """A cold start that sends nothing doesn't pay for template, locale and CSS libraries."""
    code = (
        "import sys, functions.send_stimulus.rendering, functions.send_stimulus.senders.smtp_sender, "
        "functions.send_stimulus.senders.twilio_sender; "
        "print(*{'jinja2', 'babel', 'css_inline', 'twilio', 'requests'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of templates of the test's own."""
    caches = (rendering._environment, rendering._template_names, rendering._template_output)
    monkeypatch.setattr(rendering, "_TEMPLATES", tmp_path)
    (tmp_path / "first").mkdir()
    for cache in caches:
        cache.cache_clear()
    yield tmp_path / "first"
    monkeypatch.undo()
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize(
    "template",
    [
        "Hello {{ nmae }}",
        "Hello {{ shop.nmae }}",
        "Hello {{ name or nobody }}",
        "{{ shop.unsubscribe_email }}",
        "{{ voucher }}",
        "{{ items }}",
        "{{ plural }}",
        "{{ cart_url == '' }}",
        "Hello None",
        "Hello {{ '{{ name }}' }}",
        "Hello {{ '{% if %}' }}",
        "Hello undefined",
        "5 &gt; 4",
        "Fish &amp; chips",
        "It&#39;s here",
        "{{ shop.name|upper|replace('\ue001', '') }}",
        "{{ shop.name[:2] }}",
        "{{ shop.name|truncate(2, True, '', 0) }}",
        "{{ ().__class__.__bases__ }}",
        "{{ shop.__class__ }}",
        "{% for x in range(10 ** 9) %}{% endfor %}",
        "{{ 1 / 0 }}",
        "{% include 'nowhere.txt' %}",
        "{% if %}",
    ],
)
def test_a_faulty_template_blocks_the_message(templates: Path, template: str) -> None:
    """No raw tag, missing variable, escaped entity or inner object ever reaches a customer (L48)."""
    (templates / "sms.en.txt").write_text(template)
    message = sms(**NO_VOUCHER, name=None) if "voucher" in template or "nobody" in template else sms()
    with pytest.raises(RenderingFailed) as failure:
        render(message, SHOP)
    assert failure.value.reason is Reason.TEMPLATE_INVALID
    assert "Jan" not in failure.value.detail


def test_a_sound_template_of_ones_own_is_rendered(templates: Path) -> None:
    """The checks leave alone what is right."""
    (templates / "sms.en.txt").write_text(
        "{{ shop.name }} & friends: {{ items|length }} < 3 {braces} {{ cart_url }}"
    )
    assert rendered_sms(sms()).text == (
        "Bielik & Sons & friends: 2 < 3 {braces} https://bielik.example/cart/9f2b7c4e"
    )


def test_a_page_escaped_twice_is_blocked(templates: Path) -> None:
    """`&amp;amp;` in a page is a template's mistake (L48)."""
    for name, text in (("subject", "x"), ("txt", "x"), ("html", "<p>{{ 'Fish &amp; chips' }}</p>")):
        (templates / f"email.en.{name}").write_text(text)
    with pytest.raises(RenderingFailed, match="&amp;amp;"):
        render(email(), SHOP)


def test_a_missing_part_blocks_the_message(templates: Path) -> None:
    """An e-mail without its plain text or subject isn't sent."""
    (templates / "email.en.html").write_text("<p>x</p>")
    with pytest.raises(RenderingFailed, match=r"email\.en\.subject"):
        render(email(), SHOP)
