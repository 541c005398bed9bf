"""Which source a message belongs to, and the promise that nothing but a refusal comes out."""

import subprocess
import sys
from base64 import b64encode
from typing import Any

import pytest

from common.domain.money import Money
from functions.ingest_event.sources import recoup
from functions.ingest_event.understanding import Ignored, understand
from tests.unit.functions.ingest_event.events import (
    CANONICAL_EVENTS,
    CART,
    NOW,
    PubSubMessage,
    canonical,
    encode,
    event_of,
    from_recoup,
    from_shopify,
    refusal_of,
    told_by,
)


def test_a_message_of_no_known_source_is_refused_with_the_attributes_to_set() -> None:
    """A storefront that forgot its attributes is told which ones are missing, and its money still counts."""
    data = encode({"basket": {**CART, "total": "578.80"}})
    refused = refusal_of(PubSubMessage("m", NOW, {"store": "socks"}, data))
    assert (refused.reason, refused.source, refused.store) == ("source_unknown", None, "socks")
    assert "source=recoup" in refused.detail
    assert "store" in refused.detail
    assert refused.at_stake == Money(57_880, "PLN")


def test_a_source_is_guessed_from_the_payload_and_the_guess_is_noted() -> None:
    """A canonical event without the attribute source is taken, with a note that says which attribute to set."""
    event = event_of(
        PubSubMessage("m", NOW, {"store": "socks"}, encode(canonical("cart.updated", cart=CART)))
    )
    assert (event.source, event.store) == ("recoup", "socks")
    assert "source=recoup" in event.notes[0]


def test_a_guess_needs_a_store_all_the_same() -> None:
    """Whose event it is can't be guessed."""
    refused = refusal_of(PubSubMessage("m", NOW, {}, encode(canonical("cart.updated", cart=CART))))
    assert (refused.reason, refused.source) == ("store_missing", "recoup")


STRUCTURED = {"specversion": "1.0", "id": "ce-1", "type": "shop.cart", "source": "https://socks.example"}


@pytest.mark.parametrize(
    ("attributes", "data"),
    [
        ({"ce-specversion": "1.0", "ce-type": "shop.cart", "source": "recoup", "store": "socks"}, None),
        ({"ce-specversion": "1.0", "ce-recoupsource": "recoup", "ce-store": "socks"}, None),
        ({"content-type": "application/cloudevents+json"}, {"recoupsource": "recoup", "store": "socks"}),
        ({"source": "recoup", "store": "socks"}, {"recoupsource": "else", "store": "another"}),
    ],
)
@pytest.mark.parametrize("base64", [False, True])
def test_cloud_events_are_unwrapped(
    attributes: dict[str, str], data: dict[str, str] | None, base64: bool
) -> None:
    """Binary and structured mode, over Pub/Sub: the event inside is what counts."""
    payload = canonical("cart.updated", cart=CART)
    if data is None:
        body: object = payload
    elif base64:
        body = {**STRUCTURED, **data, "data_base64": b64encode(encode(payload)).decode()}
    else:
        body = {**STRUCTURED, **data, "data": payload}
    event = event_of(PubSubMessage("m", NOW, attributes, encode(body)))
    assert (event.source, event.store, event.cart.id) == ("recoup", "socks", "cart-9")


def test_a_cloud_event_with_broken_base64_is_refused() -> None:
    """With the field that is broken."""
    refused = refusal_of(PubSubMessage("m", NOW, {}, encode({**STRUCTURED, "data_base64": "%%"})))
    assert (refused.reason, refused.field) == ("field_invalid", "data_base64")


@pytest.mark.parametrize("attributes", [{"source": "osCommerce"}, {"source": ""}, {}])
def test_a_source_that_nobody_serves_is_unknown(attributes: dict[str, str]) -> None:
    """The name of a platform without a module is refused, not guessed."""
    assert refusal_of(PubSubMessage("m", NOW, attributes, b"{}")).reason == "source_unknown"


