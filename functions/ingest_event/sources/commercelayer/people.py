"""Who an order, return or customer is about. Nothing here refuses an event.

Commerce Layer knows no marketing consent of its own, so none is ever read from it.
"""

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from functions.ingest_event.reading import MAX_NAME, text_of
from functions.ingest_event.sources.commercelayer.document import Document, Resource

_NOTHING = Resource("", None, {}, {}, "")


def read_buyer(document: Document, holder: Resource) -> Person | None:
    """The customer of an order or return; a guest's was found or made by the address, and is no account."""
    customer = document.only(holder, "customer") or _NOTHING
    billing = document.only(holder, "billing_address") or document.only(holder, "origin_address") or _NOTHING
    shipping = document.only(holder, "shipping_address") or _NOTHING
    guest = holder.attributes.get("guest") is True
    return _described(
        document,
        external_id=None if guest else _id(customer, document.notes),
        email=text_of(holder.attributes, "customer_email") or text_of(customer.attributes, "email"),
        phone=text_of(billing.attributes, "phone") or text_of(shipping.attributes, "phone"),
        name=_name(billing) or _name(shipping),
        locale=text_of(holder.attributes, "language_code"),
        country=text_of(shipping.attributes, "country_code")
        or text_of(billing.attributes, "country_code")
        or text_of(holder.attributes, "country_code", "shipping_country_code_lock"),
    )


def read_customer(document: Document) -> Person | None:
    """The customer whom the document is."""
    customer = document.data
    customer_id = customer.read_id()
    addresses = document.related(customer, "customer_addresses")
    first = document.only(addresses[0], "address") if addresses else None
    address = first or _NOTHING
    return _described(
        document,
        external_id=customer_id,
        email=text_of(customer.attributes, "email"),
        phone=text_of(address.attributes, "phone"),
        name=_name(address),
        locale="",
        country=text_of(address.attributes, "country_code"),
    )


def _described(
    document: Document,
    *,
    external_id: str | None,
    email: str,
    phone: str,
    name: str,
    locale: str,
    country: str,
) -> Person | None:
    person, left_out = contact.describe_person(
        external_id=external_id, email=email, phone=phone, name=name, locale=locale, country=country
    )
    document.notes.extend(left_out)
    return person


def _id(customer: Resource, notes: list[str]) -> str | None:
    if customer.id is None:
        return None
    try:
        return customer.read_id()
    except Refused:
        notes.append("The customer's id was left out: it is not an id.")
        return None


def _name(address: Resource) -> str:
    parts = (text_of(address.attributes, name) for name in ("first_name", "last_name"))
    full = " ".join(filter(None, parts)) or text_of(address.attributes, "full_name")
    return full[:MAX_NAME]
