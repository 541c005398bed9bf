"""A message that doesn't say what its offer says never leaves, whichever way it went wrong."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from common.domain.money import decimals_of
from common.domain.vocabulary import Reason
from functions.send_stimulus.formats import locale_of
from functions.send_stimulus.parse_back import check
from functions.send_stimulus.rendered import RenderedEmail, RenderedSms
from functions.send_stimulus.rendering import RenderingFailed, render
from tests.providers.messages import SHOP, VALID_UNTIL
from tests.providers.offers import LINE, OFFER, WANTED, offering, offering_push, offering_sms, promise

Write = Callable[[str, str], None]
SOUND = "{{ alternative.name }} for {{ alternative.unit_price }} until {{ alternative.until }}."
UNTIL = "14 March 2026, 16:30 (Europe/Warsaw, UTC+1)"
TWO = promise(quantity=2)
WRONG = {
    "another price": (SOUND.replace("{{ alternative.unit_price }}", "PLN 248.00"), "248.00"),
    "the wanted item's price": (SOUND.replace("{{ alternative.unit_price }}", "PLN 349.00"), "349.00"),
    "the regular price as the price": (SOUND.replace("unit_price", "regular_price"), "299.00"),
    "the right price and a wrong one": (SOUND + " Now only PLN 24.90!", "24.90"),
    "the right price and the regular one as another": (SOUND + " Pay {{ alternative.regular_price }} now.", "299"),
    "a wrong regular price": (SOUND + " Regular price: PLN 499.00.", "499.00"),
    "the price as the regular one": (SOUND + " Regular price: {{ alternative.unit_price }}.", "249.00"),
    "a wrong amount glued to its currency": (SOUND + " PLN24.90", "24.90"),
    "a wrong amount with the currency of home": (SOUND + " 24,90 zł", "24,90"),
    "a wrong round amount": (SOUND + " Just 199 zł.", "199"),
    "a wrong total": (SOUND + " PLN 499.00 in total", "499.00"),
    "another currency": (SOUND.replace("{{ alternative.unit_price }}", "EUR 249.00"), "EUR 249.00"),
    "another currency's symbol": (SOUND.replace("{{ alternative.unit_price }}", "€249.00"), "€249.00"),
    "another currency behind": (SOUND.replace("{{ alternative.unit_price }}", "249.00 Kč"), "249.00 Kč"),
    "a symbol that could be anybody's": (SOUND + " That is ₿249.00.", "249.00"),
    "two currencies": (SOUND.replace("{{ alternative.unit_price }}", "PLN 249.00 EUR"), "EUR"),
    "no currency": (SOUND.replace("{{ alternative.unit_price }}", "249.00"), "249.00"),
    "decimals of another language": (SOUND.replace("{{ alternative.unit_price }}", "PLN 249,00"), "249,00"),
    "thousands": (SOUND.replace("{{ alternative.unit_price }}", "PLN 249,000.00"), "249,000.00"),
    "a digit more": (SOUND.replace("{{ alternative.unit_price }}", "1{{ alternative.unit_price }}"), "1"),
    "no price": (SOUND.replace("{{ alternative.unit_price }}", "less"), "the price"),
    "the price of all as the price": (SOUND.replace("unit_price", "total"), "the price"),
    "another day": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("14", "15")), "2026-03-15"),
    "another month": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("March", "February")), "2026-02-14"),
    "another year": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("2026", "2027")), "2027-03-14"),
    "another minute": (SOUND.replace("{{ alternative.until }}", UNTIL.replace(":30", ":31")), "16:31"),
    "the other half of the day": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("16:30", "4:30 am")), "04:30"),
    "UTC's time in the customer's zone": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("16", "15")), "15:30"),
    "the customer's time in another zone": (
        SOUND.replace("{{ alternative.until }}", UNTIL.replace("Europe/Warsaw, UTC+1", "America/New_York, UTC-4")),
        "-04:00",
    ),
    "a zone that is not at its offset": (
        SOUND.replace("{{ alternative.until }}", UNTIL.replace("Europe/Warsaw", "Europe/London")), "no moment"),
    "a zone that doesn't exist": (
        SOUND.replace("{{ alternative.until }}", UNTIL.replace("Warsaw", "Atlantis")), "no moment"),
    "no zone": (SOUND.replace("{{ alternative.until }}", "14 March 2026, 16:30"), "no moment"),
    "no time": (SOUND.replace("{{ alternative.until }}", "14 March 2026"), "no moment"),
    "a day that doesn't exist": (SOUND.replace("{{ alternative.until }}", UNTIL.replace("14", "32")), "no moment"),
    "a date in figures": (SOUND.replace("{{ alternative.until }}", "14.03.2026"), "no moment"),
    "the right expiry and another date": (SOUND + " Order by 13 March.", "13 March"),
    "the right expiry and another time": (SOUND + " Today until 18:00.", "18:00"),
    "the right expiry and another moment": (SOUND + f" Or {UNTIL.replace('14', '13')}.", "2026-03-13"),
    "no expiry": (SOUND.replace("{{ alternative.until }}", "soon"), "until when"),
    "the wanted item's name": (SOUND.replace("alternative.name", "wanted"), "the item"),
    "a third item's name": (SOUND.replace("{{ alternative.name }}", "Silk scarf"), "the item"),
    "the price beside the wanted item": (
        "{{ wanted }} for {{ alternative.unit_price }} until {{ alternative.until }}. Also {{ alternative.name }}",
        "something else",
    ),
    "the price far from the item": (
        "{{ alternative.name }}\na\nb\nc\nd\n{{ alternative.unit_price }} until {{ alternative.until }}",
        "something else",
    ),
    "a name that goes on": (SOUND.replace("{{ alternative.name }}", "{{ alternative.name }}s"), "the item"),
}  # fmt: skip


def blocked(message: Any) -> str:
    with pytest.raises(RenderingFailed) as failure:
        render(message, SHOP)
    assert failure.value.reason is Reason.TEMPLATE_INVALID
    assert "Jan" not in failure.value.detail
    return failure.value.detail


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("part", ["txt", "html"])
def test_an_email_that_is_wrong_in_any_part_is_blocked(
    templates_of_ones_own: Write, part: str, wrong: str
) -> None:
    """The other part is right, which doesn't help (L22, L34, L48)."""
    template, detail = WRONG[wrong]
    templates_of_ones_own("email.en.subject", "An offer")
    for one in ("txt", "html"):
        text = template if one == part else SOUND
        templates_of_ones_own(
            f"email.en.{one}", text if one == "txt" else f"<p>{text}</p>".replace("\n", "<br>")
        )
    assert detail in blocked(offering(TWO))


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if "far from" not in wrong])
def test_a_push_message_that_is_wrong_is_blocked(templates_of_ones_own: Write, wrong: str) -> None:
    """Its two lines are one part. (All of the second is one line, so nothing in it is far from the item.)"""
    template, detail = WRONG[wrong]
    templates_of_ones_own("push.en.title", "An offer")
    templates_of_ones_own("push.en.txt", template)
    assert detail in blocked(offering_push(TWO))