def test_attribute_names_compare_whatever_their_case() -> None:
    """Header names lose their case on many ways; the message is still recognised."""
    data = encode(CANONICAL_EVENTS[0])
    event = event_of(PubSubMessage("m", NOW, {"SOURCE": "Recoup", "Store": " socks "}, data))
    assert (event.source, event.store) == ("recoup", "socks")
    topic = {"x-shopify-topic": "shop/update", "X-SHOPIFY-SHOP-DOMAIN": "a.myshopify.com"}
    assert told_by(PubSubMessage("m", NOW, topic, b"")) == Ignored(
        "shopify", "a.myshopify.com", "shop/update"
    )


def test_a_mistake_of_ours_is_refused_and_keeps_its_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in a source is stored for a replay; it neither loops through Pub/Sub nor loses the event."""

    def broken(*_: object) -> None:
        raise KeyError("anna@example.com")

    monkeypatch.setattr(recoup, "understand", broken)
    refused = told_by(from_recoup(canonical("cart.updated", cart=CART)))
    assert (refused.reason, refused.source, refused.store) == ("not_understood", "recoup", "socks")
    assert isinstance(refused.__cause__, KeyError)
    assert "anna" not in refused.detail
    assert refused.at_stake == Money(57_880, "PLN")


def test_a_refusal_says_where_it_comes_from() -> None:
    """Source and store are named on every refusal, so that alike failures can be grouped."""
    refused = refusal_of(from_shopify("orders/create", {"id": 1}))
    assert (refused.source, refused.store) == ("shopify", "lamps.myshopify.com")


def test_importing_it_loads_no_library() -> None:
    """A cold start pays for no source, model or contact library before the first message needs it."""
    code = (
        "import sys, functions.ingest_event.understanding\n"
        "print(*{'pydantic', 'phonenumbers', 'email_validator', 'babel', 'dns'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


RESOURCES: dict[str, list[dict[str, Any]]] = {
    "adobe_commerce": [
        {
            "items": [{"increment_id": "7", "order_currency_code": "EUR"}],
            "search_criteria": {},
            "total_count": 1,
        },
        {"id": 7, "group_id": 1, "website_id": 1, "email": "ida@example.com", "firstname": "Ida"},
        {"eventName": "observer.sales_order_place_before", "data": {"order": {"entity_id": 7}}},
        {"entity_id": 3, "order_id": 7, "can_void_flag": 0, "state": 2},
        {"event": "add-to-cart", "eventInfo": {"shoppingCartContext": {}}},
    ],
    "bigcommerce": [
        {"id": 7, "status_id": 11, "total_inc_tax": "10.0000", "currency_code": "EUR"},
        {"data": {"id": "k", "cart_amount": 10, "currency": {"code": "EUR"}, "line_items": {}}, "meta": {}},
        {"data": [{"id": 7, "email": "a@b.test", "accepts_product_review_abandoned_cart_emails": True}]},
        {"scope": "store/order/created", "store_id": "1025", "data": {"type": "order", "id": 7}},
        {"data": {"id": "k", "cart": {"line_items": {}}, "grand_total": 10, "consignments": []}},
        {"data": [{"order_id": 7, "event": "purchase", "gateway": "x", "reference_transaction_id": None}]},
    ],
    "commercelayer": [{"data": {"type": "shipments", "id": "aBc", "meta": {"mode": "live"}}}],
    "commercetools": [
        {
            "id": "o",
            "version": 1,
            "orderState": "Open",
            "totalPrice": {"centAmount": 5, "currencyCode": "EUR"},
        },
        {"results": [{"id": "c", "version": 2, "email": "a@b.test", "isEmailVerified": False}]},
        {"notificationType": "Event", "type": "CheckoutPaymentCharged", "data": {"order": {"id": "o"}}},
    ],
    "ga4": [
        {"event": "purchase", "eventModel": {"transaction_id": "t"}},
        {"0": "event", "1": "purchase", "2": {"transaction_id": "t"}},
        {"event": "purchase", "client_id": "1.2", "transaction_id": "t"},
        {"event": "gtm.dom", "gtm.uniqueEventId": 3},
    ],
    "medusa": [
        {"name": "order.canceled", "data": {"id": "order_01JDSSRHAYZQZ1H4A8JV00HG7S"}},
        {"orders": [{"id": "order_01JDSSRHAYZQZ1H4A8JV00HG7S", "currency_code": "eur"}], "offset": 0},
    ],
    "saleor": [
        {"order": {"id": b64encode(b"Order:6b1f9a52-0c7d-4b1e-9c55-3a1f4a7f9e01").decode()}},
        {"notify_event": "order_confirmation", "payload": {"order": {"id": "VXNlcjo1MQ=="}}},
        {"user": {"id": b64encode(b"User:12").decode(), "email": "a@b.test"}},
        {"type": "Order", "id": "T3JkZXI6MQ==", "meta": {"issuing_principal": {"id": None, "type": None}}},
        {"type": "Checkout", "token": "6b1f9a52-0c7d-4b1e-9c55-3a1f4a7f9e01", "lines": []},
        {"issuedAt": "2026-05-01T11:30:00Z", "version": "3.21", "voucher": {"id": "Vm91Y2hlcjo3"}},
    ],
    "segment": [
        {"source": "aws.partner/segment.com", "detail-type": "track", "detail": {"type": "track"}},
        {"type": "track", "event": "Order Completed", "properties": {"order_id": "o"}},
    ],
    "shopify": [
        {"id": 7, "financial_status": "paid", "line_items": []},
        {"id": 7, "order_id": 8, "refund_line_items": [], "transactions": []},
        {"token": "k", "line_items": [], "note": None},
        {"id": 7, "order_id": 8, "kind": "sale", "gateway": "bogus", "status": "failure"},
        {"id": 7, "email": "a@b.test", "verified_email": True},
        {"customer_id": 7, "email_marketing_consent": {"state": "subscribed"}},
        {"inventory_item_id": 7, "location_id": 8, "available": 3},
    ],
    "woocommerce": [
        {"id": 7, "email": "a@b.test", "is_paying_customer": False, "billing": {}},
        {"id": 7, "amount": "5.00", "refunded_by": 1},
        {"action": "woocommerce_add_to_cart", "arg": "x"},
    ],
}
"""What a platform's API or its events look like without any attribute, written down to what tells them apart."""


