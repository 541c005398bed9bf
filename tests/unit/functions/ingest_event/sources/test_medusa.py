"""Medusa's events, versions 1 and 2: each topic and status, whose unit counts, and what is refused."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.sources import medusa
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
from tests.unit.functions.ingest_event.sources.examples.example import Example
from tests.unit.functions.ingest_event.sources.examples.medusa import (
    CART_1,
    CART_2,
    CART_ID,
    COLLECTION_2,
    CREATED,
    CUSTOMER,
    CUSTOMER_ID,
    DISCOUNT_1,
    EXAMPLES,
    ORDER_1,
    ORDER_2,
    ORDER_ID,
    PAYMENT_1,
    PAYMENT_2,
    RETURN_2,
    RETURN_ID,
    SWAP_1,
    big,
)

WHEN = datetime(2026, 5, 1, 11, 20, 30, 500_000, tzinfo=UTC)


def message(payload: object, **attributes: str) -> PubSubMessage:
    return PubSubMessage("m-1", NOW, {"source": "medusa", "store": "fjord", **attributes}, encode(payload))


def sent(event: str, data: object, **attributes: str) -> PubSubMessage:
    return message({"event": event, "data": data}, **attributes)


def told(event: str, data: object, **attributes: str) -> Any:
    return event_of(sent(event, data, **attributes))


def refused(event: str, data: object, **attributes: str) -> tuple[str, str | None]:
    refusal = refusal_of(sent(event, data, **attributes))
    return refusal.reason, refusal.field


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_without_loss(example: Example) -> None:
    """Each listed topic becomes events with a store, a time, and notes about nothing but a missing topic."""
    told = understand(PubSubMessage("m", NOW, example.attributes, encode(example.payload)), NOW)
    assert told
    for event in told:
        assert isinstance(event, storefront.StorefrontEvent), event
        assert (event.store, event.source) == ("fjord", "medusa")
        assert all(note.startswith("The topic was not stated") for note in event.notes)


def test_a_cart_of_version_1_is_in_minor_units() -> None:
    """Whole numbers are øre; a price without its tax is told with it, as the customer pays it (L34)."""
    event = told("cart.updated", CART_1)
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id=CART_ID,
        currency="NOK",
        total_minor=34_900,
        lines=(
            storefront.Line(
                sku="MUG-BLUE",
                name="Fjord mug - Blue",
                quantity=2,
                unit_price_minor=15_000,
                image_url="https://fjord.example/mug.jpg",
            ),
        ),
    )
    assert event.person == storefront.Person(
        external_id=CUSTOMER_ID,
        email="liv.berg@example.com",
        phone="+4740612345",
        name="Liv Berg",
        locale="nb-NO",
        country="NO",
        consent={Channel.EMAIL: True, Channel.SMS: False},
    )
    assert (event.user_agent, event.occurred_at) == ("Mozilla/5.0 (X11; Linux x86_64)", WHEN)


def test_a_cart_of_version_2_is_in_major_units() -> None:
    """Numbers are euros, and a guest is known by the customer that Medusa made for the address."""
    event = told("cart.updated", CART_2)
    assert (event.cart.total_minor, event.cart.currency) == (11_531, "EUR")
    (line,) = event.cart.lines
    assert (line.sku, line.name, line.unit_price_minor) == ("RAIN-M-MOSS", "Rain jacket - M / Moss", 12_990)
    assert (event.person.external_id, event.person.anonymous_id) == (None, CUSTOMER_ID)
    assert (event.person.email, event.person.locale, event.person.country) == (
        "otto@example.com",
        "de-DE",
        "DE",
    )
    assert event.person.consent == {}


@pytest.mark.parametrize(
    ("currency", "amount", "attribute", "minor"),
    [
        ("jpy", 4900, "minor", 4_900),
        ("jpy", 4900, "major", 4_900),
        ("kwd", 4900, "minor", 4_900),
        ("kwd", 4.9, "major", 4_900),
        ("eur", 4900, "minor", 4_900),
        ("eur", 4900, "major", 490_000),
        ("eur", "4900", "minor", 4_900),
        ("eur", "49.00 EUR", "minor", 4_900),
        ("eur", big("49.005"), "major", 4_901),
        ("eur", {"numeric_": 49, "raw_": big("49"), "bignumber_": {}}, "major", 4_900),
        ("eur", {"numeric_": 49}, "major", 4_900),
    ],
)
def test_amounts_are_exact_in_every_unit_and_currency(
    currency: str, amount: object, attribute: str, minor: int
) -> None:
    """The attribute `amounts` decides; currencies of no and of three decimals keep theirs (L34)."""
    order = {"id": ORDER_ID, "email": "a@example.com", "currency_code": currency, "total": amount}
    assert told("order.placed", order, amounts=attribute).order.total == Money(minor, currency.upper())


def test_a_rounded_amount_is_noted() -> None:
    """Version 2 computes beyond the currency's decimals; the total is rounded half up, and says so."""
    event = told("order.placed", {**ORDER_2, "total": 115.315})
    assert event.order.total.minor == 11_532
    assert event.notes == ("data.total was rounded to the decimals of EUR.",)
    raw = told("order.placed", changed(ORDER_2, total=DROPPED, raw_total__value="20.1"))
    assert raw.order.total.minor == 2_010


