"""An offer as apps and the shop's backend read it, and what they send back with an answer."""

import json
from typing import Any
from urllib.parse import parse_qs

from common.domain.money import format_minor
from common.domain.offers import LIVE, Offer, Proposal
from common.domain.values import dataclass
from common.domain.vocabulary import OfferStage, SalesChannel
from common.domain.wire import stamp
from functions.storefront_api.calls import Call
from functions.storefront_api.link_calls import wants_json
from functions.storefront_api.offer_addresses import link, picture
from functions.storefront_api.voucher_bodies import UnusableBody

_CHANNELS = {one.value: one for one in (SalesChannel.WEB, SalesChannel.APP)}
_FIELDS = ("version", "channel")
_ANSWERED = (OfferStage.ACCEPTED, OfferStage.ORDERED, OfferStage.DECLINED)
_NO_VERSION = 0
"""What an unreadable version of a form stands for: it is nobody's, so the page is shown anew."""


def offer_body(offer: Offer, proposal: Proposal, state: OfferStage) -> dict[str, Any]:
    """The offer in a state; nothing of it tells who it is for, or why the first choice came to nothing.

    `version` is there while the offer can be answered, and who answered when only afterwards: an answer that is
    repeated later reads exactly as the first one did (L52).
    """
    wanted, currency = offer.wanted, offer.currency
    said: dict[str, Any] = {
        "offer_id": offer.id,
        "state": state.value,
        "currency": currency,
        "wanted": {
            "name": wanted.name or wanted.sku,
            "quantity": wanted.quantity,
            **_amount("unit_price", wanted.unit_price_minor, currency),
            "image_url": picture(wanted.image_url),
        },
        "alternative": {
            "sku": proposal.sku,
            "name": proposal.name or proposal.sku,
            "quantity": wanted.quantity,
            **_amount("unit_price", proposal.unit_price_minor, currency),
            **_amount("regular_price", proposal.regular_price_minor, currency),
            **_amount("total", proposal.unit_price_minor * wanted.quantity, currency),
            "url": link(proposal.url),
            "image_url": picture(proposal.image_url),
        },
        "valid_until": offer.valid_until and stamp(offer.valid_until),
        "personalized_price": proposal.personalized,
    }
    if state in LIVE:
        return {**said, "version": offer.version}
    if offer.answered_at is not None and state in _ANSWERED:
        through = offer.answered_through
        return {
            **said,
            "answered_at": stamp(offer.answered_at),
            "answered_through": through and through.value,
        }
    return said


def _amount(name: str, minor: int, currency: str) -> dict[str, Any]:
    return {name: format_minor(minor, currency), f"{name}_minor": minor}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What comes with an answer."""

    channel: SalesChannel
    version: int | None = None
    """Which version of the offer was seen; None = it isn't said."""


def sends_json(call: Call) -> bool:
    """Whether the call is an app's: it says so, or it asks for JSON and sends no form."""
    sent = call.header("content-type").partition(";")[0].strip().lower()
    if sent == "application/json" or sent.endswith("+json"):
        return True
    return wants_json(call) and sent != "application/x-www-form-urlencoded"


def stated(call: Call) -> Stated:
    """What the body says: an app's JSON, or the page's own form. Raises UnusableBody."""
    body = call.body or b""
    if not sends_json(call):
        return Stated(channel=SalesChannel.WEB, version=_version_of_form(body))
    if not body.strip():
        return Stated(channel=SalesChannel.APP)
    return _read(body)


def _read(body: bytes) -> Stated:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise UnusableBody(
            'the body is not a JSON object in UTF-8; send nothing, or one such as {"version": 4}'
        )
    for field in told:
        if field not in _FIELDS:
            name = str(field)[:40].encode("ascii", "backslashreplace").decode()
            raise UnusableBody(f"{name} is not a field that exists; check its spelling or remove it", name)
    version, channel = told.get("version"), told.get("channel", "app")
    if version is not None and (type(version) is not int or version < 1):
        raise UnusableBody("version can't be used: send the number that the offer had", "version")
    if not isinstance(channel, str) or channel not in _CHANNELS:
        raise UnusableBody(f"channel can't be used: send one of {', '.join(_CHANNELS)}", "channel")
    return Stated(channel=_CHANNELS[channel], version=version)


def _version_of_form(body: bytes) -> int | None:
    try:
        form = parse_qs(body.decode(), max_num_fields=20)
    except ValueError:
        return _NO_VERSION
    if "version" not in form:
        return None
    (first, *_) = form["version"]
    return int(first) if first.isascii() and first.isdigit() and len(first) < 10 else _NO_VERSION
