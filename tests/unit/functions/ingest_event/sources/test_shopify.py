"""Shopify's webhooks: how they arrive, what names them, and what is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.failures import Refused
from common.domain import storefront
from common.domain.money import Money
from functions.ingest_event.sources import shopify
from functions.ingest_event.understanding import Ignored, understand
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
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples import shopify as examples
from tests.unit.functions.ingest_event.sources.examples.example import Example


def order(**fields: Any) -> Any:
    return event_of(from_shopify("orders/create", changed(SHOPIFY_ORDER, **fields)))


@pytest.mark.parametrize(
    "topic",
    ["products/update", "checkouts/delete", "disputes/create", "draft_orders/create", "fulfillments/create"],
)
def test_another_topic_is_ignored_unread(topic: str) -> None:
    """A topic without meaning for the engine is counted, whatever its data."""
    assert told_by(from_shopify(topic, b"\xff")) == Ignored("shopify", "lamps.myshopify.com", topic)


@pytest.mark.parametrize(
    ("attributes", "reason", "field"),
    [
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
    """The first that is stated, in this order; the date of an order's creation is not that of its payment."""
    untriggered = from_shopify("orders/create", SHOPIFY_ORDER, Triggered_At="")
    assert event_of(untriggered).occurred_at == datetime(2026, 5, 1, 11, 58, 31, tzinfo=UTC)
    created = from_shopify("orders/create", changed(SHOPIFY_ORDER, updated_at=None), Triggered_At="")
    assert event_of(created).occurred_at == datetime(2026, 5, 1, 11, 58, 30, tzinfo=UTC)
    paid = changed(SHOPIFY_ORDER, updated_at=None)
    assert event_of(from_shopify("orders/paid", paid, Triggered_At="")).occurred_at == NOW
    nothing = changed(SHOPIFY_ORDER, updated_at=None, created_at=DROPPED)
    assert event_of(from_shopify("orders/create", nothing, Triggered_At="")).occurred_at == NOW


def test_the_id_is_that_of_the_event_within_its_topic() -> None:
    """A redelivery keeps its id, two topics of one action stay two events; without an id the content is its own."""
    both = {"Event_Id": "ev-9", "Webhook_Id": "wh-1"}
    assert event_of(from_shopify("orders/create", SHOPIFY_ORDER, **both)).id == "orders/create:ev-9"
    assert event_of(from_shopify("orders/paid", SHOPIFY_ORDER, **both)).id == "orders/paid:ev-9"
    nameless = event_of(from_shopify("orders/paid", SHOPIFY_ORDER, Webhook_Id=""))
    assert nameless.id == f"orders/paid:{nameless.digest}"


def test_the_digest_tells_contents_apart_and_nothing_else() -> None:
    """A redelivery keeps its digest, also when a relay wrote its JSON anew; another content has another."""
    digest = order().digest
    rewritten = from_shopify("orders/create", json.dumps(SHOPIFY_ORDER, indent=4).encode(), Webhook_Id="wh-2")
    assert event_of(rewritten).digest == digest
    assert order(total_price="112.51").digest != digest