@pytest.mark.parametrize(
    ("source", "payload"), [(name, payload) for name, several in RESOURCES.items() for payload in several]
)
def test_a_platform_is_known_by_what_only_it_has(source: str, payload: dict[str, Any]) -> None:
    """Each shape is one platform's and no other's, so that nothing has to be set to try it."""
    told = understand(PubSubMessage("m", NOW, {"store": "socks"}, encode(payload)), NOW)
    assert {part.source for part in told} == {source}


@pytest.mark.parametrize(
    "payload",
    [
        {"order_id": "7", "total_amount": 5, "items": []},
        {"id": "7", "email": "a@b.test", "accepts_marketing": True},
        {"issuedAt": "2026-05-01T11:30:00Z", "version": "1.0", "licence": "x"},
        {"order": {"id": b64encode(b"Order:12").decode()}},
        {"token": "k", "line_items": []},
        {"id": 7, "version": 1, "totalPrice": 5},
        {"data": {"type": "shipments", "id": "7"}},
    ],
)
def test_what_several_platforms_might_send_is_not_guessed_at(payload: dict[str, Any]) -> None:
    """A wrong guess would tell a wrong event; a refusal only asks for an attribute."""
    refused = refusal_of(PubSubMessage("m", NOW, {"store": "socks"}, encode(payload)))
    assert refused.reason == "source_unknown"
