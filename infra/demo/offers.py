"""What became of each order that came to nothing and was, or might have been, answered with an offer."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from common.domain.effects import Announce
from common.domain.money import Money, format_minor, parse_minor
from infra.demo.diary import Diary
from infra.demo.storefronts.furniture import furniture
from infra.local.mailbox import Letter


class OfferResult(StrEnum):
    """How an offer ended."""

    TAKEN = "taken"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ELSEWHERE = "elsewhere"
    CONTROL = "control"


_ENDS = {
    "case.held": OfferResult.CONTROL,
    "offer.cancelled": OfferResult.CANCELLED,
    "offer.expired": OfferResult.EXPIRED,
    "offer.declined": OfferResult.DECLINED,
    "offer.accepted": OfferResult.ACCEPTED,
    "case.recovered": OfferResult.TAKEN,
    "case.ordered": OfferResult.ELSEWHERE,
    "case.reversed": OfferResult.ACCEPTED,
}


@dataclass(slots=True)
class OfferStory:
    """One lost order. Complete once every announcement about it was added, in order."""

    id: str
    store: str
    subject: str
    """The order that was lost, or the cart whose item sold out."""
    person: int | None
    lost_at: datetime
    announced: list[Announce] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    trigger: str | None = None
    wanted: Money | None = None
    """What the item that they wanted costs."""
    sku: str | None = None
    """What was offered instead."""
    price: Money | None = None
    delivered: bool = False
    viewed: bool = False
    accepted: bool = False
    result: OfferResult | None = None
    reason: str | None = None
    """Why it was cancelled."""
    revenue: Money | None = None

    @property
    def offered(self) -> str | None:
        """The name of what was offered instead."""
        return furniture()[self.sku].names["en"] if self.sku else None

    def add(self, announced: Announce) -> None:
        """Take one announcement into account."""
        self.announced.append(announced)
        self.result = _ENDS.get(announced.type, self.result)
        fields: Any = announced.fields
        match announced.type:
            case "offer.requested":
                self.trigger = fields["trigger"]
                self.wanted = _money(fields["base_price"], fields["currency"])
            case "offer.ready":
                self.sku, self.price = fields["sku"], _money(fields["price"], fields["currency"])
            case "offer.delivered":
                self.delivered = True
            case "offer.viewed":
                self.viewed = True
            case "offer.accepted":
                self.accepted = True
            case "offer.cancelled":
                self.reason = fields["reason"]
            case "case.recovered":
                self.accepted, self.revenue = True, _money(fields["revenue"], fields["currency"])
            case "case.reversed":
                self.revenue = None
            case _:
                pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTakings:
    """One currency: what was lost, and what offers brought back of it, net."""

    currency: str
    lost: int
    wanted_minor: int
    orders: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class OfferFigures:
    """Everything that is counted about offers."""

    stories: tuple[OfferStory, ...]

    @property
    def requested(self) -> list[OfferStory]:
        """All but those of the control group."""
        return [one for one in self.stories if one.trigger is not None]

    @property
    def delivered(self) -> int:
        """How many reached their customer."""
        return sum(one.delivered for one in self.stories)

    @property
    def accepted(self) -> int:
        """How many were accepted, by word or by ordering."""
        return sum(one.accepted for one in self.stories)

    @property
    def results(self) -> Counter[OfferResult | None]:
        """How they ended."""
        return Counter(one.result for one in self.stories)

    @property
    def triggers(self) -> list[tuple[str, int]]:
        """Why they were requested, the commonest first."""
        return _ranked(one.trigger for one in self.requested)

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why they were cancelled, the commonest first."""
        return _ranked(one.reason for one in self.stories)

    @property
    def takings(self) -> list[OfferTakings]:
        """The money, by currency."""
        found: dict[str, list[OfferStory]] = defaultdict(list)
        for one in self.requested:
            if one.wanted is not None:
                found[one.wanted.currency].append(one)
        return [
            OfferTakings(
                currency=currency,
                lost=len(stories),
                wanted_minor=sum(one.wanted.minor for one in stories if one.wanted),
                orders=sum(one.revenue is not None for one in stories),
                revenue_minor=sum(one.revenue.minor for one in stories if one.revenue),
            )
            for currency, stories in sorted(found.items())
        ]

    def as_fields(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "requested": dict(self.triggers),
            "delivered": self.delivered,
            "accepted": self.accepted,
            "results": {result.value: self.results[result] for result in OfferResult},
            "cancelled": dict(self.reasons),
            "brought_back": {
                one.currency: {
                    "orders": one.orders,
                    "revenue": format_minor(one.revenue_minor, one.currency),
                }
                for one in self.takings
            },
        }


def read_offers(diary: Diary) -> OfferFigures:
    """Every order that was lost otherwise than as a cart, in the order in which they were."""
    stories: dict[str, OfferStory] = {}
    carts: set[str] = set()
    for announced in diary.announced:
        id = announced.case_id
        if id is None or id in carts:
            continue
        if announced.type == "case.abandoned":
            carts.add(id)
        elif id in stories:
            stories[id].add(announced)
        elif announced.type in ("offer.requested", "case.held"):
            stories[id] = _opened(announced, diary)
            stories[id].add(announced)
    for letter in diary.letters:
        if letter.message.case_id in stories:
            stories[letter.message.case_id].letters.append(letter)
    return OfferFigures(tuple(stories.values()))


def _opened(announced: Announce, diary: Diary) -> OfferStory:
    subject = announced.subject or ""
    return OfferStory(
        id=announced.case_id or "",
        store=announced.store,
        subject=subject,
        person=diary.owner_of(announced.store, subject),
        lost_at=announced.at,
    )


def _ranked(words: Iterable[str | None]) -> list[tuple[str, int]]:
    counts = Counter(word for word in words if word is not None)
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _money(amount: str, currency: str) -> Money:
    return Money(parse_minor(amount, currency), currency)