PLAIN = {"id": ORDER_ID, "email": "a@example.com", "currency_code": "eur", "total": 4900}


@pytest.mark.parametrize(
    ("facts", "attributes", "minor"),
    [
        ({"object": "order", "discounts": []}, {}, 4_900),
        ({"discounts": []}, {}, None),
        ({"summary": {}}, {}, None),
        ({"summary": {}, "promotions": []}, {}, 490_000),
        ({"raw_total": big("4900")}, {}, 490_000),
        ({"items": [{"id": "ordli_1", "quantity": 1}]}, {}, 490_000),
        ({"shipping_total": 4.9}, {}, 490_000),
        ({"object": "order", "discounts": [], "summary": {}, "promotions": []}, {}, None),
        ({"object": "order", "discounts": [], "summary": {}}, {}, 4_900),
        ({"metadata": {"summary": 1, "promotions": 2}}, {}, None),
        ({}, {"medusa_version": "1.20.6"}, 4_900),
        ({}, {"medusa_version": "v2.8.3"}, 490_000),
        ({}, {"medusa_version": "3"}, None),
        ({}, {"amounts": "minor", "medusa_version": "2"}, 4_900),
        ({"object": "order", "discounts": []}, {"amounts": "MAJOR"}, 490_000),
    ],
)
def test_the_unit_is_told_safely_or_not_at_all(
    facts: dict[str, Any], attributes: dict[str, str], minor: int | None
) -> None:
    """A factor of 100 is never guessed: one telling field may be an accident, and no attribute is a refusal."""
    if minor is None:
        refusal = refusal_of(sent("order.placed", {**PLAIN, **facts}, **attributes))
        assert (refusal.reason, refusal.field) == ("amount_invalid", "attributes.amounts")
        assert "amounts=minor" in refusal.detail
    else:
        assert told("order.placed", {**PLAIN, **facts}, **attributes).order.total.minor == minor


def test_an_unknown_unit_is_refused_by_its_attribute() -> None:
    """A misspelt unit is no unit."""
    assert refused("order.placed", ORDER_1, amounts="cents") == ("field_invalid", "attributes.amounts")


def test_an_order_of_version_1_is_understood() -> None:
    """It names its cart, its codes and its discount; its time is when it was made, not when it changed."""
    event = told("order.placed", ORDER_1)
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(
        id=ORDER_ID,
        cart_id=CART_ID,
        total=Money(31_900, "NOK"),
        discount_minor=3_000,
        voucher_codes=("VAAR10",),
        skus=("MUG-BLUE",),
        lines=told("cart.updated", CART_1).cart.lines,
    )
    assert event.occurred_at == datetime(2026, 5, 1, 11, 10, tzinfo=UTC)