BAD = [
    ("carts/update", {"line_items": DROPPED}, "field_missing", "line_items"),
    ("carts/update", {"line_items": {}}, "field_missing", "line_items"),
    ("carts/update", {"line_items__0": 5}, "field_invalid", "line_items[0]"),
    ("carts/update", {"line_items__0__quantity": -1}, "quantity_invalid", "line_items[0].quantity"),
    ("carts/update", {"line_items__0__quantity": "2"}, "quantity_invalid", "line_items[0].quantity"),
    ("carts/update", {"token": None, "id": None}, "field_missing", "token"),
    ("carts/update", {"token": ["c1"]}, "field_invalid", "token"),
    ("checkouts/update", {"cart_token": {}, "token": [5]}, "field_invalid", "token"),
    ("checkouts/update", {"presentment_currency": 5}, "currency_unknown", "presentment_currency"),
    ("checkouts/update", {"presentment_currency": None, "currency": None}, "currency_missing", "currency"),
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


@pytest.mark.parametrize("example", examples.EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood_and_told_again_the_same(example: Example) -> None:
    """Each listed topic and state leads to events only, with ids of their own that a redelivery keeps (L13)."""
    first, again = (
        understand(PubSubMessage(id, NOW, example.attributes, encode(example.payload)), NOW)
        for id in ("m-1", "m-2")
    )
    assert first == again
    assert all(isinstance(said, storefront.StorefrontEvent) for said in first), first
    ids = [said.id for said in first if isinstance(said, storefront.StorefrontEvent)]
    assert len(set(ids)) == len(ids) > 0
    assert all(said.store == examples.SHOP for said in first)


@pytest.mark.parametrize(
    ("attributes", "topic"),
    [
        ({"topic": "orders/paid"}, "orders/paid"),
        ({"topic": "ORDERS_PAID"}, "orders/paid"),
        ({"X-Shopify-Topic": " Orders/Paid "}, "orders/paid"),
        ({"topic": "orders.paid"}, "orders/paid"),
        ({"topic": "ORDERS_FULFILLED"}, "orders/fulfilled"),
        ({}, "orders/updated"),
    ],
)
def test_a_topic_may_be_spelled_in_several_ways(attributes: dict[str, str], topic: str) -> None:
    """Headers, the attribute, GraphQL's enum and file names mean the same; without any the payload's shape tells."""
    message = PubSubMessage(
        "m", NOW, {"source": "shopify", "store": "socks", **attributes}, encode(examples.ORDER)
    )
    said = understand(message, NOW)[0]
    assert isinstance(said, storefront.OrderPlaced)
    assert said.id.startswith(f"{topic}:")
    assert said.store == "socks"


def test_an_irrelevant_topic_is_ignored_in_any_spelling() -> None:
    """GraphQL's enum of a topic that nobody reads is no reason to refuse."""
    for stated, topic in (
        ("DRAFT_ORDERS_CREATE", "draft_orders/create"),
        ("THEMES_PUBLISH", "themes/publish"),
    ):
        message = PubSubMessage("m", NOW, {"source": "shopify", "store": "socks", "topic": stated}, b"\xff")
        assert told_by(message) == Ignored("shopify", "socks", topic)


SHAPES: list[tuple[dict[str, Any], str]] = [
    (SHOPIFY_CART, "carts/update"),
    (SHOPIFY_CHECKOUT, "checkouts/update"),
    (changed(SHOPIFY_CHECKOUT, abandoned_checkout_url=DROPPED), "checkouts/update"),
    (SHOPIFY_ORDER, "orders/updated"),
    (SHOPIFY_REFUND, "refunds/create"),
    (SHOPIFY_CUSTOMER, "customers/update"),
    (examples.EMAIL_CONSENT, "customers_email_marketing_consent/update"),
    (examples.SMS_CONSENT, "customers_marketing_consent/update"),
    (examples.REDACT, "customers/redact"),
    (examples.DATA_REQUEST, "customers/data_request"),
    (examples.FAILED_PAYMENT, "order_transactions/create"),
    (examples.CODE_REMOVED, "discounts/redeemcode_removed"),
    ({"shop_id": 1, "shop_domain": "lamps.myshopify.com"}, "shop/redact"),
]


@pytest.mark.parametrize(("payload", "topic"), SHAPES, ids=[f"{n}-{s[1]}" for n, s in enumerate(SHAPES)])
def test_a_payload_without_a_topic_is_read_by_its_shape(payload: dict[str, Any], topic: str) -> None:
    """Whatever relay lost the headers, the payload itself is unmistakable."""
    said = understand(PubSubMessage("m", NOW, {"source": "shopify", "store": "s"}, encode(payload)), NOW)
    assert all(isinstance(part, storefront.StorefrontEvent) for part in said)
    assert {part.id.rpartition(":")[0].removesuffix(f":{part.digest}") for part in said[:1]} == {topic}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("payload", "topic"),
    [
        ({"order_edit": {"id": 5, "order_id": 6}}, "orders/edited"),
        ({"draft_order": {"id": 5}}, "draft_orders/update"),
        ({"id": 5, "order_id": 6, "tracking_company": "UPS"}, "fulfillments/update"),
        (examples.THE_SHOP, "shop/update"),
        ({"orders": []}, "empty"),
    ],
)
def test_an_irrelevant_payload_without_a_topic_is_ignored(payload: dict[str, Any], topic: str) -> None:
    """The shape of what nobody reads is known too; a shop's own data alone never means that it left."""
    message = PubSubMessage("m", NOW, {"source": "shopify", "store": "s"}, encode(payload))
    assert told_by(message) == Ignored("shopify", "s", topic)


def test_a_payload_of_no_known_shape_is_asked_for_its_topic() -> None:
    """Nothing is guessed from an id alone."""
    answer = refusal_of(PubSubMessage("m", NOW, {"source": "shopify", "store": "s"}, encode({"id": 5})))
    assert (answer.reason, answer.field) == ("topic_missing", "attributes.X-Shopify-Topic")
    assert (
        refusal_of(PubSubMessage("m", NOW, {"source": "shopify"}, encode(SHOPIFY_CART))).reason
        == "store_missing"
    )
    wrong = PubSubMessage("m", NOW, {"source": "shopify", "store": "s", "topic": "orders"}, b"{}")
    assert (refusal_of(wrong).reason, refusal_of(wrong).field) == ("topic_unknown", "attributes.topic")


@pytest.mark.parametrize(
    "payload",
    [
        SHOPIFY_CART,
        SHOPIFY_CHECKOUT,
        examples.ORDER,
        {"orders": [examples.ORDER]},
        {"order": examples.ORDER},
        examples.REDACT,
    ],
)
def test_an_unmistakable_payload_needs_no_source(payload: dict[str, Any]) -> None:
    """Line prices in two currencies, recovery links and gid://shopify/ ids are Shopify's; the store is named."""
    said = understand(PubSubMessage("m", NOW, {"store": "lamps"}, encode(payload)), NOW)
    assert all(isinstance(part, storefront.StorefrontEvent) for part in said)
    assert all(part.source == "shopify" and "source=shopify" in part.notes[0] for part in said)  # type: ignore[union-attr]


def test_an_envelope_of_headers_and_payload_is_opened() -> None:
    """EventBridge's detail, its older headers' spelling, and a relay's headers and body tell all they have."""
    bridge = event_of(PubSubMessage("m", NOW, {"source": "shopify"}, encode(examples.EVENT_BRIDGE)))
    assert (bridge.id, bridge.store) == ("carts/update:wh-2", "lamps.myshopify.com")
    assert bridge.occurred_at == datetime(2026, 5, 1, 12, 0, 1, 450_036, tzinfo=UTC)
    short = {"shopify-topic": "carts/update", "shopify-shop-domain": "lamps.myshopify.com"}
    relayed = {"headers": short, "body": json.dumps(SHOPIFY_CART)}
    assert event_of(PubSubMessage("m", NOW, {"source": "shopify"}, encode(relayed))).cart == bridge.cart
    broken = changed(examples.EVENT_BRIDGE, detail__payload__line_items=None)
    answer = refusal_of(PubSubMessage("m", NOW, {"source": "shopify"}, encode(broken)))
    assert (answer.field, answer.store) == ("detail.payload.line_items", "lamps.myshopify.com")
    ignored = changed(examples.EVENT_BRIDGE, **{"detail__metadata__X-Shopify-Topic": "products/update"})
    assert told_by(PubSubMessage("m", NOW, {"source": "shopify"}, encode(ignored))) == Ignored(
        "shopify", "lamps.myshopify.com", "products/update"
    )


def test_of_a_list_each_resource_stands_for_itself() -> None:
    """A broken order of the Admin API's list is refused by its path, and the others are told."""
    payload = {"orders": [examples.ORDER, changed(examples.ORDER, id=None, admin_graphql_api_id=None), 5]}
    message = PubSubMessage(
        "m", NOW, {"source": "shopify", "store": "s", "topic": "orders/create"}, encode(payload)
    )
    good, broken, nonsense = understand(message, NOW)
    assert isinstance(good, storefront.OrderPlaced)
    assert isinstance(broken, Refused)
    assert (broken.reason, broken.field, broken.detail[:12]) == (
        "field_missing",
        "orders[1].id",
        "orders[1].id",
    )
    assert isinstance(nonsense, Refused)
    assert (nonsense.reason, nonsense.field) == ("field_invalid", "orders[2]")
    many = PubSubMessage("m", NOW, {"source": "shopify", "store": "s"}, encode({"orders": [{}] * 10_001}))
    assert (refusal_of(many).reason, refusal_of(many).field) == ("too_many_lines", "orders")


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"id": 5, "line_items": [{"sku": "A", "price": "1.00"}], "total": "1.00"},
        {"token": "t", "line_items": []},
        {"token": "t", "line_items": [5]},
        {"order": {"id": 5}},
        {"customers": [None]},
        {"source": 5, "shop_domain": "socks.example", "admin_graphql_api_id": 5},
    ],
)
def test_what_others_send_too_is_not_taken_for_shopify_s(payload: dict[str, Any]) -> None:
    """Lines, tokens and wrappings alone are not unmistakable."""
    assert not shopify.resembles(payload)


