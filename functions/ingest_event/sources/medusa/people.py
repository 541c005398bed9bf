"""Who a Medusa cart, order or customer is about. Nothing here refuses an event: what can't be read is left out."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.ingest_event.reading import MAX_NAME, mapping, read_id, text_of

_CONSENT = {Channel.EMAIL: "accepts_marketing", Channel.SMS: "accepts_sms_marketing"}
"""Medusa has no field for consent; these keys of `metadata` are ours (see docs/sources.md)."""
_ANSWERS = {True: True, False: False, "true": True, "false": False}


def read_person(part: dict[str, Any], notes: list[str]) -> Person | None:
    """The buyer of a cart or order."""
    customer = mapping(part.get("customer"))
    shipping, billing = mapping(part.get("shipping_address")), mapping(part.get("billing_address"))
    account, guest = _ids(customer, part.get("customer_id"), notes)
    person, left_out = contact.describe_person(
        external_id=account,
        anonymous_id=guest,
        email=text_of(part, "email") or text_of(customer, "email"),
        phone=text_of(customer, "phone") or text_of(shipping, "phone") or text_of(billing, "phone"),
        name=_name(customer) or _name(shipping) or _name(billing),
        locale=text_of(part, "locale") or text_of(mapping(part.get("context")), "locale"),
        country=text_of(shipping, "country_code") or text_of(billing, "country_code"),
        consent=_consent(customer, part),
    )
    notes.extend(left_out)
    return person


def read_customer(customer: dict[str, Any], notes: list[str]) -> Person | None:
    """The customer of a customer payload; addresses stand in `addresses`, in version 1 in `shipping_addresses`."""
    for name in ("addresses", "shipping_addresses"):
        held = customer.get(name)
        if isinstance(held, list) and held:
            return read_person({"customer": customer, "shipping_address": held[0]}, notes)
    address = customer.get("billing_address")
    return read_person({"customer": customer, "billing_address": address}, notes)


def _ids(customer: dict[str, Any], plain_id: object, notes: list[str]) -> tuple[str | None, str | None]:
    """The account's id, or the id that a guest was given: Medusa keeps guests as customers without an account."""
    value = customer.get("id") or plain_id
    if not value:
        return None, None
    try:
        customer_id = read_id(value, "customer_id")
    except Refused:
        notes.append("The customer's id was left out: it is not an id.")
        return None, None
    return (None, customer_id) if customer.get("has_account") is False else (customer_id, None)


def _name(part: dict[str, Any]) -> str:
    return f"{text_of(part, 'first_name')} {text_of(part, 'last_name')}".strip()[:MAX_NAME]


def _consent(customer: dict[str, Any], part: dict[str, Any]) -> dict[Channel, bool]:
    stated = {**mapping(part.get("metadata")), **mapping(customer.get("metadata"))}
    answers = {
        channel: stated[key]
        for channel, key in _CONSENT.items()
        if isinstance(stated.get(key), bool | str) and stated[key] in _ANSWERS
    }
    return {channel: _ANSWERS[answer] for channel, answer in answers.items()}
