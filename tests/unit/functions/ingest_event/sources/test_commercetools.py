"""commercetools' notifications: exact money, carts and orders that find each other, and what is refused."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.storefront import Line, OrderFacts, Person
from functions.ingest_event.sources import commercetools
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    DROPPED,
    NOW,
    changed,
    encode,
    event_of,
    outcome_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples import commercetools as examples
from tests.unit.functions.ingest_event.sources.examples.commercetools import (
    CART,
    CART_ID,
    CODE_ID,
    CUSTOMER,
    CUSTOMER_ID,
    EXAMPLES,
    ORDER,
    ORDER_ID,
    PAYMENT_ID,
    PEGS,
    PROJECT,
    RETURN_ITEM,
    TENT,
    change,
    checkout,
    customer_message,
    extension,
    message,
    money,
    order_message,
    payment_message,
    transaction,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example

MAJA = Person(
    external_id=CUSTOMER_ID,
    email="maja.ek@example.com",
    phone="+46701234567",
    name="Maja Ek",
    locale="sv-SE",
    country="SE",
)


def sent(payload: object, **attributes: str) -> PubSubMessage:
    return PubSubMessage("m-1", NOW, {**examples.ATTRIBUTES, **attributes}, encode(payload))


def created(**fields: Any) -> Any:
    """What an OrderCreated message with other fields in its order tells."""
    return event_of(sent(order_message("OrderCreated", order=changed(ORDER, **fields))))


def cart(**fields: Any) -> Any:
    return event_of(sent(changed(CART, **fields))).cart


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_and_its_redelivery_is_the_same(example: Example) -> None:
    """Told again, a notification is the same events, with ids that differ from each other (L13)."""
    first = PubSubMessage("m-1", NOW, example.attributes, encode(example.payload))
    again = PubSubMessage("m-2", NOW, example.attributes, encode(deepcopy(example.payload)))
    events: Any = understand(first, NOW)
    assert set(outcome_of(first).split(",")) == {"understood"}
    assert events == understand(again, NOW)
    assert len({event.id for event in events}) == len(events)
    assert {(event.store, event.source) for event in events} == {(PROJECT, "commercetools")}


def test_an_order_is_what_the_customer_pays() -> None:
    """The gross total counts; every discount of rules and codes is summed up; the cart is the order's own."""
    event = created()
    assert type(event) is storefront.OrderPlaced
    assert event.id == "OrderCreated:00000000-aaaa-4000-8000-000000000012"
    assert event.occurred_at == datetime(2026, 5, 1, 11, 50, 10, 500_000, tzinfo=UTC)
    assert event.order == OrderFacts(
        id=ORDER_ID,
        cart_id=CART_ID,
        total=Money(177_500, "SEK"),
        discount_minor=25_000,
        voucher_codes=("FJELL-10",),
        skus=("TENT-2P-GREEN", "PEGS-10"),
        lines=event_of(sent(CART)).cart.lines[:2],
    )
    assert event.person == MAJA
    assert event.notes == ()
    assert created(taxedPrice__totalGross=money(199_900)).order.total == Money(199_900, "SEK")
    assert created(taxedPrice=None).order.total == Money(177_500, "SEK")


@pytest.mark.parametrize(
    ("currency", "digits", "cents", "major"),
    [("JPY", 0, 12_800, "12800"), ("KWD", 3, 45_125, "45.125"), ("HUF", 2, 99_900, "999.00")],
)
def test_money_has_the_currency_s_own_decimals(currency: str, digits: int, cents: int, major: str) -> None:
    """The smallest unit is that of ISO 4217: no decimals for the yen, three for the dinar (L34)."""
    total = money(cents, currency, digits)
    order = created(totalPrice=total, taxedPrice=None, discountOnTotalPrice=None, lineItems=[]).order
    assert (order.total.minor, order.total.major) == (cents, major)


