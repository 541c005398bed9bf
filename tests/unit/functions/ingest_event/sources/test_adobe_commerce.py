"""Adobe Commerce: what is around an event, who is meant, when it happened, and what is ignored."""

from datetime import UTC, datetime
from typing import Any

import pytest

from common.application.failures import Refused
from common.application.ports import PubSubMessage
from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel
from functions.ingest_event.sources import adobe_commerce
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    NOW,
    encode,
    event_of,
    outcome_of,
    refusal_of,
    told_by,
)
from tests.unit.functions.ingest_event.sources.examples.adobe_commerce import (
    ATTRIBUTES,
    COUPON,
    CUSTOMER,
    EXAMPLES,
    ORDER,
    QUOTE,
    RULE,
    SAVED,
    SUBSCRIBER,
    cloud_event,
    pushed,
    with_facts,
)
from tests.unit.functions.ingest_event.sources.examples.example import Example


def message(payload: object, **attributes: str) -> PubSubMessage:
    """A message of the shop kiln; further attributes are written with underscores."""
    more = {name.replace("_", "-"): value for name, value in attributes.items()}
    return PubSubMessage("m-1", NOW, {**ATTRIBUTES, **more}, encode(payload))


def of(code: str, value: dict[str, Any], **facts: Any) -> PubSubMessage:
    """A CloudEvent with that code."""
    return message({**cloud_event(code, value), **facts})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_every_example_is_understood(example: Example) -> None:
    """Each topic that is listed is read, and none of its messages is lost."""
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


def test_an_event_is_named_by_the_cloud_event_s_id() -> None:
    """Adobe's own delivery id would change when the shop hands the event over once more."""
    event = event_of(of(SAVED, ORDER))
    assert event.id == f"{SAVED}:7d0f3c52-0000-4000-8000-000000000001"
    assert (event.store, event.source) == ("kiln", "adobe_commerce")


@pytest.mark.parametrize(
    ("payload", "attributes"),
    [
        ({"event": cloud_event(SAVED, ORDER)}, {}),
        ({"event_id": "e", "event_code": f"com.adobe.commerce.{SAVED}", "data": {"value": ORDER}}, {}),
        ({"value": ORDER, "_metadata": {}}, {"ce_type": f"com.adobe.commerce.eu.{SAVED}", "ce_id": "1"}),
        ({"order": ORDER}, {"topic": SAVED}),
        (ORDER, {"topic": "SALES_ORDER_SAVE_COMMIT_AFTER"}),
        (ORDER, {}),
    ],
)
def test_the_same_order_is_found_in_every_wrapping(payload: Any, attributes: dict[str, str]) -> None:
    """Journal entries, webhooks, relayed values and REST resources tell the same."""
    event = event_of(message(payload, **attributes))
    assert isinstance(event, storefront.OrderPlaced)
    assert event.order == event_of(of(SAVED, ORDER)).order


@pytest.mark.parametrize(
    ("updated_at", "time", "expected"),
    [
        ("2026-05-01 11:58:01", "2026-05-01T11:58:04.4Z", "11:58:01"),  # UTC without saying so
        ("2026-05-01T13:58:01+02:00", "2026-05-01T11:58:04Z", "11:58:01"),
        ("2026-04-20 08:00:00", "2026-05-01T11:58:04Z", "11:58:04"),  # the state that was loaded, days ago
        (None, "2026-05-01T11:58:04Z", "11:58:04"),
        ("yesterday", "2026-05-01T11:58:04Z", "11:58:04"),
        ("2026-05-01 11:58:01", "soon", "11:58:01"),
        (None, None, "12:00:05"),
    ],
)
def test_an_event_happened_when_its_entity_changed(updated_at: Any, time: Any, expected: str) -> None:
    """The entity's own time is exact; the announcement corrects one that is stale."""
    order = with_facts(ORDER, updated_at=updated_at, created_at=None)
    event = event_of(of(SAVED, order, time=time))
    assert event.occurred_at == datetime.fromisoformat(f"2026-05-01T{expected}+00:00").astimezone(UTC)


def test_a_time_that_is_none_is_refused_if_it_is_the_only_one() -> None:
    """A REST resource has nothing else that says when."""
    refused = refusal_of(message(with_facts(ORDER, updated_at="yesterday")))
    assert (refused.reason, refused.field) == ("occurred_at_invalid", "updated_at")
    ahead = refusal_of(message(with_facts(ORDER, updated_at="2026-05-01 13:00:00")))
    assert (ahead.reason, ahead.field) == ("occurred_at_in_future", "updated_at")


