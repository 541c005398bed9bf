"""Canonical events: each type, each rule of its fields, and each way to get them wrong."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from common.domain import storefront
from common.domain.money import Money
from common.domain.vocabulary import Channel, SalesChannel
from tests.unit.functions.ingest_event.events import (
    CANONICAL_EVENTS,
    CART,
    CUSTOMER,
    DROPPED,
    EMOJI_NAME,
    ORDER,
    RETURN,
    VERIFICATION,
    canonical,
    changed,
    encode,
    event_of,
    from_recoup,
    refusal_of,
)

CART_EVENT = canonical("cart.updated", cart=CART, customer=CUSTOMER, channel="web")
ORDER_EVENT = canonical("order.placed", order=ORDER, customer=CUSTOMER)


def understood(payload: dict[str, Any], **fields: Any) -> Any:
    return event_of(from_recoup(changed(payload, **fields)))


def refused(payload: dict[str, Any], **fields: Any) -> Any:
    return refusal_of(from_recoup(changed(payload, **fields)))


def test_a_cart_is_understood_whole() -> None:
    """Every field of a cart event ends where the engine looks for it."""
    assert understood(CART_EVENT, digest="ignored") == storefront.CartUpdated(
        id="evt-1",
        store="socks",
        source="recoup",
        occurred_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        digest=understood(CART_EVENT).digest,
        channel=SalesChannel.WEB,
        person=storefront.Person(
            external_id="c-17",
            email="anna.nowak@example.com",
            phone="+48600123456",
            name="Anna Nowak",
            locale="pl-PL",
            time_zone="Europe/Warsaw",
            country="PL",
            consent={Channel.EMAIL: True, Channel.SMS: False},
        ),
        cart=storefront.Cart(
            id="cart-9",
            currency="PLN",
            total_minor=57_880,
            url="https://shop.example/cart/9",
            lines=(
                storefront.Line(sku="SOCKS-42", name="Wool socks", quantity=2, unit_price_minor=3_990),
                storefront.Line(
                    sku="BOOTS-42",
                    name="Boots",
                    quantity=1,
                    unit_price_minor=49_900,
                    url="https://shop.example/boots",
                    image_url="https://shop.example/boots.jpg",
                    available=False,
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("payload", "kind"),
    list(
        zip(
            CANONICAL_EVENTS,
            [
                storefront.CartUpdated,
                storefront.CartVisited,
                storefront.CartUpdated,
                storefront.OrderPlaced,
                storefront.OrderPaid,
                storefront.OrderPaymentFailed,
                storefront.OrderCancelled,
                storefront.OrderReturned,
                storefront.VoucherRedeemed,
                storefront.CustomerUpdated,
                storefront.CartItemsChanged,
                storefront.CartItemsChanged,
                storefront.ItemUnavailable,
                storefront.VerificationFailed,
                storefront.CustomerErased,
                storefront.CustomerDataRequested,
            ],
            strict=True,
        )
    ),
    ids=[payload["type"] for payload in CANONICAL_EVENTS],
)
def test_each_type_is_its_event(payload: dict[str, Any], kind: type) -> None:
    """The types of version 1 lead to the engine's own words."""
    assert type(event_of(from_recoup(payload))) is kind


def test_an_order_is_understood_with_its_money_and_codes() -> None:
    """Total, discount, codes and goods arrive exact, codes and goods once each."""
    order = understood(ORDER_EVENT).order
    assert order == storefront.OrderFacts(
        id="o-1",
        cart_id="cart-9",
        total=Money(54_980, "PLN"),
        discount_minor=2_900,
        voucher_codes=("A2C4-E6G8", "a2c4-e6g8"),
        skus=("SOCKS-42", "BOOTS-42"),
    )
    assert understood(ORDER_EVENT, order__created_by="shop").order.made_by_shop


def test_a_return_states_what_was_given_back_where_it_names_the_currency() -> None:
    """A return's total needs its currency; without one the return still counts, and says so."""
    event = canonical("order.returned", **{"return": RETURN})
    assert understood(event).total == Money(3_990, "PLN")
    assert (understood(event).return_id, understood(event).order_id) == ("r-1", "o-1")
    without = understood(event, return__currency=DROPPED)
    assert without.total is None
    assert without.notes == ("return.total was left out: return.currency is missing.",)


