"""Who an event is about: account id, e-mail address and phone number lead to one person per store (L11).

Each of the three has a document id of its own. One of those documents holds the person; the others are signposts
(`merged_into`). So an event's customer is found in the same batch as its cart, without an index to keep in step.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace as replace_person
from datetime import datetime
from operator import attrgetter
from typing import Any

from common.domain import ids
from common.domain.book import CUSTOMERS, Book, Place
from common.domain.changing import replace
from common.domain.documents import (
    Consent,
    Customer,
)
from common.domain.histories import last_word
from common.domain.merging import merge
from common.domain.storefront import Person

_ADDRESSES = ("email", "phone")
_MAX_HOPS = 8
_MAX_USERS = 8
"""Of one browser, that are remembered."""


def document_ids(store: str, person: Person | None) -> dict[str, str]:
    """The documents that the person's identifiers lead to, the strongest identifier first."""
    if person is None:
        return {}
    known = (
        ("id", person.external_id),
        ("email", person.email),
        ("phone", person.phone),
        ("anonymous", person.anonymous_id),
    )
    return {kind: ids.customer_id(store, kind, value) for kind, value in known if value}


def places(store: str, person: Person | None) -> tuple[Place, ...]:
    """Where to look for the person, in one batch."""
    return tuple((CUSTOMERS, id) for id in document_ids(store, person).values())


def follow(book: Book, id: str | None) -> Customer | None:
    """The person behind a document id, past any signposts; None if nobody is there."""
    for _ in range(_MAX_HOPS):
        if id is None:
            return None
        customer = book.customer(id)
        if customer is None or customer.merged_into is None:
            return customer
        id = customer.merged_into
    return None


def identify(
    book: Book, store: str, person: Person | None, at: datetime, *, in_passing: bool = False
) -> Customer | None:
    """The event's customer with what the event says about them; puts every changed document into the book.

    Documents that an event ties together become one, except two accounts that merely share a phone number, two
    people who merely share a browser, whom an administrator has separated, and who has only given up the address that
    somebody else has now. `in_passing`, as with a cart, somebody of whom nothing but the browser is known gets no
    document, and a consent that is known is not noted again.
    """
    documents = document_ids(store, person)
    if person is None or not documents:
        return None
    book.need(*((CUSTOMERS, id) for id in documents.values()))
    found = {kind: follow(book, id) for kind, id in documents.items()}
    if person.phone_in and (country := _country_of(found)):
        return identify(book, store, person.with_phone_in(country), at, in_passing=in_passing)
    if documents.keys() == {"anonymous"}:
        return _visitor(book, found["anonymous"], documents["anonymous"], store, keep=not in_passing)
    if (known := _the_one(found)) is not None and _has(known, person):
        known = told(known, person, at, in_passing=in_passing)
        book.put(known)
        return known
    for kind in _ADDRESSES:
        if kind in documents:
            documents[kind], found[kind] = _led_on(book, kind, getattr(person, kind), documents[kind], at)
    customer = next((other for kind, other in found.items() if other and kind != "anonymous"), None)
    if found.get("id") is None and _is_another_account(found, customer, person):
        customer = None
    if customer is None:
        customer = Customer(id=next(iter(documents.values())), store=store)
    person = _without_what_is_anothers(customer, found, person, at)
    found = {kind: other for kind, other in found.items() if kind not in _ADDRESSES or getattr(person, kind)}
    customer = told(_with_ties(book, customer, found, person), person, at, in_passing=in_passing)
    book.put(customer)
    _lead_to(book, customer, (documents[kind] for kind, other in found.items() if other is None))
    return customer


def _lead_to(book: Book, customer: Customer, unknown: Iterable[str]) -> None:
    """Names that nobody had lead to the customer from now on."""
    for id in unknown:
        if follow(book, id) != customer:
            book.put(Customer(id=id, store=customer.store, merged_into=customer.id))


def _country_of(found: Mapping[str, Customer | None]) -> str | None:
    """Where the person is known to be, which a number without a country needs in order to be read."""
    return next((one.country for one in found.values() if one is not None and one.country), None)


def _has(customer: Customer, person: Person) -> bool:
    """Whether none of the addresses is one that the customer may have given up."""
    return person.email in (None, customer.email) and person.phone in (None, customer.phone)


def _led_on(book: Book, kind: str, address: str, id: str, at: datetime) -> tuple[str, Customer | None]:
    """The document that an address has now, and whom that leads to: not to whom has stated another address since.

    A mere signpost is free to lead elsewhere. A document that holds, or held, a person stays theirs, as their cases
    name it: the address has its next document then, which costs a further read.
    """
    book.need((CUSTOMERS, id))
    other = follow(book, id)
    if other is None or not gave_up(kind, address, other, at):
        return id, other
    own = book.customer(id)
    if own is not None and own.updated_at is None:
        return id, None
    return _led_on(book, kind, address, next_document_id(id), at)


