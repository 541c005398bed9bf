"""Shopify's customers: contact, consent, and what privacy asks for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.failures import Refused
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.understanding import understand
from tests.unit.functions.ingest_event.events import (
    DROPPED,
    NOW,
    SHOPIFY_CHECKOUT,
    SHOPIFY_CUSTOMER,
    SHOPIFY_ORDER,
    changed,
    event_of,
    from_shopify,
    refusal_of,
)
from tests.unit.functions.ingest_event.sources.examples import shopify as examples


def checkout(**fields: Any) -> Any:
    return event_of(from_shopify("checkouts/update", changed(SHOPIFY_CHECKOUT, **fields)))


def order(**fields: Any) -> Any:
    return event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, **fields)))


def customer(**fields: Any) -> Any:
    return event_of(from_shopify("customers/update", changed(SHOPIFY_CUSTOMER, **fields)))


STATES = [
    # ticked, state of the customer, answer
    (False, None, None),
    (True, None, True),
    (False, "subscribed", True),
    (True, "not_subscribed", True),
    (False, "not_subscribed", False),
    (True, "unsubscribed", False),
    (True, "pending", False),
    (True, "redacted", False),
    (False, "invalid", False),
    ("true", None, None),
    (False, "SUBSCRIBED", True),
    (False, "unheard_of", None),
]


@pytest.mark.parametrize(("ticked", "state", "answer"), STATES)
def test_a_yes_is_a_real_yes_and_a_no_stays(ticked: object, state: str | None, answer: bool | None) -> None:
    """A ticked box is a yes, an unticked one says nothing, an explicit no outweighs the box (L38)."""
    fields = {
        "buyer_accepts_marketing": ticked,
        "customer__email_marketing_consent": state and {"state": state},
    }
    assert order(**fields).person.consent.get(Channel.EMAIL) is answer


def test_consent_belongs_to_the_address_it_was_given_for() -> None:
    """An account's yes doesn't reach another address or number that was typed in at the checkout."""
    event = checkout(email="else@example.com")
    assert Channel.EMAIL not in event.person.consent
    agreed = {"customer__sms_marketing_consent": {"state": "subscribed"}, "phone": "+46709876543"}
    assert checkout(**agreed).person.phone == "+46701234567"
    assert checkout(**agreed).person.consent[Channel.SMS] is True
    ticked = checkout(buyer_accepts_sms_marketing=True, sms_marketing_phone="070-987 65 43")
    assert (ticked.person.phone, ticked.person.consent[Channel.SMS]) == ("+46709876543", True)
    assert checkout(buyer_accepts_sms_marketing=True).person.consent[Channel.SMS] is False


def test_a_customer_update_tells_contact_and_consent() -> None:
    """The customer's own state is the authority; older payloads say accepts_marketing."""
    event = customer()
    assert isinstance(event, storefront.CustomerUpdated)
    assert event.person.consent == {Channel.EMAIL: True, Channel.SMS: False}
    assert (event.person.external_id, event.person.country) == ("7003456789012", "SE")
    old = {"email_marketing_consent": DROPPED, "sms_marketing_consent": None, "accepts_marketing": False}
    assert customer(**old).person.consent == {Channel.EMAIL: False}
    answer = refusal_of(from_shopify("customers/update", {"first_name": "Greta"}))
    assert (answer.reason, answer.field) == ("field_missing", "id")


def test_an_unusable_person_never_refuses_an_order() -> None:
    """Whatever stands where the customer should be, the order counts (L29)."""
    broken = {"id": {}, "email": 5, "phone": [], "default_address": "home"}
    nonsenses: tuple[Any, ...] = (None, [], "Greta", 5, broken)
    for nonsense in nonsenses:
        event = order(customer=nonsense, email=nonsense, contact_email=None, billing_address=nonsense)
        assert event.order.total == Money(120_000, "SEK")


@pytest.mark.parametrize("topic", ["customers/create", "customers/enable", "customers/disable"])
def test_each_change_of_a_customer_is_an_update(topic: str) -> None:
    """Whatever became of the account, the person and the consent are as stated."""
    event = event_of(from_shopify(topic, SHOPIFY_CUSTOMER))
    assert isinstance(event, storefront.CustomerUpdated)
    assert event.person == customer().person


