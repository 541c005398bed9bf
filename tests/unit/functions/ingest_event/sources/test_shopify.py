"""Shopify's webhooks: each topic, whose currency counts, what consent means, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel, SalesChannel
from functions.ingest_event.understanding import Ignored
from tests.unit.functions.ingest_event.events import (
    DROPPED,
    NOW,
    SHOPIFY_CART,
    SHOPIFY_CHECKOUT,
    SHOPIFY_CUSTOMER,
    SHOPIFY_EVENTS,
    SHOPIFY_ORDER,
    SHOPIFY_REFUND,
    PubSubMessage,
    changed,
    encode,
    event_of,
    from_shopify,
    money_set,
    refusal_of,
    told_by,
)


def cart(**fields: Any) -> Any:
    return event_of(from_shopify("carts/update", changed(SHOPIFY_CART, **fields)))


def checkout(**fields: Any) -> Any:
    return event_of(from_shopify("checkouts/update", changed(SHOPIFY_CHECKOUT, **fields)))


def order(**fields: Any) -> Any:
    return event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, **fields)))


def customer(**fields: Any) -> Any:
    return event_of(from_shopify("customers/update", changed(SHOPIFY_CUSTOMER, **fields)))


def test_a_cart_is_understood_in_the_customer_s_own_currency() -> None:
    """The prices that the customer saw count, discounts included, not their shop-currency twins (L34)."""
    event = cart()
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id="c1-6f2b",
        currency="SEK",
        total_minor=115_100,
        lines=(storefront.Line(sku="LAMP-OAK", name="Oak lamp", quantity=2, unit_price_minor=57_550),),
    )
    assert (event.store, event.source, event.person) == ("lamps.myshopify.com", "shopify", None)
    assert event.id == "carts/update:wh-1"
    assert event.occurred_at == datetime(2026, 5, 1, 12, 0, 1, 450_036, tzinfo=UTC)


def test_a_cart_falls_back_to_the_shop_s_currency_as_a_whole() -> None:
    """Where one line lacks the customer's price, all lines count in the shop's: a cart never mixes (L34)."""
    lamp = SHOPIFY_CART["line_items"][0]  # type: ignore[index]
    shop_only = {"shop_money": {"amount": "54.00", "currency_code": "USD"}}
    half = {**lamp, "discounted_price_set": shop_only, "price_set": None}
    both = cart(line_items=[lamp, half]).cart
    assert (both.currency, both.total_minor, both.lines[0].unit_price_minor) == ("USD", 21_600, 5_400)
    plain = {"sku": "A", "title": "A", "quantity": 1, "price": "1.00"}
    assert cart(line_items=[plain], currency="EUR").cart.total_minor == 100
    other = {**lamp, "discounted_price_set": money_set("1.00", "NOK", "1.00", "DKK")}
    answer = refusal_of(from_shopify("carts/update", changed(SHOPIFY_CART, line_items=[lamp, other])))
    assert (answer.reason, answer.field) == ("currency_mixed", "line_items")


def test_a_cart_whose_currency_nobody_names_is_refused() -> None:
    """Old carts have amounts without a currency; guessing one could promise the wrong sum."""
    bare = [{"id": 1, "title": "Lamp", "quantity": 1, "price": "1.00"}]
    answer = refusal_of(from_shopify("carts/create", changed(SHOPIFY_CART, line_items=bare)))
    assert (answer.reason, answer.field) == ("currency_missing", "line_items[0].price_set")


@pytest.mark.parametrize("topic", ["carts/update", "checkouts/update"])
def test_an_emptied_cart_is_an_empty_cart(topic: str) -> None:
    """No lines, or only lines of nothing, is an emptied cart (L9)."""
    payload = SHOPIFY_CART if topic == "carts/update" else SHOPIFY_CHECKOUT
    for lines in ([], [{"quantity": 0}]):
        emptied = event_of(from_shopify(topic, changed(payload, line_items=lines, total_price="x"))).cart
        assert (emptied.id, emptied.lines, emptied.total_minor) == ("c1-6f2b", (), 0)


def test_a_checkout_is_the_cart_with_a_person_and_a_way_back() -> None:
    """Its plain amounts are in the presentment currency, its names in the customer's language (L47)."""
    event = checkout()
    assert isinstance(event, storefront.CartUpdated)
    assert event.cart == storefront.Cart(
        id="c1-6f2b",
        currency="SEK",
        total_minor=120_000,
        url="https://lamps.example/checkouts/ch-88aa/recover?key=k",
        lines=(storefront.Line(sku="451", name="Eklampa - Stor", quantity=2, unit_price_minor=57_550),),
    )
    assert event.channel is SalesChannel.WEB
    assert event.person == storefront.Person(
        external_id="7003456789012",
        email="greta@example.com",
        phone="+46701234567",
        name="Greta Lind",
        locale="sv-SE",
        country="SE",
        consent={Channel.EMAIL: True, Channel.SMS: False},
    )
    assert checkout(presentment_currency=None).cart.currency == "USD"