def test_an_order_of_version_2_is_understood() -> None:
    """The cart is named where the subscriber loads it; codes of automatic promotions are nobody's vouchers."""
    event = told("order.placed", ORDER_2)
    assert event.order == storefront.OrderFacts(
        id=ORDER_ID,
        cart_id=CART_ID,
        total=Money(11_531, "EUR"),
        discount_minor=1_949,
        voucher_codes=("SPRING15",),
        skus=("RAIN-M-MOSS",),
        lines=told("cart.updated", CART_2).cart.lines,
    )
    assert (event.person.phone, event.person.name, event.person.external_id) == (
        "+4930901820",
        "Otto Lange",
        CUSTOMER_ID,
    )
    in_metadata = told("order.placed", changed(ORDER_2, cart=DROPPED, metadata={"cart_id": "cart_x"}))
    assert in_metadata.order.cart_id == "cart_x"


@pytest.mark.parametrize(
    ("order", "status", "payment", "fulfillment", "expected"),
    [
        (ORDER_1, "pending", "not_paid", "not_fulfilled", "OrderPlaced"),
        (ORDER_1, "pending", "awaiting", "not_fulfilled", "OrderPlaced"),
        (ORDER_1, "requires_action", "requires_action", "not_fulfilled", "OrderPlaced"),
        (ORDER_1, "pending", "captured", "not_fulfilled", "OrderPaid"),
        (ORDER_1, "completed", "captured", "shipped", "OrderPaid"),
        (ORDER_1, "archived", "captured", "shipped", "OrderPaid"),
        (ORDER_1, "pending", "partially_refunded", "shipped", "OrderPaid"),
        (ORDER_1, "pending", "refunded", "shipped", "OrderReturned"),
        (ORDER_1, "pending", "refunded", "not_fulfilled", "OrderCancelled"),
        (ORDER_1, "canceled", "refunded", "shipped", "OrderCancelled"),
        (ORDER_1, "canceled", "canceled", "canceled", "OrderCancelled"),
        (ORDER_1, "pending", "canceled", "not_fulfilled", "OrderPaymentFailed"),
        (ORDER_2, "pending", "authorized", "not_fulfilled", "OrderPlaced"),
        (ORDER_2, "pending", "partially_authorized", "not_fulfilled", "OrderPlaced"),
        (ORDER_2, "pending", "partially_captured", "not_fulfilled", "OrderPlaced"),
        (ORDER_2, "completed", "captured", "delivered", "OrderPaid"),
        (ORDER_2, "draft", "not_paid", "not_fulfilled", "Ignored"),
    ],
)
def test_every_status_has_its_meaning(
    order: dict[str, Any], status: str, payment: str, fulfillment: str, expected: str
) -> None:
    """What became of the order is read from its three statuses."""
    facts = {"status": status, "payment_status": payment, "fulfillment_status": fulfillment}
    assert type(told_by(sent("order.updated", {**order, **facts}))).__name__ == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"payment_collections": [{"status": "completed"}, {"status": "canceled"}]}, "OrderPaid"),
        ({"payment_collections": [{"status": "authorized"}]}, "OrderPlaced"),
        ({"payment_collections": [{"status": "completed"}, {"status": "not_paid"}]}, "OrderPlaced"),
        ({"payment_collections": [{"status": "failed"}]}, "OrderPaymentFailed"),
        ({"payment_collections": []}, "OrderPlaced"),
        (
            {"summary": {"paid_total": 115.31, "refunded_total": 115.31}, "fulfillments": [{"id": "ful_1"}]},
            "OrderReturned",
        ),
        ({"summary": {"paid_total": 115.31, "refunded_total": 115.31}, "fulfillments": []}, "OrderCancelled"),
        ({"summary": {"paid_total": 115.31, "refunded_total": 15.31}}, "OrderPlaced"),
        ({"summary": {"paid_total": 0, "refunded_total": 0}}, "OrderPlaced"),
    ],
)
def test_an_order_of_the_query_has_no_statuses_of_its_own(fields: dict[str, Any], expected: str) -> None:
    """Version 2 computes them for its API only; a subscriber's query has collections, fulfillments and a summary."""
    order = changed(ORDER_2, payment_status=DROPPED, fulfillment_status=DROPPED, **fields)
    assert type(told("order.updated", order)).__name__ == expected


