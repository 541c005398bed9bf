"""Commerce Layer's webhooks: the order that is the cart, exact money, and what the webhook has to include."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.storefront import Line, OrderFacts, Person
from functions.ingest_event.sources import commercelayer
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
from tests.unit.functions.ingest_event.sources.examples.commercelayer import (
    CUSTOMER,
    EXAMPLES,
    PLACED,
    REFUND,
    STORE,
    document,
    emptied,
    line,
    order_document,
    resource,
    return_document,
    transaction,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example

CART = order_document()
ORDER_ID = "oRdErIdaaa"
IDA = Person(
    external_id="cUsToMeRid",
    email="ida.brandt@example.com",
    phone="+436641234567",
    name="Ida Brandt",
    locale="de",
    country="AT",
)


def sent(topic: str, payload: object, **attributes: str) -> PubSubMessage:
    """A webhook under a topic, or without one."""
    headers = {"X-CommerceLayer-Topic": topic} if topic else {}
    return PubSubMessage(
        "m-1", NOW, {"source": "commercelayer", "store": STORE, **headers, **attributes}, encode(payload)
    )


def order(topic: str, **attributes: Any) -> Any:
    """What a webhook about an order with other attributes tells."""
    return told_by(sent(topic, order_document(**attributes)))


def at(minute: int, second: int = 0, microsecond: int = 0) -> datetime:
    return datetime(2026, 5, 1, 11, minute, second, microsecond, tzinfo=UTC)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_and_its_redelivery_is_the_same(example: Example) -> None:
    """Fired again after a failure, a webhook is the same event with the same id (L13)."""
    first = PubSubMessage("m-1", NOW, example.attributes, encode(example.payload))
    again = PubSubMessage("m-2", NOW, example.attributes, encode(deepcopy(example.payload)))
    events: Any = understand(first, NOW)
    assert set(outcome_of(first).split(",")) == {"understood"}
    assert events == understand(again, NOW)
    assert {(event.store, event.source, event.notes) for event in events} == {(STORE, "commercelayer", ())}


def test_an_order_that_is_not_placed_yet_is_the_cart() -> None:
    """Goods are its lines; shipping, payment and discounts are not (L34)."""
    event = order("orders.pending")
    assert type(event) is storefront.CartUpdated
    assert event.cart == storefront.Cart(
        id=ORDER_ID,
        currency="EUR",
        total_minor=7_232,
        url="https://teahouse.example/cart/oRdErIdaaa",
        lines=(
            Line(
                sku="TEA-ASSAM-250",
                name="Assam, 250 g",
                quantity=2,
                unit_price_minor=1_290,
                image_url="https://img.teahouse.example/assam.jpg",
            ),
            Line(sku="SET-BREW", name="Brewing set", quantity=1, unit_price_minor=4_900),
        ),
    )
    assert event.person == IDA
    assert event.occurred_at == at(48, 12, 345_000)
    assert event.id.startswith("orders.pending:")
    assert order("orders.pending", cart_url=None).cart.url == "https://checkout.teahouse.example/oRdErIdaaa"


def test_a_guest_is_known_by_the_address_only() -> None:
    """A guest has no account: the customer behind the order was found or made by the address alone (L11)."""
    assert order("orders.pending", guest=True).person == Person(
        email="ida.brandt@example.com", phone="+436641234567", name="Ida Brandt", locale="de", country="AT"
    )


def test_lines_belong_to_the_order_that_names_them() -> None:
    """Where the order doesn't say which lines are its own, all that are included are."""
    stranger = line("lIneStRang", "skus", 100, sku_code="OTHER")
    both = {**CART, "included": [*CART["included"], stranger]}
    assert [one.sku for one in event_of(sent("orders.pending", both)).cart.lines] == [
        "TEA-ASSAM-250",
        "SET-BREW",
    ]
    loose = changed(both, data__relationships__line_items=DROPPED)
    assert len(event_of(sent("orders.pending", loose)).cart.lines) == 3


