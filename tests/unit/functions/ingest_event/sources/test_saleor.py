"""Saleor's webhooks: each topic and status, both shapes of payload, and what is refused."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.sources import saleor
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
from tests.unit.functions.ingest_event.sources.examples.saleor import (
    CHECKOUT,
    CHECKOUT_ID,
    CHECKOUT_UUID,
    EXAMPLES,
    FULFILLMENT,
    FULFILLMENT_ID,
    ISSUED,
    OLD_CHECKOUT,
    OLD_ORDER,
    OLD_USER,
    ORDER,
    ORDER_ID,
    TRANSACTION,
    USER,
    USER_ID,
    VOUCHER,
    gross,
)

WHEN = datetime(2026, 5, 1, 11, 30, 0, 250_000, tzinfo=UTC)


def message(topic: str, payload: object, **attributes: str) -> PubSubMessage:
    headers = {"Saleor-Event": topic, "Saleor-Domain": "Tea.Saleor.Cloud", **attributes}
    return PubSubMessage("m-1", NOW, {key: value for key, value in headers.items() if value}, encode(payload))


def told(topic: str, payload: object) -> Any:
    return event_of(message(topic, payload))


def order(topic: str, **fields: Any) -> Any:
    return told_by(message(topic, {"issuedAt": ISSUED, "order": changed(ORDER, **fields)}))


def refused(topic: str, payload: object) -> tuple[str, str | None]:
    refusal = refusal_of(message(topic, payload))
    return refusal.reason, refusal.field


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_without_loss(example: Example) -> None:
    """Each listed topic becomes events with a store, a time, and notes about nothing but a missing topic."""
    told = understand(PubSubMessage("m", NOW, example.attributes, encode(example.payload)), NOW)
    assert told
    for event in told:
        assert isinstance(event, storefront.StorefrontEvent), event
        assert (event.store, event.source) == ("tea.saleor.cloud", "saleor")
        assert all(note.startswith("The topic was not stated") for note in event.notes)


EWA = storefront.Person(
    external_id=USER_ID,
    email="ewa.lis@example.com",
    phone="+48600700800",
    name="Ewa Lis",
    locale="pl-PL",
    country="PL",
    consent={Channel.EMAIL: True, Channel.SMS: False},
)


def test_a_checkout_is_a_cart() -> None:
    """Prices are gross, as the customer pays them, and the global id is the cart's (L34)."""
    event = told("checkout_updated", {"issuedAt": ISSUED, "checkout": CHECKOUT})
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id=CHECKOUT_ID,
        currency="PLN",
        total_minor=13_479,
        lines=(
            storefront.Line(
                sku="TEA-200",
                name="Forest tea - 200 g",
                quantity=2,
                unit_price_minor=5_990,
                image_url="https://tea.example/forest.jpg",
            ),
        ),
    )
    assert (event.person, event.occurred_at, event.store) == (EWA, WHEN, "tea.saleor.cloud")


def test_an_older_checkout_is_the_same_cart() -> None:
    """A list without a subscription names the checkout by its token, which comes to the same id."""
    event = told("checkout_updated", [OLD_CHECKOUT])
    assert event.cart.id == CHECKOUT_ID == b64encode(f"Checkout:{CHECKOUT_UUID}".encode()).decode()
    assert (event.cart.currency, event.cart.total_minor) == ("PLN", 11_980)
    (line,) = event.cart.lines
    assert (line.sku, line.name, line.unit_price_minor) == ("TEA-200", "Forest tea - 200 g", 5_990)
    assert (event.person.external_id, event.person.locale, event.occurred_at) == (USER_ID, "pl", WHEN)
    by_token = told("checkout_updated", {"checkout": changed(CHECKOUT, id=DROPPED)})
    assert by_token.cart.id == CHECKOUT_ID


def test_an_order_is_understood() -> None:
    """It names its checkout, its code and what the discounts came to."""
    event = order("order_created")
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(
        id=ORDER_ID,
        cart_id=CHECKOUT_ID,
        total=Money(11_979, "PLN"),
        discount_minor=1_500,
        voucher_codes=("LAS15",),
        skus=("TEA-200",),
        lines=(
            storefront.Line(sku="TEA-200", name="Forest tea - 200 g", quantity=2, unit_price_minor=5_990),
        ),
    )
    assert (event.person, event.occurred_at) == (EWA, WHEN)


