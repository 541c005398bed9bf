"""The whole demonstration: everybody's day at the shop, and the time until nothing is pending any more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from common.application.policies import build
from common.application.ports import Put, Ref
from common.domain import ids
from common.domain.documents import Suppression
from common.domain.policy import Policy
from common.domain.vocabulary import Channel
from infra.catalog.loading import load
from infra.demo import trouble
from infra.demo.diary import Diary
from infra.demo.prelude import Prelude
from infra.demo.pricing import DownForAWhile
from infra.demo.providers import FallibleProvider
from infra.demo.shoppers.buyer import Buyer
from infra.demo.shoppers.cast import BOUNCES, OUTAGE, Loser, Role, enter, lose
from infra.demo.shoppers.luck import Luck
from infra.demo.shoppers.people import Person, Population
from infra.demo.shoppers.shopper import Shopper
from infra.demo.shoppers.vouchers import VoucherDesk
from infra.demo.simulation import Simulation
from infra.demo.storefronts.furniture import FURNITURE
from infra.demo.storefronts.lost_orders import LostOrders
from infra.demo.storefronts.own import OwnStorefront
from infra.demo.storefronts.shopify import ShopifyStorefront
from infra.demo.storefronts.storefront import Storefront
from infra.local.clocks import VirtualClock
from infra.local.database import Database
from infra.local.machine import LOCAL_KEYS, Machine, fixed_policies
from infra.local.mailbox import Letter, MailboxSender
from infra.local.pricing import ReferencePricing
from infra.local.yaml_policies import YamlPolicySource

POLICY = Path(__file__).parent / "policy"
ZONE = ZoneInfo("Europe/Warsaw")
MIDNIGHT = datetime(2026, 3, 6, tzinfo=ZONE)
"""The day begins: a Friday, two days before the clocks change in America."""
SEED = 1
_BUSY = (1, 1, 0, 0, 0, 1, 3, 6, 9, 10, 11, 13, 14, 12, 10, 10, 11, 12, 14, 18, 20, 18, 11, 5)
"""How many of two hundred shoppers come in each hour."""
_OLD_CARTS = 6
_DOWN_AT, _DOWN_FOR = timedelta(hours=13), timedelta(minutes=25)
"""When the pricing algorithm doesn't answer."""

Progress = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to tell afterwards."""

    policy: Policy
    diary: Diary
    simulation: Simulation
    ignored: int
    """Messages on topics that don't concern the engine."""

    @property
    def ended_at(self) -> datetime:
        """When the last thing happened."""
        return max(entry.at for entry in self.diary.entries)


def bundled_policy() -> Policy:
    """The rules that the invented shop's administrators wrote."""
    return build(YamlPolicySource(POLICY).read(), LOCAL_KEYS)


def live_through(database: Database, seed: int = SEED, progress: Progress = lambda _: None) -> Outcome:
    """Run it. The same seed gives the same everything; `progress` is told the virtual time."""
    return _Day(database, seed).run(progress)


