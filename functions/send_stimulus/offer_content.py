"""What a message about an alternative offer says, ready for its templates; sealed as `content` does it."""

import unicodedata
from typing import TYPE_CHECKING

from common.domain.effects import SendMessage
from common.domain.offers import OfferPromise
from common.domain.shop import Shop
from common.domain.values import dataclass
from common.domain.vocabulary import Channel
from functions.send_stimulus import formats, gsm
from functions.send_stimulus.content import From, RenderingFailed, from_shop, sealed_until, spelt, zone_of
from functions.send_stimulus.formats import Until
from functions.send_stimulus.sealing import Seals, clean, clean_name, clean_url

if TYPE_CHECKING:
    from babel import Locale

LONGEST_NAME = 120
"""Characters of an item's name in an e-mail."""
HEADING_NAME = 60
"""The same in a subject, and in the line that mail programs show beside it."""
TIGHT_NAMES = (60, 48, 36, 30, 24)
"""The same where space is short, tried in this order: the name gives way, price and expiry never do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The item that is offered."""

    name: str
    heading: str
    """The name where a line is short."""
    initial: str
    """Stands where a picture would."""
    quantity: str
    several: bool
    """Whether the quantity is more than one."""
    unit_price: str
    total: str
    """For all pieces."""
    regular_price: str | None
    """What anybody pays for one, where that is more."""
    image_url: str | None
    until: Until


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferContent:
    """The variables of an offer's template; a field of this class is all that one may name."""

    lang: str
    name: str | None
    """To greet by."""
    alternative: Alternative
    wanted: str | None
    """The name of the item that they wanted."""
    personalized: bool
    page_url: str
    """Where the offer is seen and accepted."""
    shop: From


def offer_content_of(
    message: SendMessage, shop: Shop, locale: "Locale", seals: Seals, longest_name: int
) -> OfferContent:
    """What `message` says about its offer. Raises RenderingFailed if it has none, or one that can't be true."""
    offer = message.offer
    if offer is None:
        raise RenderingFailed("the message has no offer")
    if offer.quantity < 1 or offer.unit_price_minor < 0:
        raise RenderingFailed("the offer has no quantity or no price")
    name, wanted = clean_name(message.name), clean(offer.wanted.name, longest_name)
    wanted = wanted if _is_visible(wanted) else ""
    return OfferContent(
        lang=str(locale).replace("_", "-"),
        name=name and seals.seal(name),
        alternative=_alternative(offer, message, shop, locale, seals, longest_name),
        wanted=seals.seal(spelt(wanted, _is_sms(message))) if wanted else None,
        personalized=offer.personalized,
        page_url=seals.seal(offer_link(offer, shop)),
        shop=from_shop(message, shop, seals),
    )


def offer_link(offer: OfferPromise, shop: Shop) -> str:
    """The offer's own page, or else the product's, or else the shop."""
    return clean_url(offer.page_url) or clean_url(offer.url) or shop.url


def full_name(offer: OfferPromise) -> str:
    """The item's name as far as it is shown at all; never empty, nor of signs that nobody sees."""
    named = (clean(offer.name, LONGEST_NAME), clean(offer.sku, 60))
    return next((name for name in named if _is_visible(name)), "—")


def _alternative(
    offer: OfferPromise, message: SendMessage, shop: Shop, locale: "Locale", seals: Seals, longest_name: int
) -> Alternative:
    sms, name, image_url = _is_sms(message), full_name(offer), clean_url(offer.image_url)

    def amount(minor: int) -> str:
        write = formats.plain_money if sms else formats.money
        return seals.seal(spelt(write(minor, message.currency, locale), sms))

    dearer = offer.regular_price_minor > offer.unit_price_minor
    zone = zone_of(message.time_zone, shop.time_zone)
    return Alternative(
        name=seals.seal(spelt(clean(name, longest_name), sms)),
        heading=seals.seal(spelt(clean(name, min(longest_name, HEADING_NAME)), sms)),
        initial=seals.seal(next((letter for letter in name if letter.isalnum()), "·").upper()[:1]),
        quantity=seals.seal(str(offer.quantity)),
        several=offer.quantity > 1,
        unit_price=amount(offer.unit_price_minor),
        total=amount(offer.quantity * offer.unit_price_minor),
        regular_price=amount(offer.regular_price_minor) if dearer else None,
        image_url=image_url and seals.seal(image_url),
        until=sealed_until(_until(offer, zone, locale, short=sms), seals, sms),
    )


def _until(offer: OfferPromise, zone: str, locale: "Locale", *, short: bool) -> Until:
    """With the month in letters: nobody may wonder which of two numbers is the month."""
    until = formats.until(offer.valid_until, zone, locale, short=short)
    if any(letter.isalpha() for letter in until.date):
        return until
    return formats.until(offer.valid_until, zone, locale)


def _is_visible(text: str) -> bool:
    """Whether it has more than blanks, controls, marks and private signs, in an SMS too."""
    return any(unicodedata.category(letter)[0] not in "CMZ" for letter in gsm.fold(text))


def _is_sms(message: SendMessage) -> bool:
    return message.channel is Channel.SMS