def test_topics_speak_for_themselves() -> None:
    """A capture, a failed one and a cancellation are told by their topic, whatever the statuses say."""
    assert type(told("order.payment_captured", ORDER_1)) is storefront.OrderPaid
    assert type(told("order.payment_capture_failed", ORDER_1)) is storefront.OrderPaymentFailed
    cancelled = told("order.canceled", {**ORDER_1, "canceled_at": CREATED})
    assert type(cancelled) is storefront.OrderCancelled
    assert cancelled.occurred_at == datetime(2026, 5, 1, 11, 10, tzinfo=UTC)
    assert told("order.canceled", {"id": ORDER_ID}).order == storefront.OrderFacts(id=ORDER_ID, total=None)


def test_orders_by_staff_are_marked() -> None:
    """A draft's order was made for the customer, not by the customer (L12)."""
    assert told("order.placed", {**ORDER_1, "draft_order_id": "dorder_1"}).order.made_by_shop
    assert told(
        "order.placed", {**ORDER_2, "cart": {"id": CART_ID, "type": "draft_order"}}
    ).order.made_by_shop
    assert outcome_of(sent("order.updated", {**ORDER_2, "is_draft_order": True})) == "ignored"


def test_returns_are_told_once_under_their_own_id() -> None:
    """However a return is told, it has Medusa's id, so that it counts once (L13)."""
    by_ids = told("order.return_received", {"order_id": ORDER_ID, "return_id": RETURN_2["id"]})
    assert (by_ids.return_id, by_ids.order_id, by_ids.total) == (RETURN_2["id"], ORDER_ID, None)
    whole = told("order.return_received", {"order": ORDER_2, "return": RETURN_2})
    assert (whole.return_id, whole.order_id, whole.total) == (RETURN_2["id"], ORDER_ID, Money(11_041, "EUR"))
    paid, returned = understand(sent("order.updated", {**ORDER_2, "returns": [RETURN_2]}), NOW)
    assert isinstance(paid, storefront.OrderPlaced)
    assert isinstance(returned, storefront.OrderReturned)
    assert (returned.return_id, returned.total) == (RETURN_2["id"], Money(11_041, "EUR"))
    assert paid.id != returned.id
    within = told("order.items_returned", {**ORDER_1, "returns": [{"id": RETURN_ID, "status": "received"}]})
    assert (within.return_id, within.order_id) == (RETURN_ID, ORDER_ID)
    requested = {**ORDER_2, "returns": [{**RETURN_2, "status": "requested"}]}
    assert outcome_of(sent("order.updated", requested)) == "understood"


def test_a_refund_is_a_return_only_if_it_is_whole_or_goes_with_goods() -> None:
    """Goodwill is no return, and a refund of what was never sent takes the order back (L45)."""
    refund = {"id": "ref_1", "amount": 5000, "reason": "discount"}
    partly = {**ORDER_1, "payment_status": "partially_refunded", "refunds": [refund], "refunded_total": 5000}
    assert outcome_of(sent("order.refund_created", partly)) == "ignored"
    goods = told("order.refund_created", {**partly, "refunds": [{**refund, "reason": "return"}]})
    assert (goods.return_id, goods.total) == ("ref_1", Money(5_000, "NOK"))
    sent_whole = {**ORDER_1, "refunded_total": 31_900, "fulfillment_status": "shipped"}
    assert told("order.refund_created", sent_whole).return_id == f"refund-of-{ORDER_ID}"
    returned = {**sent_whole, "refunds": [refund], "returns": [{"id": RETURN_ID, "status": "received"}]}
    assert told("order.refund_created", returned).return_id == RETURN_ID
    assert (
        type(told("order.refund_created", {**ORDER_1, "refunded_total": 31_900})) is storefront.OrderCancelled
    )
    assert refused("order.refund_created", {"id": ORDER_ID, "refund_id": "ref_1"}) == (
        "field_missing",
        "data.total",
    )


def test_swaps_and_claims_count_once_goods_are_back() -> None:
    """A swap that was only asked for has returned nothing."""
    event = told("swap.received", SWAP_1)
    assert (event.return_id, event.order_id, event.total) == (RETURN_ID, ORDER_ID, None)
    claim = told("claim.refund_processed", {**SWAP_1, "id": "claim_1"})
    assert (claim.return_id, claim.order_id, claim.total) == (RETURN_ID, ORDER_ID, Money(15_000, "NOK"))
    asked = changed(SWAP_1, return_order__status="requested")
    assert outcome_of(sent("swap.received", asked)) == "ignored"
    assert outcome_of(sent("swap.created", SWAP_1)) == "ignored"
    assert outcome_of(sent("claim.created", {"id": "claim_1"})) == "ignored"


