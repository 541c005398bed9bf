"""What customers read about an alternative offer, on every channel and in both languages."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from common.domain.effects import SendMessage
from common.domain.offers import OfferPromise
from common.domain.shop import Shop
from common.domain.vocabulary import Reason
from functions.send_stimulus import rendering
from functions.send_stimulus.rendered import RenderedEmail, RenderedPush, RenderedSms
from functions.send_stimulus.rendering import RenderingFailed, render
from tests.providers.messages import SHOP, VALID_UNTIL, email
from tests.providers.offers import OFFER, WANTED, offering, offering_push, offering_sms, promise
from tests.unit.functions.send_stimulus.test_rendering import ENTITY, NASTY, Page

TEMPLATES = ("alternative_offer", "offer_reminder")
LANGUAGES = ("en", "pl")
FAILED_CHECK = re.compile(
    r"verif|declin|credit|reject|fail|identi|check|risk|payment|solven|refus|"
    r"weryfik|odrzu|odm[oó]w|kredyt|niepowodz|to[żz]samo|sprawdz|ryzyk|p[łl]atno|nieudan|zdolno",
    re.IGNORECASE,
)
LONG = "Samsung Galaxy S24 Ultra 5G 12 GB RAM 512 GB Titanium Violet with a charger, a case and a glass, " * 3


def mail(offer: OfferPromise = OFFER, shop: Shop = SHOP, **changes: Any) -> RenderedEmail:
    rendered = render(offering(offer, **changes), shop)
    assert isinstance(rendered, RenderedEmail)
    return rendered


def text_message(offer: OfferPromise = OFFER, shop: Shop = SHOP, **changes: Any) -> RenderedSms:
    rendered = render(offering_sms(offer, **changes), shop)
    assert isinstance(rendered, RenderedSms)
    return rendered


def push(offer: OfferPromise = OFFER, shop: Shop = SHOP, **changes: Any) -> RenderedPush:
    rendered = render(offering_push(offer, **changes), shop)
    assert isinstance(rendered, RenderedPush)
    return rendered


def both(message: RenderedEmail) -> list[str]:
    """The plain text and the page's visible text, with single blanks."""
    return [" ".join(message.text.split()), Page(message.html).text]


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("locale", "facts"),
    [
        ("en-GB", ["Hello Jan Kowalski,", "PLN 249.00 each", "Regular price: PLN 299.00", "Quantity: 2",
                   "PLN 498.00 in total", "14 March 2026, 16:30 (Europe/Warsaw, UTC+1)", "See the offer",
                   "from these messages"]),
        ("pl-PL", ["Dzień dobry, Jan Kowalski!", "249,00 zł za sztukę", "Cena regularna: 299,00 zł",
                   "Liczba sztuk: 2", "razem 498,00 zł", "14 marca 2026, 16:30 (Europe/Warsaw, UTC+1)",
                   "Zobacz ofertę", "takich wiadomości"]),
    ],
)  # fmt: skip
def test_an_email_states_the_offer(template: str, locale: str, facts: list[str]) -> None:
    """Item, amounts, what was wanted and the expiry with its zone, in both parts (L22, L34, L47)."""
    common = ["Wool cardigan", "Merino sweater", "Bielik & Sons", "ul. Piękna 12/4"]
    rendered = mail(promise(quantity=2), template=template, locale=locale)
    for text, fact in product(both(rendered), facts + common):
        assert fact in text
    assert "Wool cardigan" in rendered.subject
    assert "249" in rendered.subject


@pytest.mark.parametrize(("template", "locale"), [*product(TEMPLATES, LANGUAGES)])
def test_an_email_shows_the_alternative_and_leads_to_the_offer(template: str, locale: str) -> None:
    """Its picture with its name, the offer's page behind every link to it, and nobody else's picture."""
    rendered = mail(template=template, locale=locale)
    tags = Page(rendered.html).tags
    (picture,) = [attributes for tag, attributes in tags if tag == "img"]
    assert (picture["src"], picture["alt"]) == ("https://img.example/7.jpg", "Wool cardigan")
    links = [attributes["href"] for tag, attributes in tags if tag == "a"]
    assert links.count(OFFER.page_url) == 3
    assert set(links) == {OFFER.page_url, SHOP.url, "https://bielik.example/stop/customer-1"}
    assert str(OFFER.page_url) in rendered.text


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({"page_url": None}, "https://bielik.example/p/7"),
        ({"page_url": None, "url": None}, "https://bielik.example/"),
        ({"page_url": "javascript:alert(1)", "url": "ftp://x"}, "https://bielik.example/"),
    ],
)
def test_without_a_page_of_its_own_an_offer_leads_to_the_product_or_the_shop(
    changes: dict[str, Any], link: str
) -> None:
    """On every channel, and never anywhere else."""
    offer = promise(**changes)
    assert link in mail(offer).text
    assert f"\n{link}\n" in text_message(offer).text
    assert push(offer).url == link


