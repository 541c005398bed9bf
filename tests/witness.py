"""Somebody who heard everything and watches every message leave: would it have been right to send it?"""

from typing import Any

from common.application.ports import SendOutcome
from common.domain.effects import SendMessage
from tests.builders import ANNA, BEN
from tests.stories import Story

PEOPLE = (ANNA, BEN)
_ABOUT_ORDERS = ("placed", "paid", "payment_failed", "cancelled")
BUYERS = {"o1": ANNA, "o2": BEN}


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

    def _watch(self, message: SendMessage) -> SendOutcome | None:
        self._check_consent(message)
        self._check_orders(message)
        return self._answer(message)

    def _check_consent(self, message: SendMessage) -> None:
        """The last word that was heard of this customer is a yes."""
        email = next(one.email for one in PEOPLE if message.recipient in (one.email, one.phone))
        words = [deed for deed in self._deeds if deed.kind != "redeemed" if deed.customer.email == email]
        last = max(words, key=lambda deed: deed.minute)
        assert last.kind != "no", "a message without consent"

    def _check_orders(self, message: SendMessage) -> None:
        """No order that stands was made by this customer since they touched the cart."""
        case = next(case for case in self._story.documents("cases") if case.id == message.case_id)
        touched = max(
            deed.minute
            for deed in self._deeds
            if deed.cart == case.cart_id and deed.kind in ("cart", "emptied", "visit")
        )
        for id in BUYERS:
            heard = [deed for deed in self._deeds if deed.order == id and deed.kind in _ABOUT_ORDERS]
            if not _stands(heard):
                continue
            made_at = min(deed.minute for deed in heard if deed.kind in ("placed", "paid"))
            if made_at >= touched:
                assert self._email(message.customer_id) != BUYERS[id].email, (
                    "a message after the customer's order"
                )

    def _email(self, customer_id: str) -> str | None:
        customers = self._story.documents("customers")
        return next((customer.email for customer in customers if customer.id == customer_id), None)


def _stands(heard: list[Any]) -> bool:
    """Placed or paid, not cancelled, and stated again since its payment failed."""
    kinds = {deed.kind for deed in heard}
    if "cancelled" in kinds or not kinds & {"placed", "paid"}:
        return False
    failed_at = max((deed.minute for deed in heard if deed.kind == "payment_failed"), default=None)
    stated_at = [deed.minute for deed in heard if deed.kind in ("placed", "paid")]
    return failed_at is None or max(stated_at) > failed_at