def test_an_order_is_not_lost_over_what_nobody_needs() -> None:
    """A broken discount, tax, cart or customer id costs the order nothing but that detail."""
    event = created(
        discountOnTotalPrice__discountedAmount="a lot",
        taxedPrice__totalGross__centAmount="x",
        cart__id={},
        customerId=["?"],
        billingAddress__mobile="12",
    )
    assert (event.order.total, event.order.discount_minor, event.order.cart_id) == (
        Money(177_500, "SEK"),
        0,
        None,
    )
    assert event.person.email == "maja.ek@example.com"
    assert len(event.notes) == 5


def test_a_code_that_is_named_by_its_id_only_is_noted() -> None:
    """Messages never expand references, so whoever wants vouchers redeemed has to add the code."""
    event = created(discountCodes=[{"discountCode": {"typeId": "discount-code", "id": CODE_ID}}])
    assert event.order.voucher_codes == ()
    assert "expand discountCode" in event.notes[0]


@pytest.mark.parametrize(
    ("order_state", "payment_state", "kind"),
    [
        ("Open", None, storefront.OrderPlaced),
        ("Confirmed", "Pending", storefront.OrderPlaced),
        ("Complete", "Paid", storefront.OrderPaid),
        ("Open", "BalanceDue", storefront.OrderPlaced),
        ("Open", "CreditOwed", storefront.OrderPaid),
        ("Open", "Failed", storefront.OrderPaymentFailed),
        ("Cancelled", "Paid", storefront.OrderCancelled),
    ],
)
def test_an_order_s_states_say_what_became_of_it(
    order_state: str, payment_state: str | None, kind: type
) -> None:
    """A cancelled order is gone whatever was paid; otherwise its payment decides."""
    assert type(created(orderState=order_state, paymentState=payment_state)) is kind


@pytest.mark.parametrize(
    ("fields", "by_shop"),
    [
        ({"origin": "Customer"}, False),
        ({"origin": "Merchant"}, True),
        ({"origin": "Quote"}, True),
        ({"origin": "RecurringOrder"}, True),
        ({"createdBy": {"isPlatformClient": True}}, True),
        ({"createdBy": None}, False),
    ],
)
def test_an_order_of_staff_is_made_by_the_shop(fields: dict[str, Any], by_shop: bool) -> None:
    """Such an order closes the case, and nobody is credited with it (L12)."""
    assert created(**fields).order.made_by_shop is by_shop
    imported = event_of(sent(order_message("OrderImported", order={**ORDER, **fields})))
    assert imported.order.made_by_shop is True


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (order_message("OrderStateChanged", orderState="Cancelled"), storefront.OrderCancelled),
        (order_message("OrderStateChanged", orderState="Complete"), storefront.OrderPlaced),
        (order_message("OrderPaymentStateChanged", paymentState="Paid"), storefront.OrderPaid),
        (order_message("OrderPaymentStateChanged", paymentState="Failed"), storefront.OrderPaymentFailed),
        (order_message("OrderPaymentStateChanged", paymentState="New"), storefront.OrderPlaced),
        (order_message("OrderDeleted"), storefront.OrderCancelled),
    ],
)
def test_a_message_that_names_only_the_order_leaves_the_rest_as_it_was(
    payload: dict[str, Any], kind: Any
) -> None:
    """Most messages don't have the order, so its total stays what the order's first message said."""
    event = event_of(sent(payload))
    assert type(event) is kind
    assert event.order == OrderFacts(id=ORDER_ID, total=None)
    enriched = event_of(sent({**payload, "order": ORDER}))
    assert (type(enriched), enriched.order.total, enriched.person) == (kind, Money(177_500, "SEK"), MAJA)
    broken = event_of(sent({**payload, "order": {"totalPrice": 3}}))
    assert broken.order == OrderFacts(id=ORDER_ID, total=None)
    assert "order.totalPrice" in broken.notes[0]


def test_a_complete_order_that_is_deleted_was_tidied_up() -> None:
    """Deleting old orders must not take back what they brought in (L45)."""
    told = told_by(sent(order_message("OrderDeleted", order={**ORDER, "orderState": "Complete"})))
    assert told == Ignored("commercetools", PROJECT, "OrderDeleted")


