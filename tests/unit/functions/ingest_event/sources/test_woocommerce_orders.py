"""WooCommerce's orders: every status, amount, contact and opt-in, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import Ignored
from tests.unit.functions.ingest_event.events import NOW, refusal_of, told_by
from tests.unit.functions.ingest_event.sources.examples.woocommerce import meta, order
from tests.unit.functions.ingest_event.sources.woocommerce_deliveries import delivered, ordered


def test_an_order_is_read_whole() -> None:
    """Gross total, discount with its tax, codes, articles, person, channel, browser and cart, to the cent."""
    event = ordered()
    assert type(event) is storefront.OrderPaid
    assert event.order == storefront.OrderFacts(
        id="4711",
        cart_id="hash:0d8b3ef2a4c94b1e8f0c9f6a7b1d2e3f",
        total=Money(4_488, "EUR"),
        discount_minor=500,
        voucher_codes=("a2c4-e6g8-hjkm",),
        skus=("SENCHA-100", "305"),
        made_by_shop=False,
        lines=ordered(status="checkout-draft").cart.lines,
    )
    assert event.person == storefront.Person(
        email="jana.horakova@example.net", phone="+420601123456", name="Jana Horáková", country="CZ"
    )
    assert (event.store, event.source, event.channel) == ("tea-house", "woocommerce", SalesChannel.WEB)
    assert event.user_agent == "Mozilla/5.0 (X11; Linux x86_64) Firefox/137.0"
    assert event.occurred_at == datetime(2026, 5, 1, 11, 42, 30, tzinfo=UTC)
    assert event.notes == ()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("pending", storefront.OrderPlaced),
        ("on-hold", storefront.OrderPlaced),
        ("processing", storefront.OrderPaid),
        ("completed", storefront.OrderPaid),
        ("failed", storefront.OrderPaymentFailed),
        ("cancelled", storefront.OrderCancelled),
        ("trash", storefront.OrderCancelled),
        ("refunded", storefront.OrderReturned),
        ("checkout-draft", storefront.CartUpdated),
    ],
)
@pytest.mark.parametrize("prefix", ["", "wc-"])
@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_the_status_says_what_happened(status: str, kind: type, prefix: str, topic: str) -> None:
    """Every status of WooCommerce has one meaning, under every topic and with its internal prefix."""
    assert type(ordered(topic, status=prefix + status)) is kind


@pytest.mark.parametrize("status", ["auto-draft", "draft", "new"])
def test_an_order_that_staff_are_still_writing_is_ignored(status: str) -> None:
    """Nobody has ordered anything yet."""
    assert told_by(delivered("order.updated", order(status=status))) == Ignored(
        "woocommerce", "tea-house", "order.updated"
    )


def test_a_status_of_the_shops_own_counts_by_its_payment() -> None:
    """An order is never lost over a status that a plugin added, and the event says so."""
    assert type(ordered(status="shipped")) is storefront.OrderPaid
    unpaid = ordered(status="wc-awaiting-pickup", date_paid_gmt=None, date_paid=None)
    assert type(unpaid) is storefront.OrderPlaced
    assert "status" in unpaid.notes[0]


def test_times_are_utc_and_local_times_are_never_used() -> None:
    """The gmt fields are UTC without saying so; without them the message's own time counts, never the shop's clock."""
    assert ordered(date_modified_gmt="2026-05-01T09:00:00.5").occurred_at == datetime(
        2026, 5, 1, 9, 0, 0, 500_000, tzinfo=UTC
    )
    assert ordered(date_modified_gmt="2026-05-01T11:00:00+02:00").occurred_at.hour == 9
    assert ordered(date_modified_gmt=None, date_modified="2026-05-01T13:42:30").occurred_at == NOW
    assert ordered(date_modified_gmt="-0001-11-30T00:00:00").occurred_at == NOW


def test_a_completed_order_was_bought_when_it_was_paid() -> None:
    """An old order that is marked as sent today is no new purchase; every other change happened when it was made."""
    facts = {"date_modified_gmt": "2026-05-01T11:00:00", "date_paid_gmt": "2026-04-02T08:00:00"}
    assert ordered(status="completed", **facts).occurred_at == datetime(2026, 4, 2, 8, tzinfo=UTC)
    assert ordered(status="cancelled", **facts).occurred_at == datetime(2026, 5, 1, 11, tzinfo=UTC)
    assert ordered(status="completed", date_paid_gmt=None).occurred_at.minute == 42


@pytest.mark.parametrize(
    ("currency", "total", "minor"),
    [("JPY", "4488", 4_488), ("JPY", "4488.00", 4_488), ("KWD", "13.755", 13_755), ("KWD", "13.75", 13_750)],
)
def test_currencies_have_their_own_decimals(currency: str, total: str, minor: int) -> None:
    """Yen have none, dinars three, whatever the shop's number of decimals is."""
    assert ordered(currency=currency, total=total).order.total == Money(minor, currency)


