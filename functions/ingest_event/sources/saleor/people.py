"""Who a Saleor checkout, order or customer is about. Nothing here refuses an event: what can't be read is left out."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.ingest_event.reading import MAX_NAME, listing, mapping, read_id, text_of

_CONSENT = {Channel.EMAIL: "accepts_marketing", Channel.SMS: "accepts_sms_marketing"}
"""Saleor has no field for consent; these keys of `metadata` are ours (see docs/sources.md)."""
_ANSWERS = {"true": True, "false": False}


def read_person(part: dict[str, Any], notes: list[str]) -> Person | None:
    """The buyer of a checkout or order."""
    user = mapping(part.get("user"))
    addresses = [
        mapping(part.get(name))
        for name in ("shippingAddress", "shipping_address", "billingAddress", "billing_address")
    ]
    return _described(part, user, addresses, text_of(part, "userEmail", "user_email", "email"), notes)


def read_customer(user: dict[str, Any], notes: list[str]) -> Person | None:
    """The customer of a customer payload."""
    names = (
        *("defaultShippingAddress", "default_shipping_address"),
        *("defaultBillingAddress", "default_billing_address"),
    )
    addresses = [*(mapping(user.get(name)) for name in names), *map(mapping, listing(user.get("addresses")))]
    return _described(user, user, addresses, "", notes)


def _described(
    part: dict[str, Any], user: dict[str, Any], addresses: list[dict[str, Any]], email: str, notes: list[str]
) -> Person | None:
    person, left_out = contact.describe_person(
        external_id=_account_id(user, notes),
        email=email or text_of(user, "email"),
        phone=_first(text_of(address, "phone") for address in addresses),
        name=_name(user) or _first(map(_name, addresses)),
        locale=text_of(part, "languageCodeEnum", "languageCode", "language_code")
        or text_of(user, "languageCode"),
        country=_first(map(_country, addresses)),
        consent=_consent(part, user),
    )
    notes.extend(left_out)
    return person


def _account_id(user: dict[str, Any], notes: list[str]) -> str | None:
    if not user.get("id"):
        return None
    try:
        return read_id(user["id"], "user.id")
    except Refused:
        notes.append("user.id was left out: it is not an id.")
        return None


def _name(part: dict[str, Any]) -> str:
    first, last = text_of(part, "firstName", "first_name"), text_of(part, "lastName", "last_name")
    return f"{first} {last}".strip()[:MAX_NAME]


def _country(address: dict[str, Any]) -> str:
    """The code; a subscription that selects the country's name only tells none."""
    return text_of(address, "country") or text_of(mapping(address.get("country")), "code")


def _first(texts: Any) -> str:
    return next(filter(None, texts), "")


def _consent(*parts: dict[str, Any]) -> dict[Channel, bool]:
    """Metadata is a list of keys and values in subscriptions, and an object in older payloads."""
    stated: dict[str, str] = {}
    for part in parts:
        metadata = part.get("metadata")
        pairs = mapping(metadata).items() or (
            (mapping(one).get("key"), mapping(one).get("value")) for one in listing(metadata)
        )
        stated.update(
            (key, str(value).lower())
            for key, value in pairs
            if isinstance(value, str | bool) and isinstance(key, str)
        )
    answers = {channel: _ANSWERS.get(stated.get(key, "")) for channel, key in _CONSENT.items()}
    return {channel: answer for channel, answer in answers.items() if answer is not None}