def test_a_customer_has_contact_and_consent() -> None:
    """`is_subscribed` is what the customer said about marketing."""
    person = event_of(of("observer.customer_save_commit_after", CUSTOMER)).person
    assert person == storefront.Person(
        external_id="88",
        email="ines.prado@example.com",
        phone="+34612345678",
        name="Ines Prado",
        country="ES",
        consent={Channel.EMAIL: True},
    )


@pytest.mark.parametrize(
    ("status", "consent"),
    [(1, {Channel.EMAIL: True}), ("3", {Channel.EMAIL: False}), (2, {}), (4, {}), (None, {})],
)
def test_a_subscriber_has_consented_only_when_confirmed(status: Any, consent: dict[Channel, bool]) -> None:
    """Waiting for a confirmation is neither yes nor no; leaving is no (L38)."""
    value = with_facts(SUBSCRIBER, subscriber_status=status)
    event = event_of(of("observer.newsletter_subscriber_save_commit_after", value))
    assert event.person == storefront.Person(email="ines.prado@example.com", consent=consent)


def test_a_deleted_customer_is_erased_and_a_deleted_subscriber_has_said_no() -> None:
    """Whoever is gone from the shop is gone from here; who left the newsletter is not written to."""
    erased = event_of(of("observer.customer_delete_commit_after", CUSTOMER))
    assert isinstance(erased, storefront.CustomerErased)
    assert erased.person
    assert erased.person.external_id == "88"
    left = event_of(of("observer.newsletter_subscriber_delete_commit_after", SUBSCRIBER))
    assert isinstance(left, storefront.CustomerUpdated)
    assert left.person
    assert left.person.consent == {Channel.EMAIL: False}


def test_nobody_s_customer_event_is_refused() -> None:
    """An event of which neither id nor address was subscribed can't be told of anybody."""
    refused = refusal_of(of("observer.customer_login", {"customer": {"group_id": 1}}))
    assert (refused.reason, refused.field) == ("field_missing", "value.customer.id")
    empty = message(cloud_event("observer.customer_login", {}) | {"data": {"value": []}})
    assert refusal_of(empty).field == "value.id"
    subscriber = refusal_of(of("observer.newsletter_subscriber_save_after", {"subscriber_status": 1}))
    assert subscriber.field == "value.subscriber_email"


def test_a_withdrawn_code_is_named() -> None:
    """A deleted coupon, a deleted rule and one that was switched off are honoured no more."""
    for code, value in (
        ("plugin.magento.sales_rule.model.resource_model.coupon.delete", COUPON),
        ("observer.salesrule_delete_after", RULE),
        ("observer.salesrule_rule_save_after", RULE),
    ):
        event = event_of(of(code, value))
        assert isinstance(event, storefront.VoucherWithdrawn)
        assert event.code == "GLAZE10"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("observer.salesrule_rule_save_after", with_facts(RULE, is_active="1")),
        ("observer.salesrule_delete_after", with_facts(RULE, coupon_code=None)),
        ("plugin.sales_rule.model.resource_model.coupon.save", COUPON),
        ("observer.catalog_product_save_after", {"sku": "CLAY-1", "price": "10.0000"}),
        ("observer.cataloginventory_stock_item_save_commit_after", {"qty": 3}),
        ("observer.sales_order_shipment_save_after", {"order_id": 1207}),
        ("observer.something_of_the_shop_s_own", {"order_id": 1207}),
    ],
)
def test_what_changes_no_order_and_no_cart_is_ignored(code: str, value: dict[str, Any]) -> None:
    """Products, stock, shipments and promotions are the shop's own business."""
    assert told_by(of(code, value)) == Ignored("adobe_commerce", "kiln", code)


@pytest.mark.parametrize(
    ("payload", "topic"),
    [
        ({"eventName": "sales_order_place_before", "data": {"order": ORDER}}, "sales_order_place_before"),
        (
            {"eventName": "plugin.sales.api.order_management.place", "order": ORDER},
            "plugin.sales.api.order_management.place",
        ),
        ({"giftCard": {"cartId": None, "codes": ["X"]}}, "unknown"),
        ({"sku": "CLAY-1", "name": "Clay", "price": 10}, "product"),
        ({"sourceItems": [{"sku": "CLAY-1"}]}, "stock"),
        ({"coupon_id": 1, "code": "A"}, "coupon"),
        (pushed("search-results-view"), "search-results-view"),
        (pushed("page-view", shoppingCartContext={}), "page-view"),
    ],
)
def test_questions_to_the_shop_s_own_app_are_ignored(payload: dict[str, Any], topic: str) -> None:
    """A synchronous webhook wants an answer from the merchant; it tells nothing that has happened."""
    assert told_by(message(payload)) == Ignored("adobe_commerce", "kiln", topic)


