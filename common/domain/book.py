"""The documents a decision is made on, and what the decision is."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from typing import cast

from common.domain import ids
from common.domain.catalogue import STATUS, CatalogueStatus, status_id
from common.domain.documents import Case, Customer, Order, Suppression
from common.domain.effects import Effect
from common.domain.intake_health import HEALTH, INTAKE, IntakeHealth
from common.domain.offers import OfferEvidence, OfferVerdict
from common.domain.policy import Policy
from common.domain.values import dataclass
from common.domain.verdicts import Verdict
from common.domain.vouchers import VoucherCode

CASES, CUSTOMERS, ORDERS = "cases", "customers", "orders"
VOUCHER_CODES, SUPPRESSIONS = "voucher_codes", "suppressions"
OFFER_EVIDENCE = "offer_evidence"

Place = tuple[str, str]
"""A collection and an id."""
Document = (
    Case | Customer | Order | Suppression | VoucherCode | IntakeHealth | OfferEvidence | CatalogueStatus
)


class NotLoaded(Exception):
    """The decision needs documents that aren't in the book; the shell fetches them and decides again."""

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__(*places)
        self.places = tuple(places)


@dataclass(slots=True)
class Book:
    """What was loaded, the rules and the moment; and on top of it what the decision has changed so far."""

    loaded: Mapping[Place, Document | None]
    policy: Policy
    now: datetime
    message_id: str
    """What is being decided on; ids of what is owed derive from it, so that deciding again gives the same ids."""
    changes: dict[Place, Document] = field(default_factory=dict)
    effects: list[Effect] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    """For the day's metrics, beyond what follows from announcements."""

    def need(self, *places: Place) -> None:
        """Raise NotLoaded for all of the places that aren't in the book, at once: one more round trip, not many."""
        for place in places:
            if place not in self.loaded and place not in self.changes:
                raise NotLoaded(dict.fromkeys(self._missing(places)))

    def _missing(self, places: Iterable[Place]) -> list[Place]:
        return [place for place in places if place not in self.loaded and place not in self.changes]

    def _read(self, place: Place) -> Document | None:
        if place in self.changes:
            return self.changes[place]
        try:
            return self.loaded[place]
        except KeyError:
            raise NotLoaded([place]) from None

    def case(self, id: str) -> Case | None:
        """The case as decided so far; None if it doesn't exist."""
        return cast("Case | None", self._read((CASES, id)))

    def customer(self, id: str) -> Customer | None:
        """The customer, or the signpost, as decided so far."""
        return cast("Customer | None", self._read((CUSTOMERS, id)))

    def order(self, id: str) -> Order | None:
        """The order as decided so far."""
        return cast("Order | None", self._read((ORDERS, id)))

    def voucher_code(self, store: str, code: str) -> VoucherCode | None:
        """Whose code it is."""
        return cast("VoucherCode | None", self._read((VOUCHER_CODES, ids.voucher_id(store, code))))

    def evidence(self, offer_id: str) -> OfferEvidence | None:
        """What the pricing algorithm was asked for an offer."""
        return cast("OfferEvidence | None", self._read((OFFER_EVIDENCE, offer_id)))

    def catalogue_status(self, store: str) -> CatalogueStatus | None:
        """Whether the store has a catalogue, and how new it is."""
        return cast("CatalogueStatus | None", self._read((STATUS, status_id(store))))

    def intake_health(self) -> IntakeHealth | None:
        """When the intake was last behind; None = never."""
        return cast("IntakeHealth | None", self._read((HEALTH, INTAKE)))

    def suppression_places(self, addresses: Iterable[str]) -> dict[str, Place]:
        """Where it is written that an address must never be contacted."""
        key = self.policy.keys.suppression
        return {address: (SUPPRESSIONS, ids.suppression_id(key, address)) for address in addresses}

    def suppressed_of(self, addresses: Iterable[str]) -> frozenset[str]:
        """Which of the addresses must never be contacted."""
        places = self.suppression_places(addresses)
        self.need(*places.values())
        return frozenset(address for address, place in places.items() if self._read(place) is not None)

    def suppressed_at(self, address: str) -> datetime | None:
        """Since when the address is suppressed; None = it isn't."""
        (place,) = self.suppression_places([address]).values()
        found = cast("Suppression | None", self._read(place))
        return found.at if found else None

    def suppress(self, address: str, reason: str) -> None:
        """Never contact the address again, whoever it belongs to (L38)."""
        if not self.suppressed_of([address]):
            _, id = self.suppression_places([address])[address]
            self.put(Suppression(id=id, at=self.now, reason=reason))

    def put(self, document: Document) -> None:
        """Replace a document, if it says anything new."""
        place = _place_of(document)
        known = self.loaded.get(place)
        if known is document or known == document:
            self.changes.pop(place, None)
        else:
            self.changes[place] = document

    def put_changed(self, document: Document) -> None:
        """Replace a document that is known to say something new."""
        self.changes[_place_of(document)] = document

    def owe(self, *effects: Effect) -> None:
        """Add what is to be done once the changes are saved."""
        self.effects.extend(effects)


def _place_of(document: Document) -> Place:
    match document:
        case Case():
            return CASES, document.id
        case Customer():
            return CUSTOMERS, document.id
        case Order():
            return ORDERS, document.id
        case Suppression():
            return SUPPRESSIONS, document.id
        case VoucherCode():
            return VOUCHER_CODES, ids.voucher_id(document.store, document.code)
        case IntakeHealth():
            return HEALTH, document.id
        case OfferEvidence():
            return OFFER_EVIDENCE, document.id
        case CatalogueStatus():
            return STATUS, document.id


@dataclass(frozen=True, slots=True)
class Decision:
    """New documents and what is owed for them; `outcome` is for the log."""

    outcome: str
    changes: Mapping[Place, Document] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    verdict: Verdict | OfferVerdict | None = None
    """For a caller who waits for it."""
