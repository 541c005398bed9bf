"""Everything that is kept about one person: their customer documents, and what leads to these."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from common.application.engine import Engine
from common.application.ports import Loaded, Ref
from common.domain import ids
from common.domain.customers import document_ids, gave_up, may_merge, next_document_id
from common.domain.documents import Customer
from common.domain.privacy import RequestState
from common.domain.storefront import Person

PAGE = 100
REQUESTS = "privacy_requests"
_FIELDS = (("id", "external_id"), ("email", "email"), ("phone", "phone"))
Known = dict[Ref, Loaded]


@dataclass(slots=True)
class Subject:
    """One person at one store, as far as the store knows them."""

    store: str
    person: Person
    main: Customer | None = None
    """The document that holds them; None = nobody is known."""
    customers: Known = field(default_factory=dict)
    """That document, and every signpost to it."""
    ids: set[str] = field(default_factory=set)
    """Those documents' ids, and those that would be theirs."""

    @property
    def identifiers(self) -> dict[str, set[str]]:
        """What the person is known by, of each kind; from the request and from all of their documents."""
        found: dict[str, set[str]] = {"id": set(), "email": set(), "phone": set(), "anonymous": set()}
        for kind, name in _FIELDS:
            holders = (self.person, *(entry.document for entry in self.customers.values()))
            found[kind] = {value for holder in holders if (value := getattr(holder, name))}
        if self.person.anonymous_id:
            found["anonymous"].add(self.person.anonymous_id)
        return found

    @property
    def addresses(self) -> frozenset[str]:
        """Where the person could be reached."""
        return frozenset(self.identifiers["email"] | self.identifiers["phone"])


def find_subject(
    engine: Engine,
    store: str,
    person: Person | None,
    order_ids: Sequence[str] = (),
    known_ids: Collection[str] = (),
) -> Subject:
    """Who is meant, with all their documents. Raises Unavailable.

    Whom a shared phone or a shared browser leads to is somebody else, as it is when events arrive. `known_ids` are
    documents that an earlier attempt had found.
    """
    subject = Subject(store, person or Person())
    named = document_ids(store, person)
    orders = load(engine, [Ref("orders", ids.order_id(store, id)) for id in order_ids])
    owners = [entry.document.customer_id for entry in orders.values() if entry.document]
    wanted = [*named.values(), *known_ids, *(owner for owner in owners if owner)]
    people = {id: _follow(engine, id) for id in dict.fromkeys(wanted)}
    for kind, id in named.items():
        _add(subject, kind, *_led_on(engine, subject, kind, id, people[id]))
    for id in (*known_ids, *(owner for owner in owners if owner)):
        _add(subject, "id" if id in known_ids else "phone", id, people[id])
    subject.ids |= {entry.document.id for entry in subject.customers.values()}
    _gather(engine, subject)
    return subject


def _led_on(engine: Engine, subject: Subject, kind: str, id: str, trail: Known) -> tuple[str, Known]:
    """An address that was given up is its next owner's, if there is one."""
    address = getattr(subject.person, kind, None)
    people = [entry.document for entry in trail.values()][-1:]
    if not any(gave_up(kind, address, person, engine.clock.now()) for person in people):
        return id, trail
    further = _follow(engine, next_document_id(id))
    return _led_on(engine, subject, kind, next_document_id(id), further) if further else (id, trail)


def _add(subject: Subject, kind: str, id: str, trail: Known) -> None:
    """The document and its person, if the identifier makes them one with whom it is about."""
    if not trail:
        subject.ids.add(id)
        return
    found = [entry.document for entry in trail.values()]
    if found[0].shared_by:
        return  # a browser that other people use too
    other = found[-1]
    if subject.main is not None and subject.main.id != other.id:
        if not may_merge(kind, subject.main, other, subject.person):
            return
    elif subject.main is None and kind == "phone" and _is_another_account(subject.person, other):
        return
    subject.main = subject.main or other
    subject.customers |= trail
    subject.ids.add(id)