def test_activity_names_a_cart_or_brings_it() -> None:
    """With the cart's state it updates it, with its id it is activity only, with neither it is refused."""
    view = canonical("page.viewed")
    assert understood({**view, "cart_id": " cart-9 "}).cart_id == "cart-9"
    assert understood({**view, "cart_id": "other", "cart": CART}).cart.id == "cart-9"
    answer = refused(view)
    assert (answer.reason, answer.field) == ("field_missing", "cart_id")


def test_a_cart_without_lines_is_emptied() -> None:
    """An emptied cart needs no currency, and nothing about its money can refuse it (L9)."""
    for lines in ([], [{"sku": "A", "name": "A", "quantity": 0, "unit_price": "1.00"}]):
        for currency in (DROPPED, "PLN", "gold"):
            cart = understood(CART_EVENT, cart__lines=lines, cart__currency=currency).cart
            assert (cart.lines, cart.total_minor) == ((), 0)
            assert cart.currency == ("PLN" if currency == "PLN" else None)


def test_a_line_of_nothing_drops_out_and_a_repeated_sku_stays() -> None:
    """Quantity 0 is no line; the same article twice is two lines, such as two engravings."""
    socks = CART["lines"][0]  # type: ignore[index]
    cart = understood(CART_EVENT, cart__lines=[socks, {**socks, "quantity": 0}, socks]).cart
    assert [line.sku for line in cart.lines] == ["SOCKS-42", "SOCKS-42"]
    assert cart.total_minor == 4 * 3_990


@pytest.mark.parametrize(
    ("currency", "price", "minor"),
    [
        ("JPY", "4980", 4_980),
        ("JPY", "4980.00", 4_980),
        ("KWD", "1.005", 1_005),
        ("PLN", "1.500", 150),
        ("EUR", "7", 700),
    ],
)
def test_amounts_have_the_currency_s_own_decimals(currency: str, price: str, minor: int) -> None:
    """Yen have none and dinars three; zeros beyond them are harmless (L34)."""
    lines = [{"sku": "A", "name": "A", "quantity": 1, "unit_price": price}]
    cart = understood(CART_EVENT, cart__currency=currency, cart__lines=lines).cart
    assert (cart.total_minor, cart.lines[0].unit_price_minor) == (minor, minor)


def test_a_stated_total_outweighs_the_sum() -> None:
    """The shop knows about shipping and discounts that the lines don't show."""
    assert understood(CART_EVENT, cart__total="512.34").cart.total_minor == 51_234


def test_an_unusable_contact_is_left_out_with_a_note_and_never_refuses() -> None:
    """A typing error costs the contact, not the order; the note keeps the detail to itself (L29)."""
    broken = {
        "id": "c-17",
        "email": "anna@@example",
        "phone": "12",
        "locale": "xx",
        "time_zone": "Mars/Base",
        "country": "Polska",
    }
    event = understood(ORDER_EVENT, customer=broken)
    assert event.person == storefront.Person(external_id="c-17")
    assert len(event.notes) == 5
    assert not any(value in note for note in event.notes for value in ("anna", "12", "Mars", "Polska"))
    assert understood(ORDER_EVENT, customer={"email": "anna@@example"}).person is None
    assert understood(ORDER_EVENT, customer={"email": "", "phone": " "}).notes == ()
    assert understood(ORDER_EVENT, customer=None).person is None


def test_only_web_addresses_are_taken_over() -> None:
    """A link that is no web address is left out once, however many lines have one."""
    line = {"sku": "A", "name": "A", "quantity": 1, "unit_price": "1.00", "url": "javascript:alert(1)"}
    event = understood(CART_EVENT, cart__lines=[line] * 50, cart__url="ftp://shop.example/")
    assert event.cart.url is None
    assert {line.url for line in event.cart.lines} == {None}
    assert len(event.notes) == 2


def test_names_lose_control_characters_and_keep_emoji() -> None:
    """Names are cleaned and bounded; a name of nothing becomes the sku."""
    lines = [
        {"sku": "A", "name": f"\x00 {EMOJI_NAME}\r\n", "quantity": 1, "unit_price": "1.00"},
        {"sku": "B", "name": "x" * 5_000, "quantity": 1, "unit_price": "1.00"},
        {"sku": "C", "name": "\x1b ", "quantity": 1, "unit_price": "1.00"},
    ]
    names = [line.name for line in understood(CART_EVENT, cart__lines=lines).cart.lines]
    assert names == [EMOJI_NAME, "x" * 300, "C"]