def test_a_change_of_consent_counts_from_when_it_was_made() -> None:
    """The consent topics tell one channel only, at the customer's own moment (L38)."""
    email = event_of(from_shopify("customers_email_marketing_consent/update", examples.EMAIL_CONSENT))
    assert isinstance(email, storefront.CustomerUpdated)
    assert email.person == storefront.Person(
        external_id="7003456789012", email="greta@example.com", consent={Channel.EMAIL: False}
    )
    assert email.occurred_at == datetime(2026, 5, 1, 11, 57, tzinfo=UTC)
    sms = event_of(from_shopify("customers_marketing_consent/update", examples.SMS_CONSENT))
    assert (sms.person.phone, sms.person.consent) == ("+46701234567", {Channel.SMS: True})
    silent = changed(
        examples.SMS_CONSENT,
        sms_marketing_consent__state=None,
        sms_marketing_consent__consent_updated_at="x",
    )
    event = event_of(from_shopify("customers_marketing_consent/update", silent))
    assert event.person.consent == {}
    assert event.notes == (
        "sms_marketing_consent.consent_updated_at was left out: it is not a time that can be taken.",
    )
    nobody = {"email_marketing_consent": {"state": "subscribed"}}
    answer = refusal_of(from_shopify("customers_email_marketing_consent/update", nobody))
    assert (answer.reason, answer.field) == ("field_missing", "customer_id")


def test_a_guest_s_placeholder_is_nobody_s_account() -> None:
    """Zero is no customer; the GraphQL id is one."""
    assert order(customer__id=0).person.external_id is None
    assert order(customer__id="gid://shopify/Customer/17").person.external_id == "17"


def test_a_redaction_erases_the_person_and_names_the_orders() -> None:
    """Every order that can be read is erased, and one that can't is not forgotten quietly."""
    event = event_of(from_shopify("customers/redact", examples.REDACT))
    assert isinstance(event, storefront.CustomerErased)
    assert event.order_ids == ("5501234567890", "5501234567891")
    assert event.person == storefront.Person(
        external_id="7003456789012", email="greta@example.com", phone="+46701234567"
    )
    partly = from_shopify("customers/redact", changed(examples.REDACT, orders_to_redact__0=None))
    told, refused = understand(partly, NOW)
    assert isinstance(told, storefront.CustomerErased)
    assert told.order_ids == ("5501234567891",)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("field_missing", "orders_to_redact[0]")
    nobody = refusal_of(
        from_shopify("customers/redact", changed(examples.REDACT, customer=None, orders_to_redact=[]))
    )
    assert (nobody.reason, nobody.field) == ("field_missing", "customer")
    odd = refusal_of(from_shopify("customers/redact", {"orders_to_redact": {}}))
    assert (odd.reason, odd.field) == ("field_invalid", "orders_to_redact")


def test_a_data_request_names_the_person_and_the_orders() -> None:
    """What the customer wants to see."""
    event = event_of(from_shopify("customers/data_request", examples.DATA_REQUEST))
    assert isinstance(event, storefront.CustomerDataRequested)
    assert (event.order_ids, event.person and event.person.email) == (("5501234567890",), "greta@example.com")


def test_a_customer_whom_the_shop_deleted_is_erased() -> None:
    """The shop has no reason left to keep them, so neither has the engine; consent is beside the point."""
    event = event_of(from_shopify("customers/delete", SHOPIFY_CUSTOMER))
    assert isinstance(event, storefront.CustomerErased)
    assert (event.person.external_id, event.person.consent) == ("7003456789012", {})
    assert refusal_of(from_shopify("customers/delete", {})).field == "id"


@pytest.mark.parametrize(
    ("topic", "kind"), [("app/uninstalled", storefront.StoreLeft), ("shop/redact", storefront.StoreErased)]
)
def test_a_shop_leaves_and_is_erased(topic: str, kind: type[storefront.StorefrontEvent]) -> None:
    """At the moment of the delivery: the shop's own dates mean something else. The payload names the store as well."""
    event = event_of(from_shopify(topic, examples.THE_SHOP, Triggered_At="", Shop_Domain=""))
    assert type(event) is kind
    assert (event.store, event.occurred_at, event.person) == ("lamps.myshopify.com", NOW, None)
