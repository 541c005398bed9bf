"""The links of ours in a message."""

from dataclasses import replace
from datetime import timedelta

import pytest

from common.application.links import with_links
from common.application.policies import build
from common.application.tokens import CART, OFFER, UNSUBSCRIBE, InvalidToken, read
from functions.send_stimulus.senders.email_message import compose
from infra.local.machine import LOCAL_KEYS
from tests.providers.messages import email
from tests.providers.offers import offering, promise

POLICY = build({"shop": {"storefront_url": "https://recoup.bielik.example"}}, LOCAL_KEYS)
DAY = timedelta(days=1)


def test_a_message_leads_to_us_and_can_be_stopped_by_one_click() -> None:
    """Both links in the text, the second one in the headers of RFC 8058 too, and the same bytes each time (L37)."""
    message = with_links(email(), POLICY)
    assert message == with_links(email(), POLICY)
    composed = compose(message, POLICY.shop)
    assert composed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<{message.unsubscribe_url}>" in composed["List-Unsubscribe"]
    text = composed.get_body(("plain",))
    assert text is not None
    assert str(message.cart_url) in text.get_content()
    assert str(message.unsubscribe_url) in text.get_content()


def test_tokens_hold_ids_and_nothing_personal() -> None:
    """The case and its customer, for the message's channel."""
    message = with_links(email(), POLICY)
    ids = (message.case_id, message.customer_id)
    at, keys = message.claimed_at, LOCAL_KEYS.links
    cart, unsubscribe = (str(url).rpartition("/")[2] for url in (message.cart_url, message.unsubscribe_url))
    assert read(keys, CART, cart, at, DAY) == ids
    assert read(keys, UNSUBSCRIBE, unsubscribe, at, DAY) == (*ids, "email")


def test_without_a_key_the_message_stays_as_it_was() -> None:
    """It leaves all the same."""
    assert with_links(email(), replace(POLICY, keys=replace(LOCAL_KEYS, links=()))) == email()


def test_an_offer_leads_to_its_own_page() -> None:
    """A token of its own purpose with the offer's id, the same each time; without a key there is none (L7)."""
    message = with_links(offering(promise(page_url=None)), POLICY)
    assert message == with_links(offering(promise(page_url=None)), POLICY)
    assert message.offer is not None
    address, _, token = str(message.offer.page_url).rpartition("/")
    assert address == "https://recoup.bielik.example/offers"
    at, keys = message.claimed_at, LOCAL_KEYS.links
    assert read(keys, OFFER, token, at, DAY) == ("case-1-1",)
    with pytest.raises(InvalidToken):
        read(keys, CART, token, at, DAY)
    keyless = replace(POLICY, keys=replace(LOCAL_KEYS, links=()))
    assert with_links(offering(promise(page_url=None)), keyless).offer == promise(page_url=None)


def test_a_message_without_an_offer_gets_no_page() -> None:
    """Nor anything else that it hadn't."""
    assert with_links(email(), POLICY).offer is None