class _Day:
    """Puts the parts together."""

    def __init__(self, database: Database, seed: int) -> None:
        self._seed, self._policy, self._diary = seed, bundled_policy(), Diary()
        self._refused: set[str] = set()
        self._silent: set[str] = set()
        clock = VirtualClock(MIDNIGHT.astimezone(ZoneInfo("UTC")))
        mailbox = MailboxSender(database, lambda: self._policy.shop, self._diary.keep, self._post)
        provider = FallibleProvider(mailbox, refused=self._refused, silent=self._silent)
        senders = dict.fromkeys((Channel.EMAIL, Channel.SMS), provider)
        down = MIDNIGHT + _DOWN_AT
        pricing = DownForAWhile(ReferencePricing(), clock, down, down + _DOWN_FOR)
        self._machine = Machine(database, clock, fixed_policies(self._policy), senders, pricing=pricing)
        self._simulation = Simulation(self._machine, clock, self._luck("network"))
        self._desk = VoucherDesk()
        self._own, self._abroad = OwnStorefront(), ShopifyStorefront()
        self._fronts: dict[str, Storefront] = {"pl": self._own, "en": self._abroad}
        self._backends = {front.store: LostOrders(front.store) for front in self._fronts.values()}
        self._prelude = Prelude(self._simulation, self._diary, self._luck("prelude"), MIDNIGHT)

    def run(self, progress: Progress) -> Outcome:
        self._machine.bus.subscribe(self._diary.hear)
        self._machine.bus.subscribe(self._desk.hear)
        self._load_catalogue()
        population, arrivals = Population(self._luck("people")), self._luck("arrivals")
        for role, person in enter(population, self._luck("roles")):
            self._enter(role, person, self._arrival(arrivals))
        self._prelude.load_old_carts(population, self._fronts, _OLD_CARTS)
        for loser, person in lose(population, self._luck("losers")):
            self._lose(loser, person, self._arrival(arrivals))
        messages = (
            *trouble.irrelevant(self._abroad, self._luck("irrelevant"), MIDNIGHT),
            *trouble.broken(self._own, self._abroad, MIDNIGHT),
        )
        for at, outgoing in messages:
            self._simulation.at(at, partial(self._simulation.publish, [outgoing]))
        self._simulation.run(progress)
        return Outcome(self._policy, self._diary, self._simulation, self._ignored())

    def _enter(self, role: Role, person: Person, at: datetime) -> None:
        front = self._fronts[person.language]
        self._diary.meet(person, role.name)
        addresses = [address for address in (person.email, person.phone) if address]
        shopper = Shopper(
            person, front, self._simulation, self._desk, self._diary, self._luck(f"shopper {person.number}")
        )
        self._simulation.live(role.story(shopper), at, addresses)
        match role.name:
            case "returned once":
                self._prelude.load_returns(person, front, 1)
            case "returned repeatedly":
                self._prelude.load_returns(person, front, 3)
            case "bounces":
                self._refused.update(addresses)
            case "bounces, then SMS":
                self._refused.update(addresses[:1])
            case "landline":
                self._refused.update(addresses)
            case "provider is silent":
                self._silent.update(addresses)
            case "do not contact":
                self._never_contact(addresses)
            case _:
                pass

    def _load_catalogue(self) -> None:
        catalogue = self._machine.engine.catalogue
        if catalogue is None or load(catalogue, self._machine.store, FURNITURE, self._simulation.now()):
            raise AssertionError("the bundled catalogue can be read whole")

    def _lose(self, loser: Loser, person: Person, at: datetime) -> None:
        front = self._fronts[person.language]
        self._diary.meet(person, loser.name)
        luck = self._luck(f"shopper {person.number}")
        backend = self._backends[front.store]
        buyer = Buyer(person, front, self._simulation, self._desk, self._diary, luck, backend)
        if loser.name == OUTAGE:
            at = MIDNIGHT + _DOWN_AT + luck.between(timedelta(minutes=1), timedelta(minutes=15))
        addresses = [address for address in (person.email, person.phone) if address]
        if loser.name == BOUNCES:
            self._refused.update(addresses)
        self._simulation.live(loser.story(buyer), at, addresses)

    def _never_contact(self, addresses: list[str]) -> None:
        for address in addresses:
            id = ids.suppression_id(self._policy.keys.suppression, address)
            entry = Suppression(id=id, at=MIDNIGHT, reason="objected in writing")
            self._machine.store.save([Put(Ref("suppressions", id), entry, None)])

    def _arrival(self, luck: Luck) -> datetime:
        hour = luck.pick([hour for hour, share in enumerate(_BUSY) for _ in range(share)])
        return MIDNIGHT + timedelta(hours=hour, seconds=luck.number(0, 3599))

    def _ignored(self) -> int:
        days = {self._utc_day(message.publish_time) for message in self._simulation.delivered}
        return sum(self._machine.store.counters(day).get("intake_ignored", 0) for day in days)

    @staticmethod
    def _utc_day(moment: datetime) -> date:
        return moment.astimezone(ZoneInfo("UTC")).date()

    def _post(self, letter: Letter) -> None:
        self._simulation.post(letter)

    def _luck(self, name: str) -> Luck:
        return Luck(self._seed, name)