def test_an_older_order_is_the_same_order() -> None:
    """Amounts are texts with the zeros of the database, and the currency is the channel's."""
    event = told("order_created", [OLD_ORDER])
    assert event.order == storefront.OrderFacts(
        id=ORDER_ID, cart_id=CHECKOUT_ID, total=Money(11_979, "PLN"), discount_minor=1_500, skus=("TEA-200",)
    )
    assert (event.person.email, event.person.consent) == ("ewa.lis@example.com", {Channel.EMAIL: True})


@pytest.mark.parametrize(
    ("currency", "amount", "minor"),
    [
        ("JPY", 4900, 4_900),
        ("KWD", 4.9, 4_900),
        ("KWD", "4.905", 4_905),
        ("USD", 36.36, 3_636),
        ("USD", "98.400", 9_840),
    ],
)
def test_amounts_are_exact_in_every_currency(currency: str, amount: object, minor: int) -> None:
    """Currencies of no and of three decimals keep theirs, and a float is taken digit by digit (L34)."""
    event = order("order_created", total={"gross": {"amount": amount, "currency": currency}})
    assert event.order.total == Money(minor, currency)
    flat = {**OLD_ORDER, "total_gross_amount": amount, "channel": {"currency_code": currency}}
    assert told("order_created", [flat]).order.total == Money(minor, currency)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "DRAFT"}, "Ignored"),
        ({"status": "UNCONFIRMED"}, "OrderPlaced"),
        ({"status": "UNFULFILLED"}, "OrderPlaced"),
        ({"status": "PARTIALLY_FULFILLED"}, "OrderPlaced"),
        ({"status": "FULFILLED", "isPaid": True}, "OrderPaid"),
        ({"status": "CANCELED"}, "OrderCancelled"),
        ({"status": "EXPIRED"}, "OrderCancelled"),
        ({"paymentStatus": "PENDING"}, "OrderPlaced"),
        ({"paymentStatus": "PARTIALLY_CHARGED"}, "OrderPlaced"),
        ({"paymentStatus": "FULLY_CHARGED", "isPaid": DROPPED}, "OrderPaid"),
        ({"paymentStatus": "PARTIALLY_REFUNDED", "isPaid": DROPPED}, "OrderPaid"),
        ({"paymentStatus": "REFUSED"}, "OrderPaymentFailed"),
        ({"paymentStatus": "CANCELLED"}, "OrderPaymentFailed"),
        ({"paymentStatus": "FULLY_REFUNDED"}, "OrderCancelled"),
        ({"paymentStatus": "FULLY_REFUNDED", "status": "FULFILLED"}, "OrderReturned"),
        ({"chargeStatus": "FULL", "isPaid": DROPPED}, "OrderPaid"),
        ({"chargeStatus": "OVERCHARGED", "isPaid": DROPPED}, "OrderPaid"),
        ({"chargeStatus": "PARTIAL", "isPaid": DROPPED}, "OrderPlaced"),
    ],
)
def test_every_status_has_its_meaning(fields: dict[str, Any], expected: str) -> None:
    """What became of an order is read from its statuses, old and new."""
    assert type(order("order_updated", **fields)).__name__ == expected


@pytest.mark.parametrize(
    ("charge_status", "expected"),
    [
        ("not-charged", "OrderPlaced"),
        ("pending", "OrderPlaced"),
        ("partially-charged", "OrderPlaced"),
        ("fully-charged", "OrderPaid"),
        ("partially-refunded", "OrderPaid"),
        ("fully-refunded", "OrderCancelled"),
        ("refused", "OrderPaymentFailed"),
        ("cancelled", "OrderPaymentFailed"),
    ],
)
def test_older_payments_have_their_meaning(charge_status: str, expected: str) -> None:
    """Without a subscription the payments tell; those that are not active any more don't count."""
    payments = [
        {"is_active": False, "charge_status": "refused"},
        {"is_active": True, "charge_status": charge_status},
    ]
    event = told("order_updated", [{**OLD_ORDER, "payments": payments}])
    assert type(event).__name__ == expected


def test_transactions_tell_whether_an_order_is_paid() -> None:
    """Where no status is selected, what was charged is compared with the total."""
    unknown = {"isPaid": DROPPED, "paymentStatus": DROPPED}
    charged = [{"chargedAmount": {"amount": 100, "currency": "PLN"}}, {"chargedAmount": {"amount": 19.79}}]
    assert type(order("order_created", transactions=charged, **unknown)) is storefront.OrderPaid
    assert type(order("order_created", transactions=charged[:1], **unknown)) is storefront.OrderPlaced
    assert type(order("order_created", **unknown)) is storefront.OrderPlaced
    own = {"totalCharged": {"amount": 119.79, "currency": "PLN"}}
    assert type(order("order_created", **own, **unknown)) is storefront.OrderPaid