def test_a_shop_that_counts_in_more_decimals_than_its_currency_is_rounded() -> None:
    """Half a cent is one, and the order isn't lost over it."""
    assert ordered(total="44.875").order.total == Money(4_488, "EUR")
    assert ordered(total=44.88, discount_total=4.2, discount_tax=0.8).order.discount_minor == 500


def test_a_broken_discount_is_left_out() -> None:
    """It is not worth an order."""
    event = ordered(discount_total="much", discount_tax="0.80")
    assert (event.order.discount_minor, event.notes) == (
        80,
        ("discount_total was left out: it is not an amount.",),
    )


@pytest.mark.parametrize(
    ("facts", "made_by_shop"),
    [
        ({"created_via": "admin"}, True),
        ({"created_via": "subscription"}, True),
        ({"meta_data": meta(_subscription_renewal="4002")}, True),
        ({"meta_data": meta(_wc_order_attribution_source_type="admin")}, True),
        (
            {"created_via": "rest-api", "meta_data": meta(_wc_order_attribution_source_type="mobile_app")},
            True,
        ),
        ({"created_via": "rest-api"}, False),
        ({"created_via": "store-api"}, False),
        ({"created_via": None, "meta_data": None}, False),
    ],
)
def test_staff_and_renewals_bring_nobody_back(facts: dict[str, Any], made_by_shop: bool) -> None:
    """An order keyed in by staff, or by a subscription, is made by the shop (L12)."""
    assert ordered(**facts).order.made_by_shop is made_by_shop


@pytest.mark.parametrize(
    ("via", "channel"), [("pos-rest-api", SalesChannel.POS), ("admin", None), ("app", None)]
)
def test_the_channel_is_where_the_order_was_made(via: str, channel: SalesChannel | None) -> None:
    """Only what WooCommerce says for certain."""
    assert ordered(created_via=via).channel is channel


@pytest.mark.parametrize("account", [0, "0", "", None, -4, True, [], "guest"])
def test_a_guest_has_no_account(account: object) -> None:
    """WooCommerce's 0 is everybody who has none, and never an id."""
    assert ordered(customer_id=account).person.external_id is None


@pytest.mark.parametrize("account", [41, "41"])
def test_an_account_is_known_by_its_user_id(account: object) -> None:
    """As number or text."""
    assert ordered(customer_id=account).person.external_id == "41"


def test_broken_contacts_leave_an_order_an_order() -> None:
    """Each one is left out with a note."""
    event = ordered(billing={"email": "x", "phone": "1", "country": "??"}, shipping=[], customer_id="x")
    assert event.person is None
    assert len(event.notes) == 4


