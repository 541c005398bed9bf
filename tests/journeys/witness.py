"""Somebody who heard everything and watches every message leave: would it have been right to send it?"""

from collections import Counter
from typing import Any

from common.application.ports import SendOutcome
from common.domain.effects import SendMessage
from common.domain.vocabulary import VoucherState
from tests.builders import ANNA, BEN
from tests.stories import Story

PEOPLE = (ANNA, BEN)
BUYERS = {"o1": ANNA, "o2": BEN}
_ABOUT_ORDERS = ("placed", "paid", "payment_failed", "cancelled")
_ON_A_CART = ("cart", "put", "taken", "emptied", "visit")


class Witness:
    """Keeps its own, simpler account of orders and consents, and compares when a message is handed over."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._deeds: list[Any] = []
        self._answer = story.provider.always
        story.provider.always = self._watch

    def hear(self, deed: Any) -> None:
        """Note what has been told: what leaves from now on must be right by it."""
        self._deeds.append(deed)
        self._check_vouchers()

    def stands(self, order: str) -> bool:
        """Whether the order is placed or paid, not cancelled, and stated again since its payment failed."""
        heard = self._about(order)
        kinds = {deed.kind for deed in heard}
        if "cancelled" in kinds or not kinds & {"placed", "paid"}:
            return False
        failed_at = max((deed.minute for deed in heard if deed.kind == "payment_failed"), default=None)
        stated_at = [deed.minute for deed in heard if deed.kind in ("placed", "paid")]
        return failed_at is None or max(stated_at) > failed_at

    def _about(self, order: str) -> list[Any]:
        return [deed for deed in self._deeds if deed.order == order and deed.kind in _ABOUT_ORDERS]

    def _watch(self, message: SendMessage) -> SendOutcome | None:
        self._check_consent(message)
        self._check_orders(message)
        return self._answer(message)

    def _check_consent(self, message: SendMessage) -> None:
        """The last word that was heard of this customer is a yes."""
        email = next(one.email for one in PEOPLE if message.recipient in (one.email, one.phone))
        words = [
            deed
            for deed in self._deeds
            if deed.kind not in ("redeemed", "sold_out") and deed.customer.email == email
        ]
        assert max(words, key=lambda deed: deed.minute).kind != "no", "a message without consent"

    def _check_orders(self, message: SendMessage) -> None:
        """No order that stands was made by this customer since they touched the cart."""
        case = next(case for case in self._story.documents("cases") if case.id == message.case_id)
        on_cart = [deed for deed in self._deeds if deed.cart == case.cart_id and deed.kind in _ON_A_CART]
        touched = max(deed.minute for deed in on_cart)
        customers = self._story.documents("customers")
        email = next(customer.email for customer in customers if customer.id == message.customer_id)
        for id, buyer in BUYERS.items():
            made = [deed.minute for deed in self._about(id) if deed.kind in ("placed", "paid")]
            if self.stands(id) and min(made) >= touched:
                assert email != buyer.email, "a message after the customer's order"

    def _check_vouchers(self) -> None:
        """At most one open voucher per customer."""
        now = self._story.clock.now()
        holders = Counter(
            case.customer_id
            for case in self._story.documents("cases")
            if case.voucher and case.voucher.valid_until and now < case.voucher.valid_until
            if case.voucher.state in (VoucherState.ISSUED, VoucherState.RELEASED)
        )
        assert max(holders.values(), default=0) < 2, "two open vouchers"