def test_a_payment_of_a_part_is_no_paid_order() -> None:
    """order_paid is told for every payment; order_fully_paid speaks for itself."""
    assert type(order("order_paid", isPaid=True)) is storefront.OrderPaid
    assert type(order("order_paid", isPaid=DROPPED, paymentStatus=DROPPED)) is storefront.OrderPaid
    assert type(order("order_paid", isPaid=False)) is storefront.OrderPlaced
    assert type(order("order_fully_paid", isPaid=False)) is storefront.OrderPaid
    assert type(order("order_expired")) is storefront.OrderCancelled
    by_id = told("order_cancelled", {"order": {"id": ORDER_ID}})
    assert by_id.order == storefront.OrderFacts(id=ORDER_ID, total=None)


@pytest.mark.parametrize(
    ("origin", "by_shop"), [("CHECKOUT", False), ("DRAFT", True), ("REISSUE", True), ("BULK_CREATE", True)]
)
def test_orders_by_staff_are_marked(origin: str, by_shop: bool) -> None:
    """Only a checkout is the customer's own doing (L12)."""
    assert order("order_created", origin=origin).order.made_by_shop is by_shop
    assert told("order_created", [{**OLD_ORDER, "origin": origin.lower()}]).order.made_by_shop is by_shop


def test_goods_that_came_back_are_one_return() -> None:
    """Order, refund and fulfillment tell of it under the fulfillment's id, so that it counts once (L13)."""
    fields = {"status": "PARTIALLY_RETURNED", "isPaid": True, "fulfillments": [FULFILLMENT]}
    paid, returned = understand(
        message("order_updated", {"issuedAt": ISSUED, "order": changed(ORDER, **fields)}), NOW
    )
    assert isinstance(paid, storefront.OrderPaid)
    assert isinstance(returned, storefront.OrderReturned)
    assert paid.id != returned.id
    refund = order("order_refunded", **fields)
    parcel = told("fulfillment_created", {"fulfillment": {**FULFILLMENT, "order": ORDER}})
    for event in (returned, refund, parcel):
        assert (event.return_id, event.order_id) == (FULFILLMENT_ID, ORDER_ID)
        assert event.total == Money(5_990, "PLN")
    assert (
        outcome_of(message("fulfillment_created", {"fulfillment": {**FULFILLMENT, "status": "FULFILLED"}}))
        == "ignored"
    )


def test_a_refund_is_a_return_only_if_it_is_whole_or_goes_with_goods() -> None:
    """Part of the money back is no return; all of it is, unless nothing was sent (L45)."""
    part = {"amount": 20, "currency": "PLN"}
    assert order("order_refunded", status="FULFILLED", totalRefunded=part) == Ignored(
        "saleor", "tea.saleor.cloud", "order_refunded"
    )
    whole = {"amount": 119.79, "currency": "PLN"}
    event = order("order_refunded", status="FULFILLED", totalRefunded=whole)
    assert (event.return_id, event.total) == (f"return-of-{ORDER_ID}", Money(11_979, "PLN"))
    assert type(order("order_refunded", totalRefunded=whole)) is storefront.OrderCancelled
    assert type(order("order_fully_refunded", status="FULFILLED")) is storefront.OrderReturned
    assert type(order("order_fully_refunded")) is storefront.OrderCancelled


def test_a_failed_transaction_is_a_failed_payment() -> None:
    """Only if none succeeded; of a checkout it is activity, and without either it is refused."""
    topic = "transaction_item_metadata_updated"
    assert type(told(topic, {"transaction": TRANSACTION})) is storefront.OrderPaymentFailed
    second_try = [*TRANSACTION["events"], {"type": "CHARGE_SUCCESS"}]
    assert type(told(topic, {"transaction": {**TRANSACTION, "events": second_try}})) is storefront.OrderPlaced
    visited = told(topic, {"transaction": {**TRANSACTION, "order": None, "checkout": CHECKOUT}})
    assert (type(visited), visited.cart_id) == (storefront.CartVisited, CHECKOUT_ID)
    assert refused(topic, {"transaction": {"id": "1"}}) == ("field_missing", "transaction.order")
    request = {"transaction": {**TRANSACTION, "events": []}}
    assert outcome_of(message("transaction_charge_requested", request)) == "ignored"
    assert outcome_of(message("payment_capture", {"amount": "1"})) == "ignored"