@pytest.mark.parametrize(
    ("entries", "consent"),
    [
        (
            {"recoup_marketing_email": "yes", "_recoup_marketing_sms": "0"},
            {Channel.EMAIL: True, Channel.SMS: False},
        ),
        ({"mailchimp_woocommerce_is_subscribed": "1"}, {Channel.EMAIL: True}),
        ({"_mc4wp_optin": True}, {Channel.EMAIL: True}),
        ({"_mailpoet_subscribed": "1"}, {Channel.EMAIL: True}),
        (
            {"mailchimp_woocommerce_is_subscribed": "unsubscribed", "_mc4wp_optin": "1"},
            {Channel.EMAIL: False},
        ),
        ({"recoup_marketing_email": "no", "_mc4wp_optin": "1"}, {Channel.EMAIL: False}),
        ({"mailchimp_woocommerce_is_subscribed": "0", "_mc4wp_optin": "", "ce4wp_checkout_consent": "0"}, {}),
        ({"recoup_marketing_email": "perhaps", "recoup_marketing_sms": ["yes"]}, {}),
    ],
)
def test_consent_is_what_was_ticked(entries: dict[str, Any], consent: dict[Channel, bool]) -> None:
    """A ticked box is a yes, an empty one says nothing, taken back is a no (L38)."""
    assert ordered(meta_data=meta(**entries)).person.consent == consent


def test_a_language_plugin_tells_the_customers_language() -> None:
    """Messages are in the language that the order was made in (L47)."""
    assert ordered(meta_data=meta(wpml_language="cs")).person.locale == "cs"
    assert ordered(meta_data=meta(wpml_language="cs", _recoup_locale="de_AT")).person.locale == "de-AT"


ORDER_REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("order.updated", {"id": None}, "field_missing", "id"),
    ("order.updated", {"id": {}}, "field_invalid", "id"),
    ("order.updated", {"status": None}, "field_missing", "status"),
    ("order.updated", {"status": 3}, "field_invalid", "status"),
    ("order.updated", {"currency": None}, "currency_missing", "currency"),
    ("order.updated", {"currency": "euro"}, "currency_unknown", "currency"),
    ("order.updated", {"currency": ["EUR"]}, "currency_unknown", "currency"),
    ("order.updated", {"total": None}, "field_missing", "total"),
    ("order.updated", {"total": "-1.00"}, "amount_invalid", "total"),
    ("order.updated", {"total": "12,50"}, "amount_invalid", "total"),
    ("order.updated", {"total": {"amount": "1"}}, "amount_invalid", "total"),
    ("order.updated", {"date_modified_gmt": "yesterday"}, "occurred_at_invalid", "date_modified_gmt"),
    ("order.updated", {"date_modified_gmt": 1714}, "occurred_at_invalid", "date_modified_gmt"),
    (
        "order.updated",
        {"date_modified_gmt": "2026-05-01T13:42:30"},
        "occurred_at_in_future",
        "date_modified_gmt",
    ),
    (
        "order.updated",
        {"date_modified_gmt": "1999-01-01T00:00:00"},
        "occurred_at_too_old",
        "date_modified_gmt",
    ),
    ("order.updated", {"status": "checkout-draft", "line_items": None}, "field_missing", "line_items"),
    ("order.updated", {"status": "checkout-draft", "line_items": {}}, "field_invalid", "line_items"),
    (
        "order.updated",
        {"status": "checkout-draft", "line_items": [{"quantity": 1.5}]},
        "quantity_invalid",
        "line_items[0].quantity",
    ),
    (
        "order.updated",
        {"status": "checkout-draft", "line_items": [{"quantity": 1, "sku": "A", "total": "x"}]},
        "amount_invalid",
        "line_items[0].total",
    ),
    (
        "order.updated",
        {"status": "checkout-draft", "line_items": [{"quantity": 1, "total": "1"}]},
        "field_missing",
        "line_items[0].sku",
    ),
]


@pytest.mark.parametrize(("topic", "facts", "reason", "field"), ORDER_REFUSALS)
def test_a_broken_order_is_refused_by_its_field(
    topic: str, facts: dict[str, Any], reason: str, field: str
) -> None:
    """The reason says what is wrong, the field where."""
    refused = refusal_of(delivered(topic, order(**facts)))
    assert (refused.reason, refused.field) == (reason, field)
