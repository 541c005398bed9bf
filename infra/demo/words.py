"""The engine's words in plain English, for the screen and the report."""

from functools import lru_cache
from typing import TYPE_CHECKING

from functions.send_stimulus.formats import money

if TYPE_CHECKING:
    from babel import Locale

REASONS = {
    "recovery_disabled": "the engine was switched off",
    "holdout": "in the control group, which is never contacted",
    "consent_missing": "did not agree to be contacted",
    "suppressed_address": "the address is on the do-not-contact list",
    "contact_missing": "nobody knows how to reach them",
    "cap_reached": "redeemed a voucher not long ago",
    "cart_empty": "emptied the cart",
    "cart_too_small": "the cart is too small to be worth a message",
    "cart_too_old": "the cart is too old",
    "already_ordered": "had bought meanwhile",
    "out_of_stock": "everything in the cart is sold out",
    "minimum_gap": "had another message less than three hours before; sent later",
    "quiet_hours": "it was night where they are; sent in the morning",
    "paused": "sends were paused by operations; sent later",
    "intake_behind": "the shop's events came in late, and the order might have been among them; sent later",
    "sms_limit": "one text message per cart is the limit",
    "provider_refused": "the provider turned the message down",
    "provider_unknown": "nobody knows whether it arrived, so it is not sent again",
    "not_activated": "the cart is from before the engine was switched on",
    "template_invalid": "the text could not be written correctly",
    "order_cancelled": "the order was cancelled",
    "payment_failed": "the payment failed",
    "verification_failed": "did not pass the verification for the order",
    "store_left": "the shop removed the engine",
    "withdrawn": "the shop honours the code no more",
    "pricing_unavailable": "the pricing algorithm did not answer",
    "pricing_refused": "the pricing algorithm turned the question down",
    "pricing_invalid": "the pricing algorithm's answer made no sense",
    "limit_breached": "the price was outside of the frozen limits",
    "no_alternative": "nothing like it is cheaper, affordable, and still worth selling",
    "not_approved": "nobody approved it in time",
    "bot": "touched the cart more often than any person could",
}
"""Each completes "Not contacted: ..."."""

CHANNELS = {"email": "e-mail", "sms": "SMS", "whatsapp": "WhatsApp", "push": "push"}
STEPS = {
    "first": "first reminder",
    "last_call": "last call",
    "alternative_offer": "offer",
    "offer_reminder": "reminder of the offer",
}
TRIGGERS = {
    "verification_failed": "the verification was not passed",
    "payment_failed": "the payment was declined",
    "out_of_stock": "it sold out at the checkout",
    "abandoned_cart": "a dear cart was left behind",
}
"""Why an alternative is offered."""
SEGMENTS = {
    "not_returned": "no returns",
    "returned_once": "one return",
    "returned_repeatedly": "several returns",
}

RESULTS = {
    "recovered": "recovered: ordered after a message",
    "ordered": "bought anyway: without, or not because of, a message",
    "lost": "reminded, and not recovered",
    "unreached": "to be reminded, but no message could leave",
    "left_alone": "left alone for a reason",
    "held": "in the control group",
}
"""How a lost cart ended."""
SHORT_RESULTS = {
    "recovered": "recovered",
    "ordered": "bought anyway",
    "lost": "not recovered",
    "unreached": "not reached",
    "left_alone": "left alone",
    "held": "control group",
}

OFFER_RESULTS = {
    "taken": "taken: ordered at the price that was offered",
    "accepted": "accepted: and never ordered",
    "declined": "declined: not wanted",
    "expired": "ran out: unanswered when its time was over",
    "cancelled": "cancelled: before anybody heard of it",
    "elsewhere": "bought anyway: something else",
    "control": "control group: no offer, measured all the same",
}
"""How an offer ended: in short, and in full."""


@lru_cache(maxsize=1)
def _english() -> "Locale":
    from babel import Locale

    return Locale("en", "GB")


def amount(minor: int, currency: str) -> str:
    """Such as PLN 1,299.00 or £49.00."""
    return money(minor, currency, _english()).replace("\u00a0", " ")


def count(number: int, one: str, several: str | None = None) -> str:
    """Such as 1 cart, 2 carts."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