def test_customers_are_told_and_forgotten() -> None:
    """A deleted customer is erased; metadata answers for consent, and nothing else does."""
    assert told("customer_created", {"user": USER}).person == storefront.Person(
        external_id=USER_ID,
        email="ewa.lis@example.com",
        name="Ewa Lis",
        locale="pl-PL",
        consent={Channel.EMAIL: True, Channel.SMS: False},
    )
    old = told("customer_updated", [OLD_USER])
    assert (old.person.phone, old.person.country, old.person.consent) == (
        "+48600700800",
        "PL",
        {Channel.EMAIL: False},
    )
    erased = told("customer_deleted", {"user": {"id": USER_ID}})
    assert (type(erased), erased.person.external_id) == (storefront.CustomerErased, USER_ID)
    assert refused("customer_updated", {"user": {"firstName": "Ewa"}}) == ("field_missing", "user.id")
    assert refused("customer_deleted", {"user": {"firstName": "Ewa"}}) == ("field_missing", "user.id")
    assert outcome_of(message("account_delete_requested", {"user": USER})) == "ignored"


def test_a_guest_has_no_account() -> None:
    """Without a user only the address names the person; a country by name only is left out."""
    guest = order("order_created", user=None, billingAddress__country={"country": "Poland"})
    assert guest.person == storefront.Person(
        email="ewa.lis@example.com", phone="+48600700800", name="Ewa Lis", locale="pl-PL"
    )


def codes(topic: str, payload: object) -> list[str]:
    return [
        event.code
        for event in understand(message(topic, payload), NOW)
        if isinstance(event, storefront.VoucherWithdrawn)
    ]


def test_codes_are_withdrawn() -> None:
    """Deleted vouchers with all their codes, disabled codes, and vouchers that have ended."""
    assert codes("voucher_deleted", {"voucher": VOUCHER}) == ["LAS15", "LAS20"]
    assert codes("voucher_updated", {"voucher": VOUCHER}) == ["LAS15"]
    ended = {"id": "1", "code": "LAS20", "endDate": "2026-05-01T13:00:00+02:00"}
    assert codes("voucher_updated", {"voucher": ended}) == ["LAS20"]
    assert codes("voucher_updated", {"voucher": {**ended, "endDate": "2026-05-01T13:00:00"}}) == []
    assert codes("voucher_codes_deleted", [{"id": "1", "code": "LAS15"}, {"id": "2", "code": "LAS20"}]) == [
        "LAS15",
        "LAS20",
    ]
    assert codes("voucher_codes_deleted", {"voucherCodes": [{"code": "A1"}, {"code": "B2"}]}) == ["A1", "B2"]
    assert refused("voucher_deleted", {"voucher": {"id": "1"}}) == ("field_missing", "voucher.code")
    assert outcome_of(message("voucher_created", {"voucher": {"id": "1", "code": "NEW"}})) == "ignored"


def test_a_paid_checkout_is_nothing_to_remind_of() -> None:
    """It becomes an order any moment; until then it is activity."""
    event = told("checkout_fully_paid", {"issuedAt": ISSUED, "checkout": CHECKOUT})
    assert (type(event), event.cart_id) == (storefront.CartVisited, CHECKOUT_ID)