def test_payments_count_for_their_order() -> None:
    """The order stands in the payment or around it; of one known by id the payment's amount counts."""
    assert told("payment.captured", PAYMENT_2).order.total == Money(11_531, "EUR")
    assert told("payment.captured", PAYMENT_2).occurred_at == datetime(2026, 5, 1, 11, 19, tzinfo=UTC)
    first = told("payment.captured", {**PAYMENT_1, "captured_at": CREATED})
    assert (type(first), first.order.id, first.order.cart_id) == (storefront.OrderPaid, ORDER_ID, CART_ID)
    assert first.order.total == Money(31_900, "NOK")
    assert type(told("payment.capture_failed", PAYMENT_1)) is storefront.OrderPaymentFailed
    lonely = {"id": "pay_1", "amount": 5, "raw_amount": big("5"), "currency_code": "eur"}
    assert refused("payment.captured", lonely) == ("field_missing", "data.order")
    assert outcome_of(message(PAYMENT_1)) == "ignored"
    assert outcome_of(message({**PAYMENT_1, "captured_at": CREATED})) == "understood"


def test_a_payment_is_returned_only_as_a_whole() -> None:
    """Part of the money back is no return; all of it is, once something was sent."""
    half = {**PAYMENT_2, "refunds": [{"amount": 15.31}]}
    assert outcome_of(sent("payment.refunded", half)) == "ignored"
    all_of_it = {**PAYMENT_2, "refunds": [{"amount": 15.31}, {"amount": 100}]}
    assert type(told("payment.refunded", all_of_it)) is storefront.OrderCancelled
    shipped = changed(all_of_it, payment_collection__order__fulfillment_status="shipped")
    assert told("payment.refunded", shipped).total == Money(11_531, "EUR")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("completed", "OrderPaid"),
        ("authorized", "OrderPlaced"),
        ("partially_captured", "OrderPlaced"),
        ("failed", "OrderPaymentFailed"),
        ("canceled", "Ignored"),
        ("not_paid", "Ignored"),
    ],
)
def test_collections_have_states(status: str, expected: str) -> None:
    """A payment collection tells what became of its order's payment."""
    collection = {**COLLECTION_2, "status": status}
    assert type(told_by(sent("payment_collection.updated", collection))).__name__ == expected


def test_a_collection_before_its_order_is_a_customer_at_the_checkout() -> None:
    """Without an order it is activity of its cart; of an order's edit it is nothing."""
    event = told("payment_collection.created", {"id": "pay_col_1", "cart_id": CART_ID, "status": "not_paid"})
    assert isinstance(event, storefront.CartVisited)
    assert event.cart_id == CART_ID
    assert outcome_of(sent("payment_collection.updated", {**COLLECTION_2, "type": "order_edit"})) == "ignored"


def test_customers_are_told_and_forgotten() -> None:
    """A deleted customer is erased by id; one without any contact is refused."""
    person = told("customer.updated", CUSTOMER).person
    assert (person.external_id, person.email, person.phone) == (
        CUSTOMER_ID,
        "liv.berg@example.com",
        "+4740612345",
    )
    erased = told("customer.deleted", {"id": CUSTOMER_ID})
    assert isinstance(erased, storefront.CustomerErased)
    assert erased.person == storefront.Person(external_id=CUSTOMER_ID)
    assert refused("customer.created", {"id": CUSTOMER_ID}) == ("field_missing", "data.email")


def test_codes_are_withdrawn() -> None:
    """A disabled or deleted code is honoured no more; a change of one that lives on says nothing."""
    assert told("discount.updated", DISCOUNT_1).code == "VAAR10"
    assert told("promotion.updated", {"code": "X", "status": "inactive"}).code == "X"
    assert outcome_of(sent("discount.updated", {**DISCOUNT_1, "is_disabled": False})) == "ignored"
    assert refused("promotion.deleted", {"id": "promo_1"}) == ("field_missing", "data.code")