def test_what_comes_back_of_an_order_is_one_return() -> None:
    """Items are named one by one, so they share an id; announced goods are not back yet."""
    added = event_of(sent(order_message("ReturnInfoAdded", returnInfo={"items": [RETURN_ITEM]})))
    assert (added.return_id, added.order_id, added.total) == (ORDER_ID, ORDER_ID, None)
    for state in ("Returned", "BackInStock", "Unusable"):
        facts = {"returnItemId": "i", "returnShipmentState": state}
        assert event_of(sent(order_message("OrderReturnShipmentStateChanged", **facts))).return_id == ORDER_ID
    refunded = {**RETURN_ITEM, "shipmentState": "Advised", "paymentState": "Refunded"}
    assert event_of(sent(order_message("ReturnInfoSet", returnInfo=[{"items": [refunded]}]))).order_id
    advised = {**RETURN_ITEM, "shipmentState": "Advised"}
    for payload in (
        order_message("ReturnInfoAdded", returnInfo={"items": [advised]}),
        order_message("ReturnInfoSet", returnInfo=None),
        order_message("OrderReturnShipmentStateChanged", returnShipmentState="Advised"),
    ):
        assert isinstance(told_by(sent(payload)), Ignored)


@pytest.mark.parametrize(
    ("type", "state", "kind"),
    [
        ("Charge", "Failure", storefront.OrderPaymentFailed),
        ("Authorization", "Failure", storefront.OrderPaymentFailed),
        ("Charge", "Success", storefront.OrderPaid),
        ("Refund", "Success", storefront.OrderReturned),
        ("Refund", "Failure", Ignored),
        ("Refund", "Initial", Ignored),
        ("Authorization", "Success", Ignored),
        ("CancelAuthorization", "Success", Ignored),
        ("Chargeback", "Success", Ignored),
    ],
)
def test_a_payment_is_about_the_order_that_somebody_added(type: str, state: str, kind: Any) -> None:
    """A payment doesn't know its order; with the order its transactions tell, without they can't."""
    payload = payment_message("PaymentTransactionAdded", transaction=transaction(type, state))
    told = told_by(sent(payload))
    assert isinstance(told, kind)
    if kind is storefront.OrderReturned:
        assert (told.return_id, told.order_id, told.total) == ("t1", ORDER_ID, Money(177_500, "SEK"))
    assert isinstance(told_by(sent(changed(payload, order=DROPPED))), Ignored)
    assert isinstance(told_by(sent({**changed(payload, order=DROPPED), "orderId": "o"})), kind)


def test_a_changed_transaction_is_found_in_the_payment_that_was_added() -> None:
    """The message names the transaction by its id; its type stands in the payment only."""
    payment = {"id": PAYMENT_ID, "transactions": [{**transaction("Charge", "Initial"), "id": "t0"}]}
    facts = {"transactionId": "t0", "state": "Failure", "payment": payment}
    failed = event_of(sent(payment_message("PaymentTransactionStateChanged", **facts)))
    assert type(failed) is storefront.OrderPaymentFailed
    other = {**facts, "transactionId": "t9"}
    assert isinstance(told_by(sent(payment_message("PaymentTransactionStateChanged", **other))), Ignored)


def test_a_cart_is_in_the_customer_s_language_and_at_the_price_that_was_shown() -> None:
    """Discounts are in the price of one; a fraction of a cent is rounded half up (L34, L47)."""
    stated = cart()
    assert (stated.id, stated.currency, stated.total_minor) == (CART_ID, "SEK", 185_101)
    assert stated.lines == (
        Line(
            sku="TENT-2P-GREEN",
            name="Tält för två",
            quantity=1,
            unit_price_minor=179_900,
            image_url="https://img.outdoor.example/tent.jpg",
        ),
        Line(sku="PEGS-10", name="Tältpinnar", quantity=3, unit_price_minor=1_234, available=False),
        Line(sku="gift-wrap", name="Presentpapper", quantity=1, unit_price_minor=2_500),
    )
    assert [line.name for line in cart(locale="de-DE").lines] == ["Tent for two", "Pegs", "Presentpapper"]
    assert cart(locale="sv").lines[0].name == "Tält för två"
    assert cart(lineItems__0__name="Tent").lines[0].name == "Tent"


