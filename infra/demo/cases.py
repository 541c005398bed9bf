"""What became of each lost cart, read from the engine's own announcements."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from common.domain.effects import Announce
from common.domain.money import Money, parse_minor
from infra.demo.diary import Diary
from infra.local.mailbox import Letter


class Result(StrEnum):
    """How a lost cart ended."""

    RECOVERED = "recovered"
    ORDERED = "ordered"
    LOST = "lost"
    UNREACHED = "unreached"
    LEFT_ALONE = "left_alone"
    HELD = "held"


@dataclass(slots=True)
class CaseStory:
    """One lost cart. Complete once every announcement about it was added, in order."""

    id: str
    store: str
    cart_id: str
    person: int | None
    abandoned_at: datetime
    total: Money
    segment: str
    announced: list[Announce] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    held: bool = False
    left_alone: str | None = None
    """Why."""
    withheld: str | None = None
    """Why the last message that did not leave did not leave."""
    messages: int = 0
    channels: tuple[str, ...] = ()
    """By which messages left, the first one first."""
    code: str | None = None
    redeemed: bool = False
    order_id: str | None = None
    revenue: Money | None = None
    bought: bool = False
    """Without the engine's doing."""
    reversed: str | None = None
    """Why an order that had counted does not count any more."""

    @property
    def result(self) -> Result:
        """How it ended."""
        if self.revenue is not None:
            return Result.RECOVERED
        if self.held:
            return Result.HELD
        if self.bought:
            return Result.ORDERED
        if self.left_alone is not None:
            return Result.LEFT_ALONE
        return Result.LOST if self.messages else Result.UNREACHED

    @property
    def entered_the_experiment(self) -> bool:
        """Whether nothing but chance decided if its customer would be contacted."""
        return all(one.type != "case.suppressed" or one.at > self.announced[0].at for one in self.announced)

    def add(self, announced: Announce) -> None:
        """Take one announcement into account."""
        self.announced.append(announced)
        fields: Any = announced.fields
        match announced.type:
            case "case.held":
                self.held = True
            case "case.suppressed":
                self.left_alone = fields["reason"]
            case "stimulus.sent":
                self._sent(fields)
            case "stimulus.skipped" | "stimulus.failed":
                self.withheld = fields["reason"]
            case "voucher.redeemed":
                self.redeemed = True
            case "voucher.released":
                self.redeemed = False
            case "case.recovered":
                self.order_id = fields["order_id"]
                self.revenue = _money(fields["revenue"], fields["currency"])
                self.reversed = None
            case "case.reversed":
                self.order_id, self.revenue, self.reversed = None, None, fields["reason"]
            case "case.ordered":
                self.bought = True
            case _:
                pass

    def _sent(self, fields: Any) -> None:
        self.messages += 1
        self.channels = tuple(dict.fromkeys((*self.channels, str(fields["channel"]))))
        self.code = fields.get("voucher_code") or self.code
        self.left_alone = None


def read_cases(diary: Diary) -> list[CaseStory]:
    """Every cart that was announced as lost, in the order in which they were."""
    cases: dict[str, CaseStory] = {}
    for announced in diary.announced:
        if announced.case_id is None:
            continue
        if announced.type == "case.abandoned":
            cases[announced.case_id] = _opened(announced, diary)
        if announced.case_id in cases:
            cases[announced.case_id].add(announced)
    letters: dict[str, list[Letter]] = defaultdict(list)
    for letter in diary.letters:
        letters[letter.message.case_id].append(letter)
    for case in cases.values():
        case.letters = letters[case.id]
    return list(cases.values())


def by_person(cases: Iterable[CaseStory]) -> dict[int, list[CaseStory]]:
    """The carts of everybody who lost one."""
    carts: dict[int, list[CaseStory]] = {}
    for case in cases:
        if case.person is not None:
            carts.setdefault(case.person, []).append(case)
    return carts


def _opened(announced: Announce, diary: Diary) -> CaseStory:
    fields: Any = announced.fields
    return CaseStory(
        id=announced.case_id or "",
        store=announced.store,
        cart_id=announced.subject or "",
        person=diary.owner_of(announced.store, announced.subject),
        abandoned_at=announced.at,
        total=_money(fields["total"], fields["currency"]),
        segment=fields["segment"],
    )


def _money(amount: str, currency: str) -> Money:
    return Money(parse_minor(amount, currency), currency)
