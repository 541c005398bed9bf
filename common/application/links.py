"""The links of ours in a message, where the shop lets storefront_api answer them."""

from dataclasses import replace

from common.application.tokens import CART, OFFER, UNSUBSCRIBE, issue
from common.domain.effects import SendMessage
from common.domain.policy import Policy


def with_links(message: SendMessage, policy: Policy) -> SendMessage:
    """The message with our own cart link, its offer's page, and our unsubscribe link if the shop has none.

    The same message gets the same links each time. Without `storefront_url` in the document `shop`, or without a
    key, it keeps the shop's own links.
    """
    base, keys = policy.shop.storefront_url, policy.keys.links
    if base is None or not keys:
        return message
    ids = (message.case_id, message.customer_id)
    cart = issue(keys, CART, ids, message.claimed_at)
    unsubscribe = issue(keys, UNSUBSCRIBE, (*ids, message.channel.value), message.claimed_at)
    address, offer = base.rstrip("/"), message.offer
    if offer is not None:
        token = issue(keys, OFFER, (offer.offer_id,), message.claimed_at)
        offer = replace(offer, page_url=f"{address}/offers/{token}")
    return replace(
        message,
        offer=offer,
        cart_url=f"{address}/cart/{cart}",
        unsubscribe_url=None if policy.shop.unsubscribe_url else f"{address}/unsubscribe/{unsubscribe}",
    )