def test_a_line_s_kind_may_be_written_as_of_old_or_not_at_all() -> None:
    """The documentation says it in the singular; a line without an item is whatever the shop sells."""
    items = [
        line("a", "sku", 100, sku_code="A"),
        line("b", None, 200, name="Engraving", quantity=1),
        line("c", "gift_cards", 300, name="Gift card"),
        line("d", "adjustments", 400, name="Fee"),
        line("e", "skus", 500, sku_code="E", quantity=0),
    ]
    of = resource("orders", "o1", {**order_document()["data"]["attributes"]}, line_items=items)
    cart = event_of(sent("orders.pending", document(of, *items))).cart
    assert [(one.sku, one.unit_price_minor) for one in cart.lines] == [
        ("A", 100),
        ("Engraving", 200),
        ("Gift card", 300),
    ]


def test_an_emptied_or_destroyed_cart_is_empty() -> None:
    """Nothing about the money of nothing may refuse it (L9)."""
    bare = resource("orders", "o1", {"status": "draft", "skus_count": 0, "currency_code": "?"})
    assert event_of(sent("orders.create", {"data": bare})).cart.lines == ()
    shipping = line("s", "shipments", 500)
    only = resource("orders", "o1", {"status": "pending", "skus_count": 0}, line_items=[shipping])
    assert event_of(sent("orders.pending", document(only, shipping))).cart.lines == ()
    destroyed = event_of(sent("orders.destroy", emptied("orders", "o1")))
    assert destroyed.cart == storefront.Cart(id="o1", currency=None, total_minor=0)
    assert destroyed.occurred_at == NOW


@pytest.mark.parametrize(
    ("currency", "cents", "major"),
    [("JPY", 12_800, "12800"), ("KWD", 45_125, "45.125"), ("EUR", 7_232, "72.32"), ("EUR", "7232", "72.32")],
)
def test_cents_are_the_currency_s_smallest_unit(currency: str, cents: Any, major: str) -> None:
    """No decimals for the yen, three for the dinar; documents of old wrote whole numbers as text."""
    event = order("orders.place", **PLACED, currency_code=currency, total_amount_with_taxes_cents=cents)
    assert event.order.total.major == major


def test_an_order_is_what_the_customer_pays() -> None:
    """Taxes are in its total, the discount is told as a positive amount, and the cart has its id."""
    event = order("orders.place", **PLACED)
    assert type(event) is storefront.OrderPlaced
    assert event.order == OrderFacts(
        id=ORDER_ID,
        cart_id=ORDER_ID,
        total=Money(7_232, "EUR"),
        discount_minor=748,
        voucher_codes=("SPRING10",),
        skus=("TEA-ASSAM-250", "SET-BREW"),
        lines=order("orders.pending").cart.lines,
    )
    assert (event.person, event.occurred_at) == (IDA, at(52))
    untaxed = order("orders.place", **PLACED, total_amount_with_taxes_cents=None, total_amount_cents=5_900)
    assert untaxed.order.total == Money(5_900, "EUR")


def test_an_order_is_not_lost_over_what_nobody_needs() -> None:
    """Without lines, addresses or a readable discount it is an order still."""
    payload = changed(order_document(**PLACED, discount_amount_cents="much"), included=DROPPED)
    event = event_of(sent("orders.place", payload))
    assert (event.order.total, event.order.discount_minor, event.order.skus) == (Money(7_232, "EUR"), 0, ())
    assert event.notes == ("discount_amount_cents was left out: it is not an amount.",)