def test_carts_end() -> None:
    """A deleted cart is empty, a completed one has become an order, and the shop's own carts are no customer's."""
    assert told("cart.deleted", {"id": CART_ID}).cart == storefront.Cart(
        id=CART_ID, currency=None, total_minor=0
    )
    assert type(told("cart.updated", {**CART_1, "completed_at": CREATED})) is storefront.CartVisited
    assert outcome_of(sent("cart.updated", {**CART_1, "type": "swap"})) == "ignored"
    assert told("cart.updated", {**CART_1, "items": []}).cart.lines == ()
    without_total = told("cart.updated", changed(CART_2, total=DROPPED, raw_total=DROPPED))
    assert without_total.cart.total_minor == 12_990


@pytest.mark.parametrize(
    ("event", "data", "field"),
    [
        ("cart.updated", {"id": CART_ID}, "data.items"),
        ("cart.customer_transferred", {"id": CART_ID, "customer_id": CUSTOMER_ID}, "data.items"),
        ("order.placed", {"id": ORDER_ID, "no_notification": None}, "data.total"),
        ("payment.captured", {"id": "pay_1"}, "data.order"),
        ("customer.updated", {"id": CUSTOMER_ID}, "data.email"),
    ],
)
def test_an_event_of_ids_only_is_refused_with_advice(event: str, data: dict[str, Any], field: str) -> None:
    """The shop believes that it is connected, so it is told what to load and send."""
    refusal = refusal_of(sent(event, data))
    assert (refusal.reason, refusal.field) == ("field_missing", field)
    assert "in your subscriber" in refusal.detail


@pytest.mark.parametrize(
    ("data", "reason", "field"),
    [
        (changed(CART_1, id=DROPPED), "field_missing", "data.id"),
        (changed(CART_1, id=[1]), "field_invalid", "data.id"),
        (changed(CART_1, region__currency_code=DROPPED), "currency_missing", "data.currency_code"),
        (changed(CART_1, region__currency_code="xxx"), "currency_unknown", "data.region.currency_code"),
        (changed(CART_1, items="two"), "field_invalid", "data.items"),
        (changed(CART_1, items=[None]), "field_invalid", "data.items[0]"),
        (changed(CART_1, items=[CART_1["items"][0]] * 10_001), "too_many_lines", "data.items"),
        (changed(CART_1, items__0__quantity=-1), "quantity_invalid", "data.items[0].quantity"),
        (changed(CART_1, items__0__unit_price=DROPPED), "field_missing", "data.items[0].unit_price"),
        (changed(CART_1, items__0__unit_price="x"), "amount_invalid", "data.items[0].unit_price"),
        (changed(CART_1, items__0__unit_price=79.5), "amount_invalid", "data.items[0].unit_price"),
        (changed(CART_1, items__0__unit_price="79.00 USD"), "currency_mixed", "data.items[0].unit_price"),
        (changed(CART_1, total=-1), "amount_invalid", "data.total"),
        (changed(CART_2, raw_total__value="x", total=DROPPED), "amount_invalid", "data.raw_total.value"),
        (changed(CART_1, updated_at="yesterday"), "occurred_at_invalid", "data.updated_at"),
        (changed(CART_1, updated_at="2027-01-01T00:00:00Z"), "occurred_at_in_future", "data.updated_at"),
        (changed(CART_1, updated_at="1999-01-01T00:00:00Z"), "occurred_at_too_old", "data.updated_at"),
    ],
)
def test_a_broken_cart_is_refused_by_its_field(data: dict[str, Any], reason: str, field: str) -> None:
    """Each refusal names the path of what is wrong in the payload."""
    assert refused("cart.updated", data) == (reason, field)


def test_what_is_not_needed_may_be_broken() -> None:
    """An order with an unreadable address, cart or discount is still an order."""
    broken = changed(
        ORDER_1,
        customer="Liv",
        customer_id=[1],
        email=7,
        shipping_address=None,
        cart_id={"id": 1},
        discount_total="much",
        discounts="none",
        items=None,
    )
    event = told("order.placed", broken)
    assert event.order == storefront.OrderFacts(id=ORDER_ID, total=Money(31_900, "NOK"))
    assert len(event.notes) == 3