def test_an_item_without_a_picture_has_its_initial() -> None:
    """As in the other e-mails."""
    page = mail(promise(image_url=None)).html
    assert "<img" not in page
    assert ">W</td>" in page


@pytest.mark.parametrize(("locale", "template"), [*product(LANGUAGES, TEMPLATES)])
@pytest.mark.parametrize("regular", [24900, 24000])
def test_a_regular_price_is_mentioned_only_when_it_is_higher(
    locale: str, template: str, regular: int
) -> None:
    """Nothing is compared with a price that isn't higher."""
    rendered = mail(promise(regular_price_minor=regular), locale=locale, template=template)
    for text in both(rendered):
        assert not re.search(r"(?i)regular", text)


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize(
    ("locale", "said", "said_short"),
    [
        ("en", "This price was made for you, by automated decision-making", "This price was made for you."),
        ("pl", "Ta cena została przygotowana indywidualnie, w drodze zautomatyzowanego podejmowania decyzji",
         "Cena przygotowana indywidualnie."),
    ],
)  # fmt: skip
def test_a_personal_price_is_declared_as_one(template: str, locale: str, said: str, said_short: str) -> None:
    """Wherever the price stands, and only if it is one (EU 2019/2161)."""
    about: dict[str, Any] = {"template": template, "locale": locale}
    personal = promise(personalized=True)
    assert all(said in text for text in both(mail(personal, **about)))
    assert said_short in " ".join(text_message(personal, **about).text.splitlines())
    assert said_short in push(personal, **about).body
    for text in (*both(mail(**about)), text_message(**about).text, push(**about).text):
        assert not re.search(r"(?i)made for you|indywidualn|automat", text)


@pytest.mark.parametrize(("locale", "template"), [*product(LANGUAGES, TEMPLATES)])
@pytest.mark.parametrize("personalized", [True, False])
def test_no_message_says_why_an_order_failed(locale: str, template: str, personalized: bool) -> None:
    """Not that anything was verified, declined or refused, in any word of either language."""
    about: dict[str, Any] = {"template": template, "locale": locale}
    offer = promise(quantity=2, personalized=personalized)
    rendered = mail(offer, **about)
    for text in (rendered.subject, rendered.text, rendered.html, text_message(offer, **about).text,
                 push(offer, **about).text):  # fmt: skip
        assert not FAILED_CHECK.search(text)


@pytest.mark.parametrize(("locale", "template"), [*product(LANGUAGES, TEMPLATES)])
def test_an_sms_is_one_segment_for_usual_names(locale: str, template: str) -> None:
    """GSM letters only, with price, expiry, zone, link and a way out."""
    offer = promise(name="Sweter Żółty Słoń", page_url=None)
    message = text_message(offer, replace(SHOP, name="Żółty Słoń"), locale=locale, template=template)
    assert message.segments == 1
    assert message.text.isascii()
    for said in (
        "Zolty Slon",
        "249",
        "PLN",
        "14 Mar 2026 16:30 UTC+1",
        "https://bielik.example/p/7",
        "STOP",
    ):
        assert said.casefold() in message.text.casefold()
    assert "299" not in message.text


def test_a_long_name_gives_way_before_an_sms_costs_more() -> None:
    """The name is cut as little as it takes; price, expiry and link stay whole."""
    message = text_message(promise(name=LONG, page_url=None, personalized=True), replace(SHOP, name="Bielik"))
    assert message.segments == 1
    assert "Bielik: Samsung Galaxy S24 Ult" in message.text
    assert "RAM" not in message.text
    roomy = text_message(promise(name=LONG, page_url="https://recoup.bielik.example/offers/" + "x" * 102))
    assert roomy.segments == 2
    assert "Samsung Galaxy S24 Ultra 5G 12 GB RAM 512 GB Titanium" in roomy.text
    for text in (message.text, roomy.text):
        assert "for 249.00 PLN until 14 Mar 2026 16:30 UTC+1" in text


def test_an_sms_from_a_name_has_a_link_to_opt_out() -> None:
    """Nobody can answer a name."""
    message = text_message(shop=replace(SHOP, sms_sender="BIELIK"))
    assert "STOP" not in message.text
    assert "https://bielik.example/stop/customer-1" in message.text


@pytest.mark.parametrize(
    ("locale", "template", "name"), [*product(LANGUAGES, TEMPLATES, ["Wool cardigan", LONG, "Ż" * 200])]
)
def test_a_push_message_fits_with_price_and_expiry(locale: str, template: str, name: str) -> None:
    """At most 65 and 178 characters in the worst case; the name gives way, nothing else does."""
    offer = promise(name=name, quantity=12, unit_price_minor=1_234_567_89, regular_price_minor=2_000_000_00,
                    personalized=True, valid_until=datetime(2026, 9, 14, 15, 30, tzinfo=UTC))  # fmt: skip
    message = push(offer, locale=locale, template=template, time_zone="Asia/Kolkata")
    assert 0 < len(message.title) <= 65
    assert len(message.body) <= 178
    assert len((message.title + message.body).splitlines()) == 1
    assert name[:20] in message.body
    assert "21:00 (UTC+5:30)" in message.body
    assert re.search(r"1.234.567.89", message.body)
    assert message.url == OFFER.page_url


