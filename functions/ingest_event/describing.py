"""What a message is about that was refused for a reason outside of it: whose it is, and the money in it."""

from collections.abc import Sequence
from typing import Any

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain.money import Money
from common.domain.storefront import CartUpdated, OrderCancelled, OrderPaymentFailed, OrderPlaced
from functions.ingest_event.salvage import guess_money
from functions.ingest_event.understanding import understand


def describe(message: PubSubMessage, refused: Refused) -> Refused:
    """Fill in source, store and money, as far as the message tells."""
    said: Sequence[Any] = understand(message, message.publish_time)
    if said:
        refused.source = said[0].source
        refused.store = said[0].store or refused.store
    known = [money for part in said if (money := _money(part)) is not None]
    refused.at_stake = known[0] if known else guess_money(message.data)
    return refused


def _money(part: Any) -> Money | None:
    match part:
        case Refused():
            return part.at_stake
        case CartUpdated() if part.cart.currency is not None:
            return Money(part.cart.total_minor, part.cart.currency)
        case OrderPlaced() | OrderPaymentFailed() | OrderCancelled():
            return part.order.total
        case _:
            return None