def gave_up(kind: str, address: str | None, customer: Customer, at: datetime) -> bool:
    """Whether by that moment the customer had another address of the kind: this one may be somebody else's by then."""
    if kind not in _ADDRESSES or getattr(customer, kind) in (None, address):
        return False
    return customer.updated_at is None or at >= customer.updated_at


def next_document_id(id: str) -> str:
    """Where an address leads to whose own document holds somebody who has given it up."""
    return ids.hash_id("customer after", id)


def _the_one(found: dict[str, Customer | None]) -> Customer | None:
    """Whom all of the identifiers lead to, as they nearly always do; then there is nothing to tie together."""
    first, *others = found.values()
    return None if first is None or first.shared_by or any(other is not first for other in others) else first


def _with_ties(book: Book, customer: Customer, found: dict[str, Customer | None], person: Person) -> Customer:
    """The customer with everybody who turns out to be the same person."""
    for kind, other in found.items():
        if other is None or other.id == customer.id:
            continue
        if may_merge(kind, customer, other, person):
            customer = merge(book, customer, other)
        elif kind == "anonymous":
            book.put(_used_by(book, customer, other, person))
    return customer


def _used_by(book: Book, customer: Customer, other: Customer, person: Person) -> Customer:
    """The browser's document once another person says that it is theirs: it leads to nobody from now on, rather than to
    the wrong one (L6); unless all who said so turned out to be one person.
    """
    id = ids.customer_id(customer.store, "anonymous", person.anonymous_id or "")
    users = tuple(dict.fromkeys((*(other.shared_by or (other.id,)), customer.id)))[:_MAX_USERS]
    people = {found.id for user in users if user != customer.id and (found := follow(book, user))}
    if people <= {customer.id}:
        return Customer(id=id, store=customer.store, merged_into=customer.id)
    return Customer(id=id, store=customer.store, shared_by=users)


def _visitor(book: Book, found: Customer | None, id: str, store: str, *, keep: bool) -> Customer | None:
    """Whom a browser alone leads to; nobody if several people use it."""
    if found is not None:
        return None if found.shared_by else found
    visitor = Customer(id=id, store=store)
    if keep:
        book.put(visitor)
    return visitor


def _is_another_account(found: dict[str, Customer | None], customer: Customer | None, person: Person) -> bool:
    """An account not seen before, whose phone number (only) leads to another account: a shared phone."""
    if customer is None or found.get("email") is not None:
        return False
    return (
        None not in (person.external_id, customer.external_id) and person.external_id != customer.external_id
    )


def may_merge(kind: str, customer: Customer, other: Customer, person: Person) -> bool:
    """Whether an identifier of that kind, which leads to `other`, makes the two one person."""
    if other.shared_by or are_apart(customer, other):
        return False
    if kind == "anonymous":  # a browser has one user as long as only one has ever said who they are
        return not (other.external_id or other.email or other.phone)
    accounts = {customer.external_id or person.external_id, other.external_id} - {None}
    return kind == "id" or len(accounts) < 2 or (kind == "email" and other.email == person.email)


def are_apart(customer: Customer, other: Customer) -> bool:
    """Whether an administrator separated the two."""
    return customer.id in other.apart_from or other.id in customer.apart_from


def _without_what_is_anothers(
    customer: Customer, found: dict[str, Customer | None], person: Person, at: datetime
) -> Person:
    """The person without an address that belongs to somebody separated from them: a typo must not come back; and
    without one that they had before the one they have, which may be anybody's by now (L13).
    """
    anothers = {kind for kind, other in found.items() if other is not None and are_apart(customer, other)}
    if customer.updated_at is not None and at < customer.updated_at:
        anothers |= {
            kind for kind in _ADDRESSES if getattr(customer, kind) not in (None, getattr(person, kind))
        }
    if not anothers:
        return person
    return replace_person(
        person,
        email=None if "email" in anothers else person.email,
        phone=None if "phone" in anothers else person.phone,
    )


_CONTACT = ("external_id", "email", "phone", "name", "locale", "time_zone", "country")
_contact = attrgetter(*_CONTACT)


def told(customer: Customer, person: Person, at: datetime, *, in_passing: bool = False) -> Customer:
    """The customer after a statement of `at`: newer words replace older ones, gaps are filled either way.

    A yes said again has its new date, so that an older no that arrives late doesn't outweigh it; said `in_passing`, as
    with every event of a cart, it keeps the first one, so that a cart event seldom has to write its customer.
    """
    newer = customer.updated_at is None or at >= customer.updated_at
    stated: dict[str, Any] = {
        name: value
        for name, value, known in zip(_CONTACT, _contact(person), _contact(customer), strict=True)
        if value and value != known and (newer or not known)
    }
    if customer.external_id:
        stated.pop("external_id", None)
    for channel, given in person.consent.items():
        word = customer.consent.get(channel)
        if word is None or not (in_passing and word.given and given):
            stated.setdefault("consent", dict(customer.consent))[channel] = last_word(
                Consent(given, at), word
            )
    if not stated or stated == {"consent": customer.consent}:
        return customer  # as nearly always: the same as before
    return replace(customer, **stated, updated_at=max(at, customer.updated_at or at))
