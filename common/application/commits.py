"""What is saved with a decision: its documents, the customers that they newly name, and those who would grow too old.

A document that names a customer is saved only while the customer's own is as it was read. So no case is left behind by
an erasure that takes place at the same moment. (Firestore checks such a put and changes nothing.)
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from common.application.engine import Engine
from common.application.ports import Loaded, Put, Ref
from common.application.retention import terms_of
from common.domain.book import CUSTOMERS, Decision, Place
from common.domain.customers import document_ids
from common.domain.documents import Customer
from common.domain.storefront import Person

Known = Mapping[Place, Loaded]
_MAX_HOPS = 8


def puts_of(engine: Engine, decision: Decision, loaded: Known) -> list[Put]:
    """Everything to save, the decision's own documents first. A round trip more is rare.

    Raises Unavailable.
    """
    now, policy = engine.clock.now(), engine.policies.current()
    changes: dict[Place, Any] = dict(decision.changes)
    for place, document in decision.changes.items():
        owner = getattr(document, "customer_id", None)
        if owner is not None and owner != getattr(loaded[place].document, "customer_id", None):
            _add(changes, (CUSTOMERS, owner), loaded)
    terms = terms_of(policy)
    young = terms.old_from(now)
    aging = [
        place
        for place, entry in loaded.items()
        if place[0] == CUSTOMERS and entry.expire_at is not None and entry.expire_at < young
    ]
    if aging:
        loaded = {**loaded, **_signposts(engine, aging, loaded)}
        aging += [place for place in loaded if place[0] == CUSTOMERS]
    for place in aging:
        _add(changes, place, loaded)
    puts = []
    for place, document in changes.items():
        _, version, known = loaded[place]
        puts.append(Put(Ref(*place), document, version, terms.expires_at(document, now, known)))
    return puts


def _add(changes: dict[Place, Any], place: Place, loaded: Known) -> None:
    """Save the document as it was read, if there is one and nothing else is decided about it."""
    entry = loaded.get(place)
    if entry is not None and entry.document is not None:
        changes.setdefault(place, entry.document)


def _signposts(engine: Engine, aging: Sequence[Place], loaded: Known) -> dict[Place, Loaded]:
    """The documents between an aging customer's addresses and the customer's own, which must not go before it.

    Otherwise a no that somebody says by that address alone would be a stranger's.
    """
    found: dict[Place, Loaded] = {}
    for place in aging:
        customer: Customer = loaded[place].document
        person = Person(external_id=customer.external_id, email=customer.email, phone=customer.phone)
        for id in document_ids(customer.store, person).values():
            trail = dict(_trail(engine, id))
            if place in trail:
                found |= {other: entry for other, entry in trail.items() if other not in loaded}
    return found


def _trail(engine: Engine, id: str | None) -> Iterator[tuple[Place, Loaded]]:
    for _ in range(_MAX_HOPS):
        if id is None:
            return
        ref = Ref(CUSTOMERS, id)
        entry = engine.store.load([ref])[ref]
        if entry.document is None:
            return
        yield ref, entry
        id = entry.document.merged_into
