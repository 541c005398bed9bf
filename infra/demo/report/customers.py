"""Everybody who lost a cart, with what happened and what they were sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from infra.demo.cases import CaseStory, by_person
from infra.demo.chosen import lines_of
from infra.demo.day import Outcome
from infra.demo.figures import Figures
from infra.demo.report.letters import Email, Sms, shown
from infra.demo.shoppers.people import Person
from infra.demo.telling import clock
from infra.demo.words import REASONS, amount


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a customer's story."""

    at: str
    text: str
    by_engine: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """One lost cart: what it was worth and how it ended."""

    id: str
    total: str
    result: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer's part of the page."""

    number: int
    name: str
    place: str
    addresses: str
    carts: Sequence[Cart]
    results: str
    """Of the carts, without repetition, separated by blanks."""
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
    """In the order in which they lost their first cart."""
    return [
        _customer(outcome, outcome.diary.people[number], cases)
        for number, cases in by_person(figures.cases).items()
    ]


def _customer(outcome: Outcome, person: Person, cases: list[CaseStory]) -> Customer:
    shop = outcome.policy.shop
    letters = sorted((letter for case in cases for letter in case.letters), key=lambda letter: letter.number)
    channels = dict.fromkeys(letter.message.channel.value for letter in letters)
    story = [
        Happening(clock(line.at), line.text, line.by_engine, line.kind)
        for line in lines_of(outcome.diary, person.number, cases)
    ]
    addresses = ", ".join(filter(None, (person.email, person.phone)))
    carts = [_cart(case) for case in cases]
    return Customer(
        number=person.number,
        name=person.name if addresses or person.account else "Somebody unknown",
        place=_COUNTRIES.get(person.country, person.country),
        addresses=addresses,
        carts=carts,
        results=" ".join(dict.fromkeys(cart.result for cart in carts)),
        channels=" ".join(channels) or "none",
        story=story,
        messages=[shown(letter, shop.sms_sender or shop.name, person.time_zone) for letter in letters],
        words=_words(person, cases, story),
    )


def _cart(case: CaseStory) -> Cart:
    return Cart(
        id=case.cart_id,
        total=amount(case.total.minor, case.total.currency),
        result=case.result.value,
        note=_note(case),
    )


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


def _words(person: Person, cases: list[CaseStory], story: list[Happening]) -> str:
    ids = (part for case in cases for part in (case.id, case.cart_id, case.code or "", case.order_id or ""))
    told = (happening.text for happening in story)
    letters = (letter for case in cases for letter in case.letters)
    subjects = (
        str(letter.content["Subject"]) for letter in letters if isinstance(letter.content, EmailMessage)
    )
    known = (person.name, person.email or "", person.phone or "", person.country, person.currency)
    return " ".join((*known, *ids, *told, *subjects)).lower()
