"""A verdict about an offer, as an app or a person reads it."""

from common.domain.offers import Offer, OfferVerdict, Proposal
from common.domain.vocabulary import OfferAction, OfferRefusal, OfferStage
from functions.storefront_api.calls import Answer
from functions.storefront_api.offer_bodies import offer_body
from functions.storefront_api.offer_pages import CLOSED, Reader, offer_page, page_of
from functions.storefront_api.offer_words import WORDS

_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow", "Vary": "Accept"}
_OUTCOMES = {OfferAction.ACCEPT: OfferStage.ACCEPTED, OfferAction.DECLINE: OfferStage.DECLINED}
_SENTENCES = {
    OfferRefusal.NOT_READY: "the offer can't be answered yet; try again later",
    OfferRefusal.EXPIRED: "the offer has expired",
    OfferRefusal.CANCELLED: "the offer is no longer available",
    OfferRefusal.DECLINED: "the offer has been declined",
    OfferRefusal.ACCEPTED: "the offer has been accepted",
    OfferRefusal.REPLACED: "the offer has been replaced by another one",
    OfferRefusal.OUT_OF_DATE: "the offer is not at that version any more; show it anew and send its version",
    OfferRefusal.LIMIT_BREACHED: "the offer is no longer available",
}
_PAGES = {
    OfferRefusal.NOT_READY: "ready",
    OfferRefusal.EXPIRED: "expired",
    OfferRefusal.DECLINED: "declined",
    OfferRefusal.ACCEPTED: "accepted",
}
"""The page of a refusal; an offer at another version shows as it is, and all others are closed."""


def shown(reader: Reader, verdict: OfferVerdict, *, as_json: bool, base: str) -> Answer:
    """The offer where it stands."""
    offer, proposal, state = _parts(verdict)
    if as_json:
        return Answer(200, offer_body(offer, proposal, state), _HEADERS)
    return _varying(offer_page(reader, offer, proposal, page_of(state), base=base))


def done_or_refused(reader: Reader, verdict: OfferVerdict, *, as_json: bool) -> Answer:
    """200 and the outcome, which a repeated answer finds unchanged (L52); 410 expired (L50), 409 all other refusals."""
    if verdict.refusal is not None:
        return _refused(reader, verdict, verdict.refusal, as_json=as_json)
    offer, proposal, _ = _parts(verdict)
    outcome = _OUTCOMES[verdict.action]
    if as_json:
        return Answer(200, offer_body(offer, proposal, outcome), _HEADERS)
    return _varying(offer_page(reader, offer, proposal, page_of(outcome)))


def _refused(reader: Reader, verdict: OfferVerdict, why: OfferRefusal, *, as_json: bool) -> Answer:
    offer, proposal, state = _parts(verdict)
    status = 410 if why is OfferRefusal.EXPIRED else 409
    notice = why.value if why in (OfferRefusal.OUT_OF_DATE, OfferRefusal.ACCEPTED) else None
    name = page_of(state) if why is OfferRefusal.OUT_OF_DATE else _PAGES.get(why, CLOSED)
    if not as_json:
        return _varying(offer_page(reader, offer, proposal, name, status, notice=notice))
    words = WORDS[reader.lang]
    body = {
        "error": _SENTENCES[why],
        "reason": why.value,
        "message_for_customer": words["notices"][notice]
        if notice
        else f"{words[name]['title']}. {words[name]['lead']}",
        "offer": offer_body(offer, proposal, state),
    }
    return Answer(status, body, _HEADERS)


def _parts(verdict: OfferVerdict) -> tuple[Offer, Proposal, OfferStage]:
    offer = verdict.offer
    if offer is None or offer.proposal is None:
        raise AssertionError("whoever answers has an offer with a price")
    return offer, offer.proposal, verdict.state or offer.stage


def _varying(page: Answer) -> Answer:
    return Answer(page.status, page.body, {**page.headers, "Vary": "Accept"}, page.page)
