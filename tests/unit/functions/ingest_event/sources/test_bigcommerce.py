"""BigCommerce's webhooks: what the thin ones truly tell, where a resource may stand, and what is ignored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.sources import bigcommerce
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    encode,
    event_of,
    outcome_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.bigcommerce import (
    ATTRIBUTES,
    CART,
    CART_ID,
    CUSTOMER,
    EXAMPLES,
    ORDER,
    REFUND,
    SUBSCRIBER,
    THIN_CART,
    THIN_CUSTOMER,
    THIN_ORDER,
    hook,
    status_hook,
    transaction,
    with_facts,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example

TOLD_AT = datetime(2026, 5, 1, 11, 58, 4, tzinfo=UTC)
"""The webhooks' created_at."""


def message(payload: object, **attributes: str) -> PubSubMessage:
    """A message of the shop bikes."""
    return PubSubMessage("m-1", NOW, {**ATTRIBUTES, **attributes}, encode(payload))


def of(scope: str, data: dict[str, Any], resource: Any = None) -> Any:
    """The event of a webhook."""
    return event_of(message(hook(scope, data, resource)))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood(example: Example) -> None:
    """Each scope that is listed is read, and none of its messages is lost."""
    told = PubSubMessage("m", NOW, example.attributes, encode(example.payload))
    assert set(outcome_of(told).split(",")) == {"understood"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_a_redelivery_has_the_same_ids_and_each_event_its_own(example: Example) -> None:
    """Whatever a delivery is called, the same content is the same events."""
    first, second = (
        understand(PubSubMessage(name, NOW, example.attributes, encode(example.payload)), NOW)
        for name in ("m-1", "m-2")
    )
    ids = [part.id for part in first if isinstance(part, storefront.StorefrontEvent)]
    assert ids == [part.id for part in second if isinstance(part, storefront.StorefrontEvent)]
    assert len(set(ids)) == len(first)


def test_a_thin_webhook_is_named_by_its_hash_and_moment() -> None:
    """A resource that was fetched again for a redelivery may be a later state, so it has an id of its own."""
    thin = of("store/cart/created", THIN_CART)
    assert thin.id == "store/cart/created:0a1b2c3d4e5f60718293a4b5c6d7e8f901234567:1777636684"
    whole, later = (of("store/cart/created", THIN_CART, with_facts(CART, cart_amount=n)) for n in (1, 2))
    assert len({thin.id, whole.id, later.id}) == 3
    assert of("store/cart/created", {**THIN_CART}).id == thin.id


@pytest.mark.parametrize(
    ("scope", "data"),
    [
        ("store/cart/created", THIN_CART),
        ("store/cart/updated", THIN_CART),
        ("store/cart/couponApplied", {**THIN_CART, "couponId": 3}),
        ("store/cart/lineItem/deleted", {"type": "cart_line_item", "id": "line-1", "cartId": CART_ID}),
        ("store/channel/7/cart/lineItems/updated", {"cart_id": CART_ID, "cart_item_id": "line-1"}),
        ("store/channel/7/cart/updated", {"cart_id": CART_ID}),
    ],
)
def test_a_thin_cart_is_activity(scope: str, data: dict[str, Any]) -> None:
    """Something changed, nobody says what."""
    event = of(scope, data)
    assert isinstance(event, storefront.CartVisited)
    assert (event.cart_id, event.occurred_at, event.person) == (CART_ID, TOLD_AT, None)


def test_a_deleted_cart_is_empty() -> None:
    """Nothing to remind of (L9)."""
    event = of("store/cart/deleted", THIN_CART)
    assert event.cart == storefront.Cart(id=CART_ID, currency=None, total_minor=0)


def test_a_converted_cart_has_become_an_order() -> None:
    """Its total is unknown, so it counts for nothing yet; but nobody is reminded of what they bought (L1)."""
    event = of("store/cart/converted", {**THIN_CART, "orderId": 4501})
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(id="4501", cart_id=CART_ID, total=None)
    assert "total is unknown" in event.notes[0]
    whole = of("store/cart/converted", {**THIN_CART, "orderId": 4501}, with_facts(ORDER, status_id=0))
    assert (type(whole), whole.order.total) == (storefront.OrderPlaced, Money(23800, "EUR"))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, storefront.OrderPlaced) for status in (1, 7, 12)),
        *((status, storefront.OrderPaid) for status in (2, 3, 8, 9, 10, 11, 13, 14)),
        *((status, storefront.OrderCancelled) for status in (5, 6)),
    ],
)
def test_a_thin_status_says_what_became_of_the_order(
    status: int, kind: type[storefront.StorefrontEvent]
) -> None:
    """A cancelled order gives back its voucher even if nobody fetched the order (L26)."""
    event: Any = event_of(message(status_hook(status)))
    assert type(event).__name__ == kind.__name__
    assert (event.order.id, event.order.total, event.occurred_at) == ("4501", None, TOLD_AT)