def test_the_digest_tells_contents_apart_and_nothing_else() -> None:
    """The order of keys and unknown fields don't matter; any stated value does."""
    digest = understood(CART_EVENT).digest
    assert len(digest) == 16
    assert int(digest, 16)
    assert understood(dict(reversed(CART_EVENT.items()))).digest == digest
    assert understood({**CART_EVENT, "of_the_shop": 1}).digest == digest
    assert understood(CART_EVENT, cart__lines__0__quantity=3).digest != digest
    assert understood(CART_EVENT, occurred_at="2026-05-01T14:00:01+02:00").digest != digest


BAD = [
    ({"cart__lines__1__unit_price": "-1.00"}, "amount_invalid", "cart.lines[1].unit_price"),
    ({"cart__lines__1__unit_price": "NaN"}, "amount_invalid", "cart.lines[1].unit_price"),
    ({"cart__lines__1__unit_price": "1e3"}, "amount_invalid", "cart.lines[1].unit_price"),
    ({"cart__lines__1__unit_price": "1.005"}, "amount_invalid", "cart.lines[1].unit_price"),
    ({"cart__lines__1__unit_price": 499.0}, "amount_invalid", "cart.lines[1].unit_price"),
    ({"cart__lines__1__unit_price": DROPPED}, "field_missing", "cart.lines[1].unit_price"),
    ({"cart__lines__0__quantity": -1}, "quantity_invalid", "cart.lines[0].quantity"),
    ({"cart__lines__0__quantity": 1.5}, "quantity_invalid", "cart.lines[0].quantity"),
    ({"cart__lines__0__quantity": "2"}, "quantity_invalid", "cart.lines[0].quantity"),
    ({"cart__lines__0__quantity": True}, "quantity_invalid", "cart.lines[0].quantity"),
    ({"cart__lines__0__quantity": 10**4000}, "quantity_invalid", "cart.lines[0].quantity"),
    ({"cart__lines__0__sku": ""}, "field_invalid", "cart.lines[0].sku"),
    ({"cart__lines__0__sku": "\x00"}, "field_missing", "cart.lines[0].sku"),
    ({"cart__lines__0__sku": "x" * 201}, "field_invalid", "cart.lines[0].sku"),
    ({"cart__lines__0__name": None}, "field_invalid", "cart.lines[0].name"),
    ({"cart__lines__0": 5}, "field_invalid", "cart.lines[0]"),
    ({"cart__lines": DROPPED}, "field_missing", "cart.lines"),
    ({"cart__lines": {}}, "field_invalid", "cart.lines"),
    ({"cart__currency": DROPPED}, "currency_missing", "cart.currency"),
    ({"cart__currency": "XXX"}, "currency_unknown", "cart.currency"),
    ({"cart__currency": "pln"}, "currency_unknown", "cart.currency"),
    ({"cart__currency": 985}, "currency_unknown", "cart.currency"),
    ({"cart__total": "12.345"}, "amount_invalid", "cart.total"),
    ({"cart__id": ""}, "field_invalid", "cart.id"),
    ({"cart__id": "x" * 201}, "field_invalid", "cart.id"),
    ({"cart": None}, "field_invalid", "cart"),
    ({"cart": DROPPED}, "field_missing", "cart"),
    ({"id": 7}, "field_invalid", "id"),
    ({"id": DROPPED}, "field_missing", "id"),
    ({"type": DROPPED}, "field_missing", "type"),
    ({"type": "cart.stolen"}, "type_unknown", "type"),
    ({"type": 5}, "type_unknown", "type"),
    ({"occurred_at": DROPPED}, "field_missing", "occurred_at"),
    ({"occurred_at": "2026-05-01T12:00:00"}, "occurred_at_invalid", "occurred_at"),
    ({"occurred_at": 1_777_777_777}, "occurred_at_invalid", "occurred_at"),
    ({"occurred_at": "1970-01-01T00:00:00Z"}, "occurred_at_too_old", "occurred_at"),
    ({"occurred_at": "2100-01-01T00:00:00Z"}, "occurred_at_in_future", "occurred_at"),
    ({"channel": "fax"}, "field_invalid", "channel"),
    ({"customer": "anna"}, "field_invalid", "customer"),
    ({"customer__email": 5}, "field_invalid", "customer.email"),
    ({"customer__phone": 600123456}, "field_invalid", "customer.phone"),
    ({"customer__consent": True}, "field_invalid", "customer.consent"),
    ({"customer__consent__email": "yes"}, "field_invalid", "customer.consent.email"),
]


