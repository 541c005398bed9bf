"""Customers, and the people whom carts and orders name."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import MAX_NAME, listing, mapping, text_of
from functions.ingest_event.sources.adobe_commerce.body import Body, flag, number_of

_SUBSCRIBED, _UNSUBSCRIBED = "1", "3"
"""`subscriber_status`; 2 and 4 wait for a confirmation, so they say neither yes nor no."""


def buyer(envelope: Envelope, body: Body) -> Person | None:
    """The person of an order or cart. A guest has an address, no account."""
    fields, account = body.fields, mapping(body.fields.get("customer"))
    address = _address(fields)
    guest = flag(fields.get("customer_is_guest")) is True
    return _described(
        envelope,
        external_id="" if guest else number_of(fields.get("customer_id")) or number_of(account.get("id")),
        email=text_of(fields, "customer_email", "customer_custom_email")
        or text_of(account, "email")
        or text_of(address, "email"),
        name=_name(fields, "customer_") or _name(account) or _name(address),
        address=address,
        subscribed=_is_subscribed(account),
    )


def read_customer(envelope: Envelope, body: Body) -> Person | None:
    """The customer of a customer event. Raises Refused if it names nobody."""
    fields = body.fields
    external_id = next(
        filter(None, (number_of(fields.get(name)) for name in ("id", "entity_id", "customer_id"))), ""
    )
    email = text_of(fields, "email")
    if not (external_id or email):
        field = f"{body.path}id"
        raise Refused("field_missing", f"{field} is missing; send the customer's id or e-mail.", field)
    address = _address(fields)
    return _described(
        envelope,
        external_id=external_id,
        email=email,
        name=_name(fields),
        address=address,
        subscribed=_is_subscribed(fields),
    )


def read_subscriber(envelope: Envelope, body: Body, *, deleted: bool) -> Person | None:
    """The reader of the newsletter and what they said about it. Raises Refused if it names nobody."""
    fields = body.fields
    external_id, email = number_of(fields.get("customer_id")), text_of(fields, "subscriber_email")
    if not (external_id or email):
        field = f"{body.path}subscriber_email"
        raise Refused("field_missing", f"{field} is missing; send the subscriber's e-mail.", field)
    status = number_of(fields.get("subscriber_status"))
    said = {_SUBSCRIBED: True, _UNSUBSCRIBED: False}.get(status)
    return _described(envelope, external_id=external_id, email=email, subscribed=False if deleted else said)


def _described(
    envelope: Envelope,
    *,
    external_id: str,
    email: str,
    name: str = "",
    address: dict[str, Any] | None = None,
    subscribed: bool | None = None,
) -> Person | None:
    address = address or {}
    person, left_out = contact.describe_person(
        external_id=external_id,
        email=email,
        phone=text_of(address, "telephone"),
        name=name,
        country=text_of(address, "country_id"),
        consent={} if subscribed is None else {Channel.EMAIL: subscribed},
    )
    envelope.notes.extend(left_out)
    return person


def _address(fields: dict[str, Any]) -> dict[str, Any]:
    """The billing address wherever it stands, else the first one."""
    if billing := mapping(fields.get("billing_address")):
        return billing
    addresses = [mapping(address) for address in listing(fields.get("addresses"))]
    billing_ones = (
        address
        for address in addresses
        if address.get("address_type") == "billing" or flag(address.get("default_billing"))
    )
    return next(billing_ones, addresses[0] if addresses else {})


def _name(fields: dict[str, Any], prefix: str = "") -> str:
    first, last = text_of(fields, f"{prefix}firstname"), text_of(fields, f"{prefix}lastname")
    return f"{first} {last}".strip()[:MAX_NAME]


def _is_subscribed(fields: dict[str, Any]) -> bool | None:
    return flag(mapping(fields.get("extension_attributes")).get("is_subscribed"))