@pytest.mark.parametrize(
    ("topic", "attributes", "kind"),
    [
        ("orders.create", {"status": "draft"}, storefront.CartUpdated),
        ("orders.draft", {"status": "draft"}, storefront.CartUpdated),
        ("orders.placing", {"status": "placing"}, storefront.CartUpdated),
        ("", {"status": "pending"}, storefront.CartUpdated),
        ("orders.pending", {"status": None}, storefront.CartUpdated),
        ("orders.authorize", {"status": "pending"}, storefront.CartVisited),
        ("orders.void", {"status": "pending", "payment_status": "voided"}, storefront.CartVisited),
        ("orders.place", {"status": "placing"}, storefront.OrderPlaced),
        ("orders.place", {"status": None}, storefront.OrderPlaced),
        ("orders.authorize", {"payment_status": "authorized"}, storefront.OrderPlaced),
        ("orders.authorize", {"payment_status": "partially_authorized"}, storefront.OrderPlaced),
        ("orders.editing", {"status": "editing"}, storefront.OrderPlaced),
        ("orders.approve", {"status": "approved", "payment_status": "paid"}, storefront.OrderPaid),
        ("orders.place", {"payment_status": "free"}, storefront.OrderPaid),
        ("orders.pay", {"status": "approved", "payment_status": "paid"}, storefront.OrderPaid),
        ("orders.pay", {"status": None, "payment_status": None}, storefront.OrderPaid),
        ("", {"payment_status": "partially_paid"}, storefront.OrderPlaced),
        ("", {"payment_status": "partially_refunded"}, storefront.OrderPaid),
        ("orders.refund", {"payment_status": "partially_refunded"}, Ignored),
        ("orders.cancel", {"status": "cancelled"}, storefront.OrderCancelled),
        ("orders.cancel", {"status": "pending"}, storefront.OrderCancelled),
        ("", {"status": "cancelled", "payment_status": "unpaid"}, storefront.OrderCancelled),
        ("orders.void", {"payment_status": "voided"}, storefront.OrderCancelled),
        ("orders.void", {"payment_status": "partially_voided"}, storefront.OrderPlaced),
        ("orders.refund", {"payment_status": "refunded"}, storefront.OrderCancelled),
        (
            "orders.refund",
            {"payment_status": "refunded", "fulfillment_status": "not_required"},
            storefront.OrderCancelled,
        ),
        (
            "orders.refund",
            {"payment_status": "refunded", "fulfillment_status": "in_progress"},
            storefront.OrderReturned,
        ),
        (
            "orders.cancel",
            {"status": "cancelled", "payment_status": "refunded", "fulfillment_status": "fulfilled"},
            storefront.OrderReturned,
        ),
        ("orders.start_fulfilling", {}, Ignored),
        ("orders.tagged", {"status": "draft"}, Ignored),
        ("orders.cleanup_completed", {}, Ignored),
    ],
)
def test_every_status_has_its_event(topic: str, attributes: dict[str, Any], kind: type) -> None:
    """Status and payment decide, with the topic where they leave it open."""
    assert type(order(topic, **{**PLACED, **attributes})) is kind


def test_each_step_happened_when_its_own_moment_says() -> None:
    """An order's creation is not the time of what happens to it later."""
    stated = {"approved_at": "2026-05-01T11:54:00Z", "cancelled_at": "2026-05-01T11:55:00Z"}
    paid = {"payment_updated_at": "2026-05-01T13:56:00+02:00"}
    attributes = {**PLACED, **stated, **paid, "status": "approved"}
    seen = [order(f"orders.{verb}", **attributes).occurred_at for verb in ("place", "approve", "pay", "void")]
    assert seen == [at(52), at(54), at(56), at(56)]
    assert order("orders.cancel", **attributes).occurred_at == at(55)
    assert order("orders.place", **{**PLACED, "placed_at": None}).occurred_at == at(48, 12, 345_000)


def test_a_renewal_is_made_by_the_shop() -> None:
    """An order that a subscription made is nobody's comeback (L12); the one that began it is."""
    renewal = order_document(**PLACED)
    renewal["data"]["relationships"]["order_subscription"] = {
        "data": {"type": "order_subscriptions", "id": "sUb"}
    }
    assert event_of(sent("orders.place", renewal)).order.made_by_shop is True
    renewal["data"]["attributes"]["subscription_created_at"] = "2026-05-01T11:00:00Z"
    assert event_of(sent("orders.place", renewal)).order.made_by_shop is False


def test_a_failed_payment_is_told_with_its_order() -> None:
    """A card that is declined before the order is placed concerns the cart, which has the order's id."""
    failed = event_of(sent("authorizations.failed", transaction("authorizations", succeeded=False)))
    assert type(failed) is storefront.OrderPaymentFailed
    assert (failed.order.id, failed.order.cart_id, failed.order.total) == (
        ORDER_ID,
        ORDER_ID,
        Money(7_232, "EUR"),
    )
    assert (failed.person, failed.occurred_at) == (IDA, at(51, 2))
    created = event_of(sent("captures.create", transaction("captures", succeeded=False)))
    assert type(created) is storefront.OrderPaymentFailed
    named = changed(transaction("captures", succeeded=False), included=DROPPED)
    assert event_of(sent("captures.failed", named)).order == OrderFacts(
        id=ORDER_ID, cart_id=ORDER_ID, total=None
    )
    broken = transaction("captures", succeeded=False, total_amount_with_taxes_cents="?")
    assert event_of(sent("captures.failed", broken)).order.total is None