def test_a_line_without_its_total_has_the_reduced_price_then_the_list_price() -> None:
    """High precision states its rounded cents as well, and those count."""
    lines = [{**TENT, "totalPrice": None}, {**PEGS, "totalPrice": None}]
    assert [line.unit_price_minor for line in cart(lineItems=lines, customLineItems=[]).lines] == [
        199_900,
        1_234,
    ]


def test_a_cart_knows_a_guest_by_the_anonymous_id() -> None:
    """A guest has no account; the session is what later events are tied to."""
    person = event_of(
        sent(changed(CART, customerId=DROPPED, customerEmail=DROPPED, billingAddress=None))
    ).person
    assert person == Person(anonymous_id="web-4711", name="Maja Ek", locale="sv-SE", country="SE")


@pytest.mark.parametrize("state", ["Active", "Frozen"])
def test_a_cart_in_use_is_told_whole(state: str) -> None:
    """A cart that is frozen for its checkout is still a cart."""
    assert len(cart(cartState=state).lines) == 3


def test_a_cart_that_is_over_is_not_reminded_of() -> None:
    """What was merged or deleted is empty (L9); what was ordered comes as its order (L1)."""
    assert cart(cartState="Merged").lines == ()
    assert cart(lineItems=[], customLineItems=[]).lines == ()
    assert cart(lineItems=[{"quantity": 0}], customLineItems=[], totalPrice=None).lines == ()
    ordered = event_of(sent(changed(CART, cartState="Ordered")))
    assert (type(ordered), ordered.cart_id) == (storefront.CartVisited, CART_ID)
    deleted = event_of(sent(change("ResourceDeleted", "cart", CART_ID)))
    assert deleted.cart == storefront.Cart(id=CART_ID, currency=None, total_minor=0)


def test_a_change_of_a_cart_is_activity_and_with_the_cart_its_state() -> None:
    """A change comes without the cart; expanded or added by the shop it is the whole state."""
    thin = event_of(sent(change("ResourceUpdated", "cart", CART_ID)))
    assert (type(thin), thin.cart_id, thin.id) == (
        storefront.CartVisited,
        CART_ID,
        f"ResourceUpdated.cart:{CART_ID}:9",
    )
    assert thin.occurred_at == datetime(2026, 5, 1, 11, 51, tzinfo=UTC)
    added = event_of(sent(change("ResourceUpdated", "cart", CART_ID, cart=CART)))
    expanded = change("ResourceUpdated", "cart", CART_ID)
    expanded["resource"]["obj"] = CART
    assert added.cart == event_of(sent(expanded)).cart == cart()


def test_an_extension_s_cart_happens_when_it_is_sent() -> None:
    """An API Extension is called before the change is saved, so the cart still has its former moment."""
    event = event_of(sent(extension("Update", "cart", CART)))
    assert event.occurred_at == NOW
    assert event.cart == cart()
    assert isinstance(told_by(sent(extension("Update", "product", CART))), Ignored)


def test_cart_and_order_find_each_other() -> None:
    """The order names the cart it was made of, whichever way either of them came."""
    assert (
        created().order.cart_id == cart().id == event_of(sent(message("CartFrozen", "cart", CART_ID))).cart_id
    )


def test_the_newest_of_a_customer_is_kept_and_a_deleted_one_forgotten() -> None:
    """Phone and country are those of the default address, never of somebody whom a parcel went to."""
    account = event_of(sent(customer_message("CustomerCreated", customer=CUSTOMER)))
    assert account.person == MAJA
    assert (
        event_of(sent(change("ResourceUpdated", "customer", CUSTOMER_ID, customer=CUSTOMER))).person == MAJA
    )
    moved = event_of(sent(customer_message("CustomerEmailChanged", email="maja@new.example.com")))
    assert moved.person == Person(external_id=CUSTOMER_ID, email="maja@new.example.com")
    gone = event_of(sent(customer_message("CustomerDeleted", email="maja.ek@example.com")))
    assert type(gone) is storefront.CustomerErased
    assert gone.person == Person(external_id=CUSTOMER_ID, email="maja.ek@example.com")
    for consentless in (account, moved):
        assert consentless.person.consent == {}