def test_a_completed_checkout_is_only_a_visit() -> None:
    """Its order comes by itself; there is no state left to remind anybody of (L1)."""
    event = checkout(completed_at="2026-05-01T11:58:00Z")
    assert isinstance(event, storefront.CartVisited)
    assert event.cart_id == "c1-6f2b"
    assert event.person is not None


def test_cart_checkout_and_order_find_each_other_by_one_rule() -> None:
    """The cart's token if there is one, else the checkout's; the token's secret part is never used."""
    assert cart().cart.id == checkout().cart.id == order().order.cart_id == "c1-6f2b"
    assert checkout(cart_token=None).cart.id == order(cart_token=None).order.cart_id == "checkout:ch-88aa"
    assert order(cart_token=None, checkout_token=None).order.cart_id is None
    answer = refusal_of(
        from_shopify("checkouts/create", changed(SHOPIFY_CHECKOUT, cart_token=None, token=None))
    )
    assert (answer.reason, answer.field) == ("field_missing", "cart_token")


def test_an_order_is_understood_in_the_customer_s_own_currency() -> None:
    """Total and discount are those that the customer paid (L34)."""
    event = order()
    assert type(event) is storefront.OrderPlaced
    assert event.order == storefront.OrderFacts(
        id="5501234567890",
        cart_id="c1-6f2b",
        total=Money(120_000, "SEK"),
        discount_minor=5_330,
        voucher_codes=("WELCOME",),
        skus=("LAMP-OAK",),
    )
    assert (event.person.email, event.person.country, event.person.locale) == (
        "greta@example.com",
        "SE",
        "sv",
    )


def test_an_order_is_not_lost_over_one_unreadable_amount() -> None:
    """Another statement of its total counts, and a note says so; without any it is refused."""
    event = order(total_price_set__presentment_money__amount="n/a", total_discounts_set=DROPPED)
    assert (event.order.total, event.order.discount_minor) == (Money(11_250, "USD"), 0)
    assert event.notes[0].startswith("total_price_set.presentment_money.amount could not be read")
    plain = order(total_price_set=DROPPED)
    assert (plain.order.total, plain.order.discount_minor, plain.notes) == (Money(11_250, "USD"), 500, ())
    assert order(total_price_set=DROPPED, total_price=112.5).order.total == Money(11_250, "USD")
    masked = money_set("example string", "example string", "example string", "example string")
    answer = refusal_of(
        from_shopify("orders/create", changed(SHOPIFY_ORDER, total_price_set=masked, total_price="x"))
    )
    assert answer.reason == "currency_unknown"
    assert answer.field == "total_price_set.presentment_money.currency_code"


@pytest.mark.parametrize(
    ("fields", "made_by_shop"),
    [
        ({}, False),
        ({"source_name": "shopify_draft_order"}, True),
        ({"source_name": "web", "user_id": 901}, True),
        ({"source_name": "pos", "user_id": 901}, False),
        ({"source_name": "1424624"}, False),
    ],
)
def test_an_order_written_by_staff_is_made_by_the_shop(fields: dict[str, Any], made_by_shop: bool) -> None:
    """Draft and keyed-in orders close a case without recovering it; a cashier is no author (L12)."""
    assert order(**fields).order.made_by_shop is made_by_shop


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("web", SalesChannel.WEB),
        ("POS", SalesChannel.POS),
        ("instagram", SalesChannel.SOCIAL),
        ("1424624", None),
        (5, None),
    ],
)
def test_the_source_name_tells_the_channel(source: object, channel: SalesChannel | None) -> None:
    """Known names are channels; an app's number tells nothing."""
    assert order(source_name=source).channel is channel


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
    for nonsense in (None, [], "Greta", 5, {"id": {}, "email": 5, "phone": [], "default_address": "home"}):
        event = order(customer=nonsense, email=nonsense, contact_email=None, billing_address=nonsense)
        assert event.order.total == Money(120_000, "SEK")