def test_the_topic_is_found_wherever_it_stands() -> None:
    """Plugins wrap the event bus in their own ways; an attribute will do, and else the object's id."""
    for name in ("event", "name", "eventName", "event_name", "type"):
        assert event_of(message({name: "order.placed", "data": ORDER_2})).id.startswith("order.placed:")
    assert event_of(message({"event": "order.placed", "order": ORDER_2})).id.startswith("order.placed:")
    assert event_of(message({"data": {"name": "order.placed", "data": ORDER_2}})).order.id == ORDER_ID
    assert event_of(message(ORDER_2, topic="order.placed")).notes == ()
    assert "order.updated" in event_of(message(ORDER_2)).notes[0]
    numbered = {name: value for name, value in {**ORDER_1, "id": 17}.items() if name != "customer"}
    assert event_of(message(numbered)).order.id == "17"
    assert refusal_of(message({"hello": 1})).reason == "topic_missing"
    assert told_by(message({"id": "reg_01", "currency_code": "eur"})) == Ignored(
        "medusa", "fjord", "reg.updated"
    )


@pytest.mark.parametrize(
    "topic",
    [
        "order.return_requested",
        "order.fulfillment_created",
        "order.refund_failed",
        "product.updated",
        "swap.created",
    ],
)
def test_other_topics_are_ignored_unread(topic: str) -> None:
    """What means nothing for lost orders is counted, whatever its data says."""
    assert told_by(sent(topic, {"id": 1})) == Ignored("medusa", "fjord", topic)


def test_the_wrapping_s_own_time_and_id_come_first() -> None:
    """They say when the event happened and which one it is."""
    stamped = {
        "event": "cart.updated",
        "timestamp": "2026-05-01T11:59:00Z",
        "event_id": "e-9",
        "data": CART_1,
    }
    event = event_of(message(stamped))
    assert (event.id, event.occurred_at) == ("cart.updated:e-9", datetime(2026, 5, 1, 11, 59, tzinfo=UTC))
    assert event_of(message({**stamped, "timestamp": 1_777_777})).occurred_at == WHEN


def test_a_redelivery_is_the_same_event() -> None:
    """The same content is the same event, whenever Pub/Sub delivers it; another state is another one (L13)."""
    once, again = (
        told("cart.updated", CART_1),
        event_of(
            PubSubMessage(
                "m-2", NOW, sent("cart.updated", CART_1).attributes, sent("cart.updated", CART_1).data
            )
        ),
    )
    assert (once.id, once.digest) == (again.id, again.digest)
    assert told("cart.updated", {**CART_1, "total": 1}).id != once.id


def test_medusa_is_recognised_by_its_ids() -> None:
    """Without any attribute an order is known by an id that only Medusa makes, and says so in a note."""
    event = event_of(
        PubSubMessage("m", NOW, {"store": "fjord"}, encode({"event": "order.placed", "data": ORDER_2}))
    )
    assert event.source == "medusa"
    assert "guessed" in event.notes[0]
    assert (
        event_of(PubSubMessage("m", NOW, {"store": "s", "medusa_version": "2"}, encode(ORDER_2))).store == "s"
    )
    assert not medusa.resembles({"id": "order_1", "currency_code": "eur"})
    assert (
        refusal_of(PubSubMessage("m", NOW, {"source": "medusa"}, encode(ORDER_2))).reason == "store_missing"
    )


def test_the_money_at_stake_is_read_with_its_unit() -> None:
    """Refusals are ranked by it; where the unit is unknown it says nothing."""
    assert refusal_of(sent("order.placed", {**ORDER_1, "id": None})).at_stake == Money(31_900, "NOK")
    assert medusa.at_stake(ORDER_2) == Money(11_531, "EUR")
    assert medusa.at_stake(PLAIN) is None


def test_a_page_of_the_api_tells_each_of_its_orders() -> None:
    """A broken one is refused by its place, with its own money, and costs the others nothing."""
    page = {"orders": [ORDER_2, changed(ORDER_2, id=DROPPED)], "count": 2, "offset": 0, "limit": 20}
    order, refused = understand(message(page), NOW)
    assert isinstance(order, storefront.OrderPlaced)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("field_missing", "orders[1].id")
    assert refused.at_stake == order.order.total
    empty = {"customers": [], "count": 0, "offset": 0, "limit": 20}
    assert told_by(message(empty)) == Ignored("medusa", "fjord", "customers")