def test_a_thin_refund_is_a_return_of_unknown_worth() -> None:
    """Status and refund tell the same return, which counts once."""
    paid, returned = understand(message(status_hook(4)), NOW)
    assert isinstance(paid, storefront.OrderPaid)
    refund = of("store/order/refund/created", {**THIN_ORDER, "refund": {"refund_id": 6}})
    for event in (returned, refund, of("store/order/refund/created", THIN_ORDER, REFUND)):
        assert isinstance(event, storefront.OrderReturned)
        assert (event.return_id, event.order_id, event.total) == ("4501", "4501", None)


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({}, storefront.OrderPaid),
        ({"transaction_type": "purchase"}, storefront.OrderPaid),
        ({"transaction_type": "authorization"}, storefront.OrderPlaced),
        ({"transaction_status": "declined"}, storefront.OrderPaymentFailed),
        ({"transaction_type": "authorization", "result": {"type": "error"}}, storefront.OrderPaymentFailed),
        ({"transaction_type": "refund"}, None),
        ({"transaction_type": "void"}, None),
    ],
)
def test_a_transaction_is_a_payment(facts: dict[str, Any], kind: Any) -> None:
    """It arrived, was promised, or failed; refunds and voided ones are told otherwise."""
    told: Any = told_by(message(hook("store/order/transaction/created", transaction(**facts))))
    assert type(told).__name__ == (kind or Ignored).__name__
    if kind:
        assert told.order.id == "4501"


def test_a_failed_payment_of_a_fetched_order_has_its_money() -> None:
    """Such an order is incomplete yet; its payment failed all the same."""
    resource = with_facts(ORDER, status_id=0)
    event = of("store/order/transaction/created", transaction(transaction_status="failed"), resource)
    assert type(event) is storefront.OrderPaymentFailed
    assert event.order.total == Money(23800, "EUR")


@pytest.mark.parametrize(
    ("scope", "data"),
    [
        ("store/order/updated", THIN_ORDER),
        ("store/order/archived", THIN_ORDER),
        ("store/order/message/created", THIN_ORDER),
        ("store/order/metafield/created", {"metafield_id": 1}),
        ("store/cart/abandoned", THIN_CART),
        ("store/customer/created", THIN_CUSTOMER),
        ("store/customer/address/created", {"id": 60, "address": {"customer_id": 31}}),
        ("store/subscriber/created", {"type": "subscriber", "id": 5}),
        ("store/product/updated", {"type": "product", "id": 77}),
        ("store/channel/1/notifications/abandonedcart/updated", {}),
    ],
)
def test_what_tells_nothing_is_ignored(scope: str, data: dict[str, Any]) -> None:
    """That nothing happened for an hour is no activity; that something changed is no knowledge."""
    told = told_by(message(hook(scope, data)))
    assert told == Ignored("bigcommerce", "bikes", scope.replace("channel/1/", ""))


def test_an_incomplete_order_is_none() -> None:
    """The customer saw the payment page: activity of the cart, with the address that they typed in."""
    assert isinstance(told_by(message(status_hook(0))), Ignored)
    event = of("store/order/created", THIN_ORDER, with_facts(ORDER, status_id=0))
    assert isinstance(event, storefront.CartVisited)
    assert event.cart_id == CART_ID
    assert event.person
    assert event.person.email == "jonas.weber@example.com"
    without = with_facts(ORDER, status_id=0, cart_id=None)
    assert isinstance(told_by(message(hook("store/order/created", THIN_ORDER, without))), Ignored)


