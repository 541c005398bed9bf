"""Who comes on the day: so many people of each fate, and what is special about them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from infra.demo.shoppers import fates, second_chances
from infra.demo.shoppers.buyer import Buyer
from infra.demo.shoppers.luck import Luck
from infra.demo.shoppers.people import Person, Population
from infra.demo.shoppers.shopper import Shopper
from infra.demo.simulation import Story

OWN, ABROAD = ("PL", "DE", "SE"), ("GB", "IE", "US")


@dataclass(frozen=True, slots=True)
class Role:
    """So many people who live one story. `countries` is None where it doesn't matter."""

    name: str
    count: int
    story: Callable[[Shopper], Story]
    countries: tuple[str, ...] | None = None
    phone: bool = False
    change: Callable[[Person], Person] = lambda person: person


def _phone_only(person: Person) -> Person:
    return replace(person, email=None, agrees={"sms": True})


def _never_asked(person: Person) -> Person:
    return replace(person, agrees={})


def _declined(person: Person) -> Person:
    return replace(person, agrees={"email": False, "sms": False})


def _anonymous(person: Person) -> Person:
    return replace(person, account=None, email=None, phone=None, agrees={})


def _account_only(person: Person) -> Person:
    return replace(person, email=None, phone=None, agrees={})


def _guest(person: Person) -> Person:
    return replace(person, account=None)


ROLES = (
    Role("buys at once", 96, fates.buys_at_once),
    Role("undecided", 150, fates.undecided),
    Role("undecided guest", 34, fates.undecided, change=_guest),
    Role("undecided, by telephone only", 10, fates.undecided, phone=True, change=_phone_only),
    Role("returns with the code", 8, fates.returns_with_the_code),
    Role("returns at the last call", 6, fates.returns_at_the_last_call),
    Role("returns by SMS", 7, fates.returns_with_the_code, phone=True, change=_phone_only),
    Role("ignores the SMS", 4, fates.ignores_everything, phone=True, change=_phone_only),
    Role("returns without the code", 6, fates.returns_without_the_code),
    Role("buys before any message", 6, fates.buys_before_any_message),
    Role("buys something else", 5, fates.buys_something_else),
    Role("orders as somebody else", 5, fates.orders_as_somebody_else, OWN[1:], phone=True),
    Role("empties the cart", 8, fates.empties_the_cart),
    Role("was never asked for consent", 8, fates.undecided, change=_never_asked),
    Role("declined messages", 7, fates.undecided, change=_declined),
    Role("withdraws consent", 5, fates.withdraws_consent),
    Role("anonymous", 10, fates.undecided, change=_anonymous),
    Role("account without contact", 5, fates.ignores_everything, OWN, change=_account_only),
    Role("logs in later", 5, fates.logs_in_later),
    Role("returned once", 6, fates.returns_with_the_code),
    Role("returned repeatedly", 6, fates.returns_at_the_last_call),
    Role("comes again in the evening", 5, fates.comes_again_in_the_evening),
    Role("leaves two carts", 5, fates.leaves_two_carts),
    Role("pays at the second try", 5, fates.pays_at_the_second_try, OWN),
    Role("never pays", 4, fates.never_pays, OWN),
    Role("cancels afterwards", 5, fates.cancels_afterwards),
    Role("sends it back", 4, fates.sends_it_back),
    Role("comes too late", 4, fates.comes_too_late),
    Role("everything sold out", 4, fates.finds_everything_sold_out, OWN),
    Role("one thing sold out", 4, fates.finds_one_thing_sold_out, OWN),
    Role("tiny cart", 8, fates.fills_a_tiny_cart),
    Role("cannot decide at all", 2, fates.cannot_decide_at_all),
    Role("telephones", 4, fates.telephones, ABROAD),
    Role("bounces", 4, fates.ignores_everything, ("PL",)),
    Role("bounces, then SMS", 4, fates.returns_with_the_code, ("DE", "US"), phone=True),
    Role("landline", 3, fates.ignores_everything, ("GB",)),
    Role("provider is silent", 4, fates.ignores_everything, phone=True, change=_phone_only),
    Role("do not contact", 4, fates.ignores_everything),
)


@dataclass(frozen=True, slots=True)
class Loser:
    """So many people whose order for one dear thing comes to nothing."""

    name: str
    count: int
    story: Callable[[Buyer], Story]
    countries: tuple[str, ...] = ("PL",)
    phone: bool = False
    change: Callable[[Person], Person] = lambda person: person


def _from_abroad(person: Person) -> Person:
    """Lives in Germany, reads text messages, and pays the Polish shop in zloty."""
    return replace(_phone_only(person), currency="PLN")


OUTAGE = "orders while the pricing algorithm is down"
BOUNCES = "the offer bounces"
LOSERS = (
    Loser("takes the alternative", 5, second_chances.takes_the_alternative),
    Loser("takes the alternative abroad", 4, second_chances.takes_the_alternative, ("GB",)),
    Loser(
        "takes the alternative by SMS",
        2,
        second_chances.takes_the_alternative,
        ("DE",),
        phone=True,
        change=_from_abroad,
    ),
    Loser("pays for the alternative", 4, second_chances.pays_for_the_alternative),
    Loser("takes what is left", 3, second_chances.takes_what_is_left),
    Loser("remembers at the last moment", 2, second_chances.remembers_at_the_last_moment, ("PL", "GB")),
    Loser("declines the alternative", 2, second_chances.declines_the_alternative),
    Loser("declines it abroad", 1, second_chances.declines_the_alternative, ("GB",)),
    Loser("lets the offer run out", 4, second_chances.lets_the_offer_run_out, ("PL", "GB")),
    Loser("accepts and forgets", 2, second_chances.accepts_and_forgets),
    Loser("can afford nothing like it", 2, second_chances.can_afford_nothing_like_it, ("PL", "GB")),
    Loser(BOUNCES, 2, second_chances.hears_nothing, ("GB",)),
    Loser(OUTAGE, 2, second_chances.hears_nothing, ("PL", "GB")),
)


def enter(population: Population, luck: Luck) -> Iterator[tuple[Role, Person]]:
    """Everybody, with their role."""
    for role in ROLES:
        for _ in range(role.count):
            country = luck.pick(role.countries) if role.countries else None
            person = role.change(population.newcomer(country, phone=role.phone))
            if role.name == "landline":
                person = replace(person, phone=population.landline(), email=None, agrees={"sms": True})
            yield role, person


def lose(population: Population, luck: Luck) -> Iterator[tuple[Loser, Person]]:
    """Everybody who loses an order, with their part."""
    for loser in LOSERS:
        for _ in range(loser.count):
            yield loser, loser.change(population.newcomer(luck.pick(loser.countries), phone=loser.phone))