def test_prices_are_found_where_they_are_selected() -> None:
    """The price of one, else the whole of a single piece, else the variant's own; a total else the lines' sum."""
    line = {"quantity": 1, "variant": {"id": "V1"}}
    for selected in (
        {"unitPrice": gross(10)},
        {"totalPrice": gross(10)},
        {"undiscountedUnitPrice": {"amount": 10, "currency": "PLN"}},
        {"variant": {"id": "V1", "pricing": {"price": gross(10)}}},
        {"unitPrice": {"gross": {"amount": 10}}},
    ):
        checkout = changed(CHECKOUT, totalPrice=DROPPED, lines=[{**line, **selected}])
        assert told("checkout_updated", {"checkout": checkout}).cart.total_minor == 1_000
    assert told("checkout_updated", {"checkout": {**CHECKOUT, "lines": []}}).cart.lines == ()


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"id": DROPPED, "token": DROPPED}, "field_missing", "checkout.id"),
        ({"id": ["x"]}, "field_invalid", "checkout.id"),
        ({"lines": DROPPED}, "field_missing", "checkout.lines"),
        ({"lines": "two"}, "field_invalid", "checkout.lines"),
        ({"lines": [None]}, "quantity_invalid", "checkout.lines[0].quantity"),
        ({"lines__0__quantity": 1.5}, "quantity_invalid", "checkout.lines[0].quantity"),
        ({"lines__0__unitPrice": DROPPED}, "field_missing", "checkout.lines[0].unitPrice"),
        (
            {"lines__0__unitPrice__gross__amount": "x"},
            "amount_invalid",
            "checkout.lines[0].unitPrice.gross.amount",
        ),
        (
            {"lines__0__unitPrice__gross__currency": "ZZZ"},
            "currency_unknown",
            "checkout.lines[0].unitPrice.gross.currency",
        ),
        ({"totalPrice__gross__amount": -1}, "amount_invalid", "checkout.totalPrice.gross.amount"),
        (
            {"lines": [CHECKOUT["lines"][0], changed(CHECKOUT["lines"][0], unitPrice=gross(1, "EUR"))]},
            "currency_mixed",
            "checkout.lines",
        ),
        ({"lines": CHECKOUT["lines"] * 10_001}, "too_many_lines", "checkout.lines"),
    ],
)
def test_a_broken_checkout_is_refused_by_its_field(fields: dict[str, Any], reason: str, field: str) -> None:
    """Each refusal names the path of what is wrong in the payload."""
    assert refused("checkout_updated", {"checkout": changed(CHECKOUT, **fields)}) == (reason, field)


@pytest.mark.parametrize(
    ("payload", "reason", "field"),
    [
        ([changed(OLD_ORDER, total_gross_amount=DROPPED)], "field_missing", "[0].total_gross_amount"),
        ([changed(OLD_ORDER, total_gross_amount="much")], "amount_invalid", "[0].total_gross_amount"),
        ([changed(OLD_ORDER, channel=DROPPED)], "currency_missing", "[0].currency"),
        ([changed(OLD_ORDER, channel__currency_code="zł")], "currency_unknown", "[0].channel.currency_code"),
        ([changed(OLD_ORDER, meta__issued_at="now")], "occurred_at_invalid", "[0].meta.issued_at"),
        ([changed(OLD_ORDER, id=DROPPED)], "field_missing", "[0].id"),
        ({"order": {"id": ORDER_ID}}, "field_missing", "order.total.gross.amount"),
        ({"issuedAt": "2027-01-01T00:00:00Z", "order": ORDER}, "occurred_at_in_future", "issuedAt"),
        ({"issuedAt": "1999-01-01T00:00:00Z", "order": ORDER}, "occurred_at_too_old", "issuedAt"),
        (
            {"data": {"event": {"order": {"id": ORDER_ID}}}},
            "field_missing",
            "data.event.order.total.gross.amount",
        ),
        (["order"], "json_invalid", "[0]"),
        ([], "json_invalid", None),
        ("order", "json_invalid", None),
        (b"{", "json_invalid", None),
    ],
)
def test_a_broken_order_is_refused_by_its_field(payload: object, reason: str, field: str | None) -> None:
    """Each refusal names the path of what is wrong, in lists too."""
    assert refused("order_created", payload) == (reason, field)


def test_one_broken_object_costs_the_others_nothing() -> None:
    """A list may hold several; each is told by itself."""
    payload = [OLD_ORDER, None, {**OLD_ORDER, "id": None}, {**OLD_ORDER, "id": "T3JkZXI6Mg=="}]
    assert outcome_of(message("order_created", payload)) == "understood,json_invalid,field_missing,understood"


def test_what_is_not_needed_may_be_broken() -> None:
    """An order with unreadable people, lines, discounts and checkout is still an order."""
    event = order(
        "order_created",
        user={"id": [1]},
        userEmail="nobody",
        billingAddress="here",
        lines="two",
        voucherCode=5,
        undiscountedTotal="x",
        checkoutId=[1],
        languageCodeEnum="??",
    )
    assert event.order == storefront.OrderFacts(id=ORDER_ID, total=Money(11_979, "PLN"))
    assert len(event.notes) == 4