@pytest.mark.parametrize(
    "payload",
    [
        hook("store/order/updated", THIN_ORDER, ORDER),
        hook("store/order/updated", THIN_ORDER, {"data": ORDER, "meta": {}}),
        hook("store/order/updated", ORDER),
        {"scope": "store/order/updated", "data": [ORDER]},
        {"data": ORDER},
        ORDER,
    ],
)
def test_a_resource_is_found_wherever_it_stands(payload: Any) -> None:
    """Beside the webhook's data, in their place, or alone."""
    assert event_of(message(payload)).order.total == Money(23800, "EUR")


def test_a_list_of_resources_is_one_event_each() -> None:
    """A broken one costs the others nothing, and is refused by its own path."""
    payload = {"data": [CUSTOMER, with_facts(CUSTOMER, id=32, email="x@example.com"), {"email": {}}]}
    one, two, broken = understand(message(payload), NOW)
    assert isinstance(one, storefront.CustomerUpdated)
    assert isinstance(two, storefront.CustomerUpdated)
    assert one.id != two.id
    assert getattr(broken, "field", None) == "data[2].id"


def test_a_customer_has_said_whether_carts_may_be_mentioned() -> None:
    """V3 asks for exactly that (L38)."""
    event = of("store/customer/updated", THIN_CUSTOMER, CUSTOMER)
    assert event.person == storefront.Person(
        external_id="31",
        email="jonas.weber@example.com",
        phone="+4930901820",
        name="Jonas Weber",
        country="DE",
        consent={Channel.EMAIL: True},
    )
    assert event.occurred_at == datetime(2026, 5, 1, 11, 45, tzinfo=UTC)
    name = "accepts_product_review_abandoned_cart_emails"
    for answer, consent in ((False, {Channel.EMAIL: False}), (None, {}), ("yes", {})):
        told = of("store/customer/updated", THIN_CUSTOMER, with_facts(CUSTOMER, **{name: answer}))
        assert told.person.consent == consent


def test_subscribers_come_and_go() -> None:
    """Without any consent in the list, or deleted, they have said no (L38)."""
    data = {"type": "subscriber", "id": 5}
    assert of("store/subscriber/updated", data, SUBSCRIBER).person.consent == {Channel.EMAIL: True}
    nothing = with_facts(SUBSCRIBER, consents=[])
    assert of("store/subscriber/updated", data, nothing).person.consent == {Channel.EMAIL: False}
    assert of("store/subscriber/deleted", data, SUBSCRIBER).person.consent == {Channel.EMAIL: False}
    refused = refusal_of(message(hook("store/subscriber/created", data, with_facts(SUBSCRIBER, email=""))))
    assert (refused.reason, refused.field) == ("field_missing", "resource.email")


def test_a_deleted_customer_is_erased() -> None:
    """The thin webhook is enough: it names the account."""
    event = of("store/customer/deleted", THIN_CUSTOMER)
    assert isinstance(event, storefront.CustomerErased)
    assert event.person == storefront.Person(external_id="31")


def test_an_uninstalled_app_leaves_the_store() -> None:
    """Nobody of the store is written to any more."""
    assert isinstance(of("store/app/uninstalled", {"type": "app", "id": 1}), storefront.StoreLeft)


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        ({"data": {"id": 1}}, "topic_missing", "scope"),
        (hook("store/cart/updated", {}), "field_missing", "data.id"),
        (hook("store/cart/lineItem/created", {"id": "line-1"}), "field_missing", "data.cartId"),
        (hook("store/cart/converted", THIN_CART), "field_missing", "data.orderId"),
        (hook("store/order/created", {"id": {}}), "field_invalid", "data.id"),
        (
            hook("store/order/statusUpdated", {"id": 1, "status": {"new_status_id": "x"}}),
            "field_invalid",
            "data.status.new_status_id",
        ),
        (hook("store/cart/created", THIN_CART) | {"created_at": "now"}, "occurred_at_invalid", "created_at"),
        (
            hook("store/cart/created", THIN_CART) | {"created_at": 1800000000},
            "occurred_at_in_future",
            "created_at",
        ),
        (hook("store/cart/created", THIN_CART) | {"created_at": 5}, "occurred_at_too_old", "created_at"),
    ],
)
def test_a_thin_webhook_is_refused_by_its_path(payload: Any, reason: str, field: str) -> None:
    """The reason and the field lead to what has to be mended."""
    refused = refusal_of(message(payload))
    assert (refused.reason, refused.field) == (reason, field)