@pytest.mark.parametrize(("fields", "reason", "field"), BAD, ids=[f"{b[2]}-{i}" for i, b in enumerate(BAD)])
def test_a_wrong_field_is_refused_by_its_name(fields: dict[str, Any], reason: str, field: str) -> None:
    """The reason is for machines; the sentence names the field for the person who can repair it."""
    answer = refused(CART_EVENT, **fields)
    assert (answer.reason, answer.field, answer.source, answer.store) == (reason, field, "recoup", "socks")
    assert field in answer.detail
    assert answer.detail.endswith(".")


@pytest.mark.parametrize("field", ["id", "currency", "total"])
def test_an_order_needs_id_currency_and_total(field: str) -> None:
    """What an order can't be counted without is asked for by name."""
    answer = refused(ORDER_EVENT, **{f"order__{field}": DROPPED})
    assert answer.field == f"order.{field}"


def test_a_line_of_an_order_can_not_refuse_it() -> None:
    """An order's lines only tell its goods: a discount line with a negative price doesn't lose the order."""
    lines = [{"sku": "SOCKS-42"}, {"sku": "DISCOUNT", "quantity": -1, "unit_price": "-10.00"}]
    assert understood(ORDER_EVENT, order__lines=lines).order.skus == ("SOCKS-42", "DISCOUNT")


def test_a_customer_update_names_a_customer() -> None:
    """Without id, address and number there is nobody to update."""
    event = canonical("customer.updated", customer={"name": "Anna"})
    assert refused(event).field == "customer.id"
    assert understood(event, customer__phone="+48 600 123 456").person.phone == "+48600123456"


def test_the_store_has_to_be_named() -> None:
    """The store comes from the attribute; without it nothing can be attributed."""
    answer = refusal_of(from_recoup(CART_EVENT, store=" "))
    assert (answer.reason, answer.field, answer.store) == ("store_missing", "attributes.store", None)


def test_a_refusal_counts_the_further_problems() -> None:
    """The first problem is told, and how many more there are."""
    answer = refused(CART_EVENT, cart__lines__0__quantity=-1, cart__lines__1__unit_price="x", cart__id=5)
    assert "2 more problems" in answer.detail


def test_a_refusal_knows_the_money_at_stake() -> None:
    """Failures are ranked by their money, read from whatever is still readable."""
    bad = {"occurred_at": "yesterday"}
    assert refused(CART_EVENT, **bad).at_stake == Money(57_880, "PLN")
    assert refused(CART_EVENT, **bad, cart__total="600.00").at_stake == Money(60_000, "PLN")
    assert refused(CART_EVENT, **bad, cart__lines__0__quantity="many").at_stake == Money(53_890, "PLN")
    assert refused(ORDER_EVENT, order__id="").at_stake == Money(54_980, "PLN")
    assert refused(ORDER_EVENT, order__currency="gold").at_stake is None
    cut = from_recoup(encode(ORDER_EVENT)[:-40])
    assert (refusal_of(cut).reason, refusal_of(cut).at_stake) == ("json_invalid", Money(54_980, "PLN"))
    glued = from_recoup(encode(ORDER_EVENT).replace(b'"customer":', b"customer:"))
    assert (refusal_of(glued).reason, refusal_of(glued).at_stake) == ("json_invalid", Money(54_980, "PLN"))


def test_no_refusal_repeats_a_contact() -> None:
    """A refusal is stored, logged and published, so it holds no personal data."""
    answer = refused(
        CART_EVENT, customer__consent="anna.nowak@example.com", customer__email=["anna@example.com"]
    )
    assert "anna" not in answer.detail


def test_ten_thousand_lines_are_quick_and_more_are_refused() -> None:
    """A huge cart neither stalls the worker nor slips through unbounded."""
    line = {"sku": "A", "name": "Sock", "quantity": 1, "unit_price": "1.00"}
    huge = from_recoup(changed(CART_EVENT, cart__lines=[line] * 10_000))
    event_of(huge)
    begun = time.perf_counter()
    event = event_of(huge)
    assert time.perf_counter() - begun < 2
    assert (len(event.cart.lines), event.cart.total_minor) == (10_000, 1_000_000)
    answer = refused(CART_EVENT, cart__lines=[line] * 10_001)
    assert (answer.reason, answer.field) == ("too_many_lines", "cart.lines")


def test_an_implausible_sum_is_refused() -> None:
    """A total beyond what a document's integer holds never gets there."""
    line = {"sku": "A", "name": "A", "quantity": 1_000_000, "unit_price": "999999999999"}
    assert refused(CART_EVENT, cart__lines=[line]).reason == "amount_invalid"


