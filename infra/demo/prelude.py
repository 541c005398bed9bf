"""What the shop brings along: orders, returns and carts from before the day, loaded in the night."""

from datetime import datetime, timedelta

from infra.demo.diary import Diary
from infra.demo.shoppers.luck import Luck
from infra.demo.shoppers.people import Person, Population
from infra.demo.simulation import Simulation
from infra.demo.storefronts.catalogue import Basket, BasketLine, worthwhile
from infra.demo.storefronts.storefront import Outgoing, Purchase, Storefront

TOO_OLD, NOT_ACTIVATED = "very old cart", "cart from before the switch-on"
_LOADED_AFTER = timedelta(minutes=20)


class Prelude:
    """Loads it, in the order in which it happened."""

    def __init__(self, simulation: Simulation, diary: Diary, luck: Luck, midnight: datetime) -> None:
        self._simulation, self._diary, self._luck, self._midnight = simulation, diary, luck, midnight
        self._loads = 0

    def load_returns(self, person: Person, front: Storefront, count: int) -> None:
        """Orders of the last weeks whose goods came back."""
        for _ in range(count):
            ordered_at = self._days_ago(25, 80)
            order = Purchase(id=front.new_order_id(), basket=self._basket(person, front), from_cart=False)
            self._diary.owns(person.number, front.store, order.id)
            placed = front.placed(person, order, ordered_at)
            self._load(placed + front.returned(person, order, ordered_at + timedelta(days=9)))
        times = "once" if count == 1 else f"{count} times"
        self._diary.note(
            self._midnight, person.number, f"had sent goods back {times} in the last three months"
        )

    def load_old_carts(self, population: Population, fronts: dict[str, Storefront], count: int) -> None:
        """Carts that nobody should be reminded of: too old, or from before the engine was switched on."""
        for fate, earliest, latest in ((TOO_OLD, 8, 10), (NOT_ACTIVATED, 14, 25)):
            for _ in range(count):
                person = population.newcomer()
                self._diary.meet(person, fate)
                front = fronts[person.language]
                at = self._days_ago(earliest, latest)
                basket = self._basket(person, front)
                self._diary.owns(person.number, front.store, basket.id)
                self._diary.note(at, person.number, "left a cart behind")
                self._load(front.cart(person, basket, at))

    def _basket(self, person: Person, front: Storefront) -> Basket:
        articles = self._luck.draw(worthwhile(), self._luck.number(1, 3))
        lines = tuple(BasketLine(article=article) for article in articles)
        return Basket(id=front.new_cart_id(), currency=person.currency, language=person.language, lines=lines)

    def _days_ago(self, fewest: int, most: int) -> datetime:
        return self._midnight - self._luck.between(timedelta(days=fewest), timedelta(days=most))

    def _load(self, messages: list[Outgoing]) -> None:
        self._loads += 1
        moment = self._midnight + _LOADED_AFTER + timedelta(seconds=self._loads)
        self._simulation.at(moment, lambda: self._simulation.publish(messages))