@pytest.mark.parametrize(
    ("topic", "succeeded", "attributes", "kind"),
    [
        ("captures.succeeded", None, {**PLACED, "payment_status": "paid"}, storefront.OrderPaid),
        ("transactions.succeeded", True, {**PLACED, "payment_status": "paid"}, storefront.OrderPaid),
        ("captures.create", None, PLACED, Ignored),
        ("authorizations.succeeded", True, {}, storefront.CartVisited),
        ("authorizations.succeeded", True, PLACED, storefront.OrderPlaced),
        ("voids.succeeded", True, {**PLACED, "payment_status": "voided"}, storefront.OrderCancelled),
        ("voids.failed", False, PLACED, Ignored),
        ("refunds.failed", False, PLACED, Ignored),
        ("refunds.succeeded", True, {**PLACED, "payment_status": "partially_refunded"}, Ignored),
        (
            "refunds.succeeded",
            True,
            {**PLACED, "payment_status": "refunded", "fulfillment_status": "fulfilled"},
            storefront.OrderReturned,
        ),
    ],
)
def test_a_payment_that_went_well_tells_the_state_of_its_order(
    topic: str, succeeded: bool | None, attributes: dict[str, Any], kind: type
) -> None:
    """What a transaction changed stands in the order that comes along; a partial refund says nothing of goods."""
    type_of = topic.partition(".")[0].replace("transactions", "captures")
    assert type(told_by(sent(topic, transaction(type_of, succeeded=succeeded, **attributes)))) is kind


def test_a_refund_of_a_return_is_that_return_s() -> None:
    """The return's id keeps what was received and what was paid back one return (L45)."""
    refund = event_of(sent("refunds.succeeded", REFUND))
    assert (refund.return_id, refund.order_id, refund.total) == (
        "rEtUrNidaa",
        ORDER_ID,
        Money(7_232, "EUR"),
    )
    unreadable = event_of(sent("refunds.succeeded", changed(REFUND, data__attributes__amount_cents=-3)))
    assert (unreadable.total, len(unreadable.notes)) == (None, 1)


@pytest.mark.parametrize("status", ["draft", "requested", "approved", "cancelled", "shipped", "rejected"])
def test_a_return_whose_goods_are_not_back_is_none(status: str) -> None:
    """Asked for, allowed, on its way: all of that may still come to nothing."""
    for topic in ("returns.create", "returns.request", "returns.approve", "returns.reject", ""):
        assert isinstance(told_by(sent(topic, return_document(status))), Ignored)


def test_a_return_that_was_received_is_told_with_what_is_given_back() -> None:
    """Refunded where that is known, else what is going to be, in the order's currency."""
    received = event_of(sent("returns.receive", return_document("received")))
    assert (received.return_id, received.order_id, received.total) == (
        "rEtUrNidaa",
        ORDER_ID,
        Money(1_290, "EUR"),
    )
    assert received.occurred_at == at(57)
    assert received.person == Person(external_id="cUsToMeRid", email="ida.brandt@example.com")
    for topic in ("returns.restock", ""):
        assert event_of(sent(topic, return_document("received"))).return_id == "rEtUrNidaa"
    refund = resource("refunds", "rF", {"currency_code": "EUR", "amount_cents": 990})
    paid = return_document("refunded")
    paid["data"]["relationships"]["reference_refund"] = {"data": {"type": "refunds", "id": "rF"}}
    paid["included"].append(refund)
    assert event_of(sent("returns.refund", paid)).total == Money(990, "EUR")
    unknown = return_document("received", estimated_refund_amount_cents=None)
    assert event_of(sent("returns.receive", unknown)).total is None