def test_returned_goods_are_a_return_and_refunded_money_alone_is_not() -> None:
    """Goods that came back count against the customer; a cancelled line, shipping or goodwill doesn't."""
    event = event_of(from_shopify("refunds/create", SHOPIFY_REFUND))
    assert isinstance(event, storefront.OrderReturned)
    assert (event.return_id, event.order_id, event.total) == ("900123", "5501234567890", Money(57_550, "SEK"))
    worth = event_of(from_shopify("refunds/create", changed(SHOPIFY_REFUND, transactions=[])))
    assert worth.total == Money(57_550, "SEK")
    unknown = event_of(
        from_shopify(
            "refunds/create", changed(SHOPIFY_REFUND, transactions=None, refund_line_items__0__subtotal_set=5)
        )
    )
    assert unknown.total is None
    assert unknown.notes
    for items in ([], None, [{"quantity": 1, "restock_type": "cancel"}]):
        message = from_shopify("refunds/create", changed(SHOPIFY_REFUND, refund_line_items=items))
        assert told_by(message) == Ignored("shopify", "lamps.myshopify.com", "refunds/create")


@pytest.mark.parametrize(
    "topic", ["products/update", "orders/updated", "checkouts/delete", "app/uninstalled"]
)
def test_another_topic_is_ignored_unread(topic: str) -> None:
    """A topic without meaning for the engine is counted, whatever its data."""
    assert told_by(from_shopify(topic, b"\xff")) == Ignored("shopify", "lamps.myshopify.com", topic)


@pytest.mark.parametrize(
    ("attributes", "reason", "field"),
    [
        ({"Topic": ""}, "topic_missing", "attributes.X-Shopify-Topic"),
        ({"Topic": "orders"}, "topic_unknown", "attributes.X-Shopify-Topic"),
        ({"Topic": "../../etc/passwd"}, "topic_unknown", "attributes.X-Shopify-Topic"),
        ({"Shop_Domain": ""}, "store_missing", "attributes.X-Shopify-Shop-Domain"),
        (
            {"Triggered_At": "2100-01-01T00:00:00Z"},
            "occurred_at_in_future",
            "attributes.X-Shopify-Triggered-At",
        ),
        ({"Triggered_At": "today"}, "occurred_at_invalid", "attributes.X-Shopify-Triggered-At"),
    ],
)
def test_broken_attributes_are_refused_by_name(attributes: dict[str, str], reason: str, field: str) -> None:
    """A relay that lost an attribute is told which one."""
    answer = refusal_of(from_shopify("orders/create", SHOPIFY_ORDER, **attributes))
    assert (answer.reason, answer.field) == (reason, field)


def test_the_time_comes_from_the_trigger_the_payload_or_the_message() -> None:
    """The first that is stated, in this order, and never ahead of now."""
    untriggered = from_shopify("orders/create", SHOPIFY_ORDER, Triggered_At="")
    assert event_of(untriggered).occurred_at == datetime(2026, 5, 1, 11, 58, 31, tzinfo=UTC)
    created = from_shopify("orders/create", changed(SHOPIFY_ORDER, updated_at=None), Triggered_At="")
    assert event_of(created).occurred_at == datetime(2026, 5, 1, 11, 58, 30, tzinfo=UTC)
    nothing = changed(SHOPIFY_ORDER, updated_at=None, created_at=DROPPED)
    assert event_of(from_shopify("orders/create", nothing, Triggered_At="")).occurred_at == NOW


def test_the_id_is_that_of_the_event_within_its_topic() -> None:
    """A redelivery keeps its id, two topics of one action stay two events, the message's id is last."""
    both = {"Event_Id": "ev-9", "Webhook_Id": "wh-1"}
    assert event_of(from_shopify("orders/create", SHOPIFY_ORDER, **both)).id == "orders/create:ev-9"
    assert event_of(from_shopify("orders/paid", SHOPIFY_ORDER, **both)).id == "orders/paid:ev-9"
    assert event_of(from_shopify("orders/paid", SHOPIFY_ORDER, Webhook_Id="")).id == "orders/paid:m-2"