@pytest.mark.parametrize("wrong", WRONG)
def test_an_sms_that_is_wrong_is_blocked(templates_of_ones_own: Write, wrong: str) -> None:
    """Its amounts are written with codes and its zone as an offset, and the same goes wrong."""
    template, _ = WRONG[wrong]
    templates_of_ones_own("sms.en.txt", template)
    assert blocked(offering_sms(TWO)).startswith("alternative_offer/sms: the text ")


@pytest.mark.parametrize(
    "template",
    [
        SOUND,
        SOUND + " Regular price: {{ alternative.regular_price }}. {{ alternative.total }} in total.",
        "Not {{ wanted }}: {{ alternative.unit_price }} for {{ alternative.name }} until {{ alternative.until }}.",
        SOUND + " 30 days to return it, 2 years of warranty, 100% wool, call 22 123 45 67. You may smile.",
        "{{ wanted }}\n" + SOUND,
    ],
)
@pytest.mark.parametrize("locale", ["en", "en-US", "en-GB", "en-CA", "en-IN", "en-CH", "en-ZA", "en-DK"])
def test_a_sound_template_of_ones_own_is_sent(
    templates_of_ones_own: Write, template: str, locale: str
) -> None:
    """The check leaves alone what is right, however the customer's country writes it."""
    templates_of_ones_own("email.en.subject", "An offer")
    templates_of_ones_own("email.en.txt", template)
    templates_of_ones_own("email.en.html", f"<p>{template}</p>")
    templates_of_ones_own("sms.en.txt", template)
    for make in (offering, offering_sms):
        assert render(make(TWO, locale=locale), SHOP).text


