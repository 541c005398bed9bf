"""Who a Segment or RudderStack call is about, where they were, and what they agreed to."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain.storefront import (
    CustomerUpdated,
    Person,
)
from common.domain.vocabulary import Channel, SalesChannel
from tests.unit.functions.ingest_event.events import (
    changed,
    event_of,
)
from tests.unit.functions.ingest_event.sources.examples.segment import (
    ALIAS,
    DELETE,
    IDENTIFY,
    PAGE,
    example,
    rudder,
    sent,
)

MILA = Person(
    external_id="cust-12",
    anonymous_id="b4d7e2f0-anon",
    email="mila.devries@example.com",
    phone="+31612345678",
    name="Mila de Vries",
    locale="nl-NL",
    time_zone="Europe/Amsterdam",
    country="NL",
    consent={Channel.EMAIL: True, Channel.SMS: False},
)


def test_an_identified_person() -> None:
    """Traits, subscriptions and consent categories that are named for a channel."""
    event = event_of(sent(IDENTIFY))
    assert isinstance(event, CustomerUpdated)
    assert event.person == Person(
        external_id="cust-12",
        anonymous_id="b4d7e2f0-anon",
        email="mila.devries@example.com",
        phone="+31612345678",
        name="Mila de Vries",
        locale="nl-NL",
        time_zone="Europe/Amsterdam",
        country="NL",
        consent={Channel.EMAIL: True, Channel.SMS: False, Channel.WHATSAPP: False},
    )


def test_an_alias_joins_browser_and_account() -> None:
    """The former id is what the browser was known by."""
    event = event_of(sent(ALIAS))
    assert event.person == Person(external_id="cust-12", anonymous_id="b4d7e2f0-anon")
    assert event_of(sent(DELETE)).person == Person(external_id="cust-12")


@pytest.mark.parametrize(
    ("traits", "consent"),
    [
        ({"marketing_opt_in": True}, {Channel.EMAIL: True}),
        ({"marketingOptIn": "no"}, dict.fromkeys(Channel, False)),
        (
            {"accepts_marketing": False, "sms_subscribed": True},
            {**dict.fromkeys(Channel, False), Channel.SMS: True},
        ),
        ({"email_subscribed": "subscribed", "email_opt_out": True}, {Channel.EMAIL: False}),
        ({"unsubscribed": True, "email_opt_in": True}, dict.fromkeys(Channel, False)),
        ({"unsubscribed": False, "email_consent": "perhaps"}, {}),
    ],
)
def test_consent_under_the_names_that_shops_use(traits: dict[str, Any], consent: dict[Channel, bool]) -> None:
    """A no outweighs a yes; what isn't clear is left out (L38)."""
    assert event_of(sent(changed(IDENTIFY, context={}, traits=traits))).person.consent == consent


def test_cookie_consent_is_no_consent_to_messages() -> None:
    """Segment's categories are about tracking, unless they are named for a channel."""
    context = {"consent": {"categoryPreferences": {"Advertising": True, "Marketing": True}}}
    assert event_of(sent(changed(IDENTIFY, context=context))).person.consent == {}


def test_a_rudderstack_call() -> None:
    """Its app library states original time, channel and an empty user id; its own ids play no part."""
    event = example("product added in the app")
    assert event.person == Person(anonymous_id="and-901", locale="fr-CA", time_zone="America/Toronto")
    assert (event.channel, event.cart_id, event.id) == (
        SalesChannel.APP,
        "anonymous:and-901",
        "1777636680-7f2c",
    )
    assert event.occurred_at == datetime(2026, 5, 1, 11, 55, tzinfo=UTC)
    assert event_of(sent(rudder("Cart Viewed", {}), source="rudderstack")).source == "segment"


@pytest.mark.parametrize(
    ("library", "channel"),
    [
        ("analytics-ios", SalesChannel.APP),
        ("RudderLabs JavaScript SDK", SalesChannel.WEB),
        ("analytics-python", None),
    ],
)
def test_the_library_tells_the_channel(library: str, channel: SalesChannel | None) -> None:
    """A server's library doesn't tell where the customer was."""
    call = changed(PAGE, context={"library": {"name": library}})
    assert event_of(sent(call)).channel is channel
