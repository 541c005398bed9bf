"""What is taken first: by attributes, by type, by a webhook's headers; and Pub/Sub's filters say the same."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.application.priorities import (
    FILTERS,
    Priority,
    priority_of,
    priority_of_type,
    priority_of_webhook,
)
from tests.subscription_filter import MOST_BYTES, InvalidFilter, passes

TOPIC = "X-Shopify-Topic"
MESSAGES: list[tuple[Mapping[str, str], Priority]] = [
    ({"priority": "order"}, Priority.ORDER),
    ({"priority": "cart"}, Priority.CART),
    ({"priority": "browse"}, Priority.BROWSE),
    ({"priority": "browse", TOPIC: "orders/create"}, Priority.BROWSE),
    ({"priority": "order", TOPIC: "carts/update"}, Priority.ORDER),
    ({"priority": "cart", TOPIC: "orders/paid"}, Priority.CART),
    ({"priority": "whatever", TOPIC: "carts/update"}, Priority.ORDER),
    ({"priority": "", TOPIC: "carts/update"}, Priority.ORDER),
    ({"priority": "Browse"}, Priority.ORDER),
    ({"Priority": "browse"}, Priority.ORDER),
    ({}, Priority.ORDER),
    ({"source": "recoup", "store": "socks"}, Priority.ORDER),
    ({TOPIC: "orders/create"}, Priority.ORDER),
    ({TOPIC: "customers/update"}, Priority.ORDER),
    ({TOPIC: "carts/update"}, Priority.CART),
    ({TOPIC: "checkouts/create"}, Priority.CART),
    ({TOPIC: "carts"}, Priority.ORDER),
    ({TOPIC.lower(): "carts/update"}, Priority.ORDER),
]
"""Attributes, and the priority that they mean."""


def queues(attributes: Mapping[str, str]) -> list[Priority]:
    """The subscriptions that a message with these attributes reaches."""
    return [priority for priority, filter in FILTERS.items() if passes(filter, attributes)]


@pytest.mark.parametrize(("attributes", "priority"), MESSAGES)
def test_a_message_has_the_priority_of_its_attributes(
    attributes: Mapping[str, str], priority: Priority
) -> None:
    """What says nothing telling is taken first, as it may be an order."""
    assert priority_of(attributes) is priority
    assert queues(attributes) == [priority]


@given(
    st.dictionaries(
        st.sampled_from(["priority", TOPIC, "source", "x-shopify-topic"]),
        st.sampled_from(["order", "cart", "browse", "carts/", "checkouts/x", "orders/paid", ""]) | st.text(),
    )
)
def test_every_message_passes_exactly_one_filter(attributes: dict[str, str]) -> None:
    """Whatever the attributes: no message is lost between the subscriptions, none is delivered by two."""
    assert queues(attributes) == [priority_of(attributes)]


def test_filters_fit() -> None:
    """Pub/Sub takes 256 bytes."""
    assert set(FILTERS) == set(Priority)
    assert all(len(filter.encode()) <= MOST_BYTES for filter in FILTERS.values())


@pytest.mark.parametrize(
    "filter",
    [
        "",
        "attributes:a AND attributes:b OR attributes:c",
        'attributes.a = "b',
        "attributes.a = b",
        "attributes.a",
        'hasPrefix(attributes:a, "b")',
        "NOT (attributes:a)",
        "(attributes:a",
        "attributes:a)",
        "attributes:" + "a" * 256,
    ],
)
def test_a_filter_that_pubsub_would_not_take_is_noticed(filter: str) -> None:
    """The reader of filters, which stands in for Pub/Sub, is no laxer than Pub/Sub."""
    with pytest.raises(InvalidFilter):
        passes(filter, {"a": "b"})


@pytest.mark.parametrize(
    ("type", "priority"),
    [
        ("cart.updated", Priority.CART),
        ("page.viewed", Priority.BROWSE),
        ("checkout.started", Priority.BROWSE),
        ("order.placed", Priority.ORDER),
        ("customer.updated", Priority.ORDER),
        (None, Priority.ORDER),
        ([], Priority.ORDER),
    ],
)
def test_a_canonical_event_is_known_by_its_type(type: object, priority: Priority) -> None:
    """Orders and what customers say come first, whatever else is written there too."""
    assert priority_of_type(type) is priority


@pytest.mark.parametrize(
    ("headers", "priority"),
    [
        ({"x-shopify-topic": "checkouts/update"}, Priority.CART),
        ({"x-shopify-topic": "orders/create"}, Priority.ORDER),
        ({"x-medusa-event": "cart.updated"}, Priority.CART),
        ({"saleor-event": "CHECKOUT_UPDATED"}, Priority.CART),
        ({"saleor-event": "checkout_fully_paid"}, Priority.ORDER),
        ({"x-wc-webhook-topic": "order.updated"}, Priority.ORDER),
        ({}, Priority.ORDER),
    ],
)
def test_a_webhook_is_known_by_its_topic(headers: Mapping[str, str], priority: Priority) -> None:
    """Only where the topic tells of nothing but carts may it wait."""
    assert priority_of_webhook(headers) is priority
