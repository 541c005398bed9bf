"""Somebody who wants one dear thing, and what they can do when their order comes to nothing."""

from common.domain.offers import OfferPromise
from infra.demo.diary import Diary
from infra.demo.shoppers.luck import Luck
from infra.demo.shoppers.people import Person
from infra.demo.shoppers.shopper import Shopper
from infra.demo.shoppers.vouchers import VoucherDesk
from infra.demo.simulation import Simulation
from infra.demo.storefronts.catalogue import BasketLine
from infra.demo.storefronts.furniture import furniture
from infra.demo.storefronts.lost_orders import LostOrders
from infra.demo.storefronts.storefront import Purchase, Storefront
from infra.demo.words import amount
from infra.local.mailbox import Letter

_WISHES = ("LL-BED-180", "LL-BED-160", "LL-SOFA-3", "LL-SOFA-3-LOOSE", "LL-TABLE-EXT")
"""The dearer pieces, of which there are cheaper ones."""


class Buyer(Shopper):
    """Every act is told to the engine by the shop's backend, and kept in the diary."""

    def __init__(
        self,
        person: Person,
        front: Storefront,
        simulation: Simulation,
        desk: VoucherDesk,
        diary: Diary,
        luck: Luck,
        backend: LostOrders,
    ) -> None:
        super().__init__(person, front, simulation, desk, diary, luck)
        self.wish = furniture()[luck.pick(_WISHES)]
        self._backend = backend

    def orders_wish(self) -> Purchase:
        """Buy it straight from its page, without a cart."""
        self.basket = self.basket.with_lines(BasketLine(article=self.wish))
        self._note(f"wanted {self.wish.names['en']} ({self._total()})")
        return self.places_order(from_cart=False)

    def fails_verification(self, order: Purchase, approved_percent: int | None = None) -> None:
        """Not be let through; the check may say how much would have been fine."""
        self._note("did not pass the verification")
        approved = None if approved_percent is None else order.total_minor * approved_percent // 100
        told = self._backend.verification_failed(self.person, order, approved, self.now())
        self._simulation.publish(told)

    def is_declined(self, order: Purchase) -> None:
        """The bank says no, and means it."""
        self._note("the bank declined the payment for good")
        self._simulation.publish(self._backend.payment_declined(self.person, order, self.now()))

    def finds_wish_gone(self) -> None:
        """Somebody else was quicker, at the checkout."""
        self._note(f"{self.wish.names['en']} sold out at the checkout")
        told = self._backend.sold_out(self.person, self.basket, self.wish.sku, self.now())
        self._simulation.publish(told)

    def looks_at(self, letter: Letter) -> OfferPromise:
        """Open the offer."""
        promise = letter.message.offer
        if promise is None:
            raise ValueError("the letter is not about an offer")
        self._note("looked at the offer")
        self._tell("viewed", promise)
        return promise

    def accepts(self, promise: OfferPromise) -> None:
        """Say yes; the shop makes the order of it."""
        self._note(f"accepted {furniture()[promise.sku].names['en']} for {self._price(promise)}")
        self._tell("accepted", promise)

    def declines(self, promise: OfferPromise) -> None:
        """Say no."""
        self._note("declined the offer")
        self._tell("declined", promise)

    def orders_alternative(self, promise: OfferPromise) -> Purchase:
        """Buy what was offered, at the price that was offered, and pay."""
        article = furniture()[promise.sku].at(self.person.currency, promise.unit_price_minor)
        self.basket = self.basket.with_lines(BasketLine(article=article, quantity=promise.quantity))
        order = self.places_order(from_cart=False, offer_id=promise.offer_id)
        self.pays(order)
        return order

    def _price(self, promise: OfferPromise) -> str:
        return amount(promise.quantity * promise.unit_price_minor, self.person.currency)

    def _tell(self, what: str, promise: OfferPromise) -> None:
        self._simulation.publish(self._backend.offer(self.person, what, promise.offer_id, self.now()))