def test_a_customer_s_contact_is_kept_and_a_deleted_one_forgotten() -> None:
    """No consent is read: the platform knows none for marketing."""
    known = event_of(sent("customers.create", document(CUSTOMER)))
    assert (type(known), known.person) == (
        storefront.CustomerUpdated,
        Person(external_id="cUsToMeRid", email="ida.brandt@example.com"),
    )
    address = resource("addresses", "aD", {"full_name": "Ida Brandt", "phone": "+43 664 1234567"})
    book = resource("customer_addresses", "bO", {}, address=address)
    customer = deepcopy(CUSTOMER)
    customer["relationships"]["customer_addresses"] = {"data": [{"type": "customer_addresses", "id": "bO"}]}
    person = event_of(sent("customers.acquired", document(customer, book, address))).person
    assert (person.name, person.phone) == ("Ida Brandt", "+436641234567")
    for topic, attributes in (
        ("customers.destroy", {}),
        ("customers.anonymization_completed", {}),
        ("", {"anonymization_status": "completed"}),
    ):
        gone = event_of(sent(topic, document({**CUSTOMER, "attributes": attributes})))
        assert (type(gone), gone.person) == (storefront.CustomerErased, Person(external_id="cUsToMeRid"))
    assert isinstance(told_by(sent("customers.create_password", document(CUSTOMER))), Ignored)


def test_a_code_is_withdrawn_where_it_is_stated() -> None:
    """A destroyed coupon's document may hold its id only, and then nobody knows which code it was."""
    coupon = resource("coupons", "cO", {"code": "SPRING10"})
    assert event_of(sent("coupons.destroy", document(coupon))).code == "SPRING10"
    assert isinstance(told_by(sent("coupons.destroy", emptied("coupons", "cO"))), Ignored)
    assert isinstance(told_by(sent("coupons.create", document(coupon))), Ignored)
    other = resource("coupons", "cP", {"code": "SPRING20"})
    promotion = resource("flex_promotions", "pR", {"name": "Spring"})
    ended = understand(sent("flex_promotions.destroy", document(promotion, coupon, other)), NOW)
    assert [event.code for event in ended if isinstance(event, storefront.VoucherWithdrawn)] == [
        "SPRING10",
        "SPRING20",
    ]
    assert isinstance(told_by(sent("flex_promotions.create", document(promotion, coupon))), Ignored)