def test_the_topic_is_found_wherever_it_stands() -> None:
    """In the header, in Pub/Sub's attribute, in the event's type name, and else by the object."""
    attributes = {"saleorDomain": "tea.saleor.cloud", "eventType": "order_created", "signature": "s"}
    published = event_of(PubSubMessage("m", NOW, attributes, encode({"order": ORDER})))
    assert (published.store, published.id.partition(":")[0]) == ("tea.saleor.cloud", "order_created")
    named = told("", {"event": {"__typename": "OrderFullyPaid", "order": ORDER}})
    assert type(named) is storefront.OrderPaid
    assert event_of(message("ORDER_CREATED", {"order": ORDER})).notes == ()
    derived = told("", ORDER)
    assert derived.id.startswith("order_updated:")
    assert "order_updated" in derived.notes[0]
    assert told("", {"checkout": CHECKOUT}).id.startswith("checkout_updated:")
    assert told("", [OLD_CHECKOUT]).id.startswith("checkout_updated:")
    assert told("", [OLD_USER]).id.startswith("customer_updated:")
    bare = {name: value for name, value in OLD_CHECKOUT.items() if name != "type"}
    assert told("", [bare]).id.startswith("checkout_updated:")
    assert refusal_of(message("", {"hello": 1})).reason == "topic_missing"


@pytest.mark.parametrize(
    "topic",
    [
        "product_updated",
        "gift_card_sent",
        "draft_order_created",
        "app_deleted",
        "payment_process",
        "order_unheard_of",
    ],
)
def test_other_topics_are_ignored(topic: str) -> None:
    """What means nothing for lost orders is counted, whatever its data says."""
    assert told_by(message(topic, {"id": 1})) == Ignored("saleor", "tea.saleor.cloud", topic)


def test_the_store_is_saleor_s_domain_unless_it_is_named() -> None:
    """The attribute `store` wins; the API's address will do; none at all is refused."""
    assert event_of(message("order_created", {"order": ORDER}, store="tea")).store == "tea"
    by_url = {"Saleor-Event": "order_created", "Saleor-Api-Url": "https://tea.saleor.cloud/graphql/"}
    assert event_of(PubSubMessage("m", NOW, by_url, encode({"order": ORDER}))).store == "tea.saleor.cloud"
    nowhere = PubSubMessage(
        "m", NOW, {"source": "saleor", "Saleor-Api-Url": "https://["}, encode({"order": ORDER})
    )
    assert (refusal_of(nowhere).reason, refusal_of(nowhere).field) == ("store_missing", "attributes.store")


def test_a_redelivery_is_the_same_event() -> None:
    """Saleor repeats a stored payload, so the same content is the same event; another state is another one (L13)."""
    first, again = order("order_created"), order("order_created")
    assert (first.id, first.digest) == (again.id, again.digest)
    assert order("order_created", number="319").id != first.id


def test_saleor_is_recognised_by_its_global_ids() -> None:
    """Without any attribute an order is known by its global id, and says so in a note."""
    event = event_of(PubSubMessage("m", NOW, {"store": "tea"}, encode({"order": ORDER})))
    assert event.source == "saleor"
    assert "guessed" in event.notes[0]
    assert not saleor.resembles({"order": {**ORDER, "id": "318"}})
    assert not saleor.resembles({"id": ORDER_ID})


def test_the_money_at_stake_is_read() -> None:
    """Refusals are ranked by it."""
    broken = message("order_created", {"issuedAt": "never", "order": ORDER})
    assert refusal_of(broken).at_stake == Money(11_979, "PLN")
    in_a_list = message("order_created", [{**OLD_ORDER, "id": None}])
    assert refusal_of(in_a_list).at_stake == Money(11_979, "PLN")
    assert saleor.at_stake(OLD_CHECKOUT) == Money(11_980, "PLN")
    assert saleor.at_stake({"order": 1}) is None


def test_the_texts_of_an_e_mail_tell_nothing() -> None:
    """`notify_user` repeats an order under ids that are not the order's; its own webhook tells it."""
    payload = {"notify_event": "order_confirmation", "payload": {"order": {**ORDER, "id": "VXNlcjo1MQ=="}}}
    for topic in ("notify_user", ""):
        assert told_by(message(topic, payload)) == Ignored("saleor", "tea.saleor.cloud", "notify_user")


def test_a_fulfillment_without_its_topic_is_not_taken_for_its_order() -> None:
    """The order stands beside it."""
    payload = {"fulfillment": {"id": FULFILLMENT_ID, "status": "FULFILLED"}, "order": {"id": ORDER_ID}}
    assert told_by(message("", payload)) == Ignored("saleor", "tea.saleor.cloud", "fulfillment_updated")
