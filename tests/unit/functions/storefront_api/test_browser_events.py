"""What a browser may tell, and what of it is left out."""

import json
from typing import Any

import pytest

from common.domain.browsers import BrowserAccess
from functions.ingest_event.canonical import TYPES
from functions.storefront_api.browser_events import PERMITTED, Checked, Unreadable, check, read, written

ACCESS = BrowserAccess(
    publishable_keys=("pk_bielik",),
    allowed_origins=("https://bielik.example",),
    link_hosts=("cdn.bielik.example",),
)
TRUSTING = BrowserAccess(publishable_keys=("pk_bielik",), trust_identity=True)


def event(**changes: Any) -> dict[str, Any]:
    """A cart as the shop's page would tell of it."""
    line = {"sku": "MUG", "name": "Kubek", "quantity": 2, "unit_price": "12.50"}
    known = {
        "id": "e-1",
        "type": "cart.updated",
        "occurred_at": "2026-03-02T12:00:00Z",
        "cart": {"id": "c-1", "currency": "PLN", "url": "https://bielik.example/cart", "lines": [line]},
    }
    return known | changes


def checked(stated: Any, access: BrowserAccess = ACCESS) -> Checked:
    """The event as it may be published."""
    found = check(stated, access)
    assert isinstance(found, Checked), found
    return found


@pytest.mark.parametrize(
    "body",
    [
        {"events": [1, 2]},
        [1, 2],
    ],
)
def test_a_batch_is_an_array_or_an_object_with_one(body: Any) -> None:
    """Both name the same events."""
    assert read(json.dumps(body).encode()) == [1, 2]


def test_a_single_event_is_a_batch_of_one() -> None:
    """Also if it happens to have a field called events."""
    assert read(json.dumps(event()).encode()) == [event()]
    odd = event(events=[1])
    assert read(json.dumps(odd).encode()) == [odd]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'[{"a": -Infinity}]', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 5000, "not JSON"),
        (b"[]", "0 events; send 1 to 100"),
        (b'{"events": []}', "0 events; send 1 to 100"),
        (json.dumps([1] * 101).encode(), "101 events; send 1 to 100"),
    ],
)
def test_an_unreadable_body_is_told_what_to_send(body: bytes, sentence: str) -> None:
    """In one sentence that repeats nothing of it."""
    with pytest.raises(Unreadable, match=sentence):
        read(body)


@pytest.mark.parametrize("type", sorted(TYPES))
def test_only_what_one_does_with_a_cart_is_believed(type: str) -> None:
    """Orders, returns, vouchers and changed contacts are facts that only the shop's server can state."""
    permitted = isinstance(check(event(type=type), ACCESS), Checked)
    assert permitted is (type in PERMITTED)
    assert permitted is (type in {"cart.updated", "page.viewed", "checkout.started"})


@pytest.mark.parametrize(
    "type", [None, "", "Cart.Updated", " cart.updated", 1, ["cart.updated"], "order.placed\n"]
)
def test_a_type_must_be_exactly_one_of_them(type: Any) -> None:
    """What the engine might read with lenience must not slip through: no other spelling is taken."""
    refused = check(event(type=type), ACCESS)
    assert isinstance(refused, str)
    assert "type must be one of cart.updated, page.viewed, checkout.started" in refused


def test_nothing_is_hidden_in_an_envelope() -> None:
    """The engine unwraps CloudEvents: around an order one would carry it past the list of types."""
    hidden = event(specversion="1.0", data={"type": "order.placed", "order": {"id": "1"}})
    refused = check(hidden, ACCESS)
    assert isinstance(refused, str)
    assert "specversion" in refused
    twice = b'{"type": "order.placed", "id": "1", "type": "cart.updated"}'
    assert b"order.placed" not in written(checked(read(twice)[0]).event)


def test_something_that_is_no_event_is_refused() -> None:
    """A sentence, not an error."""
    for stated in (1, None, "cart.updated", [], [[event()]]):
        assert isinstance(check(stated, ACCESS), str)


def test_what_the_engine_would_refuse_is_not_judged() -> None:
    """It becomes an intake failure, where the shop can see it."""
    broken = {"type": "cart.updated", "cart": 7}
    assert checked(broken) == Checked(broken)
    assert written(broken) == b'{"type":"cart.updated","cart":7}'


def test_links_that_lead_away_are_left_out() -> None:
    """A stranger who knows the public key must not put their link into the shop's own letter."""
    lines = [
        {"sku": "A", "url": "https://bielik.example/a", "image_url": "https://cdn.bielik.example/a.png"},
        {
            "sku": "B",
            "url": "https://evil.example/",
            "image_url": "https://bielik.example.evil.example/b.png",
        },
        7,
    ]
    stated = event(cart={"id": "c-1", "url": "https://bielik.example@evil.example/", "lines": lines})
    found = checked(stated)
    assert found.event["cart"] == {"id": "c-1", "lines": [lines[0], {"sku": "B"}, 7]}
    assert [note for note in found.notes if "link_hosts" in note]
    assert stated["cart"]["url"], "what was stated stays as it was"


def test_a_consent_that_is_given_needs_a_server() -> None:
    """A withdrawn one is taken at its word."""
    customer = {"email": "anna@bielik.example", "consent": {"email": True, "sms": False, "push": "yes"}}
    found = checked(event(customer=customer))
    assert found.event["customer"] == {"email": "anna@bielik.example", "consent": {"sms": False}}
    assert len(found.notes) == 1
    assert "consent" in found.notes[0]
    assert "anna" not in found.notes[0]
    refusing = event(customer={"email": "a@b.example", "consent": {"email": False}})
    assert checked(refusing) == Checked(refusing)


def test_an_accounts_id_and_an_address_need_a_server_together() -> None:
    """Or a stranger could have another account's messages sent to themselves; each alone is taken."""
    found = checked(event(customer={"id": "42", "email": "eve@evil.example"}))
    assert found.event["customer"] == {"email": "eve@evil.example"}
    assert "customer.id" in found.notes[0]
    for alone in (
        {"id": "42", "locale": "pl"},
        {"phone": "+48600100200"},
        {"id": "42", "email": ""},
        7,
        None,
    ):
        assert checked(event(customer=alone)) == Checked(event(customer=alone))


def test_a_shop_may_trust_its_pages() -> None:
    """Then consent and identity stay; links are still checked."""
    customer = {"id": "42", "email": "anna@bielik.example", "consent": {"email": True}}
    found = checked(event(customer=customer), TRUSTING)
    assert found.event["customer"] == customer
    assert "url" not in found.event["cart"]
