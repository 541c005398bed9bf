"""Offers, found among the cases that hold them."""

from collections.abc import Iterator
from dataclasses import dataclass

from common.application.dead_letters import NotFound
from common.application.engine import Engine
from common.application.ports import Ref
from common.application.privacy_finding import browse
from common.domain import ids
from common.domain.book import CASES
from common.domain.documents import Case
from common.domain.offer_timing import is_approved
from common.domain.offers import Offer
from common.domain.policy import Policy
from common.domain.vocabulary import OfferStage

_NEIGHBOURS = 10
"""Cases that are looked at for the beginning of an id; ids are hashes, so a few letters tell them apart."""


@dataclass(frozen=True, slots=True)
class Found:
    """One offer, with the case that it is of."""

    case: Case
    offer: Offer

    def waits(self, rules: Policy) -> bool:
        """Whether it leaves only when somebody approves it."""
        return self.offer.stage is OfferStage.READY and not is_approved(self.offer, rules)


def every(engine: Engine, store: str | None) -> Iterator[Found]:
    """All offers, one page of cases after the other, in no telling order. Raises Unavailable."""
    for _, entry in browse(engine, CASES, ("store", store) if store else None):
        yield from _of(entry.document)


def find(engine: Engine, beginning: str) -> Found:
    """The one offer whose id begins like this. Raises NotFound, and Unavailable."""
    wanted = beginning.strip().lower()
    cases = _beginning(engine, ids.case_of_offer(wanted) or wanted) if wanted else []
    found = [one for case in cases for one in _of(case) if one.offer.id.startswith(wanted)]
    found = [one for one in found if one.offer.id == wanted] or found
    if not found:
        raise NotFound(f"there is no offer {beginning!r}; copy an id from `recoup offers list`")
    if len(found) > 1:
        raise NotFound(f"several offers begin with {beginning}; give the whole id")
    return found[0]


def _beginning(engine: Engine, id: str) -> list[Case]:
    ref = Ref(CASES, id)
    exact = engine.store.load([ref])[ref].document
    if exact is not None:
        return [exact]
    # Ids in their order from there on: the first ones are those that begin like it, if any do.
    listing = engine.store.browse(CASES, _NEIGHBOURS, id)
    return [entry.document for entry in listing.loaded.values()]


def _of(case: Case) -> Iterator[Found]:
    """Of a case that has two, the former one comes first."""
    for offer in (case.former_offer, case.offer):
        if offer is not None:
            yield Found(case, offer)
