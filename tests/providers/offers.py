"""Messages about an alternative offer; each test names only what it is about."""

from dataclasses import replace
from typing import Any

from common.domain.effects import SendMessage
from common.domain.offers import OfferPromise, Wanted
from common.domain.storefront import Line
from common.domain.vocabulary import Channel
from tests.providers.messages import NO_VOUCHER, VALID_UNTIL, email

WANTED = Wanted(
    sku="sweater",
    name="Merino sweater",
    quantity=1,
    unit_price_minor=34900,
    url="https://bielik.example/p/1",
    image_url="https://img.example/1.jpg",
)
OFFER = OfferPromise(
    offer_id="case-1-1",
    wanted=WANTED,
    sku="cardigan",
    name="Wool cardigan",
    quantity=1,
    unit_price_minor=24900,
    regular_price_minor=29900,
    valid_until=VALID_UNTIL,
    url="https://bielik.example/p/7",
    image_url="https://img.example/7.jpg",
    page_url="https://recoup.bielik.example/offers/t0ken",
)
LINE = Line(
    sku=WANTED.sku,
    name=WANTED.name,
    quantity=1,
    unit_price_minor=WANTED.unit_price_minor,
    url=WANTED.url,
    image_url=WANTED.image_url,
)


def promise(**changes: Any) -> OfferPromise:
    """A cardigan for PLN 249.00 (299.00 for anybody else) instead of a sweater, apart from `changes`."""
    return replace(OFFER, **changes)


def offering(offer: OfferPromise = OFFER, **changes: Any) -> SendMessage:
    """An e-mail in English about the offer, apart from `changes`."""
    about = {
        "template": "alternative_offer",
        "step": "offer",
        "lines": (LINE,),
        "total_minor": 34900,
        "offer": offer,
    }
    return email(**{**NO_VOUCHER, "cart_url": None, **about, **changes})


def offering_sms(offer: OfferPromise = OFFER, **changes: Any) -> SendMessage:
    """The same as an SMS."""
    return offering(offer, **{"channel": Channel.SMS, "recipient": "+48600111222", **changes})


def offering_push(offer: OfferPromise = OFFER, **changes: Any) -> SendMessage:
    """The same as a push message."""
    return offering(offer, **{"channel": Channel.PUSH, "recipient": "device-token", **changes})