def test_ten_megabytes_are_refused_with_their_money() -> None:
    """A payload over the limit is refused by its size, and its beginning still tells what it was about."""
    event = {**canonical("order.placed", order=ORDER), "padding": "x" * 10_000_000}
    answer = refusal_of(from_recoup(event))
    assert (answer.reason, answer.at_stake) == ("payload_too_large", Money(54_980, "PLN"))


def test_a_failed_verification_names_its_order_and_what_was_approved() -> None:
    """The order with its money, the reason apart from it, and the amount that a credit check approved."""
    failed = event_of(from_recoup(canonical("verification.failed", verification=VERIFICATION, order=ORDER)))
    assert (failed.verification_id, failed.order.id, failed.reason) == ("v-1", "o-1", "credit")
    assert failed.approved == Money(30_000, "PLN")
    no_limit = changed(VERIFICATION, approved_amount=DROPPED, currency=DROPPED, reason="identity")
    event = event_of(from_recoup(canonical("verification.failed", verification=no_limit, order=ORDER)))
    assert (event.approved, event.reason) == (None, "identity")


def test_an_approved_amount_is_in_the_order_s_currency_unless_it_says_otherwise() -> None:
    """Nobody verifies an order in another currency than it was placed in."""
    for stated, currency in ((DROPPED, "PLN"), (None, "PLN"), ("EUR", "EUR")):
        verification = changed(VERIFICATION, currency=stated)
        failed = event_of(
            from_recoup(canonical("verification.failed", verification=verification, order=ORDER))
        )
        assert failed.approved == Money(30_000, currency)


@pytest.mark.parametrize(
    ("event", "order", "final"),
    [
        ({}, {}, None),
        ({"final": True}, {}, True),
        ({}, {"final": True}, True),
        ({}, {"final": False}, False),
        ({"final": False}, {"final": True}, False),
    ],
)
def test_a_payment_failed_for_good_wherever_that_is_said(
    event: dict[str, Any], order: dict[str, Any], final: bool | None
) -> None:
    """Beside the order or in it; the event's own word goes first."""
    failed = event_of(from_recoup(canonical("order.payment_failed", order={**ORDER, **order}, **event)))
    assert failed.order.final is final


@pytest.mark.parametrize(
    "named",
    [{"sku": "BOOTS-42"}, {"item": {"sku": "BOOTS-42"}}, {"item": {"sku": "BOOTS-42"}, "sku": "OTHER"}],
)
def test_what_sold_out_is_named_by_its_sku(named: dict[str, Any]) -> None:
    """By itself, or as an item with more to say, which goes first."""
    assert event_of(from_recoup(canonical("item.unavailable", cart_id="cart-9", **named))).sku == "BOOTS-42"


def test_what_sold_out_has_to_be_named() -> None:
    """Neither an item nor a SKU is no event."""
    answer = refusal_of(from_recoup(canonical("item.unavailable", cart_id="cart-9")))
    assert (answer.reason, answer.field) == ("field_missing", "item")


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"order_id": "o-2"}, "field_invalid", "verification.order_id"),
        ({"currency": ""}, "currency_missing", "verification.currency"),
        ({"approved_amount": "1.234"}, "amount_invalid", "verification.approved_amount"),
        ({"reason": "mood"}, "field_invalid", "verification.reason"),
    ],
)
def test_a_broken_verification_is_refused_with_its_field(
    changes: dict[str, Any], reason: str, field: str
) -> None:
    """Another order's check, an empty currency, a reason that nobody knows."""
    verification = {**VERIFICATION, **changes}
    refused = refusal_of(
        from_recoup(canonical("verification.failed", verification=verification, order=ORDER))
    )
    assert (refused.reason, refused.field) == (reason, field)


def test_a_change_without_items_is_refused() -> None:
    """Nothing put in is no event; an emptied cart is told by cart.updated."""
    refused = refusal_of(from_recoup(canonical("cart.items_added", cart={**CART, "lines": []})))
    assert (refused.reason, refused.field) == ("field_missing", "cart.lines")


def test_a_browser_is_enough_to_be_somebody() -> None:
    """An anonymous id alone identifies a visitor; the sender's user agent goes with the event."""
    event = event_of(
        from_recoup(
            canonical("customer.updated", customer={"anonymous_id": " b-1 "}), **{"User-Agent": "curl/8"}
        )
    )
    assert (event.person.anonymous_id, event.user_agent) == ("b-1", "curl/8")