@pytest.mark.parametrize(
    "topic", ["gift_cards.purchase", "stock_transfers.complete", "cleanups.complete", "shipments.ship", "x"]
)
def test_other_resources_are_ignored_unread(topic: str) -> None:
    """Known, irrelevant, and not even looked into."""
    assert told_by(sent(topic, b"{")) == Ignored("commercelayer", STORE, topic)
    assert isinstance(told_by(sent("", document(resource("shipments", "s")))), Ignored)


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "field"),
    [
        ("orders.place", b"{", "json_invalid", None),
        ("orders.place", {}, "field_missing", "data"),
        ("orders.place", {"data": []}, "field_missing", "data"),
        ("", {"data": {"id": "x"}}, "topic_missing", "attributes.X-CommerceLayer-Topic"),
        ("orders.place", document(CUSTOMER), "field_invalid", "data.type"),
        ("", order_document(status=None), "field_missing", "data.attributes.status"),
        ("orders.pending", changed(CART, data__id=None), "field_missing", "data.id"),
        ("orders.pending", changed(CART, data__id=["x"]), "field_invalid", "data.id"),
        ("orders.destroy", changed(emptied("orders", "o"), data__id=DROPPED), "field_missing", "data.id"),
        ("orders.pending", changed(CART, included=DROPPED), "field_missing", "included"),
        (
            "orders.pending",
            changed(CART, included__1__attributes__quantity=1.5),
            "quantity_invalid",
            "included[1].attributes.quantity",
        ),
        (
            "orders.pending",
            changed(CART, included__0__attributes__unit_amount_cents=12.9),
            "amount_invalid",
            "included[0].attributes.unit_amount_cents",
        ),
        (
            "orders.pending",
            changed(CART, included__0__attributes__unit_amount_cents=None),
            "amount_invalid",
            "included[0].attributes.unit_amount_cents",
        ),
        (
            "orders.pending",
            changed(CART, included__0__attributes__currency_code="USD"),
            "currency_mixed",
            "included[0].attributes.currency_code",
        ),
        (
            "orders.pending",
            changed(CART, included__0__attributes__sku_code=None, included__0__attributes__name=""),
            "field_missing",
            "included[0].attributes.sku_code",
        ),
        (
            "orders.pending",
            order_document(currency_code=None),
            "currency_missing",
            "data.attributes.currency_code",
        ),
        (
            "orders.place",
            order_document(currency_code="Euro"),
            "currency_unknown",
            "data.attributes.currency_code",
        ),
        (
            "orders.place",
            order_document(total_amount_with_taxes_cents=-1),
            "amount_invalid",
            "data.attributes.total_amount_with_taxes_cents",
        ),
        (
            "orders.place",
            order_document(total_amount_with_taxes_cents=None, total_amount_cents=None),
            "field_missing",
            "data.attributes.total_amount_with_taxes_cents",
        ),
        (
            "orders.place",
            order_document(placed_at="2026-05-01 11:00:00"),
            "occurred_at_invalid",
            "data.attributes.placed_at",
        ),
        (
            "orders.place",
            order_document(placed_at="2026-06-01T11:00:00Z"),
            "occurred_at_in_future",
            "data.attributes.placed_at",
        ),
        (
            "orders.pending",
            order_document(updated_at="1998-06-01T11:00:00Z"),
            "occurred_at_too_old",
            "data.attributes.updated_at",
        ),
        (
            "captures.failed",
            document(resource("captures", "c", {"succeeded": False})),
            "field_missing",
            "data.relationships.order.data",
        ),
        (
            "returns.receive",
            document(resource("returns", "r", {"status": "received"})),
            "field_missing",
            "data.relationships.order.data",
        ),
        (
            "coupons.destroy",
            document(resource("coupons", "c", {"code": "x" * 300})),
            "field_invalid",
            "data.attributes.code",
        ),
    ],
)
def test_what_can_t_be_understood_is_refused_by_its_field(
    topic: str, payload: Any, reason: str, field: str | None
) -> None:
    """Each refusal names the exact place; what the webhook fails to include is named with the setting."""
    refused = refusal_of(sent(topic, payload))
    assert (refused.reason, refused.field) == (reason, field)
    if "order.data" in (field or "") or field == "included":
        assert "include_resources" in refused.detail


def test_too_many_lines_are_refused() -> None:
    """More than a cart may have is a mistake of the sender's."""
    lines = [
        {"type": "line_items", "id": f"l{index}", "attributes": {"quantity": 1}} for index in range(10_001)
    ]
    refused = refusal_of(
        sent("orders.pending", document(resource("orders", "o", {"status": "draft"}), *lines))
    )
    assert (refused.reason, refused.field) == ("too_many_lines", "included")


def test_it_is_recognised_by_its_headers_or_its_documents() -> None:
    """A JSON:API document of orders could be anybody's; with test or live beside the id it is not."""
    headers = {"x-commercelayer-topic": "orders.place", "store": STORE}
    assert event_of(PubSubMessage("m", NOW, headers, encode(order_document(**PLACED)))).notes == ()
    assert commercelayer.resembles(CART)
    assert not commercelayer.resembles(changed(CART, data__meta=DROPPED))
    assert not commercelayer.resembles(changed(CART, data__type="articles"))
    guessed = event_of(PubSubMessage("m", NOW, {"store": STORE}, encode(CART)))
    assert "guessed" in guessed.notes[0]
    nameless = refusal_of(PubSubMessage("m", NOW, {"source": "commerce-layer"}, encode(CART)))
    assert (nameless.reason, nameless.source) == ("store_missing", "commercelayer")


def test_the_money_at_stake_is_the_order_s_or_the_payment_s() -> None:
    """It ranks refusals, so it is read however broken the rest is."""
    assert commercelayer.at_stake(CART) == Money(7_232, "EUR")
    assert commercelayer.at_stake(transaction("captures", succeeded=False)) == Money(7_232, "EUR")
    assert commercelayer.at_stake({"data": {"attributes": {"currency_code": "EUR"}}}) is None
    refused = refusal_of(sent("orders.pending", changed(CART, included=DROPPED)))
    assert refused.at_stake == Money(7_232, "EUR")
