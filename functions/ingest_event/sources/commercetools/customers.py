"""Who a cart, order or customer of commercetools is about. Nothing here refuses an event.

commercetools knows no marketing consent of its own, so none is ever read from it.
"""

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import Person
from functions.ingest_event.reading import MAX_NAME, listing, mapping, read_id, text_of
from functions.ingest_event.sources.commercetools.money import Payload


def read_buyer(holder: Payload, notes: list[str]) -> Person | None:
    """The customer or visitor of a cart or order."""
    billing, shipping = mapping(holder.get("billingAddress")), mapping(holder.get("shippingAddress"))
    return _described(
        notes,
        external_id=optional_id(holder, "customerId", notes),
        anonymous_id=optional_id(holder, "anonymousId", notes),
        email=text_of(holder, "customerEmail") or text_of(billing, "email") or text_of(shipping, "email"),
        phone=text_of(billing, "mobile", "phone") or text_of(shipping, "mobile", "phone"),
        name=_name(billing) or _name(shipping),
        locale=text_of(holder, "locale"),
        country=text_of(shipping, "country") or text_of(billing, "country") or text_of(holder, "country"),
    )


def read_account(customer: Payload, customer_id: str, notes: list[str]) -> Person | None:
    """The customer as their account states them; phone and country are those of the default addresses."""
    billing = _address(customer, "defaultBillingAddressId")
    shipping = _address(customer, "defaultShippingAddressId")
    return _described(
        notes,
        external_id=customer_id,
        anonymous_id="",
        email=text_of(customer, "email"),
        phone=text_of(billing, "mobile", "phone") or text_of(shipping, "mobile", "phone"),
        name=_name(customer),
        locale=text_of(customer, "locale"),
        country=text_of(shipping, "country") or text_of(billing, "country"),
    )


def read_detail(message: Payload, customer_id: str, notes: list[str]) -> Person | None:
    """The account with the one detail that a message about it changed; a family name alone greets nobody."""
    address = mapping(message.get("address"))
    return _described(
        notes,
        external_id=customer_id,
        anonymous_id="",
        email=text_of(message, "email"),
        phone=text_of(address, "mobile", "phone"),
        name=text_of(message, "firstName")[:MAX_NAME],
        locale="",
        country=text_of(address, "country"),
    )


def optional_id(holder: Payload, name: str, notes: list[str]) -> str | None:
    """An id that an event can do without: what can't be read is left out with a note."""
    if holder.get(name) in (None, ""):
        return None
    try:
        return read_id(holder[name], name)
    except Refused:
        notes.append(f"{name} was left out: it is not an id.")
        return None


def _described(
    notes: list[str],
    *,
    external_id: str | None,
    anonymous_id: str | None,
    email: str,
    phone: str,
    name: str,
    locale: str,
    country: str,
) -> Person | None:
    person, left_out = contact.describe_person(
        external_id=external_id,
        anonymous_id=anonymous_id,
        email=email,
        phone=phone,
        name=name,
        locale=locale,
        country=country,
    )
    notes.extend(left_out)
    return person


def _name(holder: Payload) -> str:
    return f"{text_of(holder, 'firstName')} {text_of(holder, 'lastName')}".strip()[:MAX_NAME]


def _address(customer: Payload, default: str) -> Payload:
    wanted = customer.get(default)
    addresses = (mapping(address) for address in listing(customer.get("addresses")))
    return next((address for address in addresses if wanted and address.get("id") == wanted), {})