def _is_another_account(person: Person, other: Customer) -> bool:
    return None not in (person.external_id, other.external_id) and person.external_id != other.external_id


def _follow(engine: Engine, id: str | None) -> Known:
    """The document of an id and those it leads to, the person's own last; empty if nobody is there."""
    trail: Known = {}
    while id is not None and Ref("customers", id) not in trail:
        ref = Ref("customers", id)
        entry = load(engine, [ref])[ref]
        if entry.document is None:
            return trail
        trail[ref] = entry
        id = entry.document.merged_into
    return trail


def _gather(engine: Engine, subject: Subject) -> None:
    """Every signpost to the person, over any number of signs; and where their identifiers would lead."""
    waiting = [ref.id for ref in subject.customers]
    while waiting:
        id = waiting.pop()
        for ref, entry in browse(engine, "customers", ("merged_into", id)):
            if ref not in subject.customers:
                subject.customers[ref] = entry
                waiting.append(ref.id)
    subject.ids |= {ref.id for ref in subject.customers}
    would_be = {
        ids.customer_id(subject.store, kind, value)
        for kind, values in subject.identifiers.items()
        for value in values
    } - subject.ids
    found = load(engine, [Ref("customers", id) for id in would_be])
    subject.ids |= {ref.id for ref, entry in found.items() if entry.document is None}


def load(engine: Engine, refs: Iterable[Ref]) -> Known:
    """The documents, in bounded batches."""
    wanted = list(dict.fromkeys(refs))
    found: Known = {}
    for start in range(0, len(wanted), PAGE):
        found.update(engine.store.load(wanted[start : start + PAGE]))
    return found


def browse(
    engine: Engine, collection: str, where: tuple[str, str] | None = None, page: int = PAGE
) -> Iterator[tuple[Ref, Loaded]]:
    """All documents of a collection with that text in that field, page by page."""
    cursor = None
    while True:
        listing = engine.store.browse(collection, page, cursor, where=where)
        yield from listing.loaded.items()
        if (cursor := listing.cursor) is None:
            return


def cases_of(engine: Engine, subject: Subject) -> Known:
    """The person's cases."""
    return _owned(engine, subject, "cases")


def codes_of(engine: Engine, subject: Subject) -> Known:
    """The documents of the person's voucher codes."""
    return _owned(engine, subject, "voucher_codes")


def orders_of(engine: Engine, subject: Subject, order_ids: Sequence[str] = ()) -> Known:
    """The person's orders, those named, and those that their documents mention and that are nobody else's."""
    found = _owned(engine, subject, "orders")
    mentioned = {
        entry.order_id
        for loaded in subject.customers.values()
        for entry in (*loaded.document.purchases, *loaded.document.redemptions)
    }
    wanted = {Ref("orders", ids.order_id(subject.store, id)): id for id in (*mentioned, *order_ids)}
    for ref, entry in load(engine, wanted.keys() - found.keys()).items():
        order = entry.document
        if order is not None and (wanted[ref] in order_ids or order.customer_id in (None, *subject.ids)):
            found[ref] = entry
    return found


def requests_about(engine: Engine, subject: Subject) -> Known:
    """Open requests that name the person's documents."""
    found = {
        ref: entry
        for id in sorted(subject.ids)
        for ref, entry in browse(engine, REQUESTS, ("subject_ids[]", id))
    }
    return {ref: entry for ref, entry in found.items() if entry.document.state is RequestState.OPEN}


def _owned(engine: Engine, subject: Subject, collection: str) -> Known:
    return {
        ref: entry
        for id in sorted(subject.ids)
        for ref, entry in browse(engine, collection, ("customer_id", id))
    }


def neighbours_of(engine: Engine, subject: Subject) -> Known:
    """Other customer documents that name the person's: people separated from them, browsers that they share."""
    return {
        ref: entry
        for id in sorted(subject.ids)
        for name in ("apart_from[]", "shared_by[]")
        for ref, entry in browse(engine, "customers", (name, id))
        if ref not in subject.customers
    }
