"""An offer's page, in the customer's language. Without a script, and without a word about why there is an offer."""

from typing import TYPE_CHECKING, Any

from common.domain.documents import Customer
from common.domain.offers import Offer, Proposal
from common.domain.policy import Policy
from common.domain.shop import Shop
from common.domain.values import dataclass
from common.domain.vocabulary import OfferStage
from common.domain.wire import stamp
from functions.storefront_api.calls import Answer, Call
from functions.storefront_api.link_calls import spoken
from functions.storefront_api.offer_addresses import link, origin, picture
from functions.storefront_api.offer_words import WORDS
from functions.storefront_api.page_formats import locale_of, money, until, zone_of
from functions.storefront_api.pages import rendered, shortened

if TYPE_CHECKING:
    from babel import Locale

_TEMPLATE = "offer.html"
_OPEN = (OfferStage.DELIVERED, OfferStage.VIEWED)
_PAGES = {
    **dict.fromkeys(_OPEN, "open"),
    OfferStage.READY: "ready",
    OfferStage.ACCEPTED: "accepted",
    OfferStage.ORDERED: "ordered",
    OfferStage.DECLINED: "declined",
    OfferStage.EXPIRED: "expired",
}
"""The page of each state; all others are closed."""
_COMPARED = ("open", "ready")
"""Pages with both, the offer and what had been wanted."""
_SHOWN_WHOLE = (*_COMPARED, "accepted", "ordered")
CLOSED = "closed"

Figure = tuple[str, str, bool]
"""A label, what stands beside it, and whether that is what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    """One of the two, as the page shows it."""

    name: str
    figures: tuple[Figure, ...]
    image: str | None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Whom a page is for."""

    shop: Shop
    lang: str
    locale: str | None = None
    """The customer's own, which may say more than the language."""
    time_zone: str | None = None


def reader_of(call: Call, policy: Policy, customer: Customer | None = None) -> Reader:
    """The customer, as far as they are known; the caller's browser otherwise."""
    return Reader(
        shop=policy.shop,
        lang=spoken(call, policy, customer),
        locale=customer.locale if customer else None,
        time_zone=customer.time_zone if customer else None,
    )


def page_of(state: OfferStage) -> str:
    """Which page tells of an offer in that state."""
    return _PAGES.get(state, CLOSED)


def offer_page(
    reader: Reader,
    offer: Offer,
    proposal: Proposal,
    name: str,
    status: int = 200,
    *,
    base: str = "",
    notice: str | None = None,
) -> Answer:
    """The page `name` about the offer. `base` leads from the page's address to where answers are taken."""
    labels, is_open = WORDS[reader.lang]["labels"], name == "open"
    locale = locale_of(reader.lang, reader.locale, reader.shop.default_locale)
    alternative = _alternative(offer, proposal, locale, labels) if name in _SHOWN_WHOLE else None
    wanted = _wanted(offer, locale, labels) if name in _COMPARED else None
    return _written(
        reader,
        name,
        status,
        pictures_of=(alternative, wanted),
        notice=WORDS[reader.lang]["notices"][notice] if notice else None,
        alternative=alternative,
        wanted=wanted,
        personalized=proposal.personalized,
        until=_until(offer, reader, locale) if is_open else None,
        until_exact=stamp(offer.valid_until) if offer.valid_until else None,
        may_answer=is_open,
        version=offer.version,
        base=base,
        has_link=name not in _COMPARED,
    )


def bare_page(
    reader: Reader, name: str, status: int, again: str | None = None, version: int | None = None
) -> Answer:
    """A page that shows no offer; `again` is the answer that can be sent once more."""
    return _written(reader, name, status, again=again, version=version)


def _written(
    reader: Reader,
    name: str,
    status: int,
    pictures_of: "tuple[_Product | None, ...]" = (),
    **values: Any,
) -> Answer:
    nothing = dict.fromkeys(("notice", "alternative", "wanted", "may_answer", "again", "has_link"))
    words = WORDS[reader.lang]
    return rendered(
        _TEMPLATE,
        reader.lang,
        reader.shop,
        status,
        words[name],
        pictures_from=[found for one in pictures_of if one and (found := origin(one.image))],
        **{**nothing, "labels": words["labels"], **values},
    )


def _alternative(offer: Offer, proposal: Proposal, locale: "Locale", labels: Any) -> _Product:
    price, pieces = proposal.unit_price_minor, offer.wanted.quantity
    figures = _figures(price, pieces, offer.currency, locale, labels)
    if proposal.regular_price_minor > price:
        regular = money(proposal.regular_price_minor, offer.currency, locale)
        figures = (*figures[:1], (labels["regular_price"], regular, False), *figures[1:])
    return _Product(
        name=shortened(proposal.name or proposal.sku),
        figures=figures,
        image=picture(proposal.image_url),
        url=link(proposal.url),
    )


def _wanted(offer: Offer, locale: "Locale", labels: Any) -> _Product:
    wanted = offer.wanted
    figures = _figures(wanted.unit_price_minor, wanted.quantity, offer.currency, locale, labels)
    plain = tuple((label, value, False) for label, value, _ in figures)
    return _Product(name=shortened(wanted.name or wanted.sku), figures=plain, image=picture(wanted.image_url))


def _figures(price: int, pieces: int, currency: str, locale: "Locale", labels: Any) -> tuple[Figure, ...]:
    """The price; of several, each one's price, how many, and all together."""
    if pieces == 1:
        return ((labels["price"], money(price, currency, locale), True),)
    return (
        (labels["unit_price"], money(price, currency, locale), False),
        (labels["quantity"], str(pieces), False),
        (labels["total"], money(price * pieces, currency, locale), True),
    )


def _until(offer: Offer, reader: Reader, locale: "Locale") -> str | None:
    """Until when it holds, on the customer's own clock, else the shop's."""
    if offer.valid_until is None:
        return None
    return until(offer.valid_until, zone_of(reader.time_zone, reader.shop.time_zone), locale)