def test_the_platform_is_recognised_by_scope_and_producer() -> None:
    """No header is BigCommerce's own."""
    bare = PubSubMessage("m", NOW, {"store": "bikes"}, encode(hook("store/cart/created", THIN_CART)))
    assert event_of(bare).source == "bigcommerce"
    assert not bigcommerce.recognises(bare)
    assert not bigcommerce.resembles({"scope": "store/x"})


def test_a_refusal_says_how_much_is_at_stake() -> None:
    """Wherever the resource stands, its total ranks what could not be read."""
    broken = with_facts(ORDER, status_id="?")
    for payload in (broken, hook("store/order/updated", THIN_ORDER, {"data": broken})):
        assert refusal_of(message(payload)).at_stake == Money(23800, "EUR")
    cart = hook("store/cart/updated", with_facts(CART, line_items=[]))
    assert refusal_of(message(cart)).at_stake == Money(14137, "EUR")


def test_a_list_of_the_v2_api_tells_each_of_its_orders() -> None:
    """V2 answers with a bare array; what is none of the resources that matter is passed over."""
    line = {
        "id": 9,
        "order_id": 4501,
        "product_id": 77,
        "sku": "BELL",
        "total_inc_tax": "5.0000",
        "quantity": 1,
    }
    order, ignored = understand(message([ORDER, line]), NOW)
    assert isinstance(order, storefront.OrderPaid)
    assert ignored == Ignored("bigcommerce", order.store, "store/order/product/updated")


def test_an_order_without_its_total_is_refused_by_it() -> None:
    """An order is known by its status, currency and date, even if what matters most is missing."""
    fields = ("id", "status", "currency_code", "date_created")
    refused = refusal_of(message({name: ORDER[name] for name in fields if name in ORDER}))
    assert (refused.reason, refused.field) == ("amount_invalid", "total_inc_tax")


CHECKOUT: dict[str, Any] = {
    "id": CART_ID,
    "cart": CART,
    "billing_address": {"first_name": "Ola", "email": "ola@example.com", "country_code": "NO"},
    "consignments": [],
    "order_id": None,
    "grand_total": 259.9,
    "updated_time": "2026-05-01T11:57:30+00:00",
}


def test_a_checkout_is_its_cart_and_says_who_buys() -> None:
    """V3 answers with both; a broken line is refused by its place in it."""
    event = event_of(message({"data": CHECKOUT, "meta": {}}))
    assert event.cart == event_of(message(CART)).cart
    assert (event.person.email, event.person.country) == ("ola@example.com", "NO")
    broken = {**CHECKOUT, "cart": {**CART, "line_items": None}}
    assert refusal_of(message({"data": broken})).field == "data.cart.line_items"


def test_a_checkout_that_has_an_order_is_no_cart_any_more() -> None:
    """There is nothing to remind of; the order itself tells its total."""
    event = event_of(message({"data": {**CHECKOUT, "order_id": "4501"}}))
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(id="4501", cart_id=CART_ID, total=None)
    assert event.occurred_at == datetime(2026, 5, 1, 11, 57, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "status", "kind"),
    [
        ("purchase", "ok", storefront.OrderPaid),
        ("capture", "ok", storefront.OrderPaid),
        ("authorization", "ok", storefront.OrderPlaced),
        ("purchase", "error", storefront.OrderPaymentFailed),
    ],
)
def test_a_transaction_of_the_api_says_whether_the_order_is_paid(event: str, status: str, kind: Any) -> None:
    """As V3 lists them; its amount may be a part of the order's, so it is not taken for it."""
    paid = {"id": 1, "order_id": "4501", "event": event, "status": status, "gateway": "adyen", "amount": 9.9}
    told = event_of(message({"data": [{**paid, "date_created": "2026-05-01T11:57:30+00:00"}]}))
    assert (type(told), told.order.id, told.order.total) == (kind, "4501", None)
    assert told.occurred_at == datetime(2026, 5, 1, 11, 57, 30, tzinfo=UTC)


def test_a_transaction_that_gives_money_back_is_told_by_its_refund() -> None:
    """Once is enough."""
    back = {"order_id": "4501", "event": "refund", "status": "ok", "gateway": "adyen"}
    told = told_by(message({"data": [back]}))
    assert isinstance(told, Ignored)
    assert told.topic == "store/order/transaction/updated"