@pytest.mark.parametrize(
    ("subject", "detail"),
    [
        ("{{ wanted }} for you", "name the item"),
        ("{{ alternative.heading }} for PLN 24.90", "24.90"),
        ("{{ alternative.heading }}, regular price {{ alternative.regular_price }}", "say the price"),
        ("{{ wanted }} {{ alternative.unit_price }}, {{ alternative.heading }} too", "something else"),
        ("{{ alternative.unit_price }} for {{ alternative.heading }}", None),
        ("Instead of {{ wanted }}", "name the item"),
        ("Until {{ alternative.until }}", None),
        ("Until 15 March", "15 March"),
    ],
)
def test_a_wrong_subject_is_blocked(templates_of_ones_own: Write, subject: str, detail: str | None) -> None:
    """It may leave things out, and say nothing else."""
    templates_of_ones_own("email.en.subject", subject)
    templates_of_ones_own("email.en.txt", SOUND)
    templates_of_ones_own("email.en.html", SOUND)
    if detail is None:
        assert render(offering(), SHOP).text
    else:
        said = blocked(offering())
        assert "the subject" in said
        assert detail in said


@pytest.mark.parametrize(
    ("page", "detail"),
    [
        ('<img src="https://img.example/1.jpg" alt="">', "picture"),
        ('<img src="x.png" alt="Only PLN 1.00">', "1.00"),
        ('<a href="x" title="until 13 March">x</a>', "13 March"),
        ('<p style="display: none">PLN 24.90</p>', "24.90"),
        ("<p><b>PLN</b> <i>24</i>.90</p>", "24.90"),
        ("<p>PLN&nbsp;24&#46;90</p>", "24.90"),
        ("<title>Now PLN 24.90</title>", "24.90"),
    ],
)
def test_a_page_is_read_as_people_and_their_devices_read_it(
    templates_of_ones_own: Write, page: str, detail: str
) -> None:
    """Tags, entities, words for pictures, and what is hidden."""
    templates_of_ones_own("email.en.subject", "An offer")
    templates_of_ones_own("email.en.txt", SOUND)
    templates_of_ones_own("email.en.html", f"<p>{SOUND}</p>{page}")
    assert detail in blocked(offering())


def test_a_name_in_a_pictures_words_is_no_name(templates_of_ones_own: Write) -> None:
    """What is seen beside the price is what is offered."""
    templates_of_ones_own("email.en.subject", "An offer")
    templates_of_ones_own("email.en.txt", SOUND)
    templates_of_ones_own(
        "email.en.html",
        '<img src="x" alt="{{ alternative.name }}">' + SOUND.replace("alternative.name", "wanted"),
    )
    assert "the item" in blocked(offering())


@pytest.mark.parametrize(
    ("wanted", "alternative"),
    [("Phone 15 Pro", "Phone 15"), ("Phone", "Phone mini"), ("Phone 15", "phone 15"), ("Phone", "Phone")],
)
def test_items_with_similar_names_are_told_apart(
    templates_of_ones_own: Write, wanted: str, alternative: str
) -> None:
    """One name within the other is not the other; the same name is."""
    for part, text in (("title", "x"), ("txt", SOUND)):
        templates_of_ones_own(f"push.en.{part}", text)
        templates_of_ones_own(f"push.pl.{part}", text.replace("alternative.name", "wanted"))
    offer = promise(name=alternative, wanted=replace(WANTED, name=wanted))
    right = offering_push(offer, lines=(replace(LINE, name=wanted),))
    assert render(right, SHOP).text
    wrong = replace(right, locale="pl")
    if wanted == alternative:
        assert render(wrong, SHOP).text
    else:
        assert "the item" in blocked(wrong)


