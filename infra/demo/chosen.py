"""A handful of single stories, chosen because each shows something else."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from infra.demo.cases import CaseStory, Result, by_person
from infra.demo.day import ZONE, Outcome
from infra.demo.diary import Diary, Note
from infra.demo.figures import Figures
from infra.demo.offers import OfferResult, OfferStory
from infra.demo.telling import tell
from infra.demo.words import CHANNELS

_MORNING = 7
_TOLD_BY_THEM = ("offer.viewed", "offer.accepted", "offer.declined")
"""What the engine says too, but only because they did it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to somebody; `by_engine` or by themselves."""

    at: datetime
    text: str
    by_engine: bool
    kind: str
    """The announcement's type, or "shopper"."""


@dataclass(frozen=True, slots=True)
class Tale:
    """One person's story."""

    title: str
    person: int
    lines: tuple[Line, ...]


def lines_of(diary: Diary, person: int, cases: Iterable[CaseStory | OfferStory]) -> tuple[Line, ...]:
    """Everything about one person, in order; acts that overtook each other stay as they came about."""
    ids = {case.id for case in cases}
    lines = []
    for entry in diary.entries:
        if isinstance(entry, Note):
            if entry.person == person:
                lines.append(Line(entry.at, entry.what, by_engine=False, kind="shopper"))
        elif entry.case_id in ids and entry.type not in _TOLD_BY_THEM:
            lines.append(Line(entry.at, tell(entry), by_engine=True, kind=entry.type))
    return tuple(sorted(lines, key=lambda line: line.at))


def choose(outcome: Outcome, figures: Figures) -> list[Tale]:
    """One story of each kind that occurred."""
    carts = by_person(figures.cases)
    tales, told = [], set()
    for title, fits in _WANTED:
        person = next(
            (who for who, cases in carts.items() if who not in told and _is_short(cases) and fits(cases[0])),
            None,
        )
        if person is not None:
            told.add(person)
            tales.append(Tale(title, person, lines_of(outcome.diary, person, carts[person])))
    return tales


def choose_offers(outcome: Outcome, figures: Figures) -> list[Tale]:
    """One story of each kind of lost order that occurred."""
    tales, told = [], set()
    for title, fits in _WANTED_OFFERS:
        story = next((one for one in figures.offers.stories if one.person not in told and fits(one)), None)
        if story is not None and story.person is not None:
            told.add(story.person)
            cases = [case for case in figures.cases if case.person == story.person]
            tales.append(Tale(title, story.person, lines_of(outcome.diary, story.person, [*cases, story])))
    return tales


def who(outcome: Outcome, person: int) -> str:
    """Such as Agata Lnianka, PL."""
    somebody = outcome.diary.people[person]
    return f"{somebody.name}, {somebody.country}"


def _recovered_by(channel: str) -> Callable[[CaseStory], bool]:
    return lambda case: (
        case.result is Result.RECOVERED
        and case.redeemed
        and case.channels == (channel,)
        and not _had(case, "case.reversed")
    )


def _is_short(cases: list[CaseStory]) -> bool:
    """One cart, lost by day: easily told."""
    return len(cases) == 1 and cases[0].abandoned_at.astimezone(ZONE).hour >= _MORNING


def _had(case: CaseStory, type: str) -> bool:
    return any(one.type == type for one in case.announced)


def _withdrew(case: CaseStory) -> bool:
    return case.messages == 1 and case.withheld == "consent_missing"


def _paid_later(case: CaseStory) -> bool:
    return case.result is Result.RECOVERED and _had(case, "case.reversed")


_WANTED: tuple[tuple[str, Callable[[CaseStory], bool]], ...] = (
    (f"Recovered by {CHANNELS['email']}, with the code", _recovered_by("email")),
    (f"Recovered by {CHANNELS['sms']}", _recovered_by("sms")),
    ("The payment failed first", _paid_later),
    ("Said no after the first reminder", _withdrew),
    ("In the control group", lambda case: case.result is Result.HELD and not case.bought),
    (
        "Bought before any message",
        lambda case: case.result is Result.ORDERED and not case.messages and case.withheld is None,
    ),
)
_WANTED_OFFERS: tuple[tuple[str, Callable[[OfferStory], bool]], ...] = (
    (
        "Did not pass the verification, and took something else",
        lambda one: (
            one.result is OfferResult.TAKEN and one.trigger == "verification_failed" and len(one.letters) == 1
        ),
    ),
    (
        "Sold out at the checkout",
        lambda one: one.result is OfferResult.TAKEN and one.trigger == "out_of_stock",
    ),
    (
        "Declined by the bank, reminded, and undecided to the end",
        lambda one: (
            one.result is OfferResult.EXPIRED and one.trigger == "payment_failed" and len(one.letters) == 2
        ),
    ),
    (
        "While the pricing algorithm was down",
        lambda one: one.reason == "pricing_unavailable",
    ),
)