def test_a_code_is_withdrawn_where_it_is_stated() -> None:
    """A deleted code is named by its id, unless the shop adds the code itself."""
    assert isinstance(told_by(sent(message("DiscountCodeDeleted", "discount-code", CODE_ID))), Ignored)
    code = {**examples.DISCOUNT_CODE, "isActive": True}
    active = change("ResourceUpdated", "discount-code", CODE_ID, discountCode=code)
    assert isinstance(told_by(sent(active)), Ignored)
    off = changed(active, discountCode__isActive=False)
    assert event_of(sent(off)).code == "FJELL-10"
    named = order_message("OrderDiscountCodeAdded", discountCode={"typeId": "discount-code", "id": CODE_ID})
    assert isinstance(told_by(sent(named)), Ignored)


def test_checkout_tells_of_orders_and_of_the_cart_before_there_is_one() -> None:
    """A payment that fails before the order is made is a step of the cart's checkout."""
    order, basket = {"typeId": "order", "id": ORDER_ID}, {"typeId": "cart", "id": CART_ID}
    failed = event_of(sent(checkout("CheckoutPaymentChargeFailed", order=order, cart=basket)))
    assert type(failed) is storefront.OrderPaymentFailed
    assert failed.order == OrderFacts(id=ORDER_ID, cart_id=CART_ID, total=None)
    assert event_of(sent(checkout("CheckoutPaymentAuthorized", cart=basket))).cart_id == CART_ID
    assert isinstance(told_by(sent(checkout("CheckoutPaymentAuthorized"))), Ignored)
    assert isinstance(told_by(sent(checkout("CheckoutPaymentRefunded", order=order))), Ignored)


