"""What a customer bought, sent back, redeemed and agreed to, and what follows from it for the next offer."""

from datetime import datetime

from common.domain.changing import replace
from common.domain.documents import MAX_HISTORY, MAX_PURCHASES, Consent, Customer, Purchase, Return
from common.domain.policy import Policy
from common.domain.vocabulary import Segment


def with_purchases(customer: Customer, *purchases: Purchase) -> Customer:
    """The customer with further orders that stand, each once, the newest last."""
    known = {entry.order_id: entry for entry in (*customer.purchases, *purchases)}
    newest = sorted(known.values(), key=lambda entry: (entry.at, entry.order_id))[-MAX_PURCHASES:]
    return replace(customer, purchases=tuple(newest))


def without_purchase(customer: Customer, order_id: str) -> Customer:
    """The customer once an order has come to nothing."""
    standing = tuple(entry for entry in customer.purchases if entry.order_id != order_id)
    return replace(customer, purchases=standing)


def with_returns(customer: Customer, returns: tuple[Return, ...], policy: Policy, now: datetime) -> Customer:
    """The customer with further returns, each counted once, and the flag with the moment at which it lapses."""
    known = {entry.id: entry for entry in (*customer.returns, *returns)}
    if len(known) == len(customer.returns):
        return customer
    history = tuple(sorted(known.values(), key=lambda entry: (entry.at, entry.id)))[-MAX_HISTORY:]
    until = history[-1].at + policy.recovery.return_window
    flagged = now < until
    return replace(
        customer, returns=history, returned_customer=flagged, returned_until=until if flagged else None
    )


def segment_of(customer: Customer | None, now: datetime, policy: Policy) -> Segment:
    """The customer's segment by returns within the window; the flag needs no clock to lapse by itself."""
    since = now - policy.recovery.return_window
    returns = 0 if customer is None else sum(since < entry.at for entry in customer.returns)
    if returns == 0:
        return Segment.NOT_RETURNED
    return Segment.RETURNED_ONCE if returns == 1 else Segment.RETURNED_REPEATEDLY


def is_capped(customer: Customer, now: datetime, policy: Policy) -> bool:
    """Whether a redemption that stuck lies within the frequency cap."""
    return any(entry.at > now - policy.recovery.frequency_cap for entry in customer.redemptions)


def last_word(word: Consent, known: Consent | None) -> Consent:
    """The later of two words, at the same moment the no (L38)."""
    return max(known or word, word, key=lambda consent: (consent.at, not consent.given))