def test_the_money_at_stake_is_found_inside_an_envelope_and_a_list() -> None:
    """A refusal is ranked by its money wherever it stands."""
    assert shopify.at_stake(examples.FAILED_PAYMENT) == Money(120_000, "SEK")
    assert shopify.at_stake({"orders": [examples.ORDER]}) == Money(120_000, "SEK")
    assert shopify.at_stake(examples.EVENT_BRIDGE) == Money(12_000, "USD")
    assert shopify.at_stake({"orders": []}) is None


@pytest.mark.parametrize("kind", ["BulkOperation", "SubscriptionContract"])
def test_what_its_global_id_says_is_irrelevant_is_passed_over(kind: str) -> None:
    """Without a topic too; an order that lacks all else is not."""
    told = {"id": 5, "admin_graphql_api_id": f"gid://shopify/{kind}/5"}
    message = PubSubMessage("m", NOW, {"source": "shopify", "store": "s"}, encode(told))
    assert told_by(message) == Ignored("shopify", "s", f"{kind.lower()}/update")
    order = PubSubMessage(
        "m",
        NOW,
        {"source": "shopify", "store": "s"},
        encode({"admin_graphql_api_id": "gid://shopify/Order/5"}),
    )
    assert refusal_of(order).reason == "topic_missing"
