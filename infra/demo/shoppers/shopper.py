"""One customer: what a person can do in a shop, and how their letters read to them."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from infra.demo.diary import Diary
from infra.demo.shoppers.luck import Luck
from infra.demo.shoppers.people import Person
from infra.demo.shoppers.vouchers import VoucherDesk
from infra.demo.simulation import Simulation, Wait
from infra.demo.storefronts.catalogue import Article, Basket, BasketLine, worthwhile
from infra.demo.storefronts.storefront import Purchase, Storefront
from infra.demo.words import amount
from infra.local.mailbox import Letter

_CODE = re.compile(r"\b[2-9A-HJ-NP-Y]{4}-[2-9A-HJ-NP-Y]{4}-[2-9A-HJ-NP-Y]{4}\b")
_WAKES, _SLEEPS = 7, 23


def text_of(letter: Letter) -> str:
    """What the letter says, as plain text."""
    if isinstance(letter.content, EmailMessage):
        body = letter.content.get_body(("plain",))
        return str(body.get_content()) if body else ""
    return letter.content.text


def code_in(letter: Letter) -> str | None:
    """The code as a person finds it: by reading."""
    found = _CODE.search(text_of(letter))
    return found[0] if found else None


class Shopper:
    """Somebody at a shop window. Every act is told to the engine by the storefront, and kept in the diary."""

    def __init__(
        self,
        person: Person,
        front: Storefront,
        simulation: Simulation,
        desk: VoucherDesk,
        diary: Diary,
        luck: Luck,
    ) -> None:
        self.person, self.front, self.luck = person, front, luck
        self._simulation, self._desk, self._diary = simulation, desk, diary
        self.basket = self._new_basket()

    def now(self) -> datetime:
        """Virtual time."""
        return self._simulation.now()

    # What they wait for

    def after(self, shortest: timedelta, longest: timedelta) -> Wait:
        """Some time later, but not at night."""
        moment = self.now() + self.luck.between(shortest, longest)
        local = moment.astimezone(ZoneInfo(self.person.time_zone))
        if local.hour < _WAKES or local.hour >= _SLEEPS:
            wait = timedelta(hours=(_WAKES - local.hour) % 24) - timedelta(minutes=local.minute)
            moment += wait + self.luck.between(timedelta(minutes=5), timedelta(minutes=90))
        return Wait(moment)

    def minutes(self, shortest: int, longest: int) -> Wait:
        """Some minutes later, whatever the hour."""
        return Wait(self.now() + self.luck.between(timedelta(minutes=shortest), timedelta(minutes=longest)))

    def hours(self, shortest: float, longest: float) -> Wait:
        """Some hours later, when they are up."""
        return self.after(timedelta(hours=shortest), timedelta(hours=longest))

    def letter(self, within: timedelta = timedelta(days=4)) -> Wait:
        """The next letter."""
        return Wait(self.now() + within, for_letter=True)

    # What they do

    def fills_cart(self, *articles: Article, quantity: int = 1) -> None:
        """Put articles into the cart; without any, one to three that they like."""
        chosen = articles or tuple(self.luck.draw(worthwhile(), self.luck.pick((1, 1, 1, 2, 2, 3))))
        lines = tuple(BasketLine(article=article, quantity=quantity) for article in chosen)
        self.basket = self.basket.with_lines(*self.basket.lines, *lines)
        names = ", ".join(article.names["en"] for article in chosen)
        self._tell_cart(f"put {names} into the cart ({self._total()})")

    def edits_cart(self) -> None:
        """One more of something, and back again: activity."""
        first, *rest = self.basket.lines
        changed = replace(first, quantity=2 if first.quantity == 1 else 1)
        self.basket = self.basket.with_lines(changed, *rest)
        self._tell_cart(f"changed the cart (now {self._total()})")

    def looks_at_page(self) -> None:
        """Read on without touching the cart."""
        self._note("looked around again")
        self._simulation.publish(self.front.page(self.person, self.basket, self.now()))

    def empties_cart(self) -> None:
        """Throw everything out."""
        self.basket = self.basket.with_lines()
        self._tell_cart("emptied the cart")

    def finds_sold_out(self, *skus: str) -> None:
        """The shop takes articles off the shelf while they are in the cart; all without any sku."""
        lines = (
            replace(line, available=bool(skus) and line.article.sku not in skus) for line in self.basket.lines
        )
        self.basket = self.basket.with_lines(*lines)
        self._tell_cart("an article in the cart sold out" if skus else "everything in the cart sold out")

    def takes_new_cart(self) -> None:
        """Leave this cart where it is and begin another."""
        self.basket = self._new_basket()

    def orders(self, code: str | None = None, *, from_cart: bool = True, by_staff: bool = False) -> Purchase:
        """Buy what is in the cart and pay. A code that isn't valid any more is refused at the till."""
        order = self.places_order(code, from_cart=from_cart, by_staff=by_staff)
        self.pays(order)
        return order

    def places_order(
        self,
        code: str | None = None,
        *,
        from_cart: bool = True,
        by_staff: bool = False,
        offer_id: str | None = None,
    ) -> Purchase:
        """Order, without paying yet."""
        discount = None
        if code is not None:
            discount = self._desk.discount_minor(self.front.store, code, self.basket, self.now())
        if code is not None and discount is None:
            self._note(f"tried code {code}, which is not valid any more")
        order = Purchase(
            id=self.front.new_order_id(),
            basket=self.basket,
            from_cart=from_cart,
            discount_minor=discount or 0,
            code=code if discount is not None else None,
            by_staff=by_staff,
            offer_id=offer_id,
        )
        self._diary.owns(self.person.number, self.front.store, order.id)
        paid = amount(order.total_minor, order.basket.currency)
        who = "telephoned, and the shop ordered for them" if by_staff else "ordered"
        self._note(f"{who} for {paid}" + (f" with code {order.code}" if order.code else ""))
        self._simulation.publish(self.front.placed(self.person, order, self.now()))
        return order

    def pays(self, order: Purchase) -> None:
        """The payment arrives."""
        self._note("paid")
        self._simulation.publish(self.front.paid(self.person, order, self.now()))

    def fails_to_pay(self, order: Purchase) -> None:
        """The bank says no."""
        self._note("the payment failed")
        self._simulation.publish(self.front.payment_failed(self.person, order, self.now()))

    def cancels(self, order: Purchase) -> None:
        """Call the order off."""
        self._note("cancelled the order")
        self._simulation.publish(self.front.cancelled(self.person, order, self.now()))

    def sends_back(self, order: Purchase) -> None:
        """Return the goods."""
        self._note("sent the goods back")
        self._simulation.publish(self.front.returned(self.person, order, self.now()))

    def becomes(self, person: Person, what: str) -> None:
        """Be known to the shop in another way from now on: logged in, with other consents."""
        self.person = person
        self._note(what)
        self._simulation.publish(self.front.customer(person, self.now()))

    def _new_basket(self) -> Basket:
        id = self.front.new_cart_id()
        self._diary.owns(self.person.number, self.front.store, id)
        return Basket(id=id, currency=self.person.currency, language=self.person.language)

    def _tell_cart(self, what: str) -> None:
        self._note(what)
        known = self.person if self._is_known() else None
        self._simulation.publish(self.front.cart(known, self.basket, self.now()))

    def _is_known(self) -> bool:
        return any((self.person.account, self.person.email, self.person.phone))

    def _total(self) -> str:
        return amount(self.basket.total_minor, self.basket.currency)

    def _note(self, what: str) -> None:
        self._diary.note(self.now(), self.person.number, what)