def test_a_push_message_that_cannot_fit_is_not_sent(templates_of_ones_own: Any) -> None:
    """Rather no message than one that is cut before its price."""
    templates_of_ones_own("push.en.title", "An offer")
    terms = "{{ alternative.name }} for {{ alternative.unit_price }} until {{ alternative.until }}"
    templates_of_ones_own("push.en.txt", terms + " and so on" * 20)
    with pytest.raises(RenderingFailed, match="too long"):
        render(offering_push(), SHOP)


@pytest.mark.parametrize(
    "name",
    [
        *NASTY,
        "249",
        "2026",
        "PLN 17.00 voucher",
        "14 May 2026, 12:00",
        "1984",
        "00",
        "\u200b\u0301",
        "\u00b4",
        "16:30",
    ],
)
@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_strange_name_is_no_obstacle(name: str, locale: str) -> None:
    """An item, customer or shop may be called anything, amounts and dates included (L48)."""
    offer = promise(name=name, wanted=replace(WANTED, name=f"Not {name}"))
    shop = replace(SHOP, name="2 Euro Shop", postal_address="ul. 3 Maja 12/4\n00-540 Warszawa")
    about: dict[str, Any] = {"name": "May", "locale": locale}
    rendered = mail(offer, shop, **about)
    assert not ENTITY.search(rendered.subject) or "&" in name
    assert {tag for tag, _ in Page(rendered.html).tags}.isdisjoint({"script", "iframe", "form"})
    assert text_message(offer, shop, **about).text
    assert push(offer, shop, **about).body


@pytest.mark.parametrize("template", ["first", "last_call"])
def test_a_carts_words_do_not_carry_an_offer(template: str) -> None:
    """A message with an offer is about the offer."""
    with pytest.raises(RenderingFailed) as failure:
        render(offering(template=template), SHOP)
    assert failure.value.reason is Reason.TEMPLATE_INVALID


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("make", [offering, offering_sms, offering_push])
def test_an_offers_words_need_an_offer(template: str, make: Any) -> None:
    """Without one nothing is sent."""
    message: SendMessage = replace(make(template=template), offer=None)
    with pytest.raises(RenderingFailed):
        render(message, SHOP)


@pytest.mark.parametrize("changes", [{"quantity": 0}, {"unit_price_minor": -1}])
def test_an_offer_of_nothing_is_not_sent(changes: dict[str, int]) -> None:
    """Half a promise must not leave (L35)."""
    with pytest.raises(RenderingFailed, match="no quantity or no price"):
        render(offering(promise(**changes)), SHOP)


def test_an_offers_templates_exist_in_every_language_and_part() -> None:
    """English and Polish have the same templates, on three channels."""
    for template in TEMPLATES:
        names = {path.name for path in (rendering._TEMPLATES / template).iterdir()}
        parts = (
            "email.{}.subject",
            "email.{}.txt",
            "email.{}.html",
            "sms.{}.txt",
            "push.{}.title",
            "push.{}.txt",
        )
        assert names == {part.format(language) for language in LANGUAGES for part in parts}


def test_offers_of_one_make_up_are_rendered_once() -> None:
    """Names, amounts and moments are sealed, so that a thousand offers are a few template runs."""
    rendering._template_output.cache_clear()
    for number in range(50):
        offer = promise(
            name=f"Item {number}", unit_price_minor=20000 + number, page_url=f"https://x.example/{number}"
        )
        for make in (offering, offering_sms, offering_push):
            render(make(offer, name=f"Customer {chr(65 + number % 26)}"), SHOP)
    assert rendering._template_output.cache_info().misses == 6


def test_the_page_is_accessible_and_small() -> None:
    """Layout tables say so, the language is stated, and the unsubscribe link is not clipped away."""
    page = mail(promise(name="Ż" * 300, personalized=True), locale="pl-PL").html
    tags = Page(page).tags
    assert dict(tags)["html"]["lang"] == "pl-PL"
    assert all(attributes.get("role") == "presentation" for tag, attributes in tags if tag == "table")
    assert len(page.encode()) < 40_000


def test_a_cart_message_knows_nothing_of_offers() -> None:
    """Its styles and words are its own."""
    rendered = render(email(), SHOP)
    assert isinstance(rendered, RenderedEmail)
    assert "offer" not in rendered.html


def test_the_expiry_is_to_the_minute() -> None:
    """Seconds of the deadline are neither shown nor compared (L22)."""
    assert "16:30" in mail(promise(valid_until=VALID_UNTIL.replace(second=59, microsecond=7))).text