@pytest.mark.parametrize(
    "changes",
    [
        {"unit_price_minor": 24901},
        {"unit_price_minor": 2490},
        {"name": "Wool scarf"},
        {"valid_until": VALID_UNTIL + timedelta(minutes=1)},
        {"valid_until": VALID_UNTIL - timedelta(days=7)},
    ],
)
@pytest.mark.parametrize("locale", ["en", "pl"])
@pytest.mark.parametrize("make", [offering, offering_sms, offering_push])
@pytest.mark.parametrize("template", ["alternative_offer", "offer_reminder"])
def test_a_message_of_another_offer_is_noticed(
    changes: dict[str, Any], locale: str, make: Any, template: str
) -> None:
    """Our own templates' messages, compared with an offer that differs in one thing."""
    message = make(locale=locale, template=template)
    rendered, written = render(message, SHOP), locale_of(locale)
    assert written is not None
    check(rendered, OFFER, message, SHOP, written)
    with pytest.raises(RenderingFailed):
        check(rendered, promise(**changes), message, SHOP, written)
    with pytest.raises(RenderingFailed):
        check(rendered, OFFER, replace(message, currency="EUR"), SHOP, written)


@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_each_part_of_an_email_is_compared(part: str) -> None:
    """One changed digit anywhere is enough."""
    message, english = offering(), locale_of("en-GB")
    rendered = render(message, SHOP)
    assert isinstance(rendered, RenderedEmail)
    assert english is not None
    changed = replace(rendered, **{part: getattr(rendered, part).replace("249.00", "248.00", 1)})
    with pytest.raises(RenderingFailed, match="page" if part == "html" else part):
        check(changed, OFFER, message, SHOP, english)


def test_an_sms_of_the_wrong_language_is_no_excuse() -> None:
    """A text that can't be read in its own language says nothing."""
    polish = locale_of("pl")
    assert polish is not None
    with pytest.raises(RenderingFailed):
        check(RenderedSms(text="Kup teraz"), OFFER, offering_sms(locale="pl"), SHOP, polish)


@settings(max_examples=60, deadline=None)
@given(
    locale=st.sampled_from(["en", "en-US", "en-GB", "en-AU", "en-CA", "en-IN", "en-ZA", "en-CH", "en-DE", "en-DK",
                            "en-FI", "en-FR", "en-SE", "en-MV", "en-PK", "pl", "pl-PL", "de-AT"]),
    currency=st.sampled_from(["PLN", "EUR", "USD", "GBP", "CHF", "CZK", "SEK", "HUF", "JPY", "KWD", "INR", "AUD"]),
    zone=st.sampled_from(["Europe/Warsaw", "UTC", "America/New_York", "America/St_Johns", "Asia/Kolkata",
                          "Pacific/Apia", "Etc/GMT+12", "America/Port-au-Prince", "CET", "Japan", None]),
    minor=st.integers(1, 10**11),
    quantity=st.integers(1, 100),
    until=st.datetimes(datetime(2024, 1, 1), datetime(2031, 1, 1)),  # noqa: DTZ001 - hypothesis adds no zone
    personalized=st.booleans(),
    names=st.tuples(*(st.text(st.characters(), max_size=150) for _ in range(3))),
    template=st.sampled_from(["alternative_offer", "offer_reminder"]),
)  # fmt: skip
@example("pl", "PLN", "Europe/Warsaw", 123456789, 2, datetime(2026, 10, 25, 0, 30), True,  # noqa: DTZ001
         ("5 maja", "249,00", "14"), "alternative_offer")  # fmt: skip
def test_what_is_written_is_read_back(
    locale: str, currency: str, zone: str | None, minor: int, quantity: int, until: datetime, personalized: bool,
    names: tuple[str, str, str], template: str,
) -> None:  # fmt: skip
    """Any offer in any zone, currency and country of our languages is sent on every channel, and no other passes."""
    minor -= minor % 10 ** max(0, decimals_of(currency) - 2)
    offer = promise(
        name=names[0], wanted=replace(WANTED, name=names[1]), quantity=quantity, unit_price_minor=minor,
        regular_price_minor=2 * minor, valid_until=until.replace(tzinfo=UTC), personalized=personalized,
    )  # fmt: skip
    about = {
        "name": names[2],
        "locale": locale,
        "time_zone": zone,
        "currency": currency,
        "template": template,
    }
    for make in (offering, offering_sms, offering_push):
        message = make(offer, lines=(replace(LINE, name=names[1]),), **about)
        rendered = render(message, SHOP)
        written = locale_of(locale if locale != "de-AT" else "pl")
        assert written is not None
        for wrong in (replace(offer, unit_price_minor=minor + 1),
                      replace(offer, valid_until=offer.valid_until + timedelta(hours=1))):  # fmt: skip
            with pytest.raises(RenderingFailed):
                check(rendered, wrong, message, SHOP, written)
