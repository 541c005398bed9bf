"""Customers, newsletter subscribers, and the buyers whom carts and orders name."""

from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from common.domain.vocabulary import Channel
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import MAX_NAME, listing, mapping, text_of
from functions.ingest_event.sources.bigcommerce.hook import Hook, number_of


def buyer(opened: Envelope, resource: dict[str, Any]) -> Person | None:
    """The person of an order or cart; customer 0 is a guest.

    A ticked box at the checkout is a yes. An unticked one says nothing about what was agreed before.
    """
    billing = mapping(resource.get("billing_address"))
    ticked = resource.get("is_email_opt_in") is True
    return _described(
        opened,
        external_id=number_of(resource.get("customer_id")),
        email=text_of(billing, "email") or text_of(resource, "email"),
        phone=text_of(billing, "phone"),
        name=_name(billing),
        locale=text_of(resource, "customer_locale", "locale"),
        country=text_of(billing, "country_iso2", "country_code"),
        agreed=True if ticked else None,
    )


def read_customer(opened: Envelope, hook: Hook) -> Person | None:
    """The account's owner, and whether they want e-mails about carts: V3 asks exactly that. Raises Refused."""
    fields = hook.resource
    external_id, email = number_of(fields.get("id")), text_of(fields, "email")
    if not (external_id or email):
        raise _nobody(f"{hook.path}id", "customer")
    addresses = [mapping(address) for address in listing(fields.get("addresses"))]
    agreed = fields.get("accepts_product_review_abandoned_cart_emails", fields.get("accepts_marketing"))
    return _described(
        opened,
        external_id=external_id,
        email=email,
        phone=text_of(fields, "phone"),
        name=_name(fields),
        country=next(filter(None, (text_of(one, "country_code", "country_iso2") for one in addresses)), ""),
        agreed=agreed if isinstance(agreed, bool) else None,
    )


def read_subscriber(opened: Envelope, hook: Hook, *, deleted: bool) -> Person | None:
    """A reader of the newsletter; without any consent in the list, or deleted, one no more. Raises Refused."""
    fields = hook.resource
    email = text_of(fields, "email")
    if not email:
        raise _nobody(f"{hook.path}email", "subscriber")
    return _described(
        opened, email=email, name=_name(fields), agreed=not deleted and fields.get("consents") != []
    )


def _nobody(field: str, whose: str) -> Refused:
    return Refused("field_missing", f"{field} is missing; send the {whose}'s id or e-mail.", field)


def _name(fields: dict[str, Any]) -> str:
    return f"{text_of(fields, 'first_name')} {text_of(fields, 'last_name')}".strip()[:MAX_NAME]


def _described(opened: Envelope, *, agreed: bool | None, **facts: Any) -> Person | None:
    consent = {} if agreed is None else {Channel.EMAIL: agreed}
    person, left_out = contact.describe_person(consent=consent, **facts)
    opened.notes.extend(left_out)
    return person