@pytest.mark.parametrize(
    "payload",
    [
        order_message("OrderShipmentStateChanged", shipmentState="Shipped"),
        order_message("OrderLineItemAdded"),
        order_message("OrderDiscountCodeRemoved", discountCode={"id": CODE_ID}),
        order_message("OrderCustomerEmailSet"),
        order_message("OrderCustomerSet"),
        message("CartDiscountDeleted", "cart-discount", "d1"),
        message("ProductPublished", "product", "p1"),
        customer_message("CustomerTitleSet", title="Dr"),
        customer_message("CustomerAddressAdded", address={"phone": "+46701234567"}),
        change("ResourceUpdated", "customer", CUSTOMER_ID),
        change("ResourceUpdated", "order", ORDER_ID),
        change("ResourceDeleted", "order", ORDER_ID),
        change("ResourceCreated", "subscription", "s1"),
        {"results": []},
    ],
)
def test_what_means_nothing_for_us_is_ignored(payload: dict[str, Any]) -> None:
    """Known, irrelevant, and not even looked into: a broken moment doesn't matter."""
    assert isinstance(told_by(sent({**payload, "createdAt": "?"})), Ignored)


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        ({}, "topic_missing", "type"),
        (order_message("OrderCreated"), "field_missing", "order"),
        (
            order_message("OrderCreated", order={**ORDER, "totalPrice": None, "taxedPrice": None}),
            "field_missing",
            "order.totalPrice",
        ),
        (order_message("OrderCreated", order={**ORDER, "id": None}), "field_missing", "order.id"),
        (order_message("OrderCreated", order={**ORDER, "id": {}}), "field_invalid", "order.id"),
        (
            changed(order_message("OrderCreated", order=ORDER), createdAt="2026-05-01"),
            "occurred_at_invalid",
            "createdAt",
        ),
        (
            changed(order_message("OrderCreated", order=ORDER), createdAt="2026-05-09T00:00:00Z"),
            "occurred_at_in_future",
            "createdAt",
        ),
        (
            changed(order_message("OrderCreated", order=ORDER), createdAt="1999-05-09T00:00:00Z"),
            "occurred_at_too_old",
            "createdAt",
        ),
        (change("ResourceCreated", "order", ORDER_ID), "field_missing", "order"),
        (
            changed(change("ResourceUpdated", "cart", CART_ID), modifiedAt=5),
            "occurred_at_invalid",
            "modifiedAt",
        ),
        (
            changed(change("ResourceUpdated", "cart", CART_ID), resource__id=DROPPED),
            "field_missing",
            "resource.id",
        ),
        (order_message("OrderStateChanged"), "field_missing", "orderState"),
        (order_message("OrderPaymentStateChanged", paymentState=4), "field_missing", "paymentState"),
        (customer_message("CustomerCreated"), "field_missing", "customer"),
        (changed(CART, lineItems=DROPPED), "field_missing", "lineItems"),
        (changed(CART, id=DROPPED), "field_missing", "id"),
        (changed(CART, lineItems__1__quantity="3"), "quantity_invalid", "lineItems[1].quantity"),
        (
            changed(CART, lineItems__1__totalPrice__centAmount=12.5),
            "amount_invalid",
            "lineItems[1].totalPrice.centAmount",
        ),
        (
            changed(CART, lineItems__1__totalPrice__centAmount=-1),
            "amount_invalid",
            "lineItems[1].totalPrice.centAmount",
        ),
        (
            changed(CART, lineItems__1__totalPrice__currencyCode="EUR"),
            "currency_mixed",
            "lineItems[1].totalPrice.currencyCode",
        ),
        (changed(CART, lineItems__1__totalPrice="3701"), "amount_invalid", "lineItems[1].totalPrice"),
        (
            changed(CART, lineItems__1__totalPrice=None, lineItems__1__price=None),
            "amount_invalid",
            "lineItems[1].totalPrice",
        ),
        (
            changed(CART, customLineItems__0__totalPrice__centAmount=None),
            "amount_invalid",
            "customLineItems[0].totalPrice.centAmount",
        ),
        (
            changed(CART, taxedPrice=None, totalPrice__currencyCode="SKR"),
            "currency_unknown",
            "totalPrice.currencyCode",
        ),
        (
            changed(CART, taxedPrice=None, totalPrice__currencyCode=None),
            "currency_missing",
            "totalPrice.currencyCode",
        ),
        (
            changed(CART, taxedPrice=None, totalPrice__fractionDigits=0),
            "amount_invalid",
            "totalPrice.fractionDigits",
        ),
        (changed(CART, lineItems=[{"quantity": 1}] * 10_001), "too_many_lines", "lineItems"),
        (
            changed(
                CART,
                lineItems__1__name=None,
                lineItems__1__variant=None,
                lineItems__1__id=None,
                lineItems__1__productId=None,
            ),
            "field_missing",
            "lineItems[1].variant.sku",
        ),
        (changed(CART, lastModifiedAt="yesterday"), "occurred_at_invalid", "lastModifiedAt"),
        ({"results": [{"n": 1}]}, "topic_missing", "results[0].type"),
        (
            {"results": [changed(ORDER, totalPrice__centAmount=None, taxedPrice=None)]},
            "amount_invalid",
            "results[0].totalPrice.centAmount",
        ),
        ({"results": [ORDER] * 501}, "field_invalid", "results"),
    ],
)
def test_what_can_t_be_understood_is_refused_by_its_field(
    payload: dict[str, Any], reason: str, field: str
) -> None:
    """Each refusal names the exact place, and says what to send instead."""
    refused = refusal_of(sent(payload))
    assert (refused.reason, refused.field) == (reason, field)
    assert field in refused.detail


def test_an_order_that_was_too_large_to_be_sent_is_refused_with_advice() -> None:
    """commercetools leaves a large payload out, and its type too: the shop must not lose the order unnoticed."""
    cut = changed(order_message("OrderCreated"), type=DROPPED)
    cut["payloadNotIncluded"] = {"reason": "Payload too large", "payloadType": "OrderCreated"}
    refused = refusal_of(sent(cut))
    assert (refused.reason, refused.field) == ("field_missing", "order")
    assert "payloadNotIncluded" in refused.detail
    assert "publish the message again" in refused.detail


def test_a_page_s_broken_part_costs_the_others_nothing() -> None:
    """What the API answers with holds several; each is told, or refused for itself with its money."""
    page = {"results": [ORDER, changed(ORDER, id=None), CART]}
    first, broken, last = understand(sent(page), NOW)
    assert isinstance(first, storefront.OrderPlaced)
    assert isinstance(last, storefront.CartUpdated)
    assert (getattr(broken, "field", None), getattr(broken, "at_stake", None)) == (
        "results[1].id",
        Money(177_500, "SEK"),
    )


