"""Everybody who lost a cart or an order, with what happened and what they were sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

from infra.demo.cases import CaseStory, by_person
from infra.demo.chosen import lines_of
from infra.demo.day import Outcome
from infra.demo.figures import Figures
from infra.demo.offers import OfferResult, OfferStory
from infra.demo.report.letters import Email, Sms, shown
from infra.demo.shoppers.people import Person
from infra.demo.telling import clock
from infra.demo.words import OFFER_RESULTS, REASONS, SHORT_RESULTS, amount


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a customer's story."""

    at: str
    text: str
    by_engine: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """One lost cart or order: what it was worth and how it ended."""

    id: str
    """As the shop calls it, such as cart K-00017."""
    total: str
    result: str
    short: str
    """The result in a word or two."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer's part of the page."""

    number: int
    name: str
    place: str
    addresses: str
    losses: Sequence[Loss]
    results: str
    """Of the losses, without repetition, separated by blanks."""
    channels: str
    """By which messages came, separated by blanks; "none" without any."""
    story: Sequence[Happening]
    messages: Sequence[Email | Sms]
    words: str
    """What the search looks through, in lower case."""


_COUNTRIES = {
    "PL": "Poland",
    "GB": "United Kingdom",
    "DE": "Germany",
    "SE": "Sweden",
    "IE": "Ireland",
    "US": "United States",
    "JP": "Japan",
}


def customers_of(outcome: Outcome, figures: Figures) -> list[Customer]:
    """In the order in which they lost their first cart or order."""
    carts = by_person(figures.cases)
    orders: dict[int, list[OfferStory]] = {}
    for story in figures.offers.stories:
        if story.person is not None:
            orders.setdefault(story.person, []).append(story)
    found = [
        (number, carts.get(number, []), orders.get(number, [])) for number in dict.fromkeys((*carts, *orders))
    ]
    found.sort(key=lambda one: _first(one[1], one[2]))
    return [_customer(outcome, outcome.diary.people[number], cases, lost) for number, cases, lost in found]


def _first(cases: Sequence[CaseStory], lost: Sequence[OfferStory]) -> datetime:
    return min((*(case.abandoned_at for case in cases), *(story.lost_at for story in lost)))


def _customer(outcome: Outcome, person: Person, cases: list[CaseStory], lost: list[OfferStory]) -> Customer:
    shop = outcome.policy.shop
    both: list[CaseStory | OfferStory] = [*cases, *lost]
    letters = sorted((letter for one in both for letter in one.letters), key=lambda letter: letter.number)
    channels = dict.fromkeys(letter.message.channel.value for letter in letters)
    story = [
        Happening(clock(line.at), line.text, line.by_engine, line.kind)
        for line in lines_of(outcome.diary, person.number, both)
    ]
    addresses = ", ".join(filter(None, (person.email, person.phone)))
    losses = [*map(_cart, cases), *map(_order, lost)]
    return Customer(
        number=person.number,
        name=person.name if addresses or person.account else "Somebody unknown",
        place=_COUNTRIES.get(person.country, person.country),
        addresses=addresses,
        losses=losses,
        results=" ".join(dict.fromkeys(loss.result for loss in losses)),
        channels=" ".join(channels) or "none",
        story=story,
        messages=[shown(letter, shop.sms_sender or shop.name, person.time_zone) for letter in letters],
        words=_words(person, both, story),
    )


def _cart(case: CaseStory) -> Loss:
    return Loss(
        id=f"cart {case.cart_id}",
        total=amount(case.total.minor, case.total.currency),
        result=case.result.value,
        short=SHORT_RESULTS[case.result.value],
        note=_note(case),
    )


def _order(story: OfferStory) -> Loss:
    result = (story.result or OfferResult.CANCELLED).value
    wanted = story.wanted
    return Loss(
        id=f"{'cart' if story.trigger == 'out_of_stock' else 'order'} {story.subject}",
        total=amount(wanted.minor, wanted.currency) if wanted else "an order",
        result=result,
        short=f"offer {OFFER_RESULTS[result].partition(':')[0]}" if wanted else "control group",
        note=_offered(story),
    )


def _offered(story: OfferStory) -> str:
    """Why there was no offer, or what it was."""
    if story.reason is not None:
        return REASONS[story.reason]
    if story.price is None:
        return ""
    return f"{story.offered} for {amount(story.price.minor, story.price.currency)}"


def _note(case: CaseStory) -> str:
    """Why, where the result alone doesn't say."""
    if case.revenue is not None:
        return amount(case.revenue.minor, case.revenue.currency)
    if case.reversed is not None:
        return REASONS[case.reversed]
    if case.held:
        return "bought anyway" if case.bought else ""
    if case.left_alone is not None and not case.bought:
        return REASONS[case.left_alone]
    if not case.messages and case.withheld is not None and not case.bought:
        return REASONS[case.withheld]
    return ""


def _words(person: Person, both: Iterable[CaseStory | OfferStory], story: list[Happening]) -> str:
    ids = [word for one in both for word in _ids(one)]
    told = (happening.text for happening in story)
    letters = (letter for one in both for letter in one.letters)
    subjects = (
        str(letter.content["Subject"]) for letter in letters if isinstance(letter.content, EmailMessage)
    )
    known = (person.name, person.email or "", person.phone or "", person.country, person.currency)
    return " ".join((*known, *ids, *told, *subjects)).lower()


def _ids(one: CaseStory | OfferStory) -> tuple[str, ...]:
    if isinstance(one, OfferStory):
        return one.id, one.subject
    return one.id, one.cart_id, one.code or "", one.order_id or ""