def test_what_may_matter_is_not_guessed_at() -> None:
    """Fields of interest without any topic are refused, so that somebody sees them."""
    refused = refusal_of(message({"order_id": 5, "comment": "?"}))
    assert (refused.reason, refused.field) == ("topic_missing", "attributes.ce-type")
    wrong = refusal_of(message(cloud_event(SAVED, ORDER) | {"data": {"value": "5"}}))
    assert (wrong.reason, wrong.field) == ("field_invalid", "value")
    nowhere = PubSubMessage("m", NOW, {"source": "magento"}, encode(ORDER))
    assert refusal_of(nowhere).reason == "store_missing"


def test_the_platform_is_recognised_by_its_codes_and_shapes() -> None:
    """Without the attribute `source`, Adobe's codes and Magento's own fields are enough."""
    code = f"com.adobe.commerce.{SAVED}"
    assert adobe_commerce.recognises(PubSubMessage("m", NOW, {"X-Adobe-Event-Code": code}, b""))
    assert not adobe_commerce.recognises(PubSubMessage("m", NOW, {"ce-type": "com.example"}, b""))
    assert adobe_commerce.resembles({"event": cloud_event(SAVED, ORDER)})
    assert adobe_commerce.resembles({"value": {}, "_metadata": {"commerceEdition": "Adobe Commerce"}})
    assert adobe_commerce.resembles(ORDER)
    assert not adobe_commerce.resembles({"id": 1, "total": "5"})
    bare = PubSubMessage("m", NOW, {"store": "kiln"}, encode(cloud_event(SAVED, ORDER)))
    assert event_of(bare).source == "adobe_commerce"


def test_a_refusal_says_how_much_is_at_stake() -> None:
    """However it is wrapped, the total ranks what could not be read."""
    broken = with_facts(ORDER, entity_id=[1])
    for payload in (broken, cloud_event(SAVED, broken), {"event": cloud_event(SAVED, {"order": broken})}):
        assert refusal_of(message(payload)).at_stake == Money(9625, "EUR")


def test_a_page_of_the_rest_api_tells_each_of_its_entries() -> None:
    """Orders, carts and customers as a search answers; a broken one costs the others nothing."""
    entries = [ORDER, with_facts(ORDER, order_currency_code="EURO"), CUSTOMER]
    page = {"items": entries, "search_criteria": {"filter_groups": []}, "total_count": 61}
    order, refused, customer = understand(message(page), NOW)
    assert isinstance(order, storefront.OrderPlaced)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.field) == ("currency_unknown", "items[1].order_currency_code")
    assert isinstance(customer, storefront.CustomerUpdated)
    empty = {"items": [], "search_criteria": {}, "total_count": 0}
    assert told_by(message(empty)) == Ignored("adobe_commerce", "kiln", "items")


def test_a_webhook_about_what_has_just_happened_tells_it() -> None:
    """Those of observers that are called afterwards; the carts of guest and customer are one by then."""
    told = {"eventName": "observer.sales_quote_merge_after", "data": {"quote": QUOTE}}
    event = event_of(message(told))
    assert (type(event), event.cart.total_minor) == (storefront.CartUpdated, 10625)
    unnamed = {"eventName": "observer.sales_quote_merge_after"}
    assert told_by(message(unnamed)) == Ignored("adobe_commerce", "kiln", "observer.sales_quote_merge_after")


def test_an_order_that_was_never_changed_happened_when_it_was_made() -> None:
    """But nothing else about it did, such as its cancellation."""
    made = with_facts(ORDER, updated_at=None, created_at="2026-04-30 09:30:00")
    assert event_of(message(made)).occurred_at == datetime(2026, 4, 30, 9, 30, tzinfo=UTC)
    assert event_of(message({**made, "state": "canceled"})).occurred_at == NOW


def test_what_is_posted_to_the_rest_api_is_read_too() -> None:
    """Within its entity; and an order that lacks `entity_id` may go by `id` or `order_id`."""
    event = event_of(message({"entity": ORDER}))
    assert event.order.id == str(ORDER["entity_id"])
    mine = {"order_id": 31, "increment_id": "000000031", "grand_total": "5.00", "order_currency_code": "EUR"}
    assert event_of(message(mine)).order.id == "31"
    thin = {"id": "31", "increment_id": "000000031", "updated_at": "2026-05-01 11:58:01"}
    assert event_of(of(SAVED, thin)).order.id == "31"


def test_a_line_of_a_cart_is_activity() -> None:
    """Without any topic too: it names its cart by `quote_id`."""
    event = event_of(
        message({"item_id": 9, "quote_id": "5311", "sku": "CLAY-1", "qty": 1, "price": "10.0000"})
    )
    assert (type(event), event.cart_id) == (storefront.CartVisited, "5311")
