"""Who a Shopify checkout, order or customer is about, and what that person agreed to.

Nothing about a person refuses an event, unless it says nothing but who: what can't be read is left out with a note.
"""

from collections.abc import Iterator
from typing import Any

from common.application import contact
from common.application.failures import Refused
from common.domain.storefront import CustomerUpdated, Person
from common.domain.vocabulary import Channel
from functions.ingest_event.envelope import Envelope
from functions.ingest_event.reading import MAX_NAME, mapping, read_id, text_of
from functions.ingest_event.sources.shopify.attributes import anonymous_id
from functions.ingest_event.sources.shopify.delivery import stated_moment
from functions.ingest_event.sources.shopify.facts import Fact

_NO = frozenset({"unsubscribed", "redacted", "invalid", "pending"})
"""States that a ticked box doesn't overrule: taken back, or not confirmed yet (double opt-in)."""


def read_person(payload: dict[str, Any], notes: list[str]) -> Person | None:
    """The buyer of a checkout or order payload."""
    customer = mapping(payload.get("customer"))
    billing, shipping = mapping(payload.get("billing_address")), mapping(payload.get("shipping_address"))
    home = mapping(customer.get("default_address"))
    email = text_of(payload, "email", "contact_email") or text_of(customer, "email")
    phone, sms = _phone_and_consent(payload, customer)
    consent = {Channel.EMAIL: _email_consent(payload, customer, email), Channel.SMS: sms}
    full_name = f"{text_of(customer, 'first_name')} {text_of(customer, 'last_name')}".strip()
    person, left_out = contact.describe_person(
        external_id=_customer_id(customer, notes),
        anonymous_id=anonymous_id(payload),
        email=email,
        phone=phone,
        name=(full_name or text_of(billing, "name") or text_of(shipping, "name"))[:MAX_NAME],
        locale=text_of(payload, "customer_locale"),
        country=next(
            filter(None, (text_of(address, "country_code") for address in (shipping, billing, home))), None
        ),
        consent={channel: answer for channel, answer in consent.items() if answer is not None},
    )
    notes.extend(left_out)
    return person


def read_customer(customer: dict[str, Any], notes: list[str]) -> Person | None:
    """The customer of a customer payload."""
    return read_person({"customer": customer}, notes)


def customer_updated(told: Envelope) -> Iterator[Fact]:
    """customers/create, update, enable and disable. A disabled account can't log in; its person can be written to."""
    _check_named(told.payload, "id", "email", "phone")
    yield Fact(CustomerUpdated, {"person": read_customer(told.payload, told.notes)})


def email_consent(told: Envelope) -> Iterator[Fact]:
    """customers_email_marketing_consent/update."""
    payload = told.payload
    _check_named(payload, "customer_id", "email_address")
    customer = {
        "id": payload.get("customer_id"),
        "email": payload.get("email_address"),
        "email_marketing_consent": payload.get("email_marketing_consent"),
    }
    yield _consent(told, customer, "email_marketing_consent")


def sms_consent(told: Envelope) -> Iterator[Fact]:
    """customers_marketing_consent/update, which is about SMS only."""
    _check_named(told.payload, "id", "phone")
    customer = {name: told.payload.get(name) for name in ("id", "phone", "sms_marketing_consent")}
    yield _consent(told, customer, "sms_marketing_consent")


def _consent(told: Envelope, customer: dict[str, Any], name: str) -> Fact:
    """The customer's word, at the moment it was given."""
    person = read_customer(customer, told.notes)
    at = stated_moment(told, mapping(customer.get(name)), f"{name}.", "consent_updated_at")
    return Fact(CustomerUpdated, {"person": person}, occurred_at=at)


def _check_named(payload: dict[str, Any], *names: str) -> None:
    if not any(payload.get(name) for name in names):
        why = f"{names[0]} is missing; send the customer's id, e-mail or phone."
        raise Refused("field_missing", why, names[0])


def _customer_id(customer: dict[str, Any], notes: list[str]) -> str | None:
    stated = customer.get("id") or customer.get("admin_graphql_api_id")
    if not stated or stated == "0":
        return None
    try:
        return resource_id(stated, "customer.id")
    except Refused:
        notes.append("customer.id was left out: it is not an id.")
        return None


def resource_id(value: object, field: str) -> str:
    """A resource's number as a text, also from gid://shopify/Order/450789469."""
    text = read_id(value, field)
    if not text.startswith("gid://"):
        return text
    return read_id(text.partition("?")[0].rpartition("/")[2], field)


def own_id(payload: dict[str, Any], field: str = "id") -> str:
    """The id of the payload's own resource; its GraphQL id does as well."""
    stated = payload.get("id")
    return resource_id(payload.get("admin_graphql_api_id") if stated is None else stated, field)


def _email_consent(payload: dict[str, Any], customer: dict[str, Any], email: str) -> bool | None:
    state = _state(customer, "email")
    if state == "subscribed" and not _same_address(email, text_of(customer, "email")):
        state = ""  # agreed for the account's address, not for the one typed in here
    return _agreed(payload.get("buyer_accepts_marketing"), state)


def _phone_and_consent(payload: dict[str, Any], customer: dict[str, Any]) -> tuple[str, bool | None]:
    """The number to use, and the consent for that very number. Address numbers are for the carrier only."""
    state = _state(customer, "sms")
    ticked = payload.get("buyer_accepts_sms_marketing") is True
    agreed_number, own_number = text_of(payload, "sms_marketing_phone"), text_of(customer, "phone")
    if ticked and agreed_number:
        return agreed_number, _agreed(True, state)
    if state == "subscribed":
        return (own_number, True) if own_number else (text_of(payload, "phone"), None)
    return text_of(payload, "phone") or own_number, _agreed(None, state)


def _agreed(ticked: object, state: str) -> bool | None:
    """Yes, no, or None = nothing said.

    A ticked box is a yes. An unticked one says nothing: Shopify sends false for everybody who did not touch
    it, also for those who subscribed long ago. What the customer has chosen stands in the customer's state,
    and an explicit no there outweighs the box (L38).
    """
    if state in _NO:
        return False
    if ticked is True or state == "subscribed":
        return True
    return False if state == "not_subscribed" else None


def _state(customer: dict[str, Any], channel: str) -> str:
    state = text_of(mapping(customer.get(f"{channel}_marketing_consent")), "state").lower()
    if not state and channel == "email" and isinstance(customer.get("accepts_marketing"), bool):
        return (
            "subscribed" if customer["accepts_marketing"] else "not_subscribed"
        )  # before API version 2022-04
    return state


def _same_address(one: str, other: str) -> bool:
    return bool(one) and contact.normalise_email(one) == contact.normalise_email(other)