def test_the_store_is_the_attribute_else_the_project() -> None:
    """The project's key is in every notification, and in a CloudEvent's source."""
    payload = order_message("OrderCreated", order=ORDER)
    plain = PubSubMessage("m", NOW, {}, encode(payload))
    assert event_of(plain).store == PROJECT
    assert "guessed" in event_of(plain).notes[0]
    assert event_of(sent(payload, store="se")).store == "se"
    wrapped = {
        "specversion": "1.0",
        "id": "1",
        "type": "com.commercetools.order.message.OrderStateChanged",
        "source": "/other-project/orders",
        "data": changed(
            order_message("OrderStateChanged", orderState="Cancelled"), projectKey=DROPPED, type=DROPPED
        ),
    }
    told = event_of(PubSubMessage("m", NOW, {}, encode(wrapped)))
    assert (type(told), told.store, told.notes) == (storefront.OrderCancelled, "other-project", ())
    nameless = refusal_of(PubSubMessage("m", NOW, {"source": "ctp"}, encode(ORDER)))
    assert (nameless.reason, nameless.source) == ("store_missing", "commercetools")


def test_it_is_recognised_by_its_own_shapes_only() -> None:
    """A notification with its project, a numbered message, an extension's call, the API's answer: only here."""
    for payload in (
        order_message("OrderCreated", order=ORDER),
        change("ResourceUpdated", "cart", CART_ID),
        changed(order_message("OrderCreated"), notificationType=DROPPED),
        extension("Create", "cart", CART),
        *(ORDER, CART, CUSTOMER, {"results": [ORDER]}),
    ):
        assert commercetools.resembles(payload)
    for other in (
        {},
        {"resource": {"typeId": "order"}},
        {"resource": "x", "projectKey": "p"},
        {"results": []},
    ):
        assert not commercetools.resembles(other)
    assert not commercetools.recognises(sent({}))


def test_the_money_at_stake_is_found_wherever_it_stands() -> None:
    """It ranks refusals, so the total of an order or cart is read however broken the rest is."""
    for payload in (order_message("OrderCreated", order=ORDER), ORDER, changed(ORDER, taxedPrice={})):
        assert commercetools.at_stake(payload) == Money(177_500, "SEK")
    assert commercetools.at_stake(extension("Update", "cart", CART)) == Money(185_101, "SEK")
    assert commercetools.at_stake({"totalPrice": money(0)}) is None


def test_a_bare_payment_names_no_order() -> None:
    """As in its messages, a payment alone says nothing about any order."""
    payment = {"id": PAYMENT_ID, "version": 3, "amountPlanned": money(5_000), "transactions": []}
    assert told_by(sent(payment)) == Ignored("commercetools", PROJECT, "payment")


def test_a_customer_is_named_by_the_message_where_the_customer_itself_is_not() -> None:
    """Projections of a message keep the reference and may lose the id inside."""
    told = customer_message("CustomerCreated", customer=changed(CUSTOMER, id=DROPPED))
    assert event_of(sent(told)).person.external_id == CUSTOMER_ID


def test_a_notification_on_amazon_s_event_bus_is_unwrapped() -> None:
    """The bus puts it into `detail`, which says all that it says elsewhere, with its project."""
    inside = order_message("OrderCreated", order=ORDER)
    wrapped = {"version": "0", "detail-type": "OrderCreated", "source": "aws.partner/x", "detail": inside}
    assert event_of(sent(wrapped)).order == event_of(sent(inside)).order
    assert commercetools.resembles(wrapped)
    assert commercetools.store_of(PubSubMessage("m-1", NOW, {}, encode(wrapped))) == PROJECT
    refused = refusal_of(
        sent({**wrapped, "detail": order_message("OrderCreated", order=changed(ORDER, id=DROPPED))})
    )
    assert (refused.field, refused.at_stake) == ("detail.order.id", Money(177_500, "SEK"))