def test_the_digest_tells_contents_apart_and_nothing_else() -> None:
    """A redelivery keeps its digest, also when a relay wrote its JSON anew; another content has another."""
    digest = order().digest
    rewritten = from_shopify("orders/create", json.dumps(SHOPIFY_ORDER, indent=4).encode(), Webhook_Id="wh-2")
    assert event_of(rewritten).digest == digest
    assert order(total_price="112.51").digest != digest


BAD = [
    ("carts/update", {"line_items": DROPPED}, "field_missing", "line_items"),
    ("carts/update", {"line_items": {}}, "field_missing", "line_items"),
    ("carts/update", {"line_items__0": 5}, "quantity_invalid", "line_items[0].quantity"),
    ("carts/update", {"line_items__0__quantity": -1}, "quantity_invalid", "line_items[0].quantity"),
    ("carts/update", {"line_items__0__quantity": "2"}, "quantity_invalid", "line_items[0].quantity"),
    ("carts/update", {"token": None, "id": None}, "field_missing", "token"),
    (
        "carts/update",
        {"line_items__0__discounted_price_set__presentment_money__amount": "-1"},
        "amount_invalid",
        "line_items[0].discounted_price_set.presentment_money.amount",
    ),
    (
        "carts/update",
        {"line_items__0__discounted_price_set__presentment_money__currency_code": "XXX"},
        "currency_unknown",
        "line_items[0].discounted_price_set.presentment_money.currency_code",
    ),
    ("checkouts/update", {"presentment_currency": "gold"}, "currency_unknown", "presentment_currency"),
    ("checkouts/update", {"line_items__0__price": "NaN"}, "amount_invalid", "line_items[0].price"),
    ("checkouts/update", {"line_items__0__price": None}, "amount_invalid", "line_items[0].price"),
    ("checkouts/update", {"total_price": "1e3"}, "amount_invalid", "total_price"),
    ("orders/create", {"id": None}, "field_missing", "id"),
    ("orders/create", {"total_price_set": None, "total_price": None}, "field_missing", "total_price"),
    ("orders/create", {"total_price_set": None, "currency": None}, "currency_missing", "currency"),
    ("orders/create", {"total_price_set": None, "total_price": "-1"}, "amount_invalid", "total_price"),
    ("refunds/create", {"order_id": None}, "field_missing", "order_id"),
]


@pytest.mark.parametrize(
    ("topic", "fields", "reason", "field"), BAD, ids=[f"{b[0]}-{i}" for i, b in enumerate(BAD)]
)
def test_a_broken_payload_is_refused_by_its_field(
    topic: str, fields: dict[str, Any], reason: str, field: str
) -> None:
    """The refusal names the path in Shopify's own payload."""
    payload = SHOPIFY_CHECKOUT if topic == "checkouts/update" else dict(SHOPIFY_EVENTS)[topic]
    answer = refusal_of(from_shopify(topic, changed(payload, **fields)))
    assert (answer.reason, answer.field) == (reason, field)
    assert field in answer.detail


def test_a_refusal_knows_the_money_at_stake() -> None:
    """A broken order is ranked by its total, a broken cart by its lines."""
    broken_order = refusal_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, id=None)))
    assert broken_order.at_stake == Money(120_000, "SEK")
    broken_cart = refusal_of(from_shopify("carts/create", changed(SHOPIFY_CART, token=None, id=None)))
    assert broken_cart.at_stake == Money(12_000, "USD")
    cut = from_shopify("checkouts/create", encode(SHOPIFY_CHECKOUT)[:-300])
    assert (refusal_of(cut).reason, refusal_of(cut).at_stake) == ("json_invalid", Money(120_000, "SEK"))


def test_too_many_lines_are_refused() -> None:
    """A cart has a bound on every platform."""
    message = from_shopify("carts/update", changed(SHOPIFY_CART, line_items=[{"quantity": 1}] * 10_001))
    assert refusal_of(message).reason == "too_many_lines"


def test_a_shop_without_headers_of_its_own_can_be_named_by_source() -> None:
    """source=shopify alone is recognised, and told what is missing."""
    message = PubSubMessage("m", NOW, {"source": "shopify"}, encode(SHOPIFY_CART))
    assert refusal_of(message).reason == "topic_missing"
